"""A file read in chunks, each with how far it leads."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings

from annotations.importing import (
    BadRow,
    FileSet,
    Options,
    Position,
    Read,
    SourceFile,
    prepare,
)
from annotations.models import Import, Job

from .import_planning import Entry
from .leases import jobs_renew
from .likeness import signature_of

RENEW_SECONDS = 10
# A chunk ends at whichever comes first: rows, characters, seconds of reading.
CHUNK_CHARACTERS = 4_000_000
CHUNK_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Step:
    """How far a chunk leads: the place behind it, the share of the bytes, the files left behind."""

    after: Position
    progress: float
    formats: dict[str, int]
    encodings: dict[str, int]


def renewing(job: Job, reads: Iterator[Read]) -> Iterator[Read]:
    """Keep the lease while a slow file is read, such as a list of pages to be fetched."""
    renewed = time.monotonic()
    for read in reads:
        if time.monotonic() - renewed > RENEW_SECONDS and job.lease:
            jobs_renew(lease=job.lease)
            renewed = time.monotonic()
        yield read


def chunks(
    reads: Iterator[Read], files: FileSet, options: Options, *, with_sketches: Callable[[], bool]
) -> Iterator[tuple[list[Entry], Read]]:
    """Rows made ready, a chunk at a time, with the last of each."""
    entries: list[Entry] = []
    characters, began = 0, time.monotonic()
    read: Read | None = None
    for read in reads:
        entry = _entry(
            read, files, options, with_sketch=options.near_duplicates and with_sketches()
        )
        entries.append(entry)
        characters += len(entry.row) + (len(entry.prepared.text) if entry.prepared else 0)
        if (
            len(entries) >= settings.IMPORT_CHUNK_ROWS
            or characters > CHUNK_CHARACTERS
            or time.monotonic() - began > CHUNK_SECONDS
        ):
            yield entries, read
            entries, characters, began = [], 0, time.monotonic()
    if entries and read is not None:
        yield entries, read


def _entry(read: Read, files: FileSet, options: Options, *, with_sketch: bool) -> Entry:
    item = read.item
    entry = Entry(
        file=read.file.name if files.archive else "",
        line=item.line,
        row=item.row,
        reason=item.reason,
    )
    if item.passed:
        entry.passed = True
        return entry
    if item.draft is None:
        entry.reason = entry.reason or "it can't be read"
        return entry
    if item.draft.target:
        entry.draft = item.draft
        return entry
    try:
        entry.prepared = prepare(item.draft, options)
    except BadRow as error:
        entry.reason = str(error)
    except Exception as error:  # noqa: BLE001  whatever a row holds, it fails alone
        entry.reason = f"it can't be read: {error!r}"
    else:
        if with_sketch:
            entry.signature = signature_of(entry.prepared.text)
    return entry


def step(source: Import, files: FileSet, last: Read) -> Step:
    after = last.after
    # At the beginning of a file the one before it is done, and of the last one all of them are.
    done = float(files.offsets[after.file]) if after.file < len(files.files) else files.total
    if after.item:
        done += last.file.size * last.file.share
    formats, encodings = tally(files.files[untallied(source) : after.file + bool(after.item)])
    return Step(
        after=after,
        progress=min(done / files.total, 1.0) if files.total else 1.0,
        formats=formats,
        encodings=encodings,
    )


def untallied(source: Import) -> int:
    """The first file of which no row was dealt with; a file counts with its first row."""
    return source.at_file + bool(source.at_item)


def tally(files: list[SourceFile]) -> tuple[dict[str, int], dict[str, int]]:
    """How many files were of which format, and in which encoding."""
    formats = Counter(file.format for file in files if file.format)
    encodings = Counter(file.encoding for file in files if file.encoding)
    return dict(formats), dict(encodings)


def added(known: dict[str, int], more: dict[str, int]) -> dict[str, int]:
    return {name: known.get(name, 0) + more.get(name, 0) for name in {**known, **more}}

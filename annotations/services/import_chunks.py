"""A file read in chunks, each with how far it leads, and one ahead of what is being written."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from dataclasses import dataclass
from itertools import takewhile
from typing import Self

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

from .beside import Beside
from .import_planning import Entry
from .jobs import words_of
from .leases import jobs_renew
from .likeness import signature_of

RENEW_SECONDS = 10
# A chunk ends at whichever comes first: rows, characters, seconds of reading.
CHUNK_CHARACTERS = 4_000_000
CHUNK_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows made ready, the place behind them, and the bytes of all files that lie before it."""

    entries: list[Entry]
    after: Position
    behind: float


@dataclass(frozen=True, slots=True)
class Step:
    """How far a chunk leads: the place behind it, the share of the bytes, the files left behind."""

    after: Position
    progress: float
    formats: dict[str, int]
    encodings: dict[str, int]


class ChunkReader:
    """A file's rows, a chunk at a time; the next may be read while the one at hand is written.

    Given a thread it reads there, once ``read_on`` has said so: best when this thread is about to
    wait for the database, since Python runs one of them at a time. As long as a chunk that is asked
    for isn't there yet, the job's lease is kept. To be left by ``with``, for the reading to end.
    """

    def __init__(
        self,
        job: Job,
        reads: Iterator[Read],
        files: FileSet,
        options: Options,
        *,
        with_sketches: Callable[[], bool],
        thread: Beside | None,
    ) -> None:
        self._job, self._thread, self._ended = job, thread, threading.Event()
        wanted = takewhile(lambda _: not self._ended.is_set(), reads)
        self._chunks = chunks(wanted, files, options, with_sketches=with_sketches)
        self._coming: Future[Chunk | None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()

    def __iter__(self) -> Iterator[Chunk]:
        while chunk := self._next():
            yield chunk

    def read_on(self) -> None:
        if self._thread and self._coming is None:
            self._coming = self._thread.begin(self._read)

    def _read(self) -> Chunk | None:
        return next(self._chunks, None)

    def _next(self) -> Chunk | None:
        self.read_on()
        if self._coming is None:
            return self._read()
        while not wait([self._coming], timeout=RENEW_SECONDS).done:
            if self._job.lease:
                jobs_renew(lease=self._job.lease)
        coming, self._coming = self._coming, None
        return coming.result()


def chunks(
    reads: Iterator[Read], files: FileSet, options: Options, *, with_sketches: Callable[[], bool]
) -> Iterator[Chunk]:
    """Rows made ready, a chunk at a time."""
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
            yield Chunk(entries, read.after, _behind(read, files))
            entries, characters, began = [], 0, time.monotonic()
    if entries and read is not None:
        yield Chunk(entries, read.after, _behind(read, files))


def _behind(read: Read, files: FileSet) -> float:
    # At the beginning of a file the one before it is done, and of the last one all of them are.
    number = read.after.file
    done = float(files.offsets[number]) if number < len(files.files) else float(files.total)
    return done + read.file.size * read.file.share if read.after.item else done


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
        entry.words = words_of(entry.prepared.text)
        if with_sketch:
            entry.signature = signature_of(entry.prepared.text)
    return entry


def step(source: Import, files: FileSet, chunk: Chunk) -> Step:
    after = chunk.after
    formats, encodings = tally(files.files[untallied(source) : after.file + bool(after.item)])
    return Step(
        after=after,
        progress=min(chunk.behind / files.total, 1.0) if files.total else 1.0,
        formats=formats,
        encodings=encodings,
    )


def untallied(source: Import) -> int:
    """The first file of which no row was dealt with; a file counts with its first row."""
    return source.at_file + bool(source.at_item)


def tally(files: list[SourceFile]) -> tuple[dict[str, int], dict[str, int]]:
    """How many files were of which format, and in which encoding."""
    formats = Counter(file.format for file in files if file.format)
    encodings = Counter(
        f"{file.encoding} (guessed)" if file.guessed else file.encoding
        for file in files
        if file.encoding
    )
    return dict(formats), dict(encodings)


def added(known: dict[str, int], more: dict[str, int]) -> dict[str, int]:
    return {name: known.get(name, 0) + more.get(name, 0) for name in {**known, **more}}

"""Imports under way: a worker does some chunks of one in its turn.

Each chunk is a transaction of its own. It holds the job, and moves the import's position on
together with the rows that it writes; so a worker that died, came back late or ran twice can't
write a row twice, and a cancelled import stops after the chunk at hand.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import structlog
from django.conf import settings
from django.db import (
    DataError,
    IntegrityError,
    transaction,
)
from django.utils import timezone

from annotations import jobs as broker
from annotations.errors import JobLost
from annotations.importing import (
    BadRow,
    FileSet,
    Options,
    Position,
    Read,
    SourceFile,
    items_of,
    open_files,
    prepare,
)
from annotations.models import ArticleText, Claim, Import, ImportProblem, Job
from annotations.models.imports import CHECK, RUN

from .bulk import rows_insert
from .events import event_record
from .import_preview import columns_of, preview_add
from .import_turns import WHOLE, first_line, pause, turn
from .import_writing import Entry, Plan, Planner, storable
from .imports import import_file
from .jobs import job_done, job_hold, jobs_renew
from .likeness import signature_of, sketch_missing
from .snapshots import PROTECTED, is_protected

log = structlog.get_logger(__name__)

RENEW_SECONDS = 10
# A chunk ends at whichever comes first: rows, characters, seconds of reading.
CHUNK_CHARACTERS = 4_000_000
CHUNK_SECONDS = 10
# What a row alone can be to blame for.
_ROW_ERRORS = (
    IntegrityError,
    DataError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)


@dataclass(frozen=True, slots=True)
class Step:
    """How far a chunk leads: the place behind it, the share of the bytes, the files left behind."""

    after: Position
    progress: float
    formats: dict[str, int]
    encodings: dict[str, int]


class Clock:
    """The seconds between one chunk and the next."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def lap(self) -> float:
        now = time.monotonic()
        lap, self._last = now - self._last, now
        return lap


def import_run(*, first: int | None) -> int:
    """Claim a due import and bring a part of it in; how many rows were dealt with."""
    return turn(first, RUN, _import_part)


def import_check_run(*, first: int | None) -> int:
    """The same for a check, which writes down what would become of the rows."""
    return turn(first, CHECK, _import_part)


def _import_part(job: Job, source: Import) -> int:
    """Chunks of the file until its end, or until others have to have a turn."""
    options = Options(**source.options)
    dealt_with, started, slice_ends = 0, time.monotonic(), 0.0
    clock = Clock()
    if job.kind == RUN and options.near_duplicates:
        _sketch_others(job, source)
    with import_file(source) as stream:
        files = open_files(
            stream, source.file_name, source.size, limit=settings.IMPORT_MAX_UNPACKED_BYTES
        )
        with files as found:
            found.forbidden = partial(_forbidden, source)
            if not (source.at_file or source.at_item):
                _note_refused(job, source, found)
            start = Position(source.at_file, source.at_item)
            reads = _renewing(job, items_of(found, options, start))
            for entries, last in _chunks(reads, found, options, with_sketches=job.kind == RUN):
                # From the first chunk on, and no shorter than the way to it took: in a large file
                # most of each turn would go into passing over what the turns before it read.
                slice_ends = slice_ends or _slice_end(started)
                _write_chunk(job, source, entries, _step(source, found, last), clock)
                dealt_with += len(entries)
                if time.monotonic() > slice_ends:
                    pause(job)
                    return dealt_with
            _finish(job, source, found, options)
    return dealt_with


def _slice_end(started: float) -> float:
    now = time.monotonic()
    wanted: float = settings.IMPORT_SLICE_SECONDS
    # Less than nothing stands for a turn a chunk.
    return now + (max(wanted, now - started) if wanted >= 0 else wanted)


def _forbidden(source: Import, url: str) -> str:
    return PROTECTED if is_protected(url, source.corpus) else ""


def _sketch_others(job: Job, source: Import) -> None:
    """Articles that have no sketch yet are none that a new one could be found alike to."""
    while True:
        with transaction.atomic():
            job_hold(job)
            if not sketch_missing(source.corpus, limit=100):
                return
        if job.lease:
            jobs_renew(lease=job.lease)


def _renewing(job: Job, reads: Iterator[Read]) -> Iterator[Read]:
    """Keep the lease while a slow file is read, such as a list of pages to be fetched."""
    renewed = time.monotonic()
    for read in reads:
        if time.monotonic() - renewed > RENEW_SECONDS and job.lease:
            jobs_renew(lease=job.lease)
            renewed = time.monotonic()
        yield read


def _chunks(
    reads: Iterator[Read], files: FileSet, options: Options, *, with_sketches: bool
) -> Iterator[tuple[list[Entry], Read]]:
    """Rows made ready, a chunk at a time, with the last of each."""
    entries: list[Entry] = []
    characters, began = 0, time.monotonic()
    read: Read | None = None
    for read in reads:
        entry = _entry(read, files, options, with_sketches=with_sketches)
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


def _entry(read: Read, files: FileSet, options: Options, *, with_sketches: bool) -> Entry:
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
        if with_sketches and options.near_duplicates:
            entry.signature = signature_of(entry.prepared.text)
    return entry


def _write_chunk(
    job: Job,
    source: Import,
    entries: list[Entry],
    step: Step,
    clock: Clock,
) -> None:
    """One transaction, tried again where somebody wrote the same text at the same moment."""
    for attempt in range(3):
        try:
            with transaction.atomic():
                plan = _plan(job, source, entries)
                _advance(job, source, plan, step, clock)
            break
        except _ROW_ERRORS as error:
            source.refresh_from_db()
            if attempt == 2 or not isinstance(error, IntegrityError):
                log.warning("chunk_broken", job=job.pk, error=first_line(error))
                with transaction.atomic():
                    plan = _one_by_one(job, source, entries)
                    _advance(job, source, plan, step, clock)
                break
    if job.kind == RUN:
        _tell(plan)


def _plan(job: Job, source: Import, entries: list[Entry]) -> Plan:
    planner = Planner(source, Options(**source.options))
    plan = planner.take(entries)
    if job.kind == CHECK:
        for problem in plan.problems:
            if problem.article is not None and problem.article.pk is None:
                problem.article = None
        return plan
    return planner.insert()


def _one_by_one(job: Job, source: Import, entries: list[Entry]) -> Plan:
    """The same rows, each with a point to go back to, so that the one that breaks fails alone."""
    whole = Planner(source, Options(**source.options)).plan
    for entry in entries:
        try:
            with transaction.atomic():
                plan = _plan(job, source, [entry])
        except _ROW_ERRORS as error:
            planner = Planner(source, Options(**source.options))
            planner.plan.counts["items"] += 1
            planner.reject(entry, f"it can't be stored: {first_line(error)}")
            plan = planner.plan
        whole.problems += plan.problems
        whole.counts.update(plan.counts)
        whole.articles += plan.articles
        # For the workers to be told of, and for the preview.
        whole.rows.of(Job).extend(plan.rows.of(Job))
        whole.rows.of(ArticleText).extend(plan.rows.of(ArticleText))
        whole.rows.of(Claim).extend(plan.rows.of(Claim))
    return whole


def _advance(job: Job, source: Import, plan: Plan, step: Step, clock: Clock) -> None:
    """Move the import on, inside the transaction that writes the chunk."""
    held = job_hold(job)
    locked = Import.objects.select_for_update(of=("self",)).get(pk=source.pk)
    if (locked.at_file, locked.at_item) != (source.at_file, source.at_item):
        raise JobLost(f"Job {job.pk} was carried on by another worker.")
    rows_insert(plan.problems)
    source.at_file, source.at_item = step.after.file, step.after.item
    source.formats = _added(locked.formats, step.formats)
    source.encodings = _added(locked.encodings, step.encodings)
    counts = dict(locked.counts)
    for name, count in plan.counts.items():
        counts[name] = counts.get(name, 0) + count
    source.counts = counts
    source.progress = max(step.progress, locked.progress)
    source.seconds = locked.seconds + clock.lap()
    if job.kind == CHECK:
        preview_add(source, plan)
    place = ("at_file", "at_item", "progress", "seconds")
    source.save(update_fields=[*place, "formats", "encodings", "counts", "preview"])
    held.done, held.total, held.attempts = int(source.progress * WHOLE), WHOLE, 1
    held.save(update_fields=["done", "total", "attempts"])
    if job.lease:
        jobs_renew(lease=job.lease)
    if job.kind == RUN and any(plan.counts[name] for name in ("articles", "claims")):
        event_record(
            kind="import.chunk",
            actor=source.created_by,
            target=source,
            corpus=source.corpus,
            before=None,
            after={
                "articles": [[article.pk, article.content_hash] for article in plan.articles],
                "counts": dict(plan.counts),
                "until": [step.after.file, step.after.item],
            },
        )


def _tell(plan: Plan) -> None:
    """One message, however many articles: a worker takes batch after batch with it.

    None where others wait already, whose message goes round: the import's own next turn would
    have to wait for each of them.
    """
    for job in plan.rows.of(Job)[:1]:
        waiting = Job.objects.active().filter(kind=job.kind, bulk=True, pk__lt=job.pk)
        if not waiting.exists():
            broker.enqueue(job)


def _step(source: Import, files: FileSet, last: Read) -> Step:
    after = last.after
    # At the beginning of a file the one before it is done, and of the last one all of them are.
    done = float(files.offsets[after.file]) if after.file < len(files.files) else files.total
    if after.item:
        done += last.file.size * last.file.share
    formats, encodings = _tally(files.files[_untallied(source) : after.file + bool(after.item)])
    return Step(
        after=after,
        progress=min(done / files.total, 1.0) if files.total else 1.0,
        formats=formats,
        encodings=encodings,
    )


def _untallied(source: Import) -> int:
    """The first file of which no row was dealt with; a file counts with its first row."""
    return source.at_file + bool(source.at_item)


def _tally(files: list[SourceFile]) -> tuple[dict[str, int], dict[str, int]]:
    """How many files were of which format, and in which encoding."""
    formats = Counter(file.format for file in files if file.format)
    encodings = Counter(file.encoding for file in files if file.encoding)
    return dict(formats), dict(encodings)


def _added(known: dict[str, int], more: dict[str, int]) -> dict[str, int]:
    return {name: known.get(name, 0) + more.get(name, 0) for name in {**known, **more}}


def _note_refused(job: Job, source: Import, files: FileSet) -> None:
    with transaction.atomic():
        job_hold(job)
        if source.problems.exists():
            return
        rows_insert(
            [
                ImportProblem(
                    source=source, severity="rejected", file=storable(name)[:500], reason=reason
                )
                for name, reason in files.refused
            ]
        )
        Import.objects.filter(pk=source.pk).update(counts={"rejected": len(files.refused)})
    source.counts = {"rejected": len(files.refused)}


def _finish(job: Job, source: Import, files: FileSet, options: Options) -> None:
    formats, encodings = _tally(files.files[_untallied(source) :])
    with transaction.atomic():
        held = job_hold(job)
        locked = Import.objects.select_for_update(of=("self",)).get(pk=source.pk)
        locked.formats = _added(locked.formats, formats)
        locked.encodings = _added(locked.encodings, encodings)
        locked.progress = 1.0
        if job.kind == CHECK:
            # A check leaves nothing in the corpus, so an import begins at the beginning.
            locked.at_file = locked.at_item = 0
            locked.preview["columns"] = columns_of(files, options)
        locked.save()
        held.total = WHOLE
        job_done(job=held, at=timezone.now())
        event_record(
            kind="import.checked" if job.kind == CHECK else "import.done",
            actor=None,
            target=locked,
            corpus=source.corpus,
            before=None,
            after={
                "counts": locked.counts,
                "formats": locked.formats,
                "encodings": locked.encodings,
            },
        )
    log.info("import_finished", job=job.pk, kind=job.kind, **locked.counts)

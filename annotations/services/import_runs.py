"""Imports under way: a worker does some chunks of one in its turn.

Each chunk is a transaction of its own. It holds the job, and moves the import's position on
together with the rows that it writes; so a worker that died, came back late or ran twice can't
write a row twice, and a cancelled import stops after the chunk at hand.
"""

from __future__ import annotations

import time
from functools import partial

import structlog
from django.conf import settings
from django.db import (
    DataError,
    IntegrityError,
    transaction,
)
from django.db.models import Model
from django.utils import timezone

from annotations import jobs as broker
from annotations.errors import JobLost
from annotations.importing import (
    FileSet,
    Options,
    Position,
    items_of,
    open_files,
)
from annotations.models import Import, ImportProblem, Job
from annotations.models.imports import CHECK, RUN

from .beside import beside
from .bulk import rows_insert
from .events import event_record
from .import_checks import check_compares, check_forget, check_plan
from .import_chunks import ChunkReader, Step, added, step, tally, untallied
from .import_planning import Entry, Plan, Planner, storable
from .import_preview import PREVIEWED, columns_of, preview_add
from .import_search import gaps_fill
from .import_turns import WHOLE, Slice, first_line, import_locked, pause, turn
from .imports import import_file
from .leases import job_done, job_hold, jobs_renew
from .likeness import sketch_missing
from .snapshots import PROTECTED, is_protected

log = structlog.get_logger(__name__)

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
    """Chunks of the file until its end, or until others have to have a turn; then the index."""
    dealt_with, ended = 0, source.read_at is not None
    if not ended:
        dealt_with, ended = _read_part(job, source)
    if ended and job.kind == RUN:
        ended = _fill_search(job)
    if ended:
        _finish(job, source)
    else:
        pause(job)
    return dealt_with


def _read_part(job: Job, source: Import) -> tuple[int, bool]:
    """How many rows were dealt with, and whether the file is at its end."""
    options = Options(**source.options)
    dealt_with, time_slice, clock = 0, Slice(job), Clock()
    if options.near_duplicates:
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
            reads = items_of(found, options, start)

            def sketches() -> bool:
                return job.kind == RUN or check_compares(source)

            with (
                beside("reader") as thread,
                ChunkReader(
                    job, reads, found, options, with_sketches=sketches, thread=thread
                ) as reader,
            ):
                for chunk in reader:
                    time_slice.arrived()
                    towards = step(source, found, chunk)
                    _write_chunk(job, source, chunk.entries, towards, clock, reader)
                    dealt_with += len(chunk.entries)
                    if time_slice.is_over():
                        return dealt_with, False
            _note_read(job, source, found, options)
    return dealt_with, True


def _fill_search(job: Job) -> bool:
    """Whether all that the import wrote is in the search index now."""
    time_slice = Slice(job)
    time_slice.arrived()
    with beside("search") as thread:
        while gaps_fill(job=job, thread=thread):
            if job.lease:
                jobs_renew(lease=job.lease)
            if time_slice.is_over():
                return False
    return True


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


def _write_chunk(
    job: Job,
    source: Import,
    entries: list[Entry],
    step: Step,
    clock: Clock,
    reader: ChunkReader,
) -> None:
    """One transaction, tried again where somebody wrote the same text at the same moment."""
    for attempt in range(3):
        try:
            with transaction.atomic():
                plan = _plan(job, source, entries)
                _advance(job, source, plan, step, clock)
                # A quarter of the time is the database's at the transaction's end.
                reader.read_on()
            break
        except _ROW_ERRORS as error:
            source.refresh_from_db()
            if attempt == 2 or not isinstance(error, IntegrityError):
                log.warning("chunk_broken", job=job.pk, error=first_line(error))
                with transaction.atomic():
                    plan = _apart(job, source, entries)
                    _advance(job, source, plan, step, clock)
                break
    if job.kind == RUN:
        _tell(plan)


def _plan(job: Job, source: Import, entries: list[Entry]) -> Plan:
    options = Options(**source.options)
    if job.kind == CHECK:
        return check_plan(source, options, entries)
    planner = Planner(source, options)
    planner.take(entries)
    return planner.insert()


def _apart(job: Job, source: Import, entries: list[Entry]) -> Plan:
    """The same rows in halves of halves, each with a point to go back to, so that the one that
    breaks fails alone."""
    whole = Plan(source)
    middle = (len(entries) + 1) // 2
    for some in filter(None, (entries[:middle], entries[middle:])):
        try:
            with transaction.atomic():
                plan = _plan(job, source, some)
        except _ROW_ERRORS as error:
            if len(some) > 1:
                plan = _apart(job, source, some)
            else:
                plan = Plan(source)
                plan.counts["items"] += 1
                plan.reject(some[0], f"it can't be stored: {first_line(error)}")
        whole.problems += plan.problems
        whole.counts.update(plan.counts)
        whole.articles += plan.articles
        # For the workers to be told of, and for the preview.
        kept: tuple[type[Model], ...] = (Job, *PREVIEWED)
        for model in kept:
            whole.rows.of(model).extend(plan.rows.of(model))
    return whole


def _advance(job: Job, source: Import, plan: Plan, step: Step, clock: Clock) -> None:
    """Move the import on, inside the transaction that writes the chunk."""
    held = job_hold(job)
    locked = import_locked(source)
    if (locked.at_file, locked.at_item) != (source.at_file, source.at_item):
        raise JobLost(f"Job {job.pk} was carried on by another worker.")
    rows_insert(plan.problems)
    source.at_file, source.at_item = step.after.file, step.after.item
    source.formats = added(locked.formats, step.formats)
    source.encodings = added(locked.encodings, step.encodings)
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


def _note_read(job: Job, source: Import, files: FileSet, options: Options) -> None:
    """The file is at its end: what comes next needs it no more."""
    formats, encodings = tally(files.files[untallied(source) :])
    with transaction.atomic():
        job_hold(job)
        locked = import_locked(source)
        locked.formats = added(locked.formats, formats)
        locked.encodings = added(locked.encodings, encodings)
        locked.progress = 1.0
        locked.read_at = timezone.now()
        if job.kind == CHECK:
            check_forget(locked)
            # A check leaves nothing in the corpus, so an import begins at the beginning.
            locked.at_file = locked.at_item = 0
            locked.preview["columns"] = columns_of(files, options)
        locked.save()


def _finish(job: Job, source: Import) -> None:
    with transaction.atomic():
        held = job_hold(job)
        locked = Import.objects.get(pk=source.pk)
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

"""Exports under way: a worker writes one file.

It is written beside, and put in its place in the transaction that ends the job; so a worker that
died, came back late or was cancelled leaves nothing that somebody could take for the corpus. The
next one goes on where that one noted last that all is whole.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, Any

import structlog
from django.conf import settings
from django.core.files import File
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from django.utils.text import slugify

from annotations.errors import Conflict, InvalidInput, JobLost
from annotations.exporting import (
    FORMATS,
    Context,
    LiveContext,
    Options,
    Report,
    Selection,
    begin,
    records_of,
)
from annotations.exporting.base import ExportError, Format, Record
from annotations.models import Export, Job
from annotations.models.exports import EXPORT

from .events import event_record
from .import_turns import WHOLE, first_line
from .leases import job_done, job_fail, job_hold, jobs_claim, jobs_renew
from .protection import Source, protected_sources, sources_hold, sources_require
from .unfinished import Unfinished, unfinished
from .workers import worker_name

log = structlog.get_logger(__name__)

# How often the lease is renewed, and progress told.
TOLD_SECONDS = 1.0


def export_run(*, first: int | None) -> int:
    """Claim a due export, the named one if it is free, and write it; 1 if a file was written."""
    claimed = jobs_claim(worker=worker_name(), first=first, kind=EXPORT)
    if not claimed:
        return 0
    (job,) = claimed
    try:
        export = Export.objects.select_related("corpus__rating_scale").get(job=job)
        return _write(job, export)
    except JobLost as lost:
        log.info("job_lost", job=job.pk, reason=lost.message)
    except Export.DoesNotExist:
        _failed(job, "What it was for is gone.", permanent=True)
    except (ExportError, InvalidInput) as error:
        _failed(job, f"It can't be written: {error}", permanent=True)
    except Conflict as error:
        _failed(job, error.message, permanent=False)
    except OperationalError:
        # The database is away, or two waited for each other: the task is tried again, and finds
        # the job free; where not even that can be written down, the lease runs out.
        with suppress(DatabaseError):
            Job.objects.filter(pk=job.pk, lease=job.lease).update(
                lease_expires_at=timezone.now(), sent_at=None
            )
        raise
    except OSError as error:
        reason = f"The file can't be written: {error.strerror or error}."
        _failed(job, reason, permanent=False)
    except Exception as error:  # noqa: BLE001  a library's surprise must not hold the job for ever
        _failed(job, f"It failed: {type(error).__name__}: {first_line(error)}", permanent=False)
    return 0


def _failed(job: Job, reason: str, *, permanent: bool) -> None:
    log.warning("export_failed", job=job.pk, error=reason)
    with suppress(JobLost):
        job_fail(job=job, error=reason, permanent=permanent)


def _write(job: Job, export: Export) -> int:
    format_ = FORMATS[export.format]
    selection = Selection.read(export.selection, export.corpus)
    options = Options(**export.options, site=export.site, salt=bytes(export.salt))
    with unfinished(f"{export.uid}-{job.lease}", stays=format_.goes_on) as file:
        # Known before the first is read: what comes between is looked at again at the end.
        sources = protected_sources(export.corpus_id)
        noted, rests_on = export.checkpoint, _rests_on(sources, format_)
        goes_on = format_.goes_on and noted.get("rests_on") == rests_on and file.take_over(noted)
        context = begin(
            export.corpus,
            format_,
            selection=selection,
            options=options,
            exported_at=dt.datetime.fromisoformat(noted["exported_at"]) if goes_on else None,
            report=Report.read(noted["report"]) if goes_on else None,
        )
        total = selection.articles(export.corpus).count()
        found = records_of(context, format_, selection, noted["after"] if goes_on else 0)
        told = _telling(job, export, context, total, file, found, rests_on)
        for piece in format_.write(told, context):
            file.write(piece)
        file.file.seek(0)
        export.file_name = _name(export, format_, context.exported_at)
        export.size, export.sha256 = file.size, file.digest.hexdigest()
        export.exported_at = context.exported_at
        export.manifest = manifest(export, format_, context)
        try:
            _keep(job, export, file.file, sources)
        except Conflict:
            # It may have the source in it, and nobody goes on with it.
            file.path.unlink(missing_ok=True)
            raise
    log.info("export_written", job=job.pk, format=export.format, size=export.size)
    return 1


def _rests_on(sources: set[Source], format_: Format) -> str:
    """What has to be as it was for another worker to go on: the format, and which sources are
    protected, since what was written may have one that is protected now."""
    named = sorted(f"{uid} {url}" for uid, url in sources)
    told = "\n".join([f"{format_.version} {settings.SOFTWARE_VERSION}", *named])
    return hashlib.sha256(told.encode()).hexdigest()


def _telling(
    job: Job,
    export: Export,
    context: LiveContext,
    total: int,
    file: Unfinished,
    articles: Iterator[Record],
    rests_on: str,
) -> Iterator[Record]:
    """Now and then keep the lease, say how far it is and note what of the file is whole;
    ``JobLost`` where that is over."""
    goes_on = FORMATS[export.format].goes_on
    started = told = time.monotonic()
    for article in articles:
        after = article["id"]
        yield article
        # Asked for the next: all of this one is in the file.
        now = time.monotonic()
        if now - told < TOLD_SECONDS:
            continue
        told = now
        noted = {}
        if goes_on:
            noted = {
                **file.keep(),
                "rests_on": rests_on,
                "after": after,
                "exported_at": context.exported_at.isoformat(),
                "report": context.report.as_json(),
            }
        if not job.lease or not jobs_renew(lease=job.lease):
            raise JobLost(f"Job {job.pk} was given to another worker or cancelled.")
        done = context.report.articles
        with transaction.atomic():
            job_hold(job)
            Export.objects.filter(pk=export.pk).update(
                done=done, total=total, seconds=now - started, checkpoint=noted
            )
            share = int(WHOLE * done / total) if total else 0
            Job.objects.filter(pk=job.pk, lease=job.lease).update(done=share, total=WHOLE)


def _keep(job: Job, export: Export, file: IO[bytes], sources: set[Source]) -> None:
    """The file in its place and the job's end, together or not at all."""
    # Under a name of ours, and another one each time: a worker that comes back late can't
    # write over what the next one has written.
    export.file.save(f"{export.uid}-{job.lease}", File(file), save=False)
    try:
        with transaction.atomic():
            sources_hold(export.corpus_id)
            sources_require(export.corpus_id, sources)
            held = job_hold(job)
            now = timezone.now()
            export.done = export.total = export.manifest["counts"]["articles"]
            export.salt, export.checkpoint = b"", {}
            export.expires_at = now + dt.timedelta(days=settings.EXPORT_KEEP_DAYS)
            export.save()
            held.total = WHOLE
            job_done(job=held, at=now)
            event_record(
                kind="export.done",
                actor=None,
                target=export,
                corpus=export.corpus,
                before=None,
                after={
                    "counts": export.manifest["counts"],
                    "size": export.size,
                    "sha256": export.sha256,
                },
            )
    except BaseException:
        export.file.delete(save=False)
        raise


def manifest(export: Export, format_: Format, context: Context) -> dict[str, Any]:
    """What the file is, for whoever has it: as docs/formats.md has it."""
    return {
        "file": export.file_name,
        "size": export.size,
        "sha256": export.sha256,
        "format": format_.name,
        "format_version": format_.version,
        "media_type": format_.media_type,
        "corpus": {"id": export.corpus_id, "name": export.corpus.name},
        "exported_at": export.exported_at.isoformat() if export.exported_at else None,
        "filters": export.selection,
        "options": export.options,
        "labels": context.labels,
        "counts": {**context.report.as_json(), "unit": format_.unit},
        "loses": sorted(format_.loses),
        "software": {"name": "factcheck", "version": settings.SOFTWARE_VERSION},
        "schema": _schema(),
    }


def _schema() -> str:
    """The last migration: what the tables were like."""
    done = MigrationRecorder(connection).migration_qs.filter(app="annotations")
    return str(done.order_by("-name").values_list("name", flat=True).first() or "")


def _name(export: Export, format_: Format, moment: dt.datetime) -> str:
    corpus = slugify(export.corpus.name)[:100] or "corpus"
    return f"{corpus}-{format_.name}-{moment:%Y-%m-%d}.{format_.extension}"

"""Releases under way: a worker freezes the records, and makes all files of what is frozen.

Each of the two is kept in the transaction that says so, so a worker that died, came back late or
was cancelled leaves nothing that somebody could take for a release; the next one goes on with the
records that are frozen.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import IO, Any

import structlog
from django.conf import settings
from django.core.files import File
from django.db import DatabaseError, OperationalError, transaction
from django.db.models.fields.files import FieldFile
from django.utils import timezone, translation
from django.utils.text import slugify

from annotations.errors import Conflict, InvalidInput, JobLost
from annotations.exporting import FORMATS, Options, Selection, begin
from annotations.exporting.base import ExportError
from annotations.models import Job, Release
from annotations.models.releases import RELEASE
from annotations.releasing import (
    Bundle,
    Facts,
    Index,
    Plan,
    Source,
    frozen,
    index,
    passes,
    software_of,
)

from .events import event_record
from .import_turns import WHOLE, first_line
from .leases import job_done, job_fail, job_hold, jobs_claim, jobs_renew
from .one_state import one_state
from .protection import protected_sources, sources_hold, sources_require
from .workers import worker_name

log = structlog.get_logger(__name__)

# How often the lease is renewed, and progress told.
TOLD_SECONDS = 1.0


def release_run(*, first: int | None) -> int:
    """Claim a due release, the named one if it is free, and make or verify it; 1 if it was."""
    claimed = jobs_claim(worker=worker_name(), first=first, kind=RELEASE)
    if not claimed:
        return 0
    (job,) = claimed
    try:
        # What is written is in no person's language.
        with translation.override("en"):
            return _work(job, _loaded(job))
    except JobLost as lost:
        log.info("job_lost", job=job.pk, reason=lost.message)
    except Release.DoesNotExist:
        _failed(job, "What it was for is gone.", permanent=True)
    except (ExportError, InvalidInput) as error:
        _failed(job, f"It can't be made: {error}", permanent=True)
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
        reason = f"A file can't be read or written: {error.strerror or error}."
        _failed(job, reason, permanent=False)
    except Exception as error:  # noqa: BLE001  a library's surprise must not hold the job for ever
        _failed(job, f"It failed: {type(error).__name__}: {first_line(error)}", permanent=False)
    return 0


def _failed(job: Job, reason: str, *, permanent: bool) -> None:
    log.warning("release_failed", job=job.pk, error=reason)
    with suppress(JobLost):
        job_fail(job=job, error=reason, permanent=permanent)


def _loaded(job: Job) -> Release:
    rows = Release.objects.select_related("corpus__rating_scale", "previous")
    return rows.get(job=job)


def _work(job: Job, release: Release) -> int:
    articles = Selection.read(release.selection, release.corpus).articles(release.corpus).count()
    again = 1 + len(release.formats) * (1 + len(release.plan.get("shares", [])))
    progress = _Progress(job, release, articles * (1 + again))
    if not release.source:
        _freeze(job, release, progress)
        release = _loaded(job)
    if release.ready_at is None:
        _require_open(release)
    with _local(release.source) as stored:
        source = Source(stored)
        ready = release.ready_at is not None
        if not ready:
            release.software = software_of(release.formats, settings.SOFTWARE_VERSION)
        facts = facts_of(release, source)
        progress.total = source.state["articles"] * (passes(facts) + (not ready))
        bundle = Bundle(source, facts, progress.tick)
        with tempfile.TemporaryFile() as file:
            digest, size = _write(bundle.write(), file)
            if ready:
                _compare(job, release, bundle, digest)
            else:
                _keep(job, release, bundle, file, digest, size)
    log.info("release_made", job=job.pk, release=release.pk, size=size, again=ready)
    return 1


def _require_open(release: Release) -> None:
    """``ExportError`` where a source in its frozen records was protected since."""
    if Release.objects.filter(pk=release.pk, source_protected_at__isnull=False).exists():
        raise ExportError(
            "a source was protected since its records were frozen; discard it and make another"
        )


class _Progress:
    """Now and then keeps the lease and says how far it is; ``JobLost`` where that is over."""

    def __init__(self, job: Job, release: Release, total: int) -> None:
        self.job, self.release, self.total = job, release, total
        self.done = 0
        self.beside: Callable[[Callable[[], None]], None] = lambda write: write()
        self._told = time.monotonic()

    def tick(self) -> None:
        self.done += 1
        if time.monotonic() - self._told >= TOLD_SECONDS:
            self._told = time.monotonic()
            self.beside(self._tell)

    def _tell(self) -> None:
        if not self.job.lease or not jobs_renew(lease=self.job.lease):
            raise JobLost(f"Job {self.job.pk} was given to another worker or cancelled.")
        done, total = min(self.done, self.total), self.total
        Release.objects.filter(pk=self.release.pk).update(done=done, total=total)
        share = int(WHOLE * done / total) if total else 0
        Job.objects.filter(pk=self.job.pk, lease=self.job.lease).update(done=share, total=WHOLE)


# --- The records -------------------------------------------------------------------------------


def _freeze(job: Job, release: Release, progress: _Progress) -> None:
    """One state of the data, written down: nothing of the release is read from the tables again."""
    selection = Selection.read(release.selection, release.corpus)
    options = Options(**release.options, site=release.site, salt=bytes(release.salt))
    sources = protected_sources(release.corpus_id)
    with tempfile.TemporaryFile() as file, tempfile.TemporaryFile() as uids:
        with _index_of(release.previous) as previous, one_state() as beside:
            progress.beside = beside
            # Individual labels too, whatever will be given: agreement is measured by them.
            context = begin(
                release.corpus,
                FORMATS["jsonl"],
                selection=selection,
                options=replace(options, labels="both"),
                exported_at=timezone.now(),
            )
            pieces = frozen(
                context,
                selection,
                previous=previous,
                discussions=release.discussions,
                tick=progress.tick,
            )
            digest, size = _write(pieces, file)
        progress.beside = lambda write: write()
        source = Source(file)
        claims = (claim["uid"] for article in source.articles() for claim in article["claims"])
        _write(index(release.number, claims, source.tombstones()), uids)
        file.seek(0)
        uids.seek(0)
        release.source.save(f"{release.uid}-{job.lease}.source", File(file), save=False)
        release.index.save(f"{release.uid}-{job.lease}.index", File(uids), save=False)
    try:
        with transaction.atomic():
            sources_hold(release.corpus_id)
            sources_require(release.corpus_id, sources)
            job_hold(job)
            release.source_sha256, release.frozen_at = digest, context.exported_at
            # Nobody leads pseudonyms back from here on.
            release.salt = b""
            release.save(
                update_fields=[
                    "source", "index", "source_sha256", "frozen_at", "salt",
                ]
            )  # fmt: skip
            _event(
                release,
                "release.frozen",
                {"records_sha256": digest, "size": size, "articles": context.report.articles},
            )
    except BaseException:
        release.source.delete(save=False)
        release.index.delete(save=False)
        raise


@contextmanager
def _index_of(previous: Release | None) -> Iterator[Index | None]:
    if previous is None:
        yield None
        return
    with _local(previous.index) as file:
        yield Index(file)


@contextmanager
def _local(stored: FieldFile) -> Iterator[IO[bytes]]:
    """A stored file, to be read back and forth as often as wanted, wherever it is stored."""
    with tempfile.TemporaryFile() as file:
        with stored.storage.open(stored.name or "", "rb") as far:
            shutil.copyfileobj(far, file)
        file.seek(0)
        yield file


def _write(pieces: Iterator[bytes], file: IO[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        file.write(piece)
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size


# --- The archive -------------------------------------------------------------------------------


def facts_of(release: Release, source: Source) -> Facts:
    """Everything that the archive says beside the records, from the row's frozen columns."""
    return Facts(
        uid=str(release.uid),
        number=release.number,
        title=release.title,
        motivation=release.motivation,
        creators=release.creators,
        licence=release.licence,
        licence_text=release.licence_text,
        formats=[FORMATS[name] for name in release.formats],
        selection=release.selection,
        options=Options(**release.options, site=release.site),
        plan=Plan.stored(release.plan),
        discussions=release.discussions,
        previous=release.previous.number if release.previous else None,
        source_sha256=release.source_sha256,
        software={name: release.software[name] for name in sorted(release.software)},
        frozen_at=source.frozen_at,
        state=source.state,
    )


def _keep(
    job: Job, release: Release, bundle: Bundle, file: IO[bytes], digest: str, size: int
) -> None:
    """The archive in its place, the release ready and the job's end, together or not at all."""
    file.seek(0)
    release.file.save(f"{release.uid}-{job.lease}.zip", File(file), save=False)
    try:
        with transaction.atomic():
            sources_hold(release.corpus_id)
            _require_open(release)
            held = job_hold(job)
            now = timezone.now()
            corpus = slugify(release.corpus.name)[:100] or "corpus"
            release.file_name = f"{corpus}-release-{release.number}.zip"
            release.size, release.sha256, release.files = size, digest, bundle.files
            release.datasheet, release.leakage = bundle.datasheet, bundle.leakage
            release.counts = bundle.datasheet["counts"]
            release.done = release.total = max(bundle_total(bundle), 1)
            release.ready_at = now
            release.save()
            held.total = WHOLE
            job_done(job=held, at=now)
            _event(
                release,
                "release.ready",
                {"counts": release.counts, "size": size, "sha256": digest},
            )
    except BaseException:
        release.file.delete(save=False)
        raise


def bundle_total(bundle: Bundle) -> int:
    return int(bundle.source.state["articles"]) * passes(bundle.facts)


def _compare(job: Job, release: Release, bundle: Bundle, digest: str) -> None:
    found = verification(release, bundle, digest)
    with transaction.atomic():
        held = job_hold(job)
        now = timezone.now()
        Release.objects.filter(pk=release.pk).update(
            verified_at=now, verification=found, done=release.total, total=release.total
        )
        held.total = WHOLE
        job_done(job=held, at=now)
        _event(release, "release.verified", found)


def verification(release: Release, bundle: Bundle, digest: str) -> dict[str, Any]:
    """How what was made again compares: ``same``, and each file that ``differs``; software that
    isn't what it was made with, with both versions."""
    was = {one["name"]: one["sha256"] for one in release.files}
    now = {one["name"]: one["sha256"] for one in bundle.files}
    here = software_of(release.formats, settings.SOFTWARE_VERSION)
    return {
        "same": digest == release.sha256,
        "sha256": digest,
        "differs": sorted(name for name in was | now if was.get(name) != now.get(name)),
        "software": {
            name: [release.software.get(name), here.get(name)]
            for name in sorted(release.software.keys() | here.keys())
            if release.software.get(name) != here.get(name)
        },
    }


def release_check(release: Release) -> dict[str, Any]:
    """Make a ready release again here and now, and compare it; writes nothing.

    The stored archive is read too: ``stored`` says whether it still has its sum.
    """
    digest = hashlib.sha256()
    with release.file.storage.open(release.file.name or "", "rb") as far:
        for piece in iter(lambda: far.read(1 << 20), b""):
            digest.update(piece)
    with translation.override("en"), _local(release.source) as stored:
        source = Source(stored)
        bundle = Bundle(source, facts_of(release, source), lambda: None)
        with tempfile.TemporaryFile() as file:
            again, _ = _write(bundle.write(), file)
        return {
            **verification(release, bundle, again),
            "stored": digest.hexdigest() == release.sha256,
        }


def _event(release: Release, kind: str, after: dict[str, Any]) -> None:
    event_record(
        kind=kind, actor=None, target=release, corpus=release.corpus, before=None, after=after
    )

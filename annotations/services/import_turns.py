"""A turn of a worker at an import: it takes the job, does a part of it, and puts it back.

What a turn is spent on, reading or taking back, comes from the caller.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

import structlog
from django.conf import settings
from django.db import DatabaseError, OperationalError, transaction
from django.utils import timezone

from annotations.errors import BadFile, JobLost
from annotations.models import Import, Job

from .leases import job_fail, job_hold, job_yield, jobs_claim, others_wait
from .workers import worker_name

log = structlog.get_logger(__name__)

# What a job counts in: thousandths of the file.
WHOLE = 1000


def turn(first: int | None, kind: str, part: Callable[[Job, Import], int]) -> int:
    """Claim a due job of this kind and do a part of it; what ``part`` says was dealt with."""
    claimed = jobs_claim(worker=worker_name(), first=first, kind=kind)
    if not claimed:
        return 0
    (job,) = claimed
    try:
        source = Import.objects.select_related("corpus", "created_by", "job").get(job=job)
        return part(job, source)
    except JobLost as lost:
        log.info("job_lost", job=job.pk, reason=lost.message)
    except BadFile as error:
        _failed(job, error.message, permanent=True)
    except Import.DoesNotExist:
        _failed(job, "What it was for is gone.", permanent=True)
    except OperationalError:
        # The database is away, or two waited for each other: the task is tried again, and finds
        # the job free; where not even that can be written down, the lease runs out.
        with suppress(DatabaseError):
            Job.objects.filter(pk=job.pk, lease=job.lease).update(
                lease_expires_at=timezone.now(), sent_at=None
            )
        raise
    except OSError as error:
        _failed(job, f"The file can't be read: {error.strerror or error}.", permanent=False)
    except Exception as error:  # noqa: BLE001  a stranger's file must not hold the job for ever
        _failed(job, f"It failed: {type(error).__name__}: {first_line(error)}", permanent=False)
    return 0


def _failed(job: Job, reason: str, *, permanent: bool) -> None:
    log.warning("import_failed", job=job.pk, error=reason)
    with suppress(JobLost):
        job_fail(job=job, error=reason, permanent=permanent)


def import_locked(source: Import) -> Import:
    """The import as it is now, locked until the transaction ends. Inside one.

    Rows that came with it may be written meanwhile: they name it, and who writes them may hold
    what this transaction needs next.
    """
    return Import.objects.select_for_update(of=("self",), no_key=True).get(pk=source.pk)


class Slice:
    """How long a turn lasts: ``IMPORT_SLICE_SECONDS`` (less than nothing: a chunk), and no longer
    than its next step where somebody waits for other work.

    Never less than the way to its first step took, or a turn at the end of a large file would be
    spent on passing over what the turns before it read.
    """

    def __init__(self, job: Job) -> None:
        self._kind, self._began = job.kind, time.monotonic()
        self._least = self._ends = 0.0

    def arrived(self) -> None:
        """The way is done, and work begins. Said again, it changes nothing."""
        if self._ends:
            return
        now = time.monotonic()
        way, wanted = now - self._began, settings.IMPORT_SLICE_SECONDS
        self._least = now + way
        self._ends = now + (max(wanted, way) if wanted >= 0 else wanted)

    def is_over(self) -> bool:
        now = time.monotonic()
        return now > self._ends or (now > self._least and others_wait(kind=self._kind))


def pause(job: Job) -> None:
    """Put the job back into the queue, for others to have a turn."""
    with transaction.atomic():
        job_yield(job=job_hold(job))


def first_line(error: Exception) -> str:
    """What a database says went wrong; further down it repeats the row, which no log may hold."""
    return str(error).strip().partition("\n")[0] or type(error).__name__

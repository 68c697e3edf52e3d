"""Workers: what each is called, and which of them are alive."""

from __future__ import annotations

import datetime as dt
import os
import socket

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from annotations.domain.transitions import JobState
from annotations.models import Corpus, Job, WorkerHeartbeat

# A worker that hasn't been seen for this long counts as gone.
WORKER_SILENCE_SECONDS: int = settings.WORKER_SILENCE_SECONDS


def worker_name() -> str:
    """Names this process among all workers: host and process id."""
    return f"{socket.gethostname()}:{os.getpid()}"


def worker_seen(*, name: str, started_at: dt.datetime, bulk: bool = True) -> None:
    """Note that this worker process is alive, and whether it takes bulk work."""
    host, _, pid = name.rpartition(":")
    now = timezone.now()
    WorkerHeartbeat.objects.update_or_create(
        name=name,
        defaults={
            "host": host,
            "pid": int(pid),
            "started_at": started_at,
            "bulk": bulk,
            "seen_at": now,
        },
    )
    WorkerHeartbeat.objects.filter(seen_at__lt=now - dt.timedelta(days=1)).delete()


def worker_gone(*, name: str) -> None:
    """A worker says that it is leaving."""
    WorkerHeartbeat.objects.filter(name=name).delete()


def workers_alive(*, bulk: bool = False, host: str = "") -> int:
    """How many workers were seen lately; ``bulk``: of those that take bulk work; ``host``: of
    those that are there."""
    seen = _seen_lately()
    if bulk:
        seen = seen.filter(bulk=True)
    return (seen.filter(host=host) if host else seen).count()


def workers_missing(corpus: Corpus) -> str:
    """Whom the corpus's work waits for in vain: ``any`` worker, one that takes ``bulk`` work
    while some waits, or nobody (empty)."""
    takes_bulk = set(_seen_lately().order_by().values_list("bulk", flat=True).distinct())
    if not takes_bulk:
        return "any"
    if True in takes_bulk:
        return ""
    waits = Job.objects.filter(corpus=corpus, state=JobState.QUEUED, bulk=True).exists()
    return "bulk" if waits else ""


def _seen_lately() -> QuerySet[WorkerHeartbeat]:
    since = timezone.now() - dt.timedelta(seconds=WORKER_SILENCE_SECONDS)
    return WorkerHeartbeat.objects.filter(seen_at__gt=since)

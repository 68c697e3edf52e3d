"""What every worker does beside its tasks: it takes back what dead processes held, ends what is
stuck, and sends again what the broker lost.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import socket
from itertools import groupby
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from annotations import jobs
from annotations.domain.transitions import JobState
from annotations.models import Job
from annotations.models.jobs import JobQuerySet

from .leases import jobs_go_on, jobs_release, lease_is_worked_on, skip_locked
from .workers import workers_alive

log = structlog.get_logger(__name__)

RESEND_SECONDS = 60
RESEND_AT_ONCE = 32


def jobs_sweep(
    *, idle: bool = True, bulk: bool = True, knows_its_leases: bool = False
) -> dict[str, int]:
    """See to this host's running jobs, and send again what is due and unsent.

    A job whose process is dead is taken back. One whose process lives keeps its lease, up to a
    bound: past that only the work itself can renew it. A process of this worker's own that lets
    it run out is stuck, and killed; whoever watches over it starts it anew, and the job goes to
    somebody else.

    ``idle``: the worker that asks could do more than it does, so it takes over what another one
    has fetched ahead; ``bulk``: it takes bulk work; ``knows_its_leases``: its tasks run in this
    process, so what it holds and no task is at is free.
    """
    now = timezone.now()
    released = jobs_release() + _look_after_running(now, knows_its_leases)
    with transaction.atomic():
        late = Job.objects.claimable(timezone.now()).filter(_unheard(now, idle=idle, bulk=bulk))
        # A query a kind: an index leads through each. Of bulk extraction there is no message a job.
        found = [
            job
            for kind, _label in Job.KINDS
            for job in skip_locked(_of_kind(late, kind).order_by("due_at", "id"))[:RESEND_AT_ONCE]
        ]
        resend = sorted(found, key=lambda job: (job.due_at, job.pk))[:RESEND_AT_ONCE]
        Job.objects.filter(pk__in=[job.pk for job in resend]).update(sent_at=now)
    sent = 0
    for job in resend:
        if not jobs.send(job.pk, job.kind, bulk=job.bulk):
            # The broker is away. Asking for each of the others would take seconds each, in
            # which this worker would not be seen.
            left = [job.pk for job in resend[sent:]]
            Job.objects.filter(pk__in=left).update(sent_at=None)
            break
        sent += 1
    else:
        # Idle by its own reckoning, or by the database's: messages that a broker lost may be
        # counted as taken for ever.
        free = bulk and (idle or not _has_work())
        sent += free and jobs_go_on(kind="extraction")
    if released or sent:
        log.info("jobs_swept", released=released, sent=sent)
    return {"released": released, "sent": sent}


def _unheard(now: dt.datetime, *, idle: bool, bulk: bool) -> models.Q:
    """Jobs whose message seems to be lost, and those that this worker had better take.

    A worker fetches its next message while it is busy, and it may be busy for long. So one that
    is idle, and not alone, sends again what has waited since its last look: the other one can't
    fetch that too, and finds its own message's work done.
    """
    unheard = models.Q(sent_at=None) | models.Q(
        sent_at__lt=now - dt.timedelta(seconds=RESEND_SECONDS)
    )
    if not idle or workers_alive() < 2:
        return unheard
    waits = models.Q(sent_at__lt=now - dt.timedelta(seconds=settings.JOB_SWEEP_SECONDS))
    return unheard | (waits if bulk else waits & models.Q(bulk=False))


def _of_kind(rows: JobQuerySet, kind: str) -> JobQuerySet:
    rows = rows.filter(kind=kind)
    return rows.filter(bulk=False) if kind == "extraction" else rows


def _look_after_running(now: dt.datetime, knows_its_leases: bool) -> int:
    """Renew what living processes of this host hold, and release the rest; how many."""
    longest = dt.timedelta(seconds=settings.JOB_MAX_SECONDS)
    renewed = now + dt.timedelta(seconds=settings.JOB_LEASE_SECONDS)
    # Nobody else will have looked when it has run out.
    soon = now + dt.timedelta(seconds=2 * settings.JOB_SWEEP_SECONDS)
    running = Job.objects.filter(
        state=JobState.RUNNING, worker__startswith=f"{socket.gethostname()}:"
    ).order_by("worker")
    released = 0
    for worker, held in groupby(running, key=lambda job: job.worker):
        by_lease: dict[Any, list[Job]] = {}
        for job in held:
            by_lease.setdefault(job.lease, []).append(job)
        pid = int(worker.rpartition(":")[2])
        alive = _is_alive(pid)
        for lease, jobs_held in by_lease.items():
            ours = Job.objects.filter(
                pk__in=[job.pk for job in jobs_held], lease=lease, state=JobState.RUNNING
            )
            one = jobs_held[0]
            # Put behind the others, so that what was in hand at one mishap isn't at the next.
            free = {"lease_expires_at": now, "due_at": now, "sent_at": None}
            dropped = knows_its_leases and pid == os.getpid() and not lease_is_worked_on(lease)
            if not alive or dropped or _is_younger(pid, one.started_at):
                released += ours.update(**free)
            elif one.started_at and now - one.started_at < longest:
                ours.update(lease_expires_at=renewed)
            elif one.lease_expires_at and one.lease_expires_at <= soon and _is_mine(pid):
                released += ours.update(**free)
                log.error("worker_stuck", pid=pid, job=one.pk, kind=one.kind)
                os.kill(pid, signal.SIGKILL)
                alive = False
    return released


def _has_work() -> bool:
    """Whether this process, or one that it started, holds a job."""
    workers = Job.objects.filter(
        state=JobState.RUNNING,
        worker__startswith=f"{socket.gethostname()}:",
        lease_expires_at__gt=timezone.now(),
    ).order_by()
    names = workers.values_list("worker", flat=True).distinct()
    return any(_is_mine(int(name.rpartition(":")[2])) for name in names)


def _is_younger(pid: int, moment: dt.datetime | None) -> bool:
    """Whether the process began after a moment: then it only has the number of one before it."""
    stat = _stat(pid)
    if stat is None or moment is None:
        return False
    boot = next(
        (
            line.split()[1]
            for line in Path("/proc/stat").read_text().splitlines()
            if line.startswith("btime ")
        ),
        None,
    )
    if boot is None:
        return False
    began = int(boot) + int(stat[19]) / os.sysconf("SC_CLK_TCK")
    # The system's clock may have been set a little since.
    return began > moment.timestamp() + 5


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    # One that has ended and that nobody waited for still has its number.
    state = _stat(pid)
    return state is None or state[0] != "Z"


def _is_mine(pid: int) -> bool:
    """This process, or one that it started: another may have got the number of a dead one."""
    state = _stat(pid)
    return pid == os.getpid() or (state is not None and int(state[1]) == os.getpid())


def _stat(pid: int) -> list[str] | None:
    """A process's state, parent and so on, as proc(5) lists them; None where there is no /proc."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None

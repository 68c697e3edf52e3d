"""Who has a job: taking it, keeping it, losing it, and how it ends.

A worker claims a job by taking a lease under a random name; every later write names the
lease, so a worker that was thought dead and comes back can change nothing.
"""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, models, transaction
from django.utils import timezone

from annotations import jobs
from annotations.domain.transitions import ArticleState, JobState
from annotations.errors import JobLost
from annotations.models import Article, Corpus, Job, User
from annotations.models.jobs import JobQuerySet

from .events import event_record

# The order in which due jobs are taken.
URGENCY = ("bulk", "due_at", "id")

# What was under way when a worker was lost, for people.
_DOING = {
    "extraction": "extracting this article",
    "fetch": "fetching this page",
    "import_check": "checking this file",
    "import": "importing this file",
    "import_rollback": "taking this import back",
    "export": "writing this export",
    "articles_change": "changing these articles",
    "release": "making this release",
}


def skip_locked(rows: models.QuerySet[Job]) -> models.QuerySet[Job]:
    """Lock rows, passing over those another worker holds, where the database can.

    SQLite can't and needn't: its transactions are IMMEDIATE, one writer at a time.
    """
    if connection.features.has_select_for_update_skip_locked:
        return rows.select_for_update(skip_locked=True, of=("self",))
    return rows


def jobs_claim(
    *,
    worker: str,
    first: int | None = None,
    limit: int = 1,
    words: int | None = None,
    kind: str = "extraction",
    bulk: bool = True,
) -> list[Job]:
    """Take up to ``limit`` due jobs of one kind and one detector, ``first`` among them if free.

    What somebody waits for goes before bulk work, and is never put into one batch with it; with
    ``bulk`` false there is nothing else. A batch ends with the job that brings its ``words`` to
    the bound. A job that an earlier worker lost is handed out alone, so that an article that
    kills workers takes no other down with it; after its last attempt it fails.
    """
    # Each round is a transaction of its own: ending a job locks its corpus's event chain,
    # and nothing else may be waited for under that lock.
    jobs_release()
    due = Job.objects.filter(kind=kind)
    due = due if bulk else due.filter(bulk=False)
    while (claimed := _claim_once(due, worker, first, limit, words)) is None:
        first = None
    return claimed


@transaction.atomic
def _claim_once(
    due: JobQuerySet, worker: str, first: int | None, limit: int, words: int | None
) -> list[Job] | None:
    """The jobs taken; None when a job was ended instead."""
    now = timezone.now()
    due = due.claimable(now)
    found: list[Job] = []
    if first is not None:
        found = list(skip_locked(due.filter(pk=first)))
    if not found:
        found = list(skip_locked(due.order_by(*URGENCY))[:1])
    if not found:
        return []
    leader = found[0]
    if leader.attempts >= settings.JOB_MAX_ATTEMPTS:
        _job_end(
            leader,
            JobState.FAILED,
            f"The worker was lost {leader.attempts} times while {_DOING[leader.kind]}.",
        )
        return None
    if leader.attempts == 0 and limit > 1:
        found += _others_like(leader, due, limit - 1, words)
    lease = uuid.uuid4()
    _claimed_here().add(lease)
    _active.add(lease)
    Job.objects.filter(pk__in=[job.pk for job in found]).update(
        state=JobState.RUNNING,
        lease=lease,
        lease_expires_at=now + dt.timedelta(seconds=settings.JOB_LEASE_SECONDS),
        worker=worker,
        attempts=models.F("attempts") + 1,
        started_at=now,
    )
    Article.objects.filter(
        pk__in=[job.article_id for job in found], state=ArticleState.WAITING
    ).update(state=ArticleState.EXTRACTING)
    return list(
        Job.objects.filter(lease=lease).select_related("article", "corpus").order_by("due_at", "id")
    )


def _others_like(leader: Job, due: JobQuerySet, limit: int, words: int | None) -> list[Job]:
    """Due jobs that go into one batch with the leader, up to so many and so many words."""
    alike = {"detector": leader.corpus.detector, "threshold": leader.corpus.threshold}
    others = Corpus.everything.exclude(**alike).order_by().values("pk")
    like = due.filter(attempts=0, bulk__in=[leader.bulk]).exclude(pk=leader.pk)
    like = like.exclude(corpus__in=others).only("pk", "words", "article")
    found, total = [], leader.words
    for job in skip_locked(like.order_by("due_at", "id"))[:limit]:
        if words is not None and total >= words:
            break
        found.append(job)
        total += job.words
    return found


# Leases that this process took, by thread; and those that it has given up and not yet returned.
_here = threading.local()

_given_up: set[uuid.UUID] = set()

# Of all threads: those that a task of this process is at.
_active: set[uuid.UUID] = set()


def lease_is_worked_on(lease: uuid.UUID) -> bool:
    """Whether a task of this process is at what it took under this lease."""
    return lease in _active


def _claimed_here() -> set[uuid.UUID]:
    leases: set[uuid.UUID] = _here.__dict__.setdefault("leases", set())
    return leases


@contextmanager
def returning_leases() -> Iterator[None]:
    """For a task that claims jobs: whatever ends it, none of them seems to be worked on after it.

    A process that lives keeps its jobs (``jobs_sweep``), so one whose database went away in the
    middle would keep them from everybody. They are returned as soon as the database is back.
    """
    _claimed_here().clear()
    try:
        yield
    except BaseException:
        _given_up.update(_claimed_here())
        _active.difference_update(_claimed_here())
        with suppress(DatabaseError, InterfaceError):
            jobs_release()
        raise
    finally:
        _active.difference_update(_claimed_here())
        _claimed_here().clear()


def jobs_release() -> int:
    """Return the leases that this process has given up; how many jobs are free again."""
    leases = set(_given_up)
    if not leases:
        return 0
    now = timezone.now()
    freed = Job.objects.filter(lease__in=leases, state=JobState.RUNNING).update(
        lease_expires_at=now, due_at=now, sent_at=None
    )
    _given_up.difference_update(leases)
    return freed


def jobs_renew(*, lease: uuid.UUID) -> int:
    """Keep the leases of one claim; how many jobs are still held."""
    return Job.objects.filter(lease=lease, state=JobState.RUNNING).update(
        lease_expires_at=timezone.now() + dt.timedelta(seconds=settings.JOB_LEASE_SECONDS)
    )


def job_hold(job: Job) -> Job:
    """Lock a running job for the write that ends it. ``JobLost`` if its lease isn't ours."""
    held = (
        Job.objects.select_for_update(of=("self",))
        .select_related("article", "corpus")
        .filter(pk=job.pk, lease=job.lease, state=JobState.RUNNING)
        .first()
    )
    if held is None:
        raise JobLost(f"Job {job.pk} was given to another worker or cancelled.")
    return held


def jobs_hold(held: Sequence[Job]) -> list[Job]:
    """``job_hold`` for several of one lease: those that are still ours, in the order of ids."""
    return list(
        Job.objects.select_for_update(of=("self",))
        .select_related("corpus")
        .filter(
            pk__in=[job.pk for job in held],
            lease__in={job.lease for job in held},
            state=JobState.RUNNING,
        )
        .order_by("pk")
    )


def job_yield(*, job: Job) -> None:
    """Put a job that has come forward back into the queue, so that what is due goes first.

    Its attempts are counted anew: only a job that dies without getting anywhere is given up.
    Inside a transaction; the job has to be held.
    """
    now = timezone.now()
    job.state, job.lease, job.lease_expires_at, job.attempts = JobState.QUEUED, None, None, 0
    job.due_at = job.sent_at = now
    job.save()
    jobs.enqueue(job)


def job_done(*, job: Job, at: dt.datetime) -> None:
    """End a held job well. Inside the transaction that writes its result."""
    job.state, job.error, job.done, job.lease = JobState.DONE, "", job.total, None
    job.finished_at = at
    job.save()


def jobs_done(*, jobs: Sequence[Job], at: dt.datetime) -> None:
    """The same for several, in one statement."""
    Job.objects.filter(pk__in=[job.pk for job in jobs]).update(
        state=JobState.DONE, error="", done=models.F("total"), lease=None, finished_at=at
    )


@transaction.atomic
def job_fail(*, job: Job, error: str, permanent: bool) -> Job:
    """End an attempt that failed: for good, or to be tried again later with back-off."""
    held = job_hold(job)
    if permanent or held.attempts >= settings.JOB_MAX_ATTEMPTS:
        _job_end(held, JobState.FAILED, error)
    else:
        held.state, held.lease, held.error = JobState.QUEUED, None, error
        held.due_at = timezone.now() + dt.timedelta(seconds=2**held.attempts)
        held.sent_at = None
        held.save()
    return held


def _job_end(job: Job, state: JobState, error: str) -> None:
    before = job.state
    job.state, job.error, job.lease = state, error, None
    job.finished_at = timezone.now()
    job.save()
    article_without_run(job)
    job_event(job, "job.failed", None, before)


def article_without_run(job: Job) -> None:
    """An article that never was extracted shows the failure; one that was stays readable."""
    Article.objects.filter(
        jobs=job, state__in=[ArticleState.WAITING, ArticleState.EXTRACTING]
    ).update(state=ArticleState.FAILED)


def job_event(job: Job, kind: str, actor: User | None, before: str) -> None:
    event_record(
        kind=kind,
        actor=actor,
        target=job,
        corpus=job.corpus,
        article=job.article,
        before={"state": str(before)},
        after={"state": str(job.state), "error": job.error},
    )


def jobs_go_on(*, kind: str) -> bool:
    """Tell the broker of the bulk work of a kind that is due next; whether there is any.

    Bulk work of many jobs has no message each: whoever begins a turn at it sends the next one, and
    a worker that is idle although there is some sends itself one. So there are about as many
    messages as workers at it, and one more, however long the queue is.
    """
    due = Job.objects.filter(kind=kind, bulk__in=[True]).claimable(timezone.now())
    job = due.order_by("due_at", "id").first()
    return job is not None and jobs.send(job.pk, kind, bulk=True)


def others_wait(*, kind: str) -> bool:
    """Whether somebody waits for work of another kind, for which this worker may be needed."""
    waiting = Job.objects.filter(state=JobState.QUEUED, bulk=False).exclude(kind=kind)
    return waiting.claimable(timezone.now()).exists()

"""Jobs: claimed once, lost and found again, ended for good."""

from __future__ import annotations

import datetime as dt
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import OperationalError
from django.utils import timezone

from annotations import jobs as broker
from annotations.errors import Conflict, JobLost, NotAllowed
from annotations.models import Article, Corpus, DetectionRun, Event, Job, WorkerHeartbeat
from annotations.models.jobs import JobQuerySet
from annotations.services.jobs import extraction_request, job_cancel, job_retry
from annotations.services.leases import (
    job_fail,
    jobs_claim,
    jobs_release,
    jobs_renew,
    returning_leases,
)
from annotations.services.runs import run_record
from annotations.services.sweep import jobs_sweep
from annotations.services.workers import worker_gone, worker_seen, workers_alive

from .cast import TEXT, Cast, FakeDetector, detection, last_event, make_article

HERE = f"{socket.gethostname()}:{os.getpid()}"


def later(seconds: float) -> Any:
    return time_machine.travel(timezone.now() + dt.timedelta(seconds=seconds), tick=True)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids of the jobs that the broker was told about."""
    ids: list[int] = []

    def send(job_id: int, kind: str, *, bulk: bool) -> bool:
        ids.append(job_id)
        return True

    monkeypatch.setattr(broker, "send", send)
    return ids


@pytest.fixture
def waiting(corpus: Corpus) -> Article:
    return make_article(corpus)


@pytest.fixture
def job(waiting: Article) -> Job:
    return Job.objects.get(article=waiting)


def claim(first: Job | None = None, limit: int = 1) -> list[Job]:
    return jobs_claim(worker=HERE, first=first.pk if first else None, limit=limit)


def record(job: Job) -> DetectionRun:
    assert job.article is not None
    return run_record(
        job=job,
        text=job.article.text,
        detector=FakeDetector(),  # type: ignore[arg-type]
        detection=detection(TEXT, "Ferries doubled"),
        seconds=1,
    )


def test_an_article_arrives_with_its_job(
    corpus: Corpus, sent: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        article = make_article(corpus)
        assert sent == []
    job = Job.objects.get(article=article)
    assert (job.state, job.attempts, sent) == ("queued", 0, [job.pk])
    assert article.state == "waiting"


def test_claiming_takes_a_lease(job: Job) -> None:
    (claimed,) = claim(job)
    assert (claimed.state, claimed.attempts, claimed.worker) == ("running", 1, HERE)
    assert claimed.lease is not None
    assert claimed.article is not None
    assert claimed.article.state == "extracting"
    assert claim(job) == []


def test_recording_ends_the_job(job: Job) -> None:
    (claimed,) = claim()
    run = record(claimed)
    job.refresh_from_db()
    assert (job.state, job.lease, job.done, job.run) == ("done", None, 1, run)
    assert job.article is not None
    assert (job.article.state, job.article.current_run) == ("ready", run)
    assert (last_event().kind, last_event().actor) == ("run.recorded", None)


def test_a_worker_that_dies_loses_its_job_and_may_not_write(job: Job) -> None:
    (first,) = claim()
    with later(61):
        (second,) = claim()
        assert (second.pk, second.attempts) == (first.pk, 2)
        assert second.lease != first.lease
        events = Event.objects.count()
        with pytest.raises(JobLost):
            record(first)
        with pytest.raises(JobLost):
            job_fail(job=first, error="late", permanent=True)
        assert (DetectionRun.objects.count(), Event.objects.count()) == (0, events)
        assert jobs_renew(lease=first.lease) == 0  # type: ignore[arg-type]
        record(second)
    assert DetectionRun.objects.count() == 1


def test_renewing_keeps_the_job(job: Job) -> None:
    (first,) = claim()
    with later(50):
        assert jobs_renew(lease=first.lease) == 1  # type: ignore[arg-type]
    with later(100):
        assert claim() == []
    with later(111):
        assert len(claim()) == 1


def test_writing_twice_changes_nothing(job: Job) -> None:
    (claimed,) = claim()
    record(claimed)
    with pytest.raises(JobLost):
        record(claimed)
    assert DetectionRun.objects.count() == 1


def test_a_failed_attempt_waits_longer_each_time(settings: Any, job: Job) -> None:
    settings.JOB_MAX_ATTEMPTS = 4
    now = timezone.now()
    waits = []
    with time_machine.travel(now, tick=False) as clock:
        for _ in range(3):
            (claimed,) = claim()
            failed = job_fail(job=claimed, error="broken", permanent=False)
            assert (failed.state, failed.error, failed.lease) == ("queued", "broken", None)
            assert claim() == []
            waits.append((failed.due_at - timezone.now()).total_seconds())
            clock.move_to(failed.due_at)
        assert waits == [2, 4, 8]
        (claimed,) = claim()
        failed = job_fail(job=claimed, error="broken", permanent=False)
    assert (failed.state, failed.attempts, failed.error) == ("failed", 4, "broken")
    assert last_event().kind == "job.failed"
    assert Article.objects.get(jobs=job).state == "failed"


def test_a_permanent_failure_is_not_tried_again(job: Job) -> None:
    (claimed,) = claim()
    job_fail(job=claimed, error="no such detector", permanent=True)
    with later(10_000):
        assert claim(job) == []
    event = last_event()
    assert (event.before, event.after) == (
        {"state": "running"},
        {"state": "failed", "error": "no such detector"},
    )


def test_an_article_that_kills_workers_fails_after_its_last_attempt(
    corpus: Corpus, job: Job
) -> None:
    for attempt in range(3):
        with later(61 * attempt):
            assert len(claim()) == 1
    other = make_article(corpus, "Another text.")
    with later(61 * 3):
        # The broken one is ended, and the next one handed out in the same breath.
        (claimed,) = claim(job)
    assert claimed.article == other
    job.refresh_from_db()
    assert job.state == "failed"
    assert "lost 3 times" in job.error


def test_a_batch_is_of_one_detector_and_has_no_lost_job(corpus: Corpus, cast: Cast) -> None:
    from .cast import make_corpus

    lost = make_article(corpus, "The one that was lost.")
    claim()
    special = make_corpus(cast, "Special", rating_scale=corpus.rating_scale)
    special.detector = "accurate"
    special.save()
    same = [make_article(corpus, f"Text {n}.") for n in range(4)]
    other = [make_article(special, f"Text {n}.") for n in range(2)]
    with later(61):
        first = claim(Job.objects.get(article=same[2]), limit=3)
        assert [j.article for j in first] == [same[0], same[1], same[2]]
        assert len({j.lease for j in first}) == 1
        assert [j.article for j in claim(limit=9)] == [lost]
        assert [j.article for j in claim(limit=9)] == [same[3]]
        assert [j.article for j in claim(limit=9)] == other


def test_requesting_again(
    cast: Cast, article: Article, sent: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = extraction_request(actor=cast.reviewer, article=article)
        assert extraction_request(actor=cast.second, article=article) == job
    assert sent == [job.pk]
    event = last_event()
    assert (event.kind, event.actor, event.after) == (
        "job.requested",
        cast.reviewer,
        {"state": "queued"},
    )
    article.refresh_from_db()
    # It stays readable meanwhile.
    assert article.state == "ready"
    with pytest.raises(NotAllowed):
        extraction_request(actor=cast.outsider, article=article)


def test_retrying(cast: Cast, job: Job) -> None:
    (claimed,) = claim()
    with pytest.raises(Conflict):
        job_retry(actor=cast.admin, job=job)
    job_fail(job=claimed, error="broken", permanent=True)
    with pytest.raises(NotAllowed):
        job_retry(actor=cast.reviewer, job=job)
    again = job_retry(actor=cast.admin, job=job)
    assert (again.state, again.attempts, again.error) == ("queued", 0, "")
    assert Article.objects.get(jobs=job).state == "waiting"
    event = last_event()
    assert (event.kind, event.before["state"]) == ("job.retried", "failed")
    record(claim()[0])


def test_an_old_job_is_not_retried_beside_a_new_one(cast: Cast, job: Job) -> None:
    job_fail(job=claim()[0], error="broken", permanent=True)
    assert job.article is not None
    extraction_request(actor=cast.reviewer, article=job.article)
    with pytest.raises(Conflict, match="under way"):
        job_retry(actor=cast.admin, job=job)


def test_cancelling(cast: Cast, job: Job) -> None:
    with pytest.raises(NotAllowed):
        job_cancel(actor=cast.second, job=job)
    (claimed,) = claim()
    job_cancel(actor=cast.admin, job=job)
    with pytest.raises(JobLost):
        record(claimed)
    with pytest.raises(Conflict):
        job_cancel(actor=cast.admin, job=job)
    assert (last_event().kind, last_event().actor) == ("job.cancelled", cast.admin)
    assert Article.objects.get(jobs=job).state == "failed"
    job_retry(actor=cast.admin, job=job)
    record(claim()[0])


# --- The sweep --------------------------------------------------------------------------


def dead_pid() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_the_sweep_takes_back_what_a_dead_process_here_held(job: Job, sent: list[int]) -> None:
    host = socket.gethostname()
    (first,) = jobs_claim(worker=f"{host}:{dead_pid()}")
    assert jobs_sweep() == {"released": 1, "sent": 1}
    assert sent == [job.pk]
    (second,) = claim(job)
    assert second.attempts == 2
    with pytest.raises(JobLost):
        record(first)


def test_a_living_process_keeps_its_job(job: Job, sent: list[int], settings: Any) -> None:
    jobs_claim(worker=f"{socket.gethostname()}:{os.getpid()}")
    with later(settings.JOB_LEASE_SECONDS - 1):
        jobs_sweep()
    with later(settings.JOB_LEASE_SECONDS + 1):
        assert claim(job) == []


def test_a_process_that_nobody_waited_for_is_dead(job: Job, sent: list[int]) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    assert ended.stdout is not None
    ended.stdout.read()  # until it has ended; nobody has asked for its exit code
    deadline = time.monotonic() + 5
    while "Z" not in Path(f"/proc/{ended.pid}/stat").read_text() and time.monotonic() < deadline:
        time.sleep(0.01)
    jobs_claim(worker=f"{socket.gethostname()}:{ended.pid}")
    assert jobs_sweep()["released"] == 1
    ended.wait()


def test_the_sweep_leaves_the_living_and_other_hosts_alone(
    corpus: Corpus, job: Job, sent: list[int]
) -> None:
    claim()
    make_article(corpus, "Another text.")
    jobs_claim(worker=f"elsewhere:{dead_pid()}")
    assert jobs_sweep() == {"released": 0, "sent": 0}
    with later(62):
        # This process lives and keeps its job; the other one's lease has run out.
        assert jobs_sweep()["sent"] == 1


def test_the_sweep_sends_what_the_broker_never_got(job: Job, sent: list[int]) -> None:
    assert jobs_sweep()["sent"] == 0
    Job.objects.update(sent_at=None)
    assert jobs_sweep()["sent"] == 1
    assert jobs_sweep()["sent"] == 0
    with later(61):
        assert jobs_sweep()["sent"] == 1


def test_a_broker_that_is_away_delays_and_loses_nothing(
    corpus: Corpus, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def away(*_: Any, **__: Any) -> None:
        tries.append(1)
        raise ConnectionRefusedError("no broker")

    monkeypatch.setattr(broker.current_app, "send_task", away)
    assert broker.send(job.pk, job.kind, bulk=False) is False
    job.refresh_from_db()
    assert job.sent_at is None
    for n in range(3):
        make_article(corpus, f"Text {n}.")
    Job.objects.update(sent_at=None)
    assert jobs_sweep()["sent"] == 0
    # Asked once for all of them: each time may take seconds.
    assert len(tries) == 2
    assert not Job.objects.exclude(sent_at=None).exists()
    monkeypatch.setattr(broker.current_app, "send_task", lambda *_, **__: None)
    assert jobs_sweep()["sent"] == 4


def test_workers_are_seen_until_they_are_silent(db: None) -> None:
    now = timezone.now()
    worker_seen(name="host:with:colons:12", started_at=now)
    heartbeat = WorkerHeartbeat.objects.get()
    assert (heartbeat.host, heartbeat.pid) == ("host:with:colons", 12)
    assert workers_alive() == 1
    assert workers_alive(host="host:with:colons") == 1
    assert workers_alive(host="host") == 0
    with later(31):
        assert workers_alive() == 0
        worker_seen(name="other:1", started_at=now)
    worker_gone(name="other:1")
    assert list(WorkerHeartbeat.objects.all()) == [heartbeat]
    with later(90_000):
        worker_seen(name="other:2", started_at=now)
        assert [w.name for w in WorkerHeartbeat.objects.all()] == ["other:2"]


def test_a_stuck_process_of_its_own_is_ended_and_the_job_goes_on(
    job: Job, sent: list[int], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing renews the lease any more, so the work has stopped coming forward."""
    settings.JOB_MAX_SECONDS = 600
    with subprocess.Popen(["sleep", "60"]) as stuck:
        (held,) = jobs_claim(worker=f"{socket.gethostname()}:{stuck.pid}")
        with later(590):
            assert jobs_sweep()["released"] == 0
        with later(630):
            assert jobs_sweep()["released"] == 0, "the lease of the last renewal still runs"
        # Work that comes forward by itself renews its lease, however long it takes.
        with later(645):
            assert jobs_renew(lease=held.lease) == 1  # type: ignore[arg-type]
            jobs_sweep()
            assert stuck.poll() is None
        with later(700):
            assert jobs_sweep() == {"released": 1, "sent": 1}
            assert stuck.wait(timeout=5) == -9
            (again,) = claim(job)
            assert again.attempts == 2


def test_a_process_that_only_has_the_number_of_a_dead_worker(
    job: Job, sent: list[int], settings: Any
) -> None:
    """It isn't killed, and doesn't keep the job: it began after the job was taken."""
    with subprocess.Popen(["sleep", "60"]) as stranger:
        jobs_claim(worker=f"{socket.gethostname()}:{stranger.pid}")
        assert jobs_sweep()["released"] == 0
        Job.objects.update(started_at=timezone.now() - dt.timedelta(seconds=10))
        assert jobs_sweep() == {"released": 1, "sent": 1}
        assert stranger.poll() is None
        stranger.kill()


def test_a_process_of_somebody_else_is_never_killed(
    job: Job, sent: list[int], settings: Any
) -> None:
    """Process 1 is nobody's child here."""
    jobs_claim(worker=f"{socket.gethostname()}:1")
    with later(settings.JOB_MAX_SECONDS + 200):
        assert jobs_sweep()["released"] == 0


@returning_leases()
def break_off(job: Job, then: Callable[[], None] = lambda: None) -> None:
    """A task that has claimed its job when the database goes away."""
    assert claim(job)
    then()
    raise OperationalError("the database went away")


def test_a_task_that_breaks_returns_what_it_held(job: Job) -> None:
    """Its process lives on, and would keep the job from everybody."""
    with pytest.raises(OperationalError):
        break_off(job)
    (again,) = claim(job)
    assert again.attempts == 2


def test_what_cant_be_returned_at_once_is_returned_later(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> int:
        raise OperationalError("still away")

    with monkeypatch.context() as patch, pytest.raises(OperationalError):
        break_off(job, lambda: patch.setattr(JobQuerySet, "update", away))
    assert Job.objects.get().lease_expires_at > timezone.now()  # type: ignore[operator]
    assert jobs_release() == 1
    assert jobs_release() == 0
    assert claim(job)


def test_a_task_that_ends_well_keeps_nothing_back(job: Job) -> None:
    with returning_leases():
        (held,) = claim(job)
    other = returning_leases()
    with pytest.raises(KeyError), other:
        raise KeyError
    record(held)


def test_a_lease_that_no_task_is_at_is_free(job: Job, sent: list[int]) -> None:
    """Of a process whose tasks run in it; what a task is at stays."""
    here = f"{socket.gethostname()}:{os.getpid()}"

    @returning_leases()
    def at_work() -> None:
        jobs_claim(worker=here)
        assert jobs_sweep(knows_its_leases=True)["released"] == 0

    at_work()
    assert jobs_sweep()["released"] == 0
    assert jobs_sweep(knows_its_leases=True)["released"] == 1

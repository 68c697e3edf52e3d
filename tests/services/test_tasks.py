"""What a worker does beside its tasks."""

from __future__ import annotations

import uuid
from types import SimpleNamespace
from typing import Any

import pytest
from celery import current_app
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from annotations import tasks
from annotations.jobs import TASKS
from annotations.models import Corpus, Job
from annotations.services.leases import jobs_claim, lease_is_worked_on
from annotations.services.workers import worker_name


def test_the_sweeper_outlives_a_database_that_goes_away(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.JOB_SWEEP_SECONDS = 0
    sweeper = tasks.Sweeper(slots=1, bulk=True)
    errors = [OperationalError("gone"), InterfaceError("closed"), RuntimeError("half an answer")]

    def sweep(**_: bool) -> None:
        if errors:
            raise errors.pop(0)
        sweeper.ended.set()

    gone: list[str] = []
    monkeypatch.setattr(tasks, "jobs_sweep", sweep)
    swept: list[bool] = []
    monkeypatch.setattr(tasks, "presence_sweep", lambda: swept.append(True))
    monkeypatch.setattr(tasks.tallies, "fold", lambda: 0)
    monkeypatch.setattr(tasks, "purge_sweep", lambda: 0)
    monkeypatch.setattr(tasks, "requests_sweep", lambda: 0)
    monkeypatch.setattr(tasks, "webhooks_sweep", lambda: swept.append(False))
    monkeypatch.setattr(tasks, "worker_seen", lambda **_: None)
    monkeypatch.setattr(tasks, "worker_gone", lambda name: gone.append(name))
    monkeypatch.setattr(tasks, "close_old_connections", lambda: None)
    monkeypatch.setattr(tasks, "connection", SimpleNamespace(close=lambda: None))
    sweeper.run()
    assert errors == []
    assert swept == [True, False]
    assert gone == [tasks.worker_name()]


def test_what_is_purged_is_looked_for_each_minute_and_then_at_once_for_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sweeper = tasks.Sweeper(slots=1, bulk=True)
    for name in ("requests_sweep", "exports_sweep", "deliveries_sweep"):
        monkeypatch.setattr(tasks, name, lambda: 0)
    monkeypatch.setattr(sweeper, "_planner", SimpleNamespace(look=lambda: False))
    left, looks = [20, 20, 0, 5, 0], []
    monkeypatch.setattr(tasks, "purge_sweep", lambda: looks.append(now) or left.pop(0))
    for now in range(0, 90, 5):
        monkeypatch.setattr(tasks.time, "monotonic", lambda now=now: 1000.0 + now)
        sweeper._tidy()
    assert looks == [0, 5, 10, 60, 65]


def test_a_task_claims_the_job_that_it_was_sent_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(tasks, "extraction_run", lambda first: asked.append(first) or 1)
    assert tasks.extract.apply(args=[7]).get() == 1
    assert asked == [7]


def test_a_worker_delivers_to_the_webhook_that_it_was_told_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(tasks, "webhook_run", lambda webhook: asked.append(webhook) or 1)
    # By the name under which the sweeper sends it.
    assert current_app.tasks["annotations.deliver"].apply(args=[7]).get() == 1
    assert asked == [7]


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(TASKS.values()))
def test_a_task_whose_database_goes_away_is_at_nothing_any_more(
    corpus: Corpus, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise its process, which lives on, would keep the job from everybody."""
    kind = next(kind for kind, task in TASKS.items() if task == name)
    job = Job.objects.create(kind=kind, corpus=corpus, due_at=timezone.now())
    leases: list[uuid.UUID] = []

    def breaks(first: int) -> int:
        (claimed,) = jobs_claim(worker=worker_name(), first=first, kind=kind)
        leases.append(claimed.lease)  # type: ignore[arg-type]
        raise InterfaceError("connection already closed")

    for run in [run for run in vars(tasks) if run.endswith("_run")]:
        monkeypatch.setattr(tasks, run, breaks)
    current_app.tasks[name].apply(args=[job.pk], retries=5)
    assert len(leases) == 1
    assert not lease_is_worked_on(leases[0])
    # It can be taken at once.
    assert jobs_claim(worker="another:1", kind=kind) == [job]

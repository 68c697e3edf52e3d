"""What a worker does beside its tasks."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from celery import current_app
from django.db import InterfaceError, OperationalError

from annotations import tasks


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

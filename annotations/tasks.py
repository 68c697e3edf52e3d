"""Celery's interface to the services, and what a worker process does beside its tasks.

A task loads nothing itself and holds no state: the ``Job`` row says what there is to do.
"""

from __future__ import annotations

import functools
import gc
import threading
import time
from typing import Any

import structlog
from celery import Task, shared_task
from celery.concurrency.prefork import TaskPool as PreforkPool
from celery.signals import worker_process_init, worker_ready, worker_shutdown
from celery.worker import state
from django.conf import settings
from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
)
from django.utils import timezone

from annotations import tallies
from annotations.detection import load_detector
from annotations.services.bulk_actions import bulk_run
from annotations.services.deliveries import deliveries_sweep, webhook_run, webhooks_sweep
from annotations.services.export_runs import export_run
from annotations.services.exports import exports_sweep
from annotations.services.extraction import extraction_run
from annotations.services.idempotency import requests_sweep
from annotations.services.import_rollback import import_rollback_run
from annotations.services.import_runs import import_check_run, import_run
from annotations.services.import_search import search_sweep
from annotations.services.leases import returning_leases
from annotations.services.planner import Planner
from annotations.services.presence import presence_sweep
from annotations.services.purging import purge_sweep
from annotations.services.release_runs import release_run
from annotations.services.snapshots import snapshot_run
from annotations.services.sweep import jobs_sweep
from annotations.services.workers import worker_gone, worker_name, worker_seen

log = structlog.get_logger(__name__)


class JobTask(Task):
    """A task that claims jobs: it leaves none behind that seems to be worked on."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with returning_leases():
            return super().__call__(*args, **kwargs)


job_task = functools.partial(
    shared_task,
    base=JobTask,
    # A database that is restarting; anything else is the job's own failure, kept in its row.
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=True,
    max_retries=5,
)


@job_task(name="annotations.extract")
def extract(job_id: int) -> int:
    """Extract the named job's article, and others that are due with it."""
    return extraction_run(first=job_id)


@job_task(name="annotations.fetch")
def fetch(job_id: int) -> int:
    """Fetch the page of the named job, or of another one that is due."""
    return snapshot_run(first=job_id)


@job_task(name="annotations.import_check")
def import_check(job_id: int) -> int:
    """Read a part of the named job's file, and note what would become of it."""
    return import_check_run(first=job_id)


@job_task(name="annotations.import")
def import_(job_id: int) -> int:
    """Import a part of the named job's file, or of another one that is due."""
    return import_run(first=job_id)


@job_task(name="annotations.import_rollback")
def import_rollback(job_id: int) -> int:
    """Take back a part of what the named job's import brought."""
    return import_rollback_run(first=job_id)


@job_task(name="annotations.export")
def export(job_id: int) -> int:
    """Write the named job's export, or another one that is due."""
    return export_run(first=job_id)


@job_task(name="annotations.articles_change")
def articles_change(job_id: int) -> int:
    """Go on with the named job's change of many articles."""
    return bulk_run(first=job_id)


@shared_task(name="annotations.deliver", ignore_result=True)
def deliver(webhook_id: int) -> int:
    """Send what is due to a webhook."""
    return webhook_run(webhook=webhook_id)


@job_task(name="annotations.release")
def release(job_id: int) -> int:
    """Make the named job's release, or verify it, or another one that is due."""
    return release_run(first=job_id)


def spare_the_collector() -> None:
    """Once all that a process needs is loaded, and stays.

    Walked by the collector at each of its rounds, it took a tenth of an extraction's time; and
    rounds for every 700 new objects, where a batch makes hundreds of thousands and drops them by
    itself, another twentieth.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@worker_process_init.connect
def load_model(**_: Any) -> None:
    """Once a worker process, before its first task: in each child that a worker forks …"""
    load_detector(settings.DETECTOR)
    spare_the_collector()


# How often what is merely old is removed.
TIDY_SECONDS = 60.0


class Sweeper(threading.Thread):
    """Says that the worker is alive, and sends again what the broker or a dead worker lost.

    Every worker has one, so no separate scheduler has to stay alive.
    """

    def __init__(self, *, slots: int, bulk: bool, in_process: bool = False) -> None:
        """``slots``: the tasks that this worker runs at once; ``bulk``: it takes bulk work;
        ``in_process``: they run in threads of it, not in processes of their own."""
        super().__init__(name="sweeper", daemon=True)
        self.ended = threading.Event()
        self.slots, self.bulk, self.in_process = slots, bulk, in_process
        self._tidied = -TIDY_SECONDS
        self._purging = False
        self._planner = Planner()

    def run(self) -> None:
        name, started_at = worker_name(), timezone.now()
        while not self.ended.is_set():
            try:
                close_old_connections()
                worker_seen(name=name, started_at=started_at, bulk=self.bulk)
                # What it has taken from the broker, begun or not.
                idle = len(state.reserved_requests) < self.slots
                jobs_sweep(idle=idle, bulk=self.bulk, knows_its_leases=self.in_process)
                presence_sweep()
                tallies.fold()
                webhooks_sweep()
                self._tidy()
                search_sweep()
            # Whatever breaks, a database or a broker in the middle of an answer: without this
            # thread the worker would seem dead, and nothing lost would be found again.
            except Exception as error:  # noqa: BLE001
                log.warning("sweep_failed", error=repr(error))
                connection.close()
            self.ended.wait(settings.JOB_SWEEP_SECONDS)
        try:
            worker_gone(name=name)
        except (DatabaseError, InterfaceError) as error:
            log.warning("sweep_failed", error=str(error))
        connection.close()

    def _tidy(self) -> None:
        due = time.monotonic() - self._tidied >= TIDY_SECONDS
        if due:
            requests_sweep()
            exports_sweep()
            deliveries_sweep()
            self._planner.look()
            self._tidied = time.monotonic()
        # A little at a time; the rest goes at the next looks, and then nothing is looked for.
        if due or self._purging:
            self._purging = purge_sweep() > 0


_sweeper: Sweeper | None = None


@worker_ready.connect
def load_model_here(sender: Any, **_: Any) -> None:
    """… or in the worker itself, where its tasks run in threads of it."""
    if not isinstance(sender.pool, PreforkPool):
        load_model()


@worker_ready.connect
def start_sweeper(sender: Any, **_: Any) -> None:
    global _sweeper
    queues = sender.app.amqp.queues.consume_from
    _sweeper = Sweeper(
        slots=sender.pool.num_processes,
        bulk=settings.CELERY_BULK_QUEUE in queues,
        in_process=not isinstance(sender.pool, PreforkPool),
    )
    _sweeper.start()


@worker_shutdown.connect
def stop_sweeper(**_: Any) -> None:
    if _sweeper is not None:
        _sweeper.ended.set()
        _sweeper.join(timeout=5)

"""Telling the broker about jobs. The ``Job`` row is the truth; a message only hurries a worker.

A message that can't be sent now is sent later by the sweeper, so a broker that is away
delays work and loses none.
"""

from __future__ import annotations

import functools

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from annotations.models import Job

log = structlog.get_logger(__name__)

TASKS = {
    "extraction": "annotations.extract",
    "fetch": "annotations.fetch",
    "import_check": "annotations.import_check",
    "import": "annotations.import",
    "import_rollback": "annotations.import_rollback",
    "export": "annotations.export",
    "release": "annotations.release",
    "articles_change": "annotations.articles_change",
}


def enqueue(job: Job) -> None:
    """Tell a worker about the job once the surrounding transaction is committed."""
    transaction.on_commit(functools.partial(send, job.pk, job.kind, bulk=job.bulk), robust=True)


def send(job_id: int, kind: str, *, bulk: bool) -> bool:
    """Send the job's message now. False, and a note for the sweeper, when the broker is away."""
    queue = settings.CELERY_BULK_QUEUE if bulk else settings.CELERY_TASK_DEFAULT_QUEUE
    try:
        # No retry here: a person's request must not wait for a broker to come back.
        current_app.send_task(
            TASKS[kind], args=[job_id], queue=queue, retry=False, ignore_result=True
        )
    except _broker_errors() as error:
        log.warning("job_not_sent", job=job_id, error=str(error))
        Job.objects.filter(pk=job_id).update(sent_at=None)
        return False
    return True


def hurry(task: str, number: int) -> bool:
    """Tell a worker of work that is no ``Job`` and that nobody waits for; False: not now."""
    try:
        current_app.send_task(
            task,
            args=[number],
            queue=settings.CELERY_BULK_QUEUE,
            retry=False,
            ignore_result=True,
        )
    except _broker_errors() as error:
        log.warning("task_not_sent", task=task, error=str(error))
        return False
    return True


def _broker_errors() -> tuple[type[BaseException], ...]:
    """What the broker's client raises when the broker is away: not all of it is Kombu's own."""
    link = current_app.connection_for_write()
    return (OperationalError, OSError, *link.connection_errors, *link.channel_errors)

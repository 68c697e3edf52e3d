"""The Celery application. Tasks live in ``annotations.tasks``."""

import os
from typing import Any

from celery import Celery
from celery.signals import celeryd_init
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")
# A worker would load all pages and the API to check them, and keep them in memory.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

# What "filesystem://" in a broker's address stands for.
TRANSPORT_ALIASES["filesystem"] = "factcheck.broker:Transport"
app = Celery("factcheck")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["annotations"])


@celeryd_init.connect
def write_events_only(**_: Any) -> None:
    """Have a worker's log hold one event a line from its first to its last.

    Celery warns of the superuser before logging is set up, and writes its farewell past it.
    """
    from celery.apps import worker
    from django.conf import settings
    from django.utils.log import configure_logging

    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
    worker.safe_say = lambda *_: None  # type: ignore[attr-defined]

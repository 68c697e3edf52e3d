"""The Celery application. Tasks live in ``annotations.tasks``."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")

# What "filesystem://" in a broker's address stands for.
TRANSPORT_ALIASES["filesystem"] = "factcheck.broker:Transport"
app = Celery("factcheck")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["annotations"])

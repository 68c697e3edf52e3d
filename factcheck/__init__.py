"""The project. Importing the Celery application here binds ``shared_task`` to it."""

from factcheck.celery import app as celery_app

__all__ = ["celery_app"]

"""Prepare the site, then become its web server.

Preparing and serving share one process, so that Django is imported once: this is what makes a
second start quick. ``factcheck/supervisor.py`` runs it beside a worker.
"""

from __future__ import annotations

import gc
import os
import sys
from argparse import ArgumentParser
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.core.wsgi import get_wsgi_application
from django.db import connections
from gunicorn.app.base import BaseApplication
from gunicorn.config import Config
from gunicorn.glogging import Logger

from annotations.management.preparation import prepare

THREADS = 8
# Shorter than what the supervisor waits before it kills.
GRACEFUL_SECONDS = 8


class Command(BaseCommand):
    help = "Prepare the database, page assets and first accounts, then serve the site."
    # The first request would find what the checks find; they run in ``make test``.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--prepare", action="store_true", help="only prepare, do not serve")
        parser.add_argument("--bind", default="127.0.0.1:8000", help="address to serve on")
        parser.add_argument("--fd", type=int, help="an open listening socket to serve on instead")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["prepare"]:
            prepare()
            return
        prepare_in_child()
        bind = f"fd://{options['fd']}" if options["fd"] is not None else options["bind"]
        Server(bind).run()


def prepare_in_child() -> None:
    """Prepare in a fork: what migrating and compressing take in memory ends with it."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            prepare()
            # So that SQLite folds its write-ahead log into the database.
            connections.close_all()
            code = 0
        except Exception:  # noqa: BLE001 - the process ends here, whatever went wrong
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    if status:
        raise CommandError("The site could not be prepared; the reason is above.")


class SiteLogger(Logger):
    """Gunicorn's messages in the site's own format."""

    def setup(self, cfg: Config) -> None:
        self.error_log.setLevel(settings.LOG_LEVEL)
        self.error_log.propagate = True


class Server(BaseApplication):
    """Gunicorn, configured in code: processes with threads, forked from a loaded application."""

    def __init__(self, bind: str) -> None:
        self._bind = bind
        super().__init__(prog="factcheck")

    def load_config(self) -> None:
        for name, value in {
            "bind": self._bind,
            "workers": settings.WEB_PROCESSES,
            "worker_class": "gthread",
            "threads": THREADS,
            # The parent and the worker share the memory of the code, and a restart is quick.
            "preload_app": True,
            "pre_fork": lambda arbiter, worker: gc.freeze(),
            "graceful_timeout": GRACEFUL_SECONDS,
            "timeout": 60,
            "control_socket_disable": True,
            "logger_class": SiteLogger,
            # Request lines are logged by the application, with their ids.
            "accesslog": None,
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        application = get_wsgi_application()
        # Before the fork, so that the first page doesn't wait for it and the memory is shared.
        import_module(settings.ROOT_URLCONF)
        return application

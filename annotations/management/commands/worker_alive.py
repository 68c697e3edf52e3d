"""``manage.py worker_alive``: is a worker of this host at work?"""

from __future__ import annotations

import socket
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotations.services.workers import WORKER_SILENCE_SECONDS, workers_alive


class Command(BaseCommand):
    help = "End with 0 if a worker of this host was seen lately, else with 1: for health checks."
    # Asked every minute.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        host = socket.gethostname()
        if not workers_alive(host=host):
            raise CommandError(
                f"no worker of {host} was seen in the last {WORKER_SILENCE_SECONDS} seconds"
            )

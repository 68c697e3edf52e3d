"""``manage.py verify_events``: does the history hold?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotations.models import Event, EventChain
from annotations.services.events import events_verify
from annotations.services.purging import purged_chains


class Command(BaseCommand):
    help = "Check the hash chain of every corpus's events; name the first that was tampered with."

    def handle(self, *args: Any, **options: Any) -> None:
        # Both, because who tampers may have removed either.
        keys = set(EventChain.objects.values_list("pk", flat=True))
        keys |= set(Event.objects.order_by().values_list("chain", flat=True).distinct())
        # The rest of a purged corpus's chain, which workers are removing.
        for key in sorted(keys.difference(purged_chains())):
            try:
                self.stdout.write(f"{key}: {events_verify(chain=key)} events hold.")
            except ValueError as error:
                raise CommandError(str(error)) from error

"""How often one caller may ask. Counted in the cache that the site's processes share."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

if TYPE_CHECKING:
    # Loaded by the settings, before the views.
    from rest_framework.views import APIView

WINDOW = 60


class CallerThrottle(BaseThrottle):
    """Requests a minute: of a token, of a person on the site, of an address that is nobody's.

    Counted in whole minutes of the clock, by an increment that the cache makes at once: DRF's
    own throttles read and write a list, so that requests at the same moment count as one.
    """

    def allow_request(self, request: Request, view: APIView) -> bool:
        limit, caller = self._caller(request)
        if not limit:
            return True
        window = int(time.time()) // WINDOW
        key = f"api:{caller}:{window}"
        cache.add(key, 0, timeout=2 * WINDOW)
        try:
            count = cache.incr(key)
        except ValueError:
            # The cache was full, and let it go between the two.
            count = 1
        return count <= limit

    def wait(self) -> float:
        return WINDOW - time.time() % WINDOW

    def _caller(self, request: Request) -> tuple[int, str]:
        if request.user and request.user.is_authenticated:
            whose = f"token:{request.auth.pk}" if request.auth else f"user:{request.user.pk}"
            return settings.API_REQUESTS_PER_MINUTE, whose
        return settings.API_ANONYMOUS_REQUESTS_PER_MINUTE, f"address:{self.get_ident(request)}"

"""Probes for machines: is the process up, can the site do its work?"""

from __future__ import annotations

import structlog
from celery import current_app
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponseRedirect, JsonResponse
from django.templatetags.static import static
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from annotations.services.workers import workers_alive

log = structlog.get_logger(__name__)


@require_safe
def favicon(request: HttpRequest) -> HttpResponseRedirect:
    return HttpResponseRedirect(static("annotations/icon.svg"))


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the process answers; it asks nothing else."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database, broker and a live worker are there; else 503 with which isn't.

    Without the cache, or a worker for bulk work, what somebody waits for is done all the same:
    then it is 200, and the status says "degraded".
    """
    checks = {"database": _database(), "broker": _broker()}
    if checks["database"] == "ok":
        checks["worker"] = "ok" if workers_alive() else "no worker was seen lately"
    ready = all(state == "ok" for state in checks.values())
    checks["cache"] = _cache()
    if checks["database"] == "ok":
        bulk = workers_alive(bulk=True)
        checks["bulk_worker"] = "ok" if bulk else "no worker that takes bulk work was seen lately"
    all_well = all(state == "ok" for state in checks.values())
    status = "unavailable" if not ready else "ok" if all_well else "degraded"
    if not all_well:
        log.warning("not_all_well", status=status, checks=checks)
    return JsonResponse({"status": status, "checks": checks}, status=200 if ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "unreachable"
    return "ok"


def _broker() -> str:
    try:
        with current_app.connection_for_write() as link:
            link.ensure_connection(max_retries=1, timeout=2)
    except (OperationalError, OSError):
        return "unreachable"
    return "ok"


def _cache() -> str:
    reachable = getattr(cache, "reachable", None)
    if reachable is None or reachable():
        return "ok"
    return "unreachable; requests and failed sign-ins aren't counted"

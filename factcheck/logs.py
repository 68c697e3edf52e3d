"""What the logs leave out."""

from __future__ import annotations

from typing import Any

import structlog

PROBES = ("GET /healthz", "GET /readyz")


def one_line_a_request(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Drop the line at a request's start, and a probe's that found all well: the end says it all."""
    name = event.get("event")
    if name == "request_started" or (
        name == "request_finished" and event.get("request") in PROBES and event.get("code") == 200
    ):
        raise structlog.DropEvent
    return event

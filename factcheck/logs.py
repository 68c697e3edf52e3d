"""What the logs leave out."""

from __future__ import annotations

import re
from typing import Any

import structlog
from structlog.typing import EventDict

# The key of an invitation is a secret, and its address has it.
_INVITATION = re.compile(r"(?<=/join/)[^/\s]+")
PROBES = ("GET /healthz", "GET /readyz")


def one_line_a_request(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Drop the line at a request's start, and that of a probe that found all well.

    The key of an invitation becomes “…”.
    """
    name = event.get("event")
    if name == "request_started" or (
        name == "request_finished" and event.get("request") in PROBES and event.get("code") == 200
    ):
        raise structlog.DropEvent
    if isinstance(event.get("request"), str):
        event["request"] = _INVITATION.sub("…", event["request"])
    return event

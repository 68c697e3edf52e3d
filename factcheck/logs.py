"""What the logs leave out."""

from __future__ import annotations

import re
from typing import Any

import structlog
from structlog.typing import EventDict

# The key of an invitation is a secret, and its address has it.
_INVITATION = re.compile(r"(?<=/join/)[^/\s]+")


def one_line_a_request(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Drop the line at a request's start.

    The key of an invitation becomes “…”.
    """
    if event.get("event") == "request_started":
        raise structlog.DropEvent
    if isinstance(event.get("request"), str):
        event["request"] = _INVITATION.sub("…", event["request"])
    return event

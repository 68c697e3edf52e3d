"""The hash chain of events: each carries the hash of the one before it in its corpus."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

GENESIS = "0" * 64


def event_hash(previous: str, content: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the previous hash and the content's canonical JSON (sorted keys).

    >>> event_hash(GENESIS, {"b": 1, "a": 2}) == event_hash(GENESIS, {"a": 2, "b": 1})
    True
    """
    body = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(previous.encode() + b"\n" + body).hexdigest()

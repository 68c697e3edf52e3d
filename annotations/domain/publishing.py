"""What a published fact-check can be, and how a private person's name is kept off its page."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any
from urllib.parse import unquote


class FactCheckState(StrEnum):
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class CorrectionKind(StrEnum):
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"


class ReportState(StrEnum):
    NEW = "new"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"


# Stands where a masked name stood.
MASK = "▇▇▇"
# Words of a name that are no name by themselves, or too short to look for.
_SHORTEST = 3
_PARTICLES = frozenset({"von", "van", "der", "den", "del", "della", "dos", "the", "and", "und"})


class NameMask:
    """Takes a person's name, and each longer word of it, out of texts.

    >>> NameMask("Anna Miller")("Ms. MILLER, called Anna, said so")
    'Ms. ▇▇▇, called ▇▇▇, said so'
    """

    def __init__(self, name: str) -> None:
        parts = [
            part
            for part in re.findall(r"\w+", name)
            if len(part) >= _SHORTEST and part.casefold() not in _PARTICLES
        ]
        wanted = [name.strip(), *sorted(parts, key=len, reverse=True)]
        self._parts = [part.casefold() for part in parts]
        self._pattern = re.compile(
            r"(?<!\w)(?:" + "|".join(re.escape(word) for word in wanted if word) + r")(?!\w)",
            re.IGNORECASE,
        )

    def __call__(self, text: str) -> str:
        return self._pattern.sub(MASK, text)

    def in_address(self, url: str) -> bool:
        """Does an address spell the name out, as addresses of articles do?"""
        words = set(re.findall(r"[^\W_]+", unquote(url).casefold()))
        return any(part in words for part in self._parts)


# Values that are words of the program's or no words at all.
_CODES = frozenset({"uid", "stance", "medium", "type", "sha256", "fetched_at", "published", "date"})
_ADDRESSES = frozenset({"url", "led_to"})


def masked(value: Any, mask: NameMask, key: str = "") -> Any:
    """A JSON value with the name taken out of its texts; an address that spells it is emptied."""
    if isinstance(value, list):
        return [masked(item, mask, key) for item in value]
    if isinstance(value, dict):
        return {name: masked(item, mask, name) for name, item in value.items()}
    if not isinstance(value, str) or key in _CODES:
        return value
    if key in _ADDRESSES:
        return "" if mask.in_address(value) else value
    return mask(value)

"""What rows of many formats say of an article, under the many names that they have for it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from .base import BadRow

# Field → other names of it, compared without case, spaces and underscores.
NAMES: dict[str, tuple[str, ...]] = {
    "text": ("text", "body", "content", "article", "post", "vclaim", "sentence"),
    "title": ("title", "headline"),
    "author": ("author", "authors", "byline"),
    "publisher": ("publisher", "outlet", "sitename", "source"),
    "url": ("url", "link", "address", "uri"),
    "published": ("published", "date", "publishedat", "publicationdate", "pubdate"),
    "dateline": ("dateline",),
    "language": ("language", "lang"),
    "claim": ("claim", "normalised", "normalisedclaim", "normalizedclaim"),
    "quote": ("quote", "span"),
    "label": ("label", "labels", "type", "types", "classlabel"),
    "claimant": ("claimant", "speaker"),
    "claim_date": ("claimdate",),
    "rating": ("rating", "verdict"),
    "rationale": ("rationale", "justification"),
}
ARTICLE = ("title", "author", "publisher", "url", "published", "dateline", "language")
_FIELDS = {name: field for field, names in NAMES.items() for name in names}
_SEPARATORS = re.compile(r"[\s_\-]+")
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?$")


def field_of(name: str) -> str | None:
    """The field that a heading or key names, or None."""
    return _FIELDS.get(_SEPARATORS.sub("", name.strip().casefold()))


def described(record: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a ``Draft`` that a record's own keys give. What is no word is left out."""
    found: dict[str, Any] = {}
    for key, value in record.items():
        field = field_of(str(key))
        if field in ARTICLE and field not in found and value not in (None, ""):
            if field == "published":
                found[field] = day_of(value, "published")
            elif isinstance(value, str):
                found[field] = value.strip()
    if found.get("url") and not found["url"].startswith(("http://", "https://")):
        del found["url"]
    return found


def left_out(record: Mapping[str, Any]) -> list[str]:
    """What a row says about its annotations and no claim has a place for, as notes."""
    relations = record.get("relations")
    if not isinstance(relations, list) or not relations:
        return []
    if len(relations) == 1:
        return ["1 relation between annotations was left out"]
    return [f"{len(relations)} relations between annotations were left out"]


def day_of(value: Any, name: str) -> dt.date | None:
    """A day from what a row gives. ``BadRow`` for anything but ISO 8601: no order is guessed."""
    if value in (None, ""):
        return None
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    found = _ISO.match(str(value).strip())
    try:
        return dt.date.fromisoformat(found[1] if found else str(value))
    except ValueError as error:
        raise BadRow(f"{name}: expected YYYY-MM-DD, not {str(value)[:40]!r}") from error


def words_of(value: Any, name: str) -> str:
    """A string; empty for null. ``BadRow`` for anything else."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadRow(f"{name}: expected a string")
    return value

"""Where ClaimReviews are in JSON-LD: feeds and graphs inside of each other, and what reviews only
refer to by its ``@id``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any

import orjson

from annotations.errors import BadFile

from .base import MAX_ROW
from .json_files import Record

# Where a file's elements are, as ijson names places.
PLACES = ("dataFeedElement", "@graph")
# What a feed's element, a feed and a graph call what they hold.
_HOLDING = ("item", *PLACES)
# Feeds in lists, items in feeds, graphs in items: nobody nests them deeper.
_DEEPEST = 5
# What is read of a review that may stand elsewhere, and of that in turn.
_Names = Mapping[str, "_Names"]
_REFERRING: _Names = {"author": {}, "reviewRating": {}, "itemReviewed": {"author": {}}}


class Nodes:
    """What stands beside reviews for them to refer to. Looked for when one does."""

    def __init__(self, elements: Callable[[], Iterable[Any]]) -> None:
        """``elements`` reads them anew."""
        self._elements = elements

    @cached_property
    def _read(self) -> tuple[dict[str, Record], set[str]]:
        nodes: dict[str, Record] = {}
        used: set[str] = set()
        size = 0
        # Where JSON breaks off is said by whoever reads the reviews, when they come there.
        with suppress(BadFile):
            for element in self._elements():
                if not isinstance(element, Mapping):
                    continue
                used.update(references(element))
                known = _id(element)
                if known and not is_review(element) and not _is_reference(element):
                    # What doesn't fit is reported with the reviews that refer to it.
                    size += _size(element)
                    if size <= MAX_ROW:
                        nodes.setdefault(known, element)
        return nodes, used

    def named(self, known: str) -> Record | None:
        return self._read[0].get(known)

    def is_used(self, element: Record) -> bool:
        """Does a review, or what it refers to, refer to this?"""
        known = _id(element)
        return bool(known) and known in self._read[0] and known in self._read[1]


def _size(element: Record) -> int:
    try:
        return len(orjson.dumps(element, default=str))
    except orjson.JSONEncodeError:
        # Nested too deep: its own row says so.
        return 0


def rows_of(element: Any, nodes: Nodes, depth: int = 0) -> list[Any]:
    """The reviews in an element, with what they refer to; and whatever else stands beside them, to
    be rejected, but for what they refer to."""
    if not isinstance(element, Mapping):
        return [element]
    if is_review(element):
        return [_filled(element, nodes, _REFERRING) if any(references(element)) else element]
    for name in _HOLDING if depth < _DEEPEST else ():
        held = listed(element.get(name))
        if held:
            inner = Nodes(held.copy) if name == "@graph" else nodes
            rows = [row for one in held for row in rows_of(one, inner, depth + 1)]
            return rows if any(map(is_review, rows)) else [element]
    return [] if _id(element) and nodes.is_used(element) else [element]


def references(element: Record) -> Iterator[str]:
    """The ids that stand where a review should say more."""
    yield from _references(element, _REFERRING)


def _references(element: Any, names: _Names) -> Iterator[str]:
    for name, inner in names.items():
        for value in listed(element.get(name)):
            if _is_reference(value):
                yield value["@id"]
            elif isinstance(value, Mapping):
                yield from _references(value, inner)


def _filled(value: Any, nodes: Nodes, names: _Names) -> Any:
    if isinstance(value, list):
        return [_filled(one, nodes, names) for one in value]
    if not isinstance(value, Mapping):
        return value
    if _is_reference(value):
        value = nodes.named(value["@id"]) or value
    filled = {name: _filled(value[name], nodes, names[name]) for name in names if name in value}
    return {**value, **filled}


def _is_reference(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(_id(value)) and value.keys() <= {"@id", "@type"}


def _id(element: Record) -> str:
    known = element.get("@id")
    return known if isinstance(known, str) else ""


def is_review(value: Any) -> bool:
    return isinstance(value, Mapping) and "ClaimReview" in listed(value.get("@type"))


def listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]

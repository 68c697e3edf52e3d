"""Which words of a text the selectors of a W3C Web Annotation mean.

Several say the same in different ways. One that is refined by another says where to look for that.
See https://www.w3.org/TR/annotation-model/#selectors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .base import BadRow
from .describing import words_of
from .json_files import Record

_QUOTE, _POSITION = "TextQuoteSelector", "TextPositionSelector"


@dataclass(frozen=True, slots=True)
class Selection:
    """A place, where it is known, and words with what stands around them, where they are."""

    start: int = -1
    end: int = -1
    exact: str | None = None
    prefix: str = ""
    suffix: str = ""


def selection_of(selectors: Sequence[Any]) -> Selection:
    """What they mean together. ``BadRow`` where they mean nothing in a text, or disagree."""
    found = [one for selector in selectors for one in _selections(selector)]
    places = {(one.start, one.end) for one in found if one.exact is None}
    if len(places) > 1:
        places.discard((-1, -1))
    quotes = [one for one in found if one.exact is not None]
    if not places and not quotes:
        raise BadRow(f"selector: expected a {_POSITION} or a {_QUOTE}")
    for name, several in ((_POSITION, places), (_QUOTE, {one.exact for one in quotes})):
        if len(several) > 1:
            raise BadRow(f"selector: several of type {name}, which differ")
    start, end = next(iter(places), (-1, -1))
    last = quotes[-1] if quotes else Selection()
    return Selection(start, end, last.exact, last.prefix, last.suffix)


def _selections(selector: Record) -> Iterator[Selection]:
    outer = _own(selector)
    inner = selector.get("refinedBy")
    if not inner:
        if outer is not None:
            yield outer
        return
    for one in inner if isinstance(inner, list) else [inner]:
        for refining in _selections(one):
            yield _refined(selector, outer, refining)


def _own(selector: Record) -> Selection | None:
    """None for what doesn't select in a text, such as a part of a page's structure."""
    kind = selector.get("type")
    if kind == _POSITION:
        return Selection(int(selector.get("start", -1)), int(selector.get("end", -1)))
    if kind == _QUOTE:
        # Without its words it says nothing.
        exact = words_of(selector.get("exact"), "exact") or None
        around = [words_of(selector.get(name), name) for name in ("prefix", "suffix")]
        return Selection(-1, -1, exact, *around)
    return None


def _refined(selector: Record, outer: Selection | None, inner: Selection) -> Selection:
    """Where the inner counts from the outer's beginning, and is a part of its words."""
    if outer is not None and outer.exact is not None:
        start, end = _inside(outer.exact, inner)
        before, after = outer.exact[:start], outer.exact[end:]
        return Selection(
            -1, -1, outer.exact[start:end], outer.prefix + before, after + outer.suffix
        )
    if inner.exact is not None:
        # Its words are followed to wherever they stand once.
        return inner
    if outer is None:
        raise BadRow(f"selector: a place inside of a {selector.get('type')} is none in a text")
    start, end = outer.start + inner.start, outer.start + inner.end
    if not outer.start <= start < end <= outer.end:
        raise BadRow(f"selector: [{inner.start}, {inner.end}) is not inside of what it refines")
    return Selection(start, end)


def _inside(words: str, inner: Selection) -> tuple[int, int]:
    if inner.exact is None:
        if not 0 <= inner.start < inner.end <= len(words):
            raise BadRow(f"selector: [{inner.start}, {inner.end}) is not inside of {words[:60]!r}")
        return inner.start, inner.end
    wanted = inner.prefix + inner.exact + inner.suffix
    # What stands around it may stand around the whole.
    for part, ahead in ((wanted, len(inner.prefix)), (inner.exact, 0)):
        place = words.find(part)
        if place >= 0 and words.find(part, place + 1) < 0:
            return place + ahead, place + ahead + len(inner.exact)
    raise BadRow(f"selector: {inner.exact[:60]!r} is not in {words[:60]!r} exactly once")

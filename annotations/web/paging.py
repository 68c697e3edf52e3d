"""Keyset pages for lists: a page costs the same wherever in the list it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import QueryDict

from annotations.services.keyset import BY_ID, Key, Part, Position, position_of, read, walk, written

Row = TypeVar("Row", bound=Model)
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """A page in the order that was asked for, and its neighbours' query strings ("" for none)."""

    rows: list[Row]
    previous: str
    next: str


def keyset_page(
    rows: QuerySet[Row, Row],
    query: QueryDict,
    *,
    keys: Sequence[Key] = BY_ID,
    size: int = PAGE_SIZE,
    prefix: str = "",
) -> Page[Row]:
    """The page that ``?after=PLACE`` or ``?before=PLACE`` asks for; the first one otherwise.

    With a ``prefix`` before these names, for a second list on a page.
    """
    parts = [Part(lambda: [rows], keys)]
    return parts_page(parts, query, keys=keys, size=size, prefix=prefix)


def parts_page(
    parts: Sequence[Part[Row]],
    query: QueryDict,
    *,
    keys: Sequence[Key],
    size: int = PAGE_SIZE,
    prefix: str = "",
) -> Page[Row]:
    """The same of an order that comes in parts."""
    names = (f"{prefix}after", f"{prefix}before")
    after, before = (read(keys, query.get(name)) for name in names)
    if before is not None:
        found = walk(parts, before, reverse=True, limit=size + 1)
        more_before, more_after = len(found) > size, True
        found = found[:size][::-1]
    else:
        found = walk(parts, after, limit=size + 1)
        more_before, more_after = after is not None, len(found) > size
        found = found[:size]
    return Page(
        found,
        _query(query, names, 1, position_of(keys, found[0])) if found and more_before else "",
        _query(query, names, 0, position_of(keys, found[-1])) if found and more_after else "",
    )


def _query(query: QueryDict, names: tuple[str, str], which: int, place: Position) -> str:
    """The query with one of the two names for a place, in place of both."""
    other = query.copy()
    for name in names:
        other.pop(name, None)
    other[names[which]] = written(place)
    return "?" + other.urlencode(safe=",")

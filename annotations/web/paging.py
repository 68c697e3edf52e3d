"""Keyset pages for lists: a page costs the same wherever in the list it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import QueryDict

from annotations.services.keyset import BY_ID, Key, Part, position_of, read, walk, written

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
) -> Page[Row]:
    """The page that ``?after=PLACE`` or ``?before=PLACE`` asks for; the first one otherwise."""
    return parts_page([Part(lambda: [rows], keys)], query, keys=keys, size=size)


def parts_page(
    parts: Sequence[Part[Row]], query: QueryDict, *, keys: Sequence[Key], size: int = PAGE_SIZE
) -> Page[Row]:
    """The same of an order that comes in parts."""
    after, before = read(keys, query.get("after")), read(keys, query.get("before"))
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
        _query(query, before=written(position_of(keys, found[0]))) if found and more_before else "",
        _query(query, after=written(position_of(keys, found[-1]))) if found and more_after else "",
    )


def _query(query: QueryDict, **position: str) -> str:
    other = query.copy()
    for name in ("after", "before"):
        other.pop(name, None)
    for name, value in position.items():
        other[name] = value
    return "?" + other.urlencode(safe=",")

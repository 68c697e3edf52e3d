"""Keyset pages for lists: a page costs the same wherever in the list it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import QueryDict

Row = TypeVar("Row", bound=Model)
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """A page in order of primary key, and the query strings of its neighbours ("" for none)."""

    rows: list[Row]
    previous: str
    next: str


def keyset_page(rows: QuerySet[Row, Any], query: QueryDict, *, size: int = PAGE_SIZE) -> Page[Row]:
    """The page that ``?after=ID`` or ``?before=ID`` asks for; the first one otherwise."""
    after, before = _number(query.get("after")), _number(query.get("before"))
    if before is not None:
        found = list(rows.filter(pk__lt=before).order_by("-pk")[: size + 1])
        more_before, more_after = len(found) > size, True
        found = found[:size][::-1]
    else:
        start = rows.filter(pk__gt=after) if after is not None else rows
        found = list(start.order_by("pk")[: size + 1])
        more_before, more_after = after is not None, len(found) > size
        found = found[:size]
    return Page(
        found,
        _query(query, before=found[0].pk) if found and more_before else "",
        _query(query, after=found[-1].pk) if found and more_after else "",
    )


def _number(raw: str | None) -> int | None:
    # 18 digits always fit the database's 64 bits.
    return int(raw) if raw and raw.isascii() and raw.isdecimal() and len(raw) <= 18 else None


def _query(query: QueryDict, **position: int) -> str:
    other = query.copy()
    for name in ("after", "before"):
        other.pop(name, None)
    for name, value in position.items():
        other[name] = str(value)
    return "?" + other.urlencode()

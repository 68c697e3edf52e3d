"""Orders by several keys, and the rows before and after a place in one.

A place is the keys' values of a row, not the row: it stays where it is when the row moves on,
so whoever walks through an order meets every row that stood still exactly once.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy, RawSQL

Row = TypeVar("Row", bound=Model)
Value = int | float | None
Position = tuple[Value, ...]
_MAX_INTEGER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Key:
    """A column or an annotation that rows are ordered by. Empty values come last."""

    field: str
    kind: type[int] | type[float] = int
    descending: bool = False
    nullable: bool = False

    def order(self, *, reverse: bool) -> OrderBy:
        # Said only where it matters: the database's own place for nulls is the index's too.
        empty = {("nulls_first" if reverse else "nulls_last"): True} if self.nullable else {}
        field = F(self.field)
        return field.desc(**empty) if self.descending != reverse else field.asc(**empty)

    def beyond(self, value: Value, *, reverse: bool) -> Q:
        """Rows whose own value comes after ``value``, or before it in reverse."""
        if value is None:
            return Q(**{f"{self.field}__isnull": False}) if reverse else Q(pk__in=[])
        comparison = "lt" if self.descending != reverse else "gt"
        further = Q(**{f"{self.field}__{comparison}": value})
        if self.nullable and not reverse:
            further |= Q(**{f"{self.field}__isnull": True})
        return further

    def same(self, value: Value) -> Q:
        return Q(**{f"{self.field}__isnull": True} if value is None else {self.field: value})


# The last key of an order has to be unique; this one alone is the order of arrival.
BY_ID: tuple[Key, ...] = (Key("pk"),)


def ordering(keys: Sequence[Key], *, reverse: bool = False) -> list[OrderBy]:
    """What ``order_by`` takes."""
    return [key.order(reverse=reverse) for key in keys]


def beyond(keys: Sequence[Key], position: Position, *, reverse: bool = False) -> Q:
    """The rows that come after a place; in reverse, those before it."""
    last = len(keys) - 1
    found = keys[last].beyond(position[last], reverse=reverse)
    for key, value in zip(reversed(keys[:last]), reversed(position[:last]), strict=True):
        found = key.beyond(value, reverse=reverse) | (key.same(value) & found)
    return found


@dataclass(frozen=True, slots=True)
class Part(Generic[Row]):
    """Rows that stand together in an order.

    ``keys`` tell them apart: the order's last ones, none of them ever empty here. Those that all
    of them agree in come before, in ``alike``: sorting by them changes nothing, and says which
    index leads from row to row. ``holds`` says whether a place is in this part. ``rows`` makes
    the queries, which few walks ask of every part: one, or several whose rows are mingled.
    """

    rows: Callable[[], Sequence[QuerySet[Row, Row]]]
    keys: Sequence[Key] = BY_ID
    alike: Sequence[Key] = ()
    holds: Callable[[Position], bool] = lambda _position: True


def walk(
    parts: Sequence[Part[Row]],
    position: Position | None = None,
    *,
    reverse: bool = False,
    limit: int,
) -> list[Row]:
    """The first rows of an order after a place, or from its beginning; in reverse, the last ones
    before it, or from its end. ``parts`` are the whole order, one after the other.

    A query a part, until there are enough; what each reads doesn't grow with the part.
    """
    found: list[Row] = []
    reached = position is None
    for part in reversed(parts) if reverse else parts:
        if not reached and not part.holds(position or ()):
            continue
        place = None if reached or position is None else position[-len(part.keys) :]
        reached = True
        found += _of_part(part, place, reverse=reverse, limit=limit - len(found))
        if len(found) >= limit:
            break
    return found


def _of_part(part: Part[Row], place: Position | None, *, reverse: bool, limit: int) -> list[Row]:
    order = ordering([*part.alike, *part.keys], reverse=reverse)
    found: list[list[Row]] = []
    for rows in part.rows():
        if place is not None:
            rows = rows.filter(beyond(part.keys, place, reverse=reverse))
            if len(part.keys) > 1:
                # Said by itself, so that an index is entered there.
                key, bound = part.keys[0], "lte" if part.keys[0].descending != reverse else "gte"
                rows = rows.filter(**{f"{key.field}__{bound}": place[0]})
        found.append(list(rows.order_by(*order)[:limit]))

    def signed(row: Row) -> list[float]:
        return [
            -value if key.descending != reverse else value
            for key, value in zip(part.keys, position_of(part.keys, row), strict=True)
            if value is not None
        ]

    return list(islice(heapq.merge(*found, key=signed), limit)) if len(found) > 1 else found[0]


def position_of(keys: Sequence[Key], row: Any) -> Position:
    return tuple(getattr(row, key.field) for key in keys)


def written(position: Position) -> str:
    """A place for an address: ``0,0.5,12``; an empty value is empty."""
    return ",".join("" if value is None else repr(value) for value in position)


def read(keys: Sequence[Key], raw: str | None) -> Position | None:
    """The place that an address names, or None where it is none of this order."""
    parts = (raw or "").split(",")
    if not raw or len(parts) != len(keys):
        return None
    found: list[Value] = []
    for key, part in zip(keys, parts, strict=True):
        value = _value(key, part)
        if value is None and (part or not key.nullable):
            return None
        found.append(value)
    return tuple(found)


def _value(key: Key, part: str) -> Value:
    if not part.isascii() or len(part) > 30:
        return None
    try:
        value = key.kind(part)
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) <= _MAX_INTEGER else None


def listed(keys: Iterable[int]) -> RawSQL:
    """Keys for ``__in``, as one parameter: Django looks at each of a list's, which takes longer
    than to read the rows."""
    given = ",".join(map(str, keys))
    if connection.vendor == "sqlite":
        return RawSQL("SELECT value FROM json_each(%s)", [f"[{given}]"])
    return RawSQL("SELECT unnest(%s::bigint[])", [f"{{{given}}}"])

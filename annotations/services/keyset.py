"""Orders by several keys, and the rows before and after a place in one.

A place is the keys' values of a row, not the row: it stays where it is when the row moves on,
so whoever walks through an order meets every row that stood still exactly once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable, OrderBy, RawSQL
from django.db.models.functions import Coalesce

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


def nearest(
    rows: QuerySet[Any, Any], keys: Sequence[Key], position: Position, *, reverse: bool = False
) -> Combinable:
    """The key of the first row after a place, or of the last before it; null for none.

    Looked for first among the rows that share the first key, from the second key's value on:
    there an index over the other keys leads straight to it.
    """
    further = rows.filter(beyond(keys, position, reverse=reverse))
    found = Subquery(further.order_by(*ordering(keys, reverse=reverse)).values("pk")[:1])
    if len(keys) == 1 or position[1] is None:
        return found
    bound = "lte" if keys[1].descending != reverse else "gte"
    close = rows.filter(
        beyond(keys[1:], position[1:], reverse=reverse),
        keys[0].same(position[0]),
        **{f"{keys[1].field}__{bound}": position[1]},
    )
    # The second is asked for only where the first finds nothing.
    return Coalesce(
        Subquery(close.order_by(*ordering(keys[1:], reverse=reverse)).values("pk")[:1]), found
    )


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

"""Many rows at once, by the database's own means: COPY on PostgreSQL, long INSERTs on SQLite.

Rows are written as they are given: nothing is filled in when saved, no signal is sent, and the
times that Django would set by itself (``auto_now``, ``auto_now_add``) are set only where they are
missing. So what was exported can be put back with the times it had.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.base import ModelState
from django.utils import timezone

# What the drivers take as it is, in fields of these kinds.
_PLAIN: tuple[tuple[tuple[type[Any], ...], frozenset[type]], ...] = (
    (
        (models.CharField, models.TextField, models.IntegerField, models.FloatField),
        frozenset({str, int, float, type(None)}),
    ),
    ((models.BooleanField,), frozenset({bool, type(None)})),
)
# Of one statement; SQLite's own limit, unless it was built with another, is three times that.
_MAX_VALUES = 10_000
M = TypeVar("M", bound=models.Model)
T = TypeVar("T")


def portions(values: Iterable[T]) -> Iterator[list[T]]:
    """As many at a time as one statement takes."""
    left = iter(values)
    while some := list(islice(left, _MAX_VALUES)):
        yield some


# --- Making rows --------------------------------------------------------------------------


def made(model: type[M], **values: Any) -> M:
    """A row with its defaults, as ``model(**values)`` makes it and five times as quickly.

    It sends no signal and calls no ``__init__``; related rows are named by their fields.
    """
    return _maker(model)(values)  # type: ignore[return-value]


@cache
def _maker(model: type[models.Model]) -> Callable[[dict[str, Any]], models.Model]:
    constant: dict[str, Any] = {}
    called: list[tuple[str, Callable[[], Any]]] = []
    links: list[tuple[str, str, str]] = []
    for field in model._meta.concrete_fields:
        if callable(field.default) and field.has_default():
            called.append((field.attname, field.default))
        else:
            constant[field.attname] = field.get_default()
        if isinstance(field, models.ForeignKey):
            links.append((field.name, field.attname, field.target_field.attname))
    size = len(model._meta.concrete_fields) + 1

    def make(values: dict[str, Any]) -> models.Model:
        row = model.__new__(model)
        attributes = row.__dict__
        attributes["_state"] = state = ModelState()
        attributes.update(constant)
        attributes.update(values)
        for name, default in called:
            if name not in values:
                attributes[name] = default()
        state.fields_cache = cache = {}
        for name, attname, key in links:
            if name in values:
                cache[name] = other = attributes.pop(name)
                attributes[attname] = None if other is None else other.__dict__[key]
        if len(attributes) != size:
            known = {field.name for field in model._meta.concrete_fields}
            raise TypeError(f"{model.__name__} has no {', '.join(values.keys() - known)}")
        return row

    return make


class Rows:
    """Rows of several models that belong together, inserted in the order of ``models``."""

    def __init__(self, order: Sequence[type[models.Model]]) -> None:
        self._rows: dict[type[models.Model], list[Any]] = {model: [] for model in order}
        # For each row that was added, the list that it went to.
        self._added: list[list[Any]] = []

    def add(self, row: M) -> M:
        rows = self._rows[type(row)]
        rows.append(row)
        self._added.append(rows)
        return row

    def of(self, model: type[M]) -> list[M]:
        return self._rows[model]

    def mark(self) -> int:
        """How far the rows have come, for ``cut``."""
        return len(self._added)

    def cut(self, mark: int) -> list[models.Model]:
        """Take back what was added since a mark; gives it back."""
        gone = [rows.pop() for rows in reversed(self._added[mark:])]
        del self._added[mark:]
        return gone

    def insert(self) -> None:
        for rows in self._rows.values():
            rows_insert(rows)


# --- Writing them -------------------------------------------------------------------------


def rows_insert(rows: Sequence[M]) -> Sequence[M]:
    """Insert rows of one model, numbered in their order; gives them back with their keys.

    Inside the caller's transaction. A row that has a key keeps it; a related row need not be
    there before the transaction ends.
    """
    if not rows:
        return rows
    model = type(rows[0])
    fields = list(model._meta.concrete_fields)
    keys_assign(rows)
    for field in fields:
        if field.remote_field:
            _link(field, rows)
    now = timezone.now()
    for field in fields:
        if getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False):
            for row in rows:
                if row.__dict__[field.attname] is None:
                    row.__dict__[field.attname] = now
    # The connection itself: what stands for it elsewhere looks it up at every touch.
    connection = connections[DEFAULT_DB_ALIAS]
    values = zip(*(_column(field, rows, connection) for field in fields), strict=True)
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # The driver's own errors as Django's, which a cursor's other methods see to.
            statement = f"COPY {table} ({columns}) FROM STDIN"
            with connection.wrap_database_errors, cursor.copy(statement) as copy:
                for row_values in values:
                    copy.write_row(row_values)
        else:
            # As many rows a statement as may be, so that few are parsed.
            together = _MAX_VALUES // len(fields)
            places = f"({', '.join(['%s'] * len(fields))})"
            in_order = list(values)
            for first in range(0, len(in_order), together):
                some = in_order[first : first + together]
                cursor.execute(
                    f"INSERT INTO {table} ({columns}) VALUES "  # noqa: S608  names of our own
                    + ", ".join([places] * len(some)),
                    [value for row_values in some for value in row_values],
                )
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
    return rows


def rows_update(rows: Sequence[models.Model], *names: str) -> None:
    """Write the named fields of rows of one model: a statement a row, all sent at once.

    For some tens of rows ``bulk_update`` takes several times as long: it makes one statement.
    """
    if not rows:
        return
    model = type(rows[0])
    connection = connections[DEFAULT_DB_ALIAS]
    quote = connection.ops.quote_name
    fields = [model._meta.get_field(name) for name in names]
    key = model._meta.pk
    assert key is not None  # noqa: S101  every model has one
    setters = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)  # type: ignore[union-attr]
    columns = (_column(field, rows, connection) for field in (*fields, key))  # type: ignore[arg-type]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {quote(model._meta.db_table)} SET {setters}"  # noqa: S608  names of our own
            f" WHERE {quote(str(key.column))} = %s",
            list(zip(*columns, strict=True)),
        )


def keys_assign(rows: Sequence[M]) -> None:
    """Give rows of one model their keys before they are inserted, so that others can name them."""
    if not rows:
        return
    model = type(rows[0])
    name = model._meta.pk.attname if model._meta.pk else "id"
    without_key = [row for row in rows if row.__dict__[name] is None]
    if without_key:
        for row, key in zip(without_key, _keys(model, len(without_key)), strict=True):
            row.__dict__[name] = key


def _link(field: models.Field[Any, Any], rows: Sequence[models.Model]) -> None:
    """Rows were built on others that had no key yet; by now those have one."""
    name, attname = field.name, field.attname
    key = field.target_field.attname  # type: ignore[attr-defined]
    for row in rows:
        if row.__dict__[attname] is None:
            other = row._state.fields_cache.get(name)
            if other is not None:
                row.__dict__[attname] = other.__dict__[key]


def _column(
    field: models.Field[Any, Any], rows: Sequence[models.Model], connection: BaseDatabaseWrapper
) -> list[Any]:
    """A column's values as the driver takes them."""
    name = field.attname
    values = [row.__dict__[name] for row in rows]
    stored = field.target_field if isinstance(field, models.ForeignKey) else field
    types = set(map(type, values))
    if any(isinstance(stored, kinds) and types <= plain for kinds, plain in _PLAIN):
        return values
    if isinstance(stored, models.UUIDField) and types == {uuid.UUID}:
        # Both databases read it, and it is made in a third of the time.
        return [value.hex for value in values]
    # Mostly the same few objects: a moment, a state.
    known: dict[int, Any] = {}
    for value in values:
        if id(value) not in known:
            known[id(value)] = field.get_db_prep_save(value, connection)
    return [known[id(value)] for value in values]


def _keys(model: type[models.Model], count: int) -> Sequence[Any]:
    """New keys, ascending. Nobody else gets them, whatever becomes of this transaction."""
    if not count:
        return ()
    connection = connections[DEFAULT_DB_ALIAS]
    table, column = model._meta.db_table, model._meta.pk.column if model._meta.pk else "id"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                # The sequence is looked up once, not for each of its numbers.
                "SELECT nextval(name) FROM (SELECT pg_get_serial_sequence(%s, %s)::regclass AS name"
                " OFFSET 0) sequence, generate_series(1, %s)",
                [f'"{table}"', column, count],
            )
            return sorted(row[0] for row in cursor.fetchall())
        # One writer at a time, so the end of the numbers stands still; SQLite moves it on
        # with the rows, and never gives the number of a removed row again.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
        last = int(found[0]) if found else 0
        return range(last + 1, last + 1 + count)

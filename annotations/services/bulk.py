"""Many rows at once, by the database's own means: COPY on PostgreSQL, long INSERTs on SQLite.

Rows are written as they are given: nothing is filled in when saved, no signal is sent, and the
times that Django would set by itself (``auto_now``, ``auto_now_add``) are set only where they are
missing. So what was exported can be put back with the times it had.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

_PLAIN_FIELDS = (models.CharField, models.TextField, models.IntegerField, models.FloatField)
_PLAIN_TYPES = frozenset({str, int, float, type(None)})
# Of one statement; SQLite's own limit, unless it was built with another, is three times that.
_MAX_VALUES = 10_000
M = TypeVar("M", bound=models.Model)


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
                if getattr(row, field.attname) is None:
                    setattr(row, field.attname, now)
    # The connection itself: what stands for it elsewhere looks it up at every touch.
    connection = connections[DEFAULT_DB_ALIAS]
    values = zip(*(_values(field, rows, connection) for field in fields), strict=True)
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
            # As many rows a statement as may be: the search index is written once a statement.
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


def keys_assign(rows: Sequence[M]) -> None:
    """Give rows of one model their keys before they are inserted, so that others can name them."""
    without_key = [row for row in rows if row.pk is None]
    if without_key:
        model = type(without_key[0])
        for row, key in zip(without_key, _keys(model, len(without_key)), strict=True):
            row.pk = key


def _link(field: models.Field[Any, Any], rows: Sequence[models.Model]) -> None:
    """Rows were built on others that had no key yet; by now those have one."""
    for row in rows:
        if getattr(row, field.attname) is None and field.is_cached(row):  # type: ignore[attr-defined]
            other = field.get_cached_value(row)  # type: ignore[attr-defined]
            if other is not None:
                setattr(row, field.attname, other.pk)


class Rows:
    """Rows of several models that belong together, inserted in the order of ``models``."""

    def __init__(self, order: Sequence[type[models.Model]]) -> None:
        self._rows: dict[type[models.Model], list[Any]] = {model: [] for model in order}

    def add(self, row: M) -> M:
        self._rows[type(row)].append(row)
        return row

    def of(self, model: type[M]) -> list[M]:
        return self._rows[model]

    def mark(self) -> dict[type[models.Model], int]:
        """How far the rows have come, for ``cut``."""
        return {model: len(rows) for model, rows in self._rows.items()}

    def cut(self, mark: dict[type[models.Model], int]) -> None:
        """Take back what was added since a mark."""
        for model, length in mark.items():
            del self._rows[model][length:]

    def insert(self) -> None:
        for rows in self._rows.values():
            rows_insert(rows)


def _values(
    field: models.Field[Any, Any], rows: Sequence[models.Model], connection: BaseDatabaseWrapper
) -> Iterator[Any]:
    """A column's values as the driver takes them. Words and numbers it takes as they are."""
    name = field.attname
    stored = field.target_field if isinstance(field, models.ForeignKey) else field
    plain = isinstance(stored, _PLAIN_FIELDS)
    for row in rows:
        value = getattr(row, name)
        if plain and type(value) in _PLAIN_TYPES:
            yield value
        else:
            yield field.get_db_prep_save(value, connection)


def _keys(model: type[models.Model], count: int) -> Sequence[Any]:
    """New keys, ascending. Nobody else gets them, whatever becomes of this transaction."""
    if not count:
        return ()
    connection = connections[DEFAULT_DB_ALIAS]
    table, column = model._meta.db_table, model._meta.pk.column if model._meta.pk else "id"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [f'"{table}"', column, count],
            )
            return sorted(row[0] for row in cursor.fetchall())
        # One writer at a time, so the end of the numbers stands still; SQLite moves it on
        # with the rows, and never gives the number of a removed row again.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
        last = int(found[0]) if found else 0
        return range(last + 1, last + 1 + count)

"""The indexes' tables and triggers. What is here is derived from other tables and can be made anew
at any time; a migration that changes it drops it and installs it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection as default
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from . import postgres, sqlite


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the indexes, whatever was there before, and fill them from the rows that there are.

    On PostgreSQL outside of a transaction, so that it is filled a batch at a time.
    """
    remove(connection)
    (postgres if connection.vendor == "postgresql" else sqlite).install(connection)


def remove(connection: BaseDatabaseWrapper) -> None:
    (postgres if connection.vendor == "postgresql" else sqlite).remove(connection)


def renew(connection: BaseDatabaseWrapper) -> None:
    """Functions and triggers as they are now; the indexes and what is in them stay."""
    (postgres if connection.vendor == "postgresql" else sqlite).renew(connection)


def refold(connection: BaseDatabaseWrapper) -> None:
    """Functions as they are now, and what they would put otherwise into the index put so. SQLite
    reads words itself. Outside of a transaction, as ``install``."""
    if connection.vendor == "postgresql":
        postgres.refold(connection)


@contextmanager
def put_off() -> Iterator[None]:
    """What this transaction inserts meanwhile is not indexed: ``fill`` has to be called with its
    keys, in this transaction or later. What is changed or removed is, as ever."""
    database = postgres if default.vendor == "postgresql" else sqlite
    with transaction.atomic():
        database.put_off(default, on=True)
        yield
        database.put_off(default, on=False)


def fill(what: str, first: int, last: int) -> None:
    """Index the ``articles`` or ``claims`` of a range of keys that aren't indexed."""
    (postgres if default.vendor == "postgresql" else sqlite).fill(default, what, first, last)


def repair(connection: BaseDatabaseWrapper) -> bool:
    """Install anew where triggers have been lost; true if that was so.

    SQLite changes a table by making another one, and drops the triggers with the old one. What
    was written meanwhile is in no index, hence anew.
    """
    if connection.vendor != "sqlite" or sqlite.whole(connection):
        return False
    install(connection)
    return True


def after_migrations(using: str, **kwargs: Any) -> None:
    """Receives ``post_migrate``."""
    from django.db import connections

    repair(connections[using])

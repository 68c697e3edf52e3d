"""The indexes' tables and triggers. What is here is derived from other tables and can be made anew
at any time; a migration that changes it drops it and installs it again.
"""

from __future__ import annotations

from typing import Any

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

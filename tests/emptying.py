"""Emptying PostgreSQL's tables after a test that commits, in a hundredth of the time.

Django truncates them, which makes and removes some four hundred files and takes one to two
seconds. The tests' few rows are deleted at once, if nobody's trigger is asked; that takes a
superuser, and without one it is done as Django does it.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

# What triggers keep of the rows of others, beside Django's tables.
KEPT = ("annotations_articlesearch", "annotations_claimsearch", "annotations_tally")


def empty_by_deleting() -> None:
    """Have this connection's ``flush`` delete; for tests on a PostgreSQL of their own."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone() != (True,):
            return

    def sql_flush(style: Any, tables: list[str], **_: Any) -> list[str]:
        quote = connection.ops.quote_name
        # In the one transaction that all of them are run in.
        silence = "SET LOCAL session_replication_role = replica"
        return [silence, *(f"DELETE FROM {quote(table)}" for table in [*tables, *KEPT])]  # noqa: S608

    connection.ops.sql_flush = sql_flush

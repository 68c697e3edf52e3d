"""Reading for long while others write, and seeing nothing of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

from django.db import DatabaseError, connection, connections

Beside = Callable[[Callable[[], None]], None]

_BEGIN = {
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    # With a write-ahead log, a reader goes on seeing what was there at its first look.
    "sqlite": "BEGIN DEFERRED",
}


@contextmanager
def one_state() -> Iterator[Beside]:
    """All that is read inside is of one moment. What it gives does a write on another connection.

    Inside a transaction of the caller's own there is no other state to be seen, and no other
    connection that would see its rows.
    """
    if connection.in_atomic_block:
        yield lambda write: write()
        return
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="beside") as other:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute(_BEGIN[connection.vendor])
            # The state is that of the first look.
            cursor.execute("SELECT 1 FROM annotations_corpus LIMIT 1")
        try:
            yield lambda write: other.submit(write).result()
        finally:
            # Read only: to give up what was read is the end of it, whatever came.
            with suppress(DatabaseError), connection.cursor() as cursor:
                cursor.execute("ROLLBACK")
            other.submit(connections.close_all).result()

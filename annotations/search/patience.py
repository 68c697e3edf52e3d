"""How long a search may take. The database gives up, so that nobody's phrase of common words keeps
it from everybody else.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext

from annotations.errors import InvalidInput

MAX_SECONDS = 10.0
# SQLite's instructions between two looks at the clock: some hundredths of a second.
_BETWEEN = 1_000_000


@contextmanager
def bounded(seconds: float | None = None) -> Iterator[None]:
    """Statements inside take so long at most. Raises ``InvalidInput`` (field ``q``) beyond that."""
    limit = _postgres if connection.vendor == "postgresql" else _sqlite
    try:
        with limit(MAX_SECONDS if seconds is None else seconds):
            yield
    except OperationalError as error:
        if not _given_up(error):
            raise
        reason = gettext("This search takes too long. A rarer word makes it quicker.")
        raise InvalidInput({"q": reason}) from error


def _given_up(error: OperationalError) -> bool:
    cause: Any = error.__cause__
    # 57014: query_canceled.
    return getattr(cause, "sqlstate", "") == "57014" or str(cause) == "interrupted"


@contextmanager
def _postgres(seconds: float) -> Iterator[None]:
    inside = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('statement_timeout'),"
            " set_config('statement_timeout', %s, true)",
            [str(int(seconds * 1000))],
        )
        before = cursor.fetchone()[0]
        yield
        if inside:
            # The limit would last as long as the transaction that this is a part of.
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])


@contextmanager
def _sqlite(seconds: float) -> Iterator[None]:
    connection.ensure_connection()
    driver = connection.connection
    deadline = time.monotonic() + seconds
    driver.set_progress_handler(lambda: time.monotonic() > deadline, _BETWEEN)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)

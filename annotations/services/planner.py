"""What SQLite knows of its tables, by which it chooses its way through them.

Without it, a page of a corpus of 100,000 articles begins with all of them where it could begin with
the three that are meant. PostgreSQL sees to that itself.
"""

from __future__ import annotations

from django.db import connection

from annotations.models import Article, Claim, Comment, Event, Evidence, Job, Suggestion

# So many rows of an index are looked at: a database of any size takes some tens of milliseconds.
# Of a thousand, a corpus of 100,000 articles looks to SQLite like one of a thousand.
LOOKED_AT = 20_000
# More rows than these are looked at anew once they have doubled.
FEW = 1000
# Whose growth changes the way.
_GROWING = (Article, Claim, Comment, Event, Evidence, Job, Suggestion)


class Planner:
    """Has SQLite look at its tables when one has doubled since it last did, or nobody has looked.

    Connections that are open go on with what they know until they are made anew, which is after
    ``CONN_MAX_AGE`` at the latest.
    """

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def look(self) -> bool:
        """Whether anything was looked at."""
        if connection.vendor != "sqlite":
            return False
        with connection.cursor() as cursor:
            rows = {}
            for model in _GROWING:
                table = model._meta.db_table
                # Of the key's index: counting would read it all.
                cursor.execute(f"SELECT max(rowid) FROM {table}")  # noqa: S608  a name of ours
                rows[table] = cursor.fetchone()[0] or 0
            if self._known and all(n <= 2 * self._known[table] + FEW for table, n in rows.items()):
                return False
            cursor.execute(f"PRAGMA analysis_limit = {LOOKED_AT}")
            # Not the search index, which has a planner of its own and takes the longest.
            for table in connection.introspection.django_table_names(only_existing=True):
                cursor.execute(f"ANALYZE {table}")
        self._known = rows
        return True

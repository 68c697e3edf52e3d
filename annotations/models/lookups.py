"""Lookups of our own."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import Lookup


@models.CharField.register_lookup
class Among(Lookup):
    """``state__among=ACTIVE_JOB_STATES``: ``IN`` of states, each written out in the statement.

    SQLite plans a statement without its parameters: only so does it see that the rows which are
    asked for are those that a partial index has. For names in the code, never for anything given.
    """

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        left, parameters = self.process_lhs(compiler, connection)
        words = [str(word) for word in self.rhs]
        if not all(word.isidentifier() for word in words):
            raise ValueError(f"states are plain words, not {words}")
        return f"{left} IN ({', '.join(map(repr, words))})", tuple(parameters)

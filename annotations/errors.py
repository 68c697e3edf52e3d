"""Errors that a caller can act on.

Each says what its caller has to decide: which field is wrong, what is stale and what is
there now, whether trying again can help. No Django here, so every layer may raise them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class FactcheckError(Exception):
    """Root of the errors that are answers, not accidents. ``code`` is stable, for machines."""

    code = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidInput(FactcheckError):
    """What was sent can't be used. ``fields`` maps a field's name to what was expected of it."""

    code = "invalid"

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {reason}" for name, reason in fields.items()))
        self.fields = dict(fields)


class NotAllowed(FactcheckError):
    """The actor can see the object, but their role doesn't allow this action on it."""

    code = "not_allowed"


class MissingScope(NotAllowed):
    """The actor's role may allow it; the token by which they came isn't made for it."""

    code = "missing_scope"


class Conflict(FactcheckError):
    """The state of things doesn't allow it now; trying the same again won't help."""

    code = "conflict"


class StaleRevision(Conflict):
    """The row was changed by somebody since it was read.

    ``current`` is the entity as it is now (a model instance), so that a caller can show both
    versions; ``expected`` is the revision that was sent.
    """

    code = "stale_revision"

    def __init__(self, *, current: Any, expected: int) -> None:
        super().__init__(
            f"This was changed in the meantime: you had revision {expected}, "
            f"revision {current.revision} is current."
        )
        self.current = current
        self.expected = expected


class JobLost(FactcheckError):
    """A worker tries to write for a job that was meanwhile given to another: drop the work."""

    code = "job_lost"


class BadFile(FactcheckError):
    """A file that can't be imported: its name, and the line that is to blame where one is."""

    code = "bad_file"

    def __init__(self, name: str, reason: str, line: int | None = None) -> None:
        where = f"{name}, line {line}" if line else name
        super().__init__(f"{where}: {reason}")
        self.name = name
        self.reason = reason
        self.line = line

"""One record of our own format while it is put back: its rows, and the names in it.

A ``uid`` that another corpus of this site has already is replaced by one derived from it, so that a
corpus can be copied beside itself.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from annotations.importing import BadRow
from annotations.models import (
    Answer,
    ArticleText,
    Claim,
    Comment,
    Evidence,
    FactCheck,
    Question,
    Suggestion,
    Thread,
    User,
    Verdict,
)

from .vocabulary import NAMESPACE

if TYPE_CHECKING:
    from .planner import Planner

Record = Mapping[str, Any]
_UNIQUE: tuple[type[Any], ...] = (
    Claim,
    Evidence,
    Question,
    Answer,
    Verdict,
    Thread,
    Comment,
    FactCheck,
)


class Restored:
    """What is planned of a record so far. Nothing of it is in the chunk's plan yet."""

    def __init__(self, planner: Planner, record: Record) -> None:
        self.planner = planner
        self.rows: list[Any] = []
        self.texts: dict[int, ArticleText] = {}
        self.suggestions: dict[tuple[int, int], Suggestion] = {}
        self._taken = _taken(record)

    def person(self, record: Record) -> User:
        username, name = str(record["username"]), str(record.get("name") or record["username"])
        if self.planner.options.people == "same":
            return self.planner.people.same(username, name)
        return self.planner.people.annotator(username)

    def importer(self) -> User:
        return self.planner.source.created_by or self.planner.people.annotator(
            self.planner.source.file_name
        )

    def uid(self, value: str) -> uuid.UUID:
        uid = uuid.UUID(value)
        if uid in self._taken:
            return uuid.uuid5(NAMESPACE, f"{self.planner.corpus.pk}\x1f{value}")
        return uid

    def planned(self, model: type[Any]) -> list[Any]:
        """Rows of the chunk so far, this record's too."""
        made = [row for row in self.rows if isinstance(row, model)]
        return [*self.planner.plan.rows.of(model), *made]

    def revision(self, number: Any) -> ArticleText:
        if number not in self.texts:
            raise BadRow(f"there is no text of revision {number}")
        return self.texts[number]


def _taken(record: Record) -> set[uuid.UUID]:
    """Which of the record's uids something on this site has already."""
    wanted = {uuid.UUID(value) for value in _uids(record) if isinstance(value, str)}
    taken: set[uuid.UUID] = set()
    if wanted:
        for model in _UNIQUE:
            taken.update(model.objects.filter(uid__in=wanted).values_list("uid", flat=True))
    return taken


def _uids(record: Any) -> Iterable[Any]:
    if isinstance(record, Mapping):
        if "uid" in record:
            yield record["uid"]
        for value in record.values():
            yield from _uids(value)
    elif isinstance(record, list):
        for value in record:
            yield from _uids(value)


def text_of(record: Record, name: str, longest: int) -> str:
    value = record.get(name) or ""
    if not isinstance(value, str):
        raise BadRow(f"{name}: expected a string")
    if len(value) > longest:
        raise BadRow(f"{name}: {longest:,} characters at most")
    return value


def date_of(value: Any) -> dt.date | None:
    return dt.date.fromisoformat(value) if value else None


def time_of(value: Any) -> Any:
    """A moment; None, where there is none, is filled in when it is written."""
    return dt.datetime.fromisoformat(value) if value else None

"""One record of our own format while it is put back: its rows, and the names in it.

A ``uid`` that something on this site has already is replaced by one derived from it, so that a
corpus can be copied beside itself, and what was deleted from one can come in again.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from annotations.importing import BadRow
from annotations.models import (
    Answer,
    ArticleText,
    Claim,
    Comment,
    Corpus,
    Evidence,
    FactCheck,
    Question,
    Suggestion,
    Thread,
    User,
    Verdict,
)

from ..bulk import portions
from .vocabulary import next_uid

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

    def __init__(self, planner: Planner) -> None:
        self.planner = planner
        self.rows: list[Any] = []
        self.texts: dict[int, ArticleText] = {}
        self.suggestions: dict[tuple[int, int], Suggestion] = {}

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
        return self.planner.uids[uuid.UUID(value)]

    def planned(self, model: type[Any]) -> list[Any]:
        """Rows of the chunk so far, this record's too."""
        made = [row for row in self.rows if isinstance(row, model)]
        return [*self.planner.plan.rows.of(model), *made]

    def revision(self, number: Any) -> ArticleText:
        if number not in self.texts:
            raise BadRow(f"there is no text of revision {number}")
        return self.texts[number]


def free_uids(records: Iterable[Record], corpus: Corpus) -> dict[uuid.UUID, uuid.UUID]:
    """The uids of some records → themselves, or others where something on this site has them."""
    free: dict[uuid.UUID, uuid.UUID] = {}
    for value in _said("uid", records):
        # One that is none rejects its record, when that is put back.
        with suppress(ValueError):
            uid = uuid.UUID(value)
            free[uid] = uid
    unsure = set(free)
    while unsure:
        taken = _taken({free[uid] for uid in unsure})
        unsure = {uid for uid in unsure if free[uid] in taken}
        for uid in unsure:
            free[uid] = next_uid(free[uid], corpus.pk)
    return free


def _taken(wanted: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    taken: set[uuid.UUID] = set()
    for some in portions(wanted):
        for model in _UNIQUE:
            taken.update(model.objects.filter(uid__in=some).values_list("uid", flat=True))
    return taken


def claimants_of(records: Iterable[Record]) -> set[str]:
    """The names of those whose claims are in some records."""
    return set(_said("claimant", records))


def _said(key: str, records: Iterable[Record]) -> Iterator[str]:
    """The words that stand under a key, however deep."""
    left: list[Any] = list(records)
    while left:
        one = left.pop()
        if isinstance(one, Mapping):
            if isinstance(value := one.get(key), str):
                yield value
            left.extend(one.values())
        elif isinstance(one, list):
            left.extend(one)


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

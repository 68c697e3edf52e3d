"""What a format is. Each format is one file here, registered in the package.

A format is given records, which are what ``jsonl`` writes, and turns each into what it has room
for. It asks the database nothing, so whatever must not leave is kept back once, in ``records``.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

import orjson
from django.utils.translation import gettext_lazy as _

from annotations.models import Corpus

from .options import Options
from .people import People

# An article, a claim, … as documented in docs/formats.md. Days are ``date``s; moments are
# ``datetime``s in UTC, naive or aware as the database's driver gives them.
Record = dict[str, Any]

# What a corpus holds, for saying what a format has no room for.
PARTS: dict[str, Any] = {
    "text": _("the articles' texts"),
    "earlier texts": _("earlier revisions of the texts"),
    "article": _("title, address, publisher and dates of the articles"),
    "suggestions": _("the detector's run and its suggestions"),
    "places": _("where claims stand in the text"),
    "fragments": _("which fragments are one claim"),
    "normalised": _("normalised claims"),
    "types": _("claim types"),
    "claimant": _("claimants"),
    "roles": _("claimants' roles and Wikidata ids"),
    "claim date": _("dates of claims"),
    "place": _("places that claims are about"),
    "flags": _("flags and their notes"),
    "authors": _("who made each claim, and when"),
    "states": _("states of claims"),
    "tags": _("tags"),
    "verdict": _("what was found"),
    "verdicts": _("who gave which verdict"),
    "rationales": _("rationales"),
    "strategies": _("strategies of verdicts"),
    "confidence": _("how sure reviewers were"),
    "earlier verdicts": _("verdicts that no longer stand"),
    "evidence": _("evidence"),
    "stances": _("what each piece of evidence says of its claim"),
    "quotes": _("quotes and notes of evidence"),
    "sets": _("which pieces of evidence prove together"),
    "copies": _("what is known of saved copies"),
    "questions": _("questions and answers"),
    "contributors": _("who added evidence, questions and answers, and when"),
    "discussions": _("discussions"),
    "fact-checks": _("published fact-checks and corrections"),
    "guidelines": _("the corpus's description, scale and guidelines"),
}
# For which hardly a format but our own has a place.
DETAILS = frozenset(
    {
        "authors", "states", "strategies", "confidence", "earlier verdicts", "stances", "quotes",
        "contributors",
    }
)  # fmt: skip


class ExportError(Exception):
    """The stored data contradicts itself; an export must not pass that on."""


@dataclass(slots=True)
class Report:
    """What an export held, and what its format left out. Filled in while it is written."""

    articles: int = 0
    claims: int = 0
    verdicts: int = 0
    # Of the format's own unit.
    written: int = 0
    # Reason → how often; reasons are the format's ``reasons``, and those of ``records``.
    left_out: Counter[str] = field(default_factory=Counter)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Report:
        return cls(**{**stored, "left_out": Counter(stored["left_out"])})

    def as_json(self) -> dict[str, Any]:
        return {
            "articles": self.articles,
            "claims": self.claims,
            "verdicts": self.verdicts,
            "written": self.written,
            "left_out": dict(sorted(self.left_out.items())),
        }


class Urns(Protocol):
    def urn(self, person: dict[str, str]) -> str: ...


@dataclass(slots=True)
class Context:
    """What every article of an export has in common, whether it is read now or was frozen."""

    corpus_id: int
    corpus_name: str
    # Gives ``records.header``, which is read when a format first asks for it.
    head: Callable[[], Record]
    options: Options
    # Whom the records name.
    people: Urns
    exported_at: dt.datetime
    # Key of a claim type → its label.
    type_labels: Mapping[str, str]
    # "both", "individual" or "aggregated".
    labels: str
    # The selection and the options that were chosen, for the file to say so itself.
    chosen: Mapping[str, Any]
    report: Report = field(default_factory=Report)
    # Is this the rest of a file that was stopped? Then its head was written; what was reported of
    # the beginning is in ``report``.
    going_on: bool = False
    # Of a release: its number, title and licence, and the claims that are gone since the last.
    release: Record | None = None

    def leave_out(self, reason: str, count: int = 1) -> None:
        self.report.left_out[reason] += count


@dataclass(slots=True, kw_only=True)
class LiveContext(Context):
    """Of an export that is read from the database."""

    corpus: Corpus
    people: People


class Format(ABC):
    """Writes a corpus, one article after the other, in memory that doesn't grow with it."""

    name: ClassVar[str]
    label: ClassVar[str]
    about: ClassVar[Any]
    media_type: ClassVar[str]
    extension: ClassVar[str]
    # Raised with every change by which a reader could trip.
    version: ClassVar[int] = 1
    # What it writes one of after the other.
    unit: ClassVar[str]
    # Of ``PARTS``: what it has no room for.
    loses: ClassVar[frozenset[str]] = frozenset()
    # Reason → words for people: single things that can't be written, each of them counted.
    reasons: ClassVar[Mapping[str, Any]] = {}
    # Whose labels it gives where nobody chose.
    labels: ClassVar[str] = "aggregated"
    # A format whose library is too large for the web server is written by workers only.
    by_workers: ClassVar[bool] = False
    # Can the rest of a file be written behind what is there? Of an archive it can't.
    goes_on: ClassVar[bool] = True
    # Can ``items`` be called without loading that library, to see what will be left out?
    foreseen: ClassVar[bool] = True
    # Parts of the records that it needs: others are not read for it.
    needs_suggestions: ClassVar[bool] = False
    needs_discussions: ClassVar[bool] = False
    needs_fact_checks: ClassVar[bool] = False

    @abstractmethod
    def items(self, article: Record, context: Context) -> Iterator[Any]:
        """What an article gives, each of the format's unit."""

    def write(self, articles: Iterable[Record], context: Context) -> Iterator[bytes]:
        """Pieces of the file. Without another way of its own: items as JSON, one a line."""
        for article in articles:
            lines = [line(item) for item in self.counted(article, context)]
            if lines:
                yield b"".join(lines)

    def counted(self, article: Record, context: Context) -> Iterator[Any]:
        for item in self.items(article, context):
            context.report.written += 1
            yield item


# Times are UTC, and say so.
_JSON = orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC


def dumps(value: Any) -> bytes:
    return orjson.dumps(value, option=_JSON)


def line(value: Any) -> bytes:
    return orjson.dumps(value, option=_JSON | orjson.OPT_APPEND_NEWLINE)


def array(
    pieces: Iterable[list[Any]], context: Context, head: bytes = b"[", tail: bytes = b"]\n"
) -> Iterator[bytes]:
    """Values as elements of one JSON array, which is written as they come."""
    if not context.going_on:
        yield head
    first = not context.report.written
    for values in pieces:
        if values:
            text = b",\n".join(map(dumps, values))
            yield (b"\n" if first else b",\n") + text
            first = False
    yield b"\n" + tail


def utc(moment: dt.datetime) -> dt.datetime:
    return moment.replace(tzinfo=dt.UTC)


def iso(moment: dt.datetime) -> str:
    """``2026-03-02T09:00:00Z``."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

"""The frozen records of a release: written once, of one moment, and read for all that it holds."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

import orjson

from annotations.exporting import LiveContext, Selection
from annotations.exporting.archive import zipped
from annotations.exporting.base import Record, dumps, line
from annotations.exporting.reading import Parts
from annotations.exporting.records import records

from .index import Index, tombstones

ARTICLES, TOMBSTONES, STATE = "articles.jsonl", "tombstones.jsonl", "state.json"

Tick = Callable[[], None]


def frozen(
    context: LiveContext,
    selection: Selection,
    *,
    previous: Index | None,
    discussions: bool,
    tick: Tick,
) -> Iterator[bytes]:
    """The source's bytes, read while the caller holds one state of the data.

    ``tick`` is called after each article.
    """

    def articles() -> Iterator[bytes]:
        read = records(context, selection, Parts(discussions=discussions))
        for article in read:
            tick()
            yield line(article)

    def gone() -> Iterator[bytes]:
        for stone in tombstones(context.corpus, previous):
            tick()
            yield line(stone)

    def state() -> Iterator[bytes]:
        yield dumps(
            {
                "corpus_id": context.corpus_id,
                "frozen_at": context.exported_at,
                "head": context.head(),
                "type_labels": dict(context.type_labels),
                # Of the options' doing, whatever the format.
                "left_out": dict(sorted(context.report.left_out.items())),
                "articles": context.report.articles,
            }
        )

    # The state is written last: who is named in it, and how many there are, is known by then.
    members: list[tuple[str, Iterable[bytes]]] = [
        (ARTICLES, articles()),
        (TOMBSTONES, gone()),
        (STATE, state()),
    ]
    return zipped(members)


class Source:
    """Reads what ``frozen`` wrote; as often as wanted, an article at a time."""

    def __init__(self, file: IO[bytes]) -> None:
        self._archive = zipfile.ZipFile(file)
        self.state: dict[str, Any] = orjson.loads(self._archive.read(STATE))
        self.frozen_at = dt.datetime.fromisoformat(self.state["frozen_at"])

    def articles(self) -> Iterator[Record]:
        """Each a new one, so that whoever reads may change it."""
        for record in self._lines(ARTICLES):
            yield thawed(record)

    def tombstones(self) -> Iterator[Record]:
        return self._lines(TOMBSTONES)

    def _lines(self, name: str) -> Iterator[Record]:
        with self._archive.open(name) as member:
            for row in member:
                yield orjson.loads(row)


# --- Days and moments, which JSON has no values for -------------------------------------------


def thawed(article: Record) -> Record:
    """A record as formats take it. Times that stand in what a detector said are words there too."""
    _days(article, "published")
    _moments(article, "created_at")
    if article["run"]:
        _moments(article["run"], "finished_at")
    for suggestion in article["suggestions"]:
        _moments(suggestion, "decided_at")
    for claim in article["claims"]:
        _thaw_claim(claim)
    return article


def _thaw_claim(claim: Record) -> None:
    _days(claim, "claim_date")
    _moments(claim, "created_at", "updated_at")
    for verdict in claim["verdicts"]:
        _moments(verdict, "created_at")
    for piece in claim["evidence"]:
        _days(piece, "published")
        _moments(piece, "created_at", "updated_at")
        _thaw_copy(piece)
    for question in claim["questions"]:
        _moments(question, "created_at", "updated_at")
        for answer in question["answers"]:
            _moments(answer, "created_at", "updated_at")
            _thaw_copy(answer)
    for thread in claim["threads"]:
        _moments(thread, "created_at", "resolved_at")
        for comment in thread["comments"]:
            _moments(comment, "created_at", "edited_at")
    if claim["fact_check"]:
        _moments(claim["fact_check"], "published_at", "updated_at", "withdrawn_at")
        for version in claim["fact_check"]["versions"]:
            _moments(version, "published_at")
        for correction in claim["fact_check"]["corrections"]:
            _moments(correction, "made_at")


def _thaw_copy(record: Record) -> None:
    if copy := record["snapshot"]:
        _moments(copy, "fetched_at")
        _days(copy, "published")


def _days(record: Record, *names: str) -> None:
    for name in names:
        if record[name] is not None:
            record[name] = dt.date.fromisoformat(record[name])


def _moments(record: Record, *names: str) -> None:
    for name in names:
        if record[name] is not None:
            record[name] = dt.datetime.fromisoformat(record[name])

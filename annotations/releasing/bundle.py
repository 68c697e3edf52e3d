"""The archive of a release, made of its frozen records and of nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from annotations.exporting import Context, Format, gathered
from annotations.exporting.archive import zipped
from annotations.exporting.base import Record, Report, line
from annotations.exporting.csv import cell, csv_rows
from annotations.exporting.people import Pseudonyms

from .datasheet import datasheet, in_words
from .facts import Facts
from .leakage import leakage
from .licences import licence_words
from .plan import CLAIM
from .source import Source
from .splitting import in_part, is_divided, split
from .survey import Survey

Member = tuple[str, Iterable[bytes]]
SUMS = "SHA256SUMS"
STONE = ("uid", "withdrawn_at", "reason", "merged_into", "last_in")


def passes(facts: Facts) -> int:
    """How often the articles are read for it."""
    parts = len(facts.plan.parts)
    divided = sum(is_divided(facts.plan, format_.unit) for format_ in facts.formats)
    return 1 + len(facts.formats) + parts * divided


class Bundle:
    """Writes the archive. What is in it is known once all of it is written."""

    def __init__(self, source: Source, facts: Facts, tick: Callable[[], None]) -> None:
        self.source, self.facts, self.tick = source, facts, tick
        self.files: list[dict[str, Any]] = []
        self.reports: dict[str, Report] = {}
        self.datasheet: dict[str, Any] = {}
        self.leakage: dict[str, Any] = {}
        self._stones = list(source.tombstones())

    def write(self) -> Iterator[bytes]:
        survey = Survey()
        try:
            survey.take(self.source, self.tick)
            split(survey, self.facts.plan)
            members = ((name, self._summed(name, c)) for name, c in self._members(survey))
            yield from zipped(members)
        finally:
            survey.close()

    def _members(self, survey: Survey) -> Iterator[Member]:
        facts = self.facts
        for format_ in facts.formats:
            name = f"{format_.name}.{format_.extension}"
            yield f"data/{name}", self._format(format_)
            if is_divided(facts.plan, format_.unit):
                for part in facts.plan.parts:
                    yield f"parts/{part}/{name}", self._format(format_, survey, part)
        if facts.plan.by:
            yield from _assigned(survey, claims=facts.plan.by == CLAIM)
        yield "tombstones.jsonl", map(line, self._stones)
        yield "tombstones.csv", _stones_table(self._stones)
        self.leakage = leakage(survey, facts.plan)
        if self.leakage:
            yield "leakage.json", [_json(self.leakage)]
        self.datasheet = datasheet(facts, survey, self.reports, self.leakage, len(self._stones))
        yield "datasheet.json", [_json(self.datasheet)]
        yield "README.md", [in_words(self.datasheet).encode()]
        yield "LICENSE.txt", [licence_words(facts.licence, facts.licence_text).encode()]
        yield "manifest.json", [_json(self._manifest())]
        yield SUMS, [sums(self.files).encode()]

    def _format(
        self, format_: Format, survey: Survey | None = None, part: str = ""
    ) -> Iterator[bytes]:
        context = self._context(format_, part)
        if not part:
            self.reports[format_.name] = context.report
        return gathered(format_.write(self._records(context, format_, survey, part), context))

    def _context(self, format_: Format, part: str) -> Context:
        facts, state = self.facts, self.source.state
        return Context(
            corpus_id=state["corpus_id"],
            corpus_name=state["head"]["name"],
            head=lambda: state["head"],
            options=facts.options,
            people=Pseudonyms(),
            exported_at=facts.frozen_at,
            type_labels=state["type_labels"],
            labels=facts.options.labels or format_.labels,
            chosen={**dict(sorted(facts.selection.items())), **facts.options.as_json()},
            release={
                "number": facts.number,
                "title": facts.title,
                "licence": facts.licence,
                **({"part": part} if part else {}),
                "tombstones": self._stones,
            },
        )

    def _records(
        self, context: Context, format_: Format, survey: Survey | None, part: str
    ) -> Iterator[Record]:
        report, individual = context.report, context.labels != "aggregated"
        for article in self.source.articles():
            self.tick()
            if survey is not None:
                chosen = in_part(survey, self.facts.plan, article, part)
                if chosen is None:
                    continue
                article = chosen
            if not format_.needs_suggestions:
                article["suggestions"] = []
            report.articles += 1
            report.claims += len(article["claims"])
            for claim in article["claims"]:
                verdicts, found = claim["verdicts"], claim["verdict"]
                report.verdicts += len(verdicts) if individual else found["basis"] is not None
                if context.labels == "individual":
                    claim["verdict"] = None
                if not format_.needs_discussions:
                    claim["threads"] = []
                if not format_.needs_fact_checks:
                    claim["fact_check"] = None
            yield article

    def _summed(self, name: str, content: Iterable[bytes]) -> Iterator[bytes]:
        digest, size = hashlib.sha256(), 0
        for piece in content:
            digest.update(piece)
            size += len(piece)
            yield piece
        self.files.append({"name": name, "size": size, "sha256": digest.hexdigest()})

    def _manifest(self) -> dict[str, Any]:
        return {
            "release": self.facts.as_json(),
            "software": dict(self.facts.software),
            "formats": {
                one.name: {"version": one.version, "media_type": one.media_type}
                for one in self.facts.formats
            },
            "files": list(self.files),
        }


def sums(files: list[dict[str, Any]]) -> str:
    """As ``sha256sum --check`` reads it."""
    return "".join(f"{one['sha256']}  {one['name']}\n" for one in files if one["name"] != SUMS)


def _assigned(survey: Survey, *, claims: bool) -> Iterator[Member]:
    """Which part each is in, and with whom it is together."""
    if not claims:
        yield (
            "parts/articles.csv",
            _table(
                ["article_id", "part", "source", "day"],
                survey.rows("SELECT id, part, source, day FROM articles ORDER BY n"),
            ),
        )
    yield (
        "parts/claims.csv",
        _table(
            ["claim_uid", "article_id", "part", "cluster"],
            survey.rows(
                "SELECT claims.uid, claims.article, claims.part, leader.uid FROM claims "
                "JOIN claims AS leader ON leader.n = claims.cluster ORDER BY claims.n"
            ),
        ),
    )


def _table(columns: list[str], rows: Iterable[Any]) -> Iterator[bytes]:
    yield csv_rows([columns])
    for row in rows:
        yield csv_rows([[cell(value) for value in row]])


def _stones_table(stones: list[Record]) -> Iterator[bytes]:
    return _table(list(STONE), ([stone[name] for name in STONE] for stone in stones))


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str).encode() + b"\n"

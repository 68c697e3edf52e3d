"""A table for spreadsheets: a header, then one row a claim."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from annotations.domain.vocabulary import Stance

from .base import DETAILS, Context, Format, Record, utc
from .judging import shown

# A spreadsheet takes a cell that begins with one of these for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# What stands in place of a source that must not leave.
PROTECTED = "protected source"
# Where only individual verdicts were asked for.
NOTHING_FOUND: Record = {"rating": None, "number": None, "basis": None, "tie": None}
COLUMNS = (
    "article_id",
    "article_title",
    "article_url",
    "article_published",
    "claim_uid",
    "spans",
    "quote",
    "normalised",
    "types",
    "claimant",
    "claim_date",
    "place",
    "flag",
    "flag_note",
    "tags",
    "state",
    "verdict",
    "verdict_number",
    "verdict_basis",
    "tie",
    "verdicts",
    "rationales",
    "supports",
    "refutes",
    "irrelevant",
    "evidence",
    "known_sources",
    "questions",
    "answers",
    "from_suggestion",
    "created_by",
    "created_at",
    "updated_at",
)


class Table(Format):
    name = "csv"
    label = "CSV"
    about = _("A table for spreadsheets, a claim a row. No cell is run as a formula.")
    media_type = "text/csv; charset=utf-8"
    extension = "csv"
    version = 2
    unit = "claims"
    labels = "both"
    loses = frozenset(
        {
            "text", "earlier texts", "suggestions", "fragments", "copies", "questions",
            "discussions", "guidelines", "fact-checks", "roles",
        }
    ) | (DETAILS - {"authors", "states"})  # fmt: skip

    def items(self, article: Record, context: Context) -> Iterator[Record]:
        for claim in article["claims"]:
            yield claim_row(article, claim, context)

    def write(self, articles: Iterable[Record], context: Context) -> Iterator[bytes]:
        if not context.going_on:
            yield ",".join(COLUMNS).encode() + b"\r\n"
        for article in articles:
            rows = (row.values() for row in self.counted(article, context))
            yield csv_rows([[cell(value) for value in row] for row in rows])


def csv_rows(rows: Iterable[Iterable[str]], delimiter: str = ",") -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    return buffer.getvalue().encode()


def cell(value: Any) -> str:
    """A cell's text. What a spreadsheet could run gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def claim_row(article: Record, claim: Record, context: Context) -> Record:
    standing = [verdict for verdict in shown(claim, context) if verdict["stands"]]
    found = claim["verdict"] or NOTHING_FOUND
    evidence = claim["evidence"]
    stances = [piece["stance"] for piece in evidence]
    return {
        "article_id": article["id"],
        "article_title": article["title"],
        "article_url": article["url"],
        "article_published": article["published"],
        "claim_uid": claim["uid"],
        "spans": "; ".join(f"{span['start']}–{span['end']}" for span in claim["spans"]),
        "quote": claim["quote"],
        "normalised": claim["normalised"],
        "types": "; ".join(claim["types"]),
        "claimant": claim["claimant"],
        "claim_date": claim["claim_date"],
        "place": claim["place"],
        "flag": claim["flag"],
        "flag_note": claim["flag_note"],
        "tags": "; ".join(claim["tags"]),
        "state": claim["state"],
        "verdict": found["rating"],
        "verdict_number": found["number"],
        "verdict_basis": found["basis"],
        "tie": found["tie"],
        "verdicts": "; ".join(
            f"{v['reviewer']['username']} ({v['kind']}): {v['rating']}" for v in standing
        ),
        "rationales": "\n".join(f"{v['reviewer']['username']}: {v['rationale']}" for v in standing),
        "supports": stances.count(Stance.SUPPORTS),
        "refutes": stances.count(Stance.REFUTES),
        "irrelevant": stances.count(Stance.IRRELEVANT),
        "evidence": "\n".join(_source(piece) for piece in evidence),
        "known_sources": sum(piece["was_known"] or False for piece in evidence),
        "questions": len(claim["questions"]),
        "answers": sum(len(question["answers"]) for question in claim["questions"]),
        "from_suggestion": claim["suggestion"] is not None,
        "created_by": claim["created_by"]["username"],
        "created_at": utc(claim["created_at"]).isoformat(timespec="seconds"),
        "updated_at": utc(claim["updated_at"]).isoformat(timespec="seconds"),
    }


def _source(evidence: Record) -> str:
    """Where it is found, and the number of its set where it proves together with others."""
    source = PROTECTED if evidence["protected"] else evidence["url"] or evidence["citation"]
    return f"{source} [{evidence['set_number']}]" if evidence["set_number"] else str(source)

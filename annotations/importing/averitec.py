"""AVeriTeC JSON: an array of claims with questions, answers, a label and a justification.

Days are DD-MM-YYYY, and what is missing is null. The claim becomes an article of its own: the
original stands behind an address that may be gone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from .base import BadRow, Draft, Head, Item, Mark, Reply, Review
from .describing import words_of
from .files import FileSet, SourceFile
from .json_files import Record, json_elements
from .options import Options


class Averitec:
    name = "averitec"
    suffixes = frozenset({".json"})
    heeds = frozenset({"annotations", "annotator"})

    def recognises(self, head: Head) -> bool:
        return '"claim"' in head.text and (
            '"fact_checking_strategies"' in head.text or '"fact_checking_article"' in head.text
        )

    def read(self, file: SourceFile, files: FileSet, options: Options, skip: int) -> Iterator[Item]:
        return json_elements(
            file, options, skip, _draft, expected="an array of claims, or one claim"
        )


def _draft(record: Record) -> Draft:
    claim = words_of(record["claim"], "claim")
    made = _day(record.get("claim_date"))
    article = words_of(record.get("fact_checking_article"), "fact_checking_article")
    mark = Mark(
        note=f"Fact-checked in {article}" if article else "",
        labels=[str(kind) for kind in record.get("claim_types") or ()],
        claimant=words_of(record.get("speaker"), "speaker"),
        claim_date=made,
        place=words_of(record.get("location_ISO_code"), "location_ISO_code"),
        rating=words_of(record.get("label"), "label"),
        rationale=words_of(record.get("justification"), "justification"),
        strategies=[str(s) for s in record.get("fact_checking_strategies") or ()],
        questions=[_question(question) for question in record.get("questions") or ()],
        review=Review(url=article),
    )
    url = words_of(record.get("original_claim_url"), "original_claim_url")
    return Draft(
        text=claim,
        title=claim,
        url=url if url.startswith(("http://", "https://")) else "",
        publisher=words_of(record.get("reporting_source"), "reporting_source"),
        published=made,
        marks=[mark],
        notes=_copies(record),
    )


def _copies(record: Record) -> list[str]:
    """Addresses of copies elsewhere have no place: ours are fetched."""
    answers = [a for q in record.get("questions") or () for a in q.get("answers") or ()]
    named = [
        record.get("cached_original_claim_url"),
        *(a.get("cached_source_url") for a in answers),
    ]
    count = sum(bool(address) for address in named)
    if count == 1:
        return ["the address of 1 copy was left out"]
    return [f"the addresses of {count} copies were left out"] if count else []


def _question(record: Record) -> tuple[str, list[Reply]]:
    replies = [
        Reply(
            kind=words_of(answer.get("answer_type"), "answer_type"),
            text=words_of(answer.get("answer"), "answer"),
            explanation=words_of(answer.get("boolean_explanation"), "boolean_explanation"),
            url=words_of(answer.get("source_url"), "source_url"),
            medium=words_of(answer.get("source_medium"), "source_medium") or "Web text",
        )
        for answer in record.get("answers") or ()
    ]
    return words_of(record["question"], "question"), replies


def _day(value: Any) -> dt.date | None:
    if not value:
        return None
    try:
        day, month, year = (int(part) for part in str(value).split("-"))
        return dt.date(year, month, day)
    except ValueError as error:
        raise BadRow(f"claim_date: expected DD-MM-YYYY, not {str(value)[:40]!r}") from error

"""A table for spreadsheets: a header, then one row a claim."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from annotations.domain.vocabulary import Stance
from annotations.models import Article, Corpus, Evidence

from .base import checked_quote, claim_text
from .finding import finding_of

# A spreadsheet takes a cell that begins with one of these for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# What stands in place of a source that must not leave.
PROTECTED = "protected source"
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


class Table:
    name = "csv"
    media_type = "text/csv; charset=utf-8"
    extension = "csv"

    def write(self, corpus: Corpus, articles: Iterable[Article]) -> Iterator[bytes]:
        buffer = io.StringIO(newline="")
        writer = csv.DictWriter(buffer, COLUMNS)
        writer.writeheader()
        for article in articles:
            for claim in article.standing_claims:  # type: ignore[attr-defined]
                writer.writerow({name: cell(v) for name, v in claim_row(article, claim).items()})
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
        yield buffer.getvalue().encode()


def cell(value: Any) -> str:
    """A cell's text. What a spreadsheet could run gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def claim_row(article: Article, claim: Any) -> dict[str, Any]:
    text = claim_text(claim, article)
    spans = list(claim.spans.all())
    for span in spans:
        checked_quote(text, span.start, span.end, span.quote, f"claim {claim.pk}")
    standing = [verdict for verdict in claim.all_verdicts if verdict.stands]
    finding = finding_of(standing)
    shown = [evidence for evidence in claim.standing_evidence if not evidence.protected]
    stances = [evidence.stance for evidence in claim.standing_evidence]
    return {
        "article_id": article.pk,
        "article_title": article.title,
        "article_url": article.url,
        "article_published": article.published,
        "claim_uid": claim.uid,
        "spans": "; ".join(f"{span.start}–{span.end}" for span in spans),
        "quote": claim.quote,
        "normalised": claim.normalised,
        "types": "; ".join(claim_type.key for claim_type in claim.types.all()),
        "claimant": claim.claimant.name if claim.claimant else None,
        "claim_date": claim.claim_date,
        "place": claim.place,
        "flag": claim.flag,
        "tags": "; ".join(tag.name for tag in claim.tags.all()),
        "state": claim.state,
        "verdict": finding.rating.label if finding.rating else None,
        "verdict_number": finding.rating.number if finding.rating else None,
        "verdict_basis": finding.basis,
        "tie": finding.tie,
        "verdicts": "; ".join(f"{v.reviewer.username} ({v.kind}): {v.rating}" for v in standing),
        "rationales": "\n".join(f"{v.reviewer.username}: {v.rationale}" for v in standing),
        "supports": stances.count(Stance.SUPPORTS),
        "refutes": stances.count(Stance.REFUTES),
        "irrelevant": stances.count(Stance.IRRELEVANT),
        "evidence": "\n".join(_source(evidence) for evidence in claim.standing_evidence),
        "known_sources": sum(evidence.was_known for evidence in shown),
        "questions": len(claim.standing_questions),
        "answers": sum(len(q.standing_answers) for q in claim.standing_questions),
        "from_suggestion": claim.suggestion_id is not None,
        "created_by": claim.created_by.username,
        "created_at": claim.created_at.isoformat(timespec="seconds"),
        "updated_at": claim.updated_at.isoformat(timespec="seconds"),
    }


def _source(evidence: Evidence) -> str:
    """Where it is found, and the number of its set where it proves together with others."""
    source = PROTECTED if evidence.protected else evidence.url or evidence.citation
    return f"{source} [{evidence.set_number}]" if evidence.set_number else source

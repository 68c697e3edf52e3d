"""AVeriTeC JSON: an array of claims with questions, answers, a label and a justification.

Days are DD-MM-YYYY, and what is missing is null. Evidence in AVeriTeC is what answers cite, so
evidence of its own has no place in it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext_lazy as _

from .base import DETAILS, Context, Format, Record, array
from .claim_review import page_of, published_page
from .judging import (
    CONFLICTING,
    NO_VERDICT,
    REFUTED,
    SUPPORTED,
    TIE,
    UNKNOWN,
    Judgement,
    judgements,
)

LABELS = {
    SUPPORTED: "Supported",
    REFUTED: "Refuted",
    UNKNOWN: "Not Enough Evidence",
    CONFLICTING: "Conflicting Evidence/Cherrypicking",
}
NO_LABEL = "ratings without a label"
EVIDENCE, PLACES = "evidence", "places that are no country's code"
TYPES = "types that AVeriTeC hasn't"
# Full Fact's types that say the same as one of AVeriTeC's.
_TYPES = {
    "quantity": "Numerical Claim",
    "causation": "Causal Claim",
    "correlation": "Causal Claim",
    "prediction": "Speculative Claim",
}
_COUNTRY = re.compile(r"[A-Z]{2}$")


class Averitec(Format):
    name = "averitec"
    label = "AVeriTeC"
    about = _("Claims with questions, answers, a label and its justification.")
    media_type = "application/json"
    extension = "json"
    unit = "labels"
    needs_fact_checks = True
    loses = frozenset(
        {
            "text", "earlier texts", "suggestions", "places", "fragments", "flags", "tags",
            "evidence", "sets", "copies", "discussions", "guidelines", "fact-checks", "roles",
        }
    ) | (DETAILS - {"strategies"})  # fmt: skip
    reasons = {
        NO_VERDICT: _("claims without a verdict"),
        TIE: _("claims on which nobody leads"),
        NO_LABEL: _("verdicts that none of the four labels means"),
        EVIDENCE: _("pieces of evidence, which AVeriTeC has in answers only"),
        PLACES: _("places that are no country's code"),
        TYPES: _("claim types that AVeriTeC hasn't"),
    }

    def items(self, article: Record, context: Context) -> Iterator[Record]:
        for claim in article["claims"]:
            written = False
            for judgement in judgements(claim, context):
                label = LABELS.get(judgement.meaning or "")
                if label is None:
                    context.leave_out(NO_LABEL)
                    continue
                if not written:
                    _count_left_out(claim, context)
                    written = True
                yield _record(article, claim, judgement, label, context)

    def write(self, articles: Iterable[Record], context: Context) -> Iterator[bytes]:
        pieces = (list(self.counted(article, context)) for article in articles)
        return array(pieces, context)


def _count_left_out(claim: Record, context: Context) -> None:
    """Of the claim, in however many records it is."""
    if claim["evidence"]:
        context.leave_out(EVIDENCE, len(claim["evidence"]))
    if claim["place"] and not _COUNTRY.match(claim["place"]):
        context.leave_out(PLACES)
    if others := sum(_type(key, context) is None for key in claim["types"]):
        context.leave_out(TYPES, others)


def _record(
    article: Record, claim: Record, judgement: Judgement, label: str, context: Context
) -> Record:
    record = {
        "claim": claim["normalised"] or claim["quote"],
        "required_reannotation": False,
        "label": label,
        "justification": judgement.rationale or None,
        "claim_date": _day(claim["claim_date"]),
        "speaker": claim["claimant"],
        "original_claim_url": article["url"] or None,
        "cached_original_claim_url": None,
        "fact_checking_article": page_of(article, claim, context, judgement.rating)
        if context.options.page
        else published_page(claim, context),
        "reporting_source": article["publisher"] or None,
        "location_ISO_code": claim["place"] if _COUNTRY.match(claim["place"]) else None,
        "claim_types": [
            known for key in claim["types"] if (known := _type(key, context)) is not None
        ],
        "fact_checking_strategies": judgement.strategies,
        "questions": [
            {
                "question": question["text"],
                "answers": [_answer(answer) for answer in question["answers"]],
            }
            for question in claim["questions"]
        ],
    }
    return record if context.labels == "aggregated" else {**record, "by": judgement.annotator}


def _type(key: str, context: Context) -> str | None:
    if context.head()["claim_type_scheme"] == "averitec":
        return context.type_labels[key]
    return _TYPES.get(key)


def _answer(answer: Record) -> Record:
    boolean = {"boolean_explanation": answer["boolean_explanation"]}
    return {
        "answer": answer["text"] or "No answer could be found.",
        "answer_type": answer["answer_type"],
        "source_url": answer["source_url"] or None,
        "cached_source_url": None,
        "source_medium": answer["source_medium"],
        **(boolean if answer["boolean_explanation"] else {}),
    }


def _day(day: dt.date | None) -> str | None:
    return day.strftime("%d-%m-%Y") if day else None

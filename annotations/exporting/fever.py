"""FEVER JSON lines: a claim, SUPPORTS, REFUTES or NOT ENOUGH INFO, and sets of evidence.

``[annotation, evidence, page, sentence]``: the page is a title of Wikipedia where the source is
one of its pages, else the source's address or citation; nobody counted sentences, so that is 0.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from urllib.parse import unquote

from django.utils.translation import gettext_lazy as _

from .base import DETAILS, Context, Format, Record
from .judging import NO_VERDICT, REFUTED, SUPPORTED, TIE, UNKNOWN, Judgement, judgements

LABELS = {SUPPORTED: "SUPPORTS", REFUTED: "REFUTES", UNKNOWN: "NOT ENOUGH INFO"}
NO_LABEL = "ratings without a label"
OTHER_STANCE, PROTECTED = "evidence of another stance", "sets with a protected source"
_PAGE = re.compile(r"https?://\w+(?:\.m)?\.wikipedia\.org/wiki/([^?#]+)")
# As an import of FEVER cites them.
_CITED = re.compile(r"Wikipedia: (?P<page>.+), sentence (?P<sentence>\d+)$")


class Fever(Format):
    name = "fever"
    label = "FEVER"
    about = _("Claims that are supported, refuted, or neither, with sets of evidence.")
    media_type = "application/x-ndjson"
    extension = "jsonl"
    unit = "labels"
    loses = frozenset(
        {
            "text", "earlier texts", "article", "suggestions", "places", "fragments", "types",
            "claimant", "claim date", "place", "flags", "tags", "rationales", "copies",
            "questions", "discussions", "guidelines", "fact-checks", "roles",
        }
    ) | (DETAILS - {"stances"})  # fmt: skip
    reasons = {
        NO_VERDICT: _("claims without a verdict"),
        TIE: _("claims on which nobody leads"),
        NO_LABEL: _("verdicts between supported and refuted"),
        OTHER_STANCE: _("pieces of evidence that don't say what the verdict says"),
        PROTECTED: _("sets of evidence with a protected source"),
    }

    def items(self, article: Record, context: Context) -> Iterator[Record]:
        for claim in article["claims"]:
            for judgement in judgements(claim, context):
                label = LABELS.get(judgement.meaning or "")
                if label is None:
                    context.leave_out(NO_LABEL)
                else:
                    yield _record(claim, judgement, label, context)


def _record(claim: Record, judgement: Judgement, label: str, context: Context) -> Record:
    number = number_of(claim["uid"], judgement.annotator or "")
    record = {
        "id": number,
        "verifiable": "NOT VERIFIABLE" if label == LABELS[UNKNOWN] else "VERIFIABLE",
        "label": label,
        "claim": claim["normalised"] or claim["quote"],
        "evidence": _evidence(claim, label, number, context) or [[[number, number, None, None]]],
        "uid": claim["uid"],
    }
    return record if context.labels == "aggregated" else {**record, "by": judgement.annotator}


def _evidence(claim: Record, label: str, number: int, context: Context) -> list[list[list[object]]]:
    """Alternative sets: pieces of one number prove together, one without stands alone."""
    sets: dict[object, list[Record]] = {}
    for position, piece in enumerate(claim["evidence"]):
        if piece["stance"] != label:
            context.leave_out(OTHER_STANCE)
            continue
        sets.setdefault(piece["set_number"] or f"alone {position}", []).append(piece)
    found: list[list[list[object]]] = []
    for pieces in sets.values():
        if any(piece["protected"] for piece in pieces):
            context.leave_out(PROTECTED)
        else:
            found.append([[number, number_of(p["uid"]), *_place(p)] for p in pieces])
    return found


def _place(evidence: Record) -> tuple[str, int]:
    if page := _PAGE.match(evidence["url"]):
        return unquote(page[1]), 0
    if cited := _CITED.match(evidence["citation"]):
        return cited["page"], int(cited["sentence"])
    return evidence["url"] or evidence["citation"], 0


def number_of(uid: str, more: str = "") -> int:
    """A whole number that stays the same from export to export, and that JavaScript can hold."""
    return int.from_bytes(hashlib.sha256(f"{uid}{more}".encode()).digest()[:6], "big")

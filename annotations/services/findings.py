"""A detector's findings as rows: checked against the text, then written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from annotations.models import DetectionRun, Suggestion

from .bulk import made

if TYPE_CHECKING:
    from annotations.detection.interface import Attribution, DatedExpression, DetectedClaim

Place = tuple[int, int]


def suggestions_of(
    *, run: DetectionRun, claims: Iterable[DetectedClaim], text: str
) -> list[Suggestion]:
    """The run's suggestions, to be inserted in the order of the text, which is the list's.

    ``ValueError`` for an offset that is outside the text, a quote that isn't what stands there,
    and a repeat of what isn't an earlier claim of the run.
    """
    ordered = sorted(claims, key=lambda claim: (claim.start, claim.end))
    check = _Checker(text, run.detector)
    for claim in ordered:
        check.claim(claim)
    rows: list[Suggestion] = []
    by_place: dict[Place, Suggestion] = {}
    firsts = _first_mentions(ordered, run.detector)
    for claim in ordered:
        place = (claim.start, claim.end)
        row = _row(run, claim)
        if place in firsts:
            row.first_mention = by_place[firsts[place]]
        by_place[place] = row
        rows.append(row)
    return rows


def _first_mentions(claims: list[DetectedClaim], detector: str) -> dict[Place, Place]:
    """Span of each repeat → span of what it repeats, which is no repeat itself."""
    firsts: dict[Place, Place] = {}
    seen: set[Place] = set()
    for claim in claims:
        place = (claim.start, claim.end)
        if claim.first_mention is not None:
            first = (claim.first_mention[0], claim.first_mention[1])
            if first not in seen:
                raise ValueError(
                    f"{detector} says that [{claim.start}, {claim.end}) repeats "
                    f"[{first[0]}, {first[1]}), which is no earlier claim"
                )
            firsts[place] = firsts.get(first, first)
        seen.add(place)
    return firsts


def _row(run: DetectionRun, claim: DetectedClaim) -> Suggestion:
    claimant = claim.claimant
    return made(
        Suggestion,
        article_id=run.article_id,
        run=run,
        start=claim.start,
        end=claim.end,
        quote=claim.quote,
        score=claim.score,
        kind=claim.kind,
        kind_confidence=float(claim.kind_confidence),
        quoted=claim.quoted,
        claimant_name=claimant.name[:200] if claimant else "",
        claimant_start=claimant.start if claimant else None,
        claimant_end=claimant.end if claimant else None,
        attribution=_attribution(claim.attribution),
        dates=[_date(expression) for expression in claim.dates],
        reasons=[
            {
                "feature": reason.feature,
                "label": reason.label,
                "weight": float(reason.weight),
                "spans": reason.spans,
            }
            for reason in claim.reasons
        ],
    )


def _attribution(attribution: Attribution | None) -> dict[str, Any] | None:
    if attribution is None:
        return None
    return {
        "form": attribution.form,
        "source": attribution.source or None,
        "cue": attribution.cue or None,
        "content": attribution.content,
        "confidence": float(attribution.confidence),
    }


def _date(expression: DatedExpression) -> dict[str, Any]:
    return {
        "start": expression.start,
        "end": expression.end,
        "first": expression.first.isoformat() if expression.first else None,
        "last": expression.last.isoformat() if expression.last else None,
        "granularity": expression.granularity,
        "anchor": expression.anchor,
    }


class _Checker:
    """Refuses what a detector says about places that aren't in the text, and the impossible."""

    def __init__(self, text: str, detector: str) -> None:
        self.text, self.detector = text, detector

    def claim(self, claim: DetectedClaim) -> None:
        if self.text[claim.start : claim.end] != claim.quote:
            raise ValueError(f"{self.detector} moved a span: [{claim.start}, {claim.end})")
        self._inside("claim", claim.start, claim.end)
        if claim.claimant is not None:
            start, end = claim.claimant.start, claim.claimant.end
            if start is not None and end is not None:
                self._inside("claimant", start, end)
            elif (start is None) != (end is None):
                raise ValueError(f"{self.detector} gave half a claimant's mention")
        for reason in claim.reasons:
            for span in reason.spans:
                self._inside("reason", *span)
        if claim.attribution is not None:
            self._attribution(claim.attribution)
        for expression in claim.dates:
            self._date(expression)

    def _attribution(self, attribution: Attribution) -> None:
        places = [*attribution.content, attribution.source, attribution.cue]
        for place in places:
            if place is not None:
                self._inside("attribution", *place)
        if not 0 <= attribution.confidence <= 1:
            raise ValueError(
                f"{self.detector} is {attribution.confidence} sure of an attribution, "
                "which is not from 0 to 1"
            )

    def _date(self, expression: DatedExpression) -> None:
        self._inside("date", expression.start, expression.end)
        first, last = expression.first, expression.last
        if (first is None) != (last is None) or (first and last and last < first):
            raise ValueError(f"{self.detector} gave the interval {first} to {last} for a date")

    def _inside(self, what: str, start: int, end: int) -> None:
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"{self.detector} put a {what} at [{start}, {end})")

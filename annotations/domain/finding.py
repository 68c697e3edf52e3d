"""What was found about a claim, from the verdicts that stand: one rating, or an explicit tie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from .vocabulary import VerdictKind


class Value(Protocol):
    """A value of a scale: ``models.Rating``, or what was read of one."""

    @property
    def pk(self) -> int: ...
    @property
    def position(self) -> int: ...
    @property
    def label(self) -> str: ...
    @property
    def number(self) -> int | None: ...


class Vote(Protocol):
    """A verdict that stands: ``models.Verdict``, or what was read of one."""

    @property
    def pk(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def rating(self) -> Value | None: ...


@dataclass(frozen=True, slots=True)
class Finding:
    """``rating`` is None where nobody judged, and where the votes are tied."""

    rating: Value | None
    basis: Literal["adjudication", "majority"] | None
    tie: bool
    # Label → reviewers who gave it, most first.
    votes: dict[str, int]


def finding_of(standing: Iterable[Vote]) -> Finding:
    """The latest adjudication; else the rating that most reviewers gave, if one has most."""
    ratings: dict[int, Value] = {}
    votes: Counter[int] = Counter()
    settled: Value | None = None
    for verdict in sorted(standing, key=lambda verdict: verdict.pk):
        if verdict.rating is None:
            continue
        ratings[verdict.rating.pk] = verdict.rating
        if verdict.kind == VerdictKind.ADJUDICATION:
            settled = verdict.rating
        else:
            votes[verdict.rating.pk] += 1
    by_label = {
        ratings[pk].label: count
        for pk, count in sorted(
            votes.items(), key=lambda item: (-item[1], ratings[item[0]].position)
        )
    }
    if settled is not None:
        return Finding(settled, "adjudication", False, by_label)
    if not votes:
        return Finding(None, None, False, {})
    most = max(votes.values())
    winners = [pk for pk, count in votes.items() if count == most]
    if len(winners) > 1:
        return Finding(None, "majority", True, by_label)
    return Finding(ratings[winners[0]], "majority", False, by_label)

"""What was found about a claim, from the verdicts that stand: one rating, or an explicit tie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar

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


Rated = TypeVar("Rated", bound=Value)
RatedOut = TypeVar("RatedOut", bound=Value, covariant=True)


class Vote(Protocol[RatedOut]):
    """A verdict that stands: ``models.Verdict``, or what was read of one."""

    @property
    def pk(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def rating(self) -> RatedOut | None: ...


@dataclass(frozen=True, slots=True)
class Finding(Generic[Rated]):
    """``rating`` is None where nobody judged, and where the votes are tied."""

    rating: Rated | None
    basis: Literal["adjudication", "majority"] | None
    tie: bool
    # Label → reviewers who gave it, most first.
    votes: dict[str, int]


def finding_of(standing: Iterable[Vote[Rated]]) -> Finding[Rated]:
    """The latest adjudication; else the rating that most reviewers gave, if one has most."""
    ratings: dict[int, Rated] = {}
    votes: Counter[int] = Counter()
    settled: Rated | None = None
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

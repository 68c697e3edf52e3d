"""A person's own day in a corpus: what they did, and how fast while they were at it.

For that person's eyes only: nobody is compared with anybody.
"""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils import timezone

from annotations.models import Corpus, Event, User

# A longer pause between two actions is no work on the articles.
PAUSE_SECONDS = 300
# A pace of fewer minutes would say nothing.
PACE_SECONDS = 600

DECISIONS = {"suggestion.accepted", "suggestion.rejected"}
CLAIMS = {"claim.created", "suggestion.accepted"}
VERDICTS = {"verdict.given"}
SUBMITTED = "article.submitted"


@dataclass(frozen=True, slots=True)
class Day:
    """Counts leave out what was undone. ``active_seconds`` are without pauses."""

    decisions: int = 0
    claims: int = 0
    verdicts: int = 0
    articles: int = 0
    active_seconds: int = 0

    @property
    def decisions_an_hour(self) -> int | None:
        """Decisions an active hour; None while there is too little to say."""
        if self.active_seconds < PACE_SECONDS:
            return None
        return round(self.decisions * 3600 / self.active_seconds)


def day_of(*, user: User, corpus: Corpus, zone: ZoneInfo, now: dt.datetime | None = None) -> Day:
    """The person's work in the corpus since midnight in ``zone``. One query."""
    here = (now or timezone.now()).astimezone(zone)
    # By the calendar, not 24 hours back: days on which clocks change are longer or shorter.
    begin = here.replace(hour=0, minute=0, second=0, microsecond=0)
    rows = list(
        Event.objects.filter(actor=user, corpus=corpus, at__gte=begin, at__lte=here)
        .order_by("at", "pk")
        .values_list("at", "pk", "kind", "article", "undoes")
    )
    reversed_by = {undoes: pk for _at, pk, _kind, _article, undoes in rows if undoes}
    kept = [
        (kind, article)
        for _at, pk, kind, article, undoes in rows
        if undoes is None and _stands(pk, reversed_by)
    ]
    kinds = [kind for kind, _article in kept]
    gaps = ((later[0] - earlier[0]).total_seconds() for earlier, later in itertools.pairwise(rows))
    return Day(
        decisions=sum(kind in DECISIONS for kind in kinds),
        claims=sum(kind in CLAIMS for kind in kinds),
        verdicts=sum(kind in VERDICTS for kind in kinds),
        articles=len({article for kind, article in kept if kind == SUBMITTED}),
        active_seconds=round(sum(gap for gap in gaps if gap <= PAUSE_SECONDS)),
    )


def _stands(action: int, reversed_by: dict[int, int]) -> bool:
    """Was it undone, or done again since, however often it went to and fro?"""
    stands = True
    while (later := reversed_by.get(action)) is not None:
        action, stands = later, not stands
    return stands

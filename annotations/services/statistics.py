"""What a corpus's dashboard says. Reads only; every count is grouped by the database.

What grows without bound is bounded here: scores are those of the articles that came last, types and
verdicts those of the claims that were made last, work is that of the last weeks.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Count, F, IntegerField
from django.db.models.functions import Cast, Floor, TruncDate
from django.db.models.lookups import IsNull
from django.utils import timezone

from annotations import tallies
from annotations.domain.transitions import ACTIVE_JOB_STATES, ArticleState, ClaimState, JobState
from annotations.domain.vocabulary import Outcome, VerdictKind
from annotations.models import (
    Article,
    Claim,
    ClaimType,
    Corpus,
    Event,
    Job,
    Rating,
    Suggestion,
    User,
    Verdict,
)

from .undo import UNDONE

BINS = 20
SCORED_ARTICLES = 1000
COUNTED_CLAIMS = 5_000
DAYS = (14, 28, 84)
# Measure → the events that count for it.
MEASURES: dict[str, tuple[str, ...]] = {
    "decisions": ("suggestion.accepted", "suggestion.rejected"),
    "claims": ("claim.created", "suggestion.accepted"),
    "verdicts": ("verdict.given",),
    "articles": ("article.submitted",),
}
_COUNTED = sorted({kind for kinds in MEASURES.values() for kind in kinds})


@dataclass(frozen=True, slots=True)
class Scores:
    """Suggestions by score: of each of ``BINS`` equal steps from 0 to 1, how many by outcome."""

    accepted: list[int]
    rejected: list[int]
    undecided: list[int]
    # Of how many articles, those that came last.
    articles: int


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims by type (a row each; "" without one) and by what was found: see ``columns``."""

    # Key and label of each type that occurs; ids and labels of ratings; the three open columns.
    types: list[tuple[str, str]]
    columns: list[tuple[str, str]]
    # {(type key, column key): claims}. A claim with two types is in two rows.
    counts: dict[tuple[str, str], int]
    # Of ratings on the axis from true (5) to false (1), by column.
    numbers: dict[str, int]
    # All that stand, and whether only the last ``COUNTED_CLAIMS`` of them are in the counts.
    total: int
    bounded: bool


@dataclass(frozen=True, slots=True)
class Work:
    """What people did, by day of their calendar; undone actions don't count."""

    days: list[dt.date]
    # Most active first.
    people: list[tuple[int, str]]
    # {measure: {(day, person): actions}}
    counts: dict[str, dict[tuple[dt.date, int], int]] = field(default_factory=dict)

    def total(self, measure: str, person: int) -> int:
        return sum(n for (_day, who), n in self.counts[measure].items() if who == person)


@dataclass(frozen=True, slots=True)
class Backlog:
    """Extraction that is due: articles by what they wait for, and jobs."""

    waiting: int
    extracting: int
    failed: int
    queued_jobs: int
    running_jobs: int
    # Since when the longest waiting job is due.
    oldest: dt.datetime | None


def articles_by_state(corpus: Corpus) -> dict[str, int]:
    """Every state, in the order of the work. One query."""
    found = tallies.articles_by_state(corpus)
    return {str(state): found[state] for state in ArticleState}


def suggestions_by_score(corpus: Corpus) -> Scores:
    """Of the current runs of the articles that came last. Two queries."""
    latest = Article.objects.filter(corpus=corpus, current_run__isnull=False).order_by("-pk")
    runs = list(latest.values_list("current_run", flat=True)[:SCORED_ARTICLES])
    step = Cast(Floor(F("score") * BINS), IntegerField())
    rows = (
        Suggestion.objects.filter(run__in=runs)
        .order_by()
        .annotate(step=step)
        .values_list("step", "decision__outcome")
        .annotate(n=Count("pk"))
    )
    bins = {name: [0] * BINS for name in (Outcome.ACCEPTED, Outcome.REJECTED, None)}
    for at, outcome, n in rows:
        bins[outcome][min(at, BINS - 1)] += n
    return Scores(
        accepted=bins[Outcome.ACCEPTED],
        rejected=bins[Outcome.REJECTED],
        undecided=bins[None],
        articles=len(runs),
    )


def claims_by_type_and_verdict(corpus: Corpus) -> Claims:
    """Claims that stand: by the rating that was found, or else disputed, or without a verdict."""
    here: dict[str, Any] = {"article__corpus": corpus, "article__deleted_at": None}
    claims = Claim.objects.standing().filter(**here).order_by()
    by_state = tallies.claims_by_state(corpus)
    total = by_state.total() - by_state[ClaimState.WITHDRAWN]
    bounded = total > COUNTED_CLAIMS
    if bounded:
        # From the last claim backwards. Joined, all of the corpus's claims would be put in order,
        # and EXISTS is a join to PostgreSQL.
        mine = Article.objects.filter(pk=models.OuterRef("article"), corpus=corpus)
        claims = Claim.objects.standing().filter(
            IsNull(models.Subquery(mine.values("pk")[:1]), False)
        )
        latest = claims.order_by("-pk").values_list("pk", flat=True)
        # None where some were withdrawn since they were tallied: then all are few enough.
        edge = latest[COUNTED_CLAIMS - 1 : COUNTED_CLAIMS].first()
        here["pk__gte"] = edge or 0
        claims = claims.filter(pk__gte=here["pk__gte"]).order_by()
    counts: Counter[tuple[str, str]] = Counter()
    for state, key, n in claims.values_list("state", "types__key").annotate(n=Count("pk")):
        if state in {ClaimState.OPEN, ClaimState.DISPUTED}:
            counts[key or "", str(state)] += n
    later = Verdict.objects.filter(
        claim=models.OuterRef("claim"),
        kind=VerdictKind.ADJUDICATION,
        pk__gt=models.OuterRef("pk"),
        retraction=None,
    )
    settled = {
        ClaimState.VERIFIED: Verdict.objects.standing().filter(kind=VerdictKind.REVIEW),
        ClaimState.ADJUDICATED: Verdict.objects.filter(
            ~models.Exists(later), kind=VerdictKind.ADJUDICATION, retraction=None
        ),
    }
    inside = {f"claim__{name}": value for name, value in here.items()}
    for state, verdicts in settled.items():
        rows = (
            verdicts.filter(claim__state=state, **inside)
            .order_by()
            .values_list("rating", "claim__types__key")
            # Of a verified claim all reviewers gave the same rating.
            .annotate(n=Count("claim", distinct=True))
        )
        for rating, key, n in rows:
            counts[key or "", f"rating-{rating}"] += n
    ratings = list(Rating.objects.filter(scale=corpus.rating_scale).order_by("position"))
    columns = [
        *((f"rating-{rating.pk}", rating.label) for rating in ratings),
        *((str(state), "") for state in (ClaimState.DISPUTED, ClaimState.OPEN)),
    ]
    types = ClaimType.objects.filter(scheme=corpus.claim_type_scheme).order_by("position")
    labels = [*((t.key, t.label) for t in types), ("", "")]
    present = {key for key, _column in counts}
    return Claims(
        types=[row for row in labels if row[0] in present],
        columns=columns,
        counts=dict(counts),
        numbers={f"rating-{one.pk}": one.number for one in ratings if one.number is not None},
        total=total,
        bounded=bounded,
    )


def work_by_day_and_person(
    corpus: Corpus, *, zone: ZoneInfo, days: int, now: dt.datetime | None = None
) -> Work:
    """The last ``days`` days in ``zone``, today included. Three queries."""
    today = (now or timezone.now()).astimezone(zone).date()
    first = today - dt.timedelta(days=days - 1)
    since = dt.datetime.combine(first, dt.time(), zone)
    events = Event.objects.filter(corpus=corpus, at__gte=since, actor__isnull=False).order_by()
    done: Counter[tuple[dt.date, int, str]] = Counter()
    rows = (
        events.filter(kind__in=_COUNTED)
        .annotate(day=TruncDate("at", tzinfo=zone))
        .values_list("day", "actor", "kind")
        # Not of a column, so that the index alone answers.
        .annotate(n=Count("*"))
    )
    for day, actor, kind, n in rows:
        done[day, actor, kind] += n
    for day, actor, kind, n in _taken_back(events, zone):
        done[day, actor, kind] -= n
    counts: dict[str, dict[tuple[dt.date, int], int]] = {}
    totals: Counter[int] = Counter()
    for measure, kinds in MEASURES.items():
        of_measure: dict[tuple[dt.date, int], int] = defaultdict(int)
        for (day, actor, kind), n in done.items():
            if kind in kinds and n > 0:
                of_measure[day, actor] += n
                totals[actor] += n
        counts[measure] = dict(of_measure)
    names = {user.pk: user.name for user in User.objects.filter(pk__in=totals)}
    people = sorted(names.items(), key=lambda one: (-totals[one[0]], one[1].casefold()))
    return Work([first + dt.timedelta(days=n) for n in range(days)], people, counts)


def _taken_back(
    events: models.QuerySet[Event], zone: ZoneInfo
) -> Iterator[tuple[dt.date, int, str, int]]:
    """Of the counted actions, those that an undoing took back which stands: by the action's day.

    What was done again after that counts again, as its undoing was itself undone; and what was
    taken back a second time doesn't.
    """
    again = "undoes__undoes__undoes__"
    rows = (
        events.filter(kind=UNDONE, undone_by=None)
        .annotate(
            day=TruncDate("undoes__at", tzinfo=zone),
            day_again=TruncDate(f"{again}at", tzinfo=zone),
        )
        # Everybody takes back what they did themselves.
        .values_list("actor", "undoes__kind", "day", f"{again}kind", "day_again")
        .annotate(n=Count("pk"))
    )
    for actor, kind, day, kind_again, day_again, n in rows:
        if kind in _COUNTED:
            yield day, actor, kind, n
        elif kind_again in _COUNTED:
            yield day_again, actor, kind_again, n


def extraction_backlog(corpus: Corpus, by_state: dict[str, int]) -> Backlog:
    """``by_state`` as ``articles_by_state`` gives it. Three queries."""
    jobs = tallies.extractions_by_state(corpus)
    active = Job.objects.filter(corpus=corpus, kind="extraction").order_by("pk")
    # Of each state the first by its key: what is queued may be the whole corpus.
    first = [
        active.filter(state=state).values_list("created_at", flat=True).first()
        for state in ACTIVE_JOB_STATES
    ]
    return Backlog(
        waiting=by_state[ArticleState.WAITING],
        extracting=by_state[ArticleState.EXTRACTING],
        failed=by_state[ArticleState.FAILED],
        queued_jobs=jobs[JobState.QUEUED],
        running_jobs=jobs[JobState.RUNNING],
        oldest=min((moment for moment in first if moment), default=None),
    )

"""How a corpus stands, in plots; each with the same as a table."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from annotations import policies
from annotations.domain.transitions import ArticleState, ClaimState
from annotations.models import Article, Corpus
from annotations.services import statistics
from annotations.services.extraction_rates import extraction_rates
from annotations.services.workers import workers_missing

from .requests import SignedInRequest
from .sections import corpus_context
from .today import zone_of

MEASURES = {
    "decisions": gettext_lazy("Suggestions decided"),
    "claims": gettext_lazy("Claims made"),
    "verdicts": gettext_lazy("Verdicts given"),
    "articles": gettext_lazy("Articles submitted"),
}
# People with a colour of their own; the others are added up.
PEOPLE_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Series:
    label: str
    values: list[int]
    # What the script colours it as.
    tone: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot for the script, and its rows for the table: label, then a number for each series."""

    key: str
    title: str
    labels: list[str]
    series: list[Series]
    horizontal: bool = False
    head: str = ""
    # Axes, where the title doesn't say it.
    x: str = ""
    y: str = ""
    # Rows of the table that have only zeros are left out.
    table_labels: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not any(any(series.values) for series in self.series)

    @property
    def rows(self) -> list[tuple[str, list[int]]]:
        labels = self.table_labels or self.labels
        rows = [
            (label, [series.values[at] for series in self.series])
            for at, label in enumerate(labels)
        ]
        return [row for row in rows if any(row[1])]

    def as_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "labels": self.labels,
            "series": [
                {"label": series.label, "values": series.values, "tone": series.tone}
                for series in self.series
            ],
            "horizontal": self.horizontal,
            "x": self.x,
            "y": self.y,
        }


@require_safe
@login_required
@never_cache
def dashboard(request: SignedInRequest, pk: int) -> HttpResponse:
    corpus = get_object_or_404(
        Corpus.objects.visible_to(request.user).select_related("rating_scale"), pk=pk
    )
    role = policies.role_in(request.user, corpus)
    days = _one_of(statistics.DAYS, request.GET.get("days", ""), 28)
    measure = request.GET.get("measure", "")
    measure = measure if measure in MEASURES else "decisions"
    by_state = statistics.articles_by_state(corpus)
    work = statistics.work_by_day_and_person(corpus, zone=zone_of(request), days=days)
    scores = statistics.suggestions_by_score(corpus)
    claims = statistics.claims_by_type_and_verdict(corpus)
    backlog = statistics.extraction_backlog(corpus, by_state)
    plots = {
        "states": _states(by_state),
        "scores": _scores(scores),
        "claims": _claims(claims),
        "work": _work(work, measure),
    }
    context = {
        **corpus_context(corpus, role, "dashboard"),
        "plots": plots,
        "data": [plot.as_json() for plot in plots.values() if not plot.is_empty],
        "articles": sum(by_state.values()),
        "reviewed": by_state[ArticleState.REVIEWED],
        "claims": claims,
        "counted_claims": statistics.COUNTED_CLAIMS,
        "scores": scores,
        "backlog": backlog,
        "rates": extraction_rates(corpus),
        "workers_missing": workers_missing(corpus) if backlog.queued_jobs else "",
        "people": [
            (name, [work.total(key, person) for key in MEASURES]) for person, name in work.people
        ],
        "measures": MEASURES.items(),
        "measure": measure,
        "days": days,
        "ranges": statistics.DAYS,
    }
    return render(request, "annotations/dashboard.html", context)


def _one_of(known: tuple[int, ...], given: str, default: int) -> int:
    return next((number for number in known if str(number) == given), default)


def _states(by_state: dict[str, int]) -> Plot:
    labels = [_capital(label) for _state, label in Article.STATES]
    values = [by_state[state] for state, _label in Article.STATES]
    return Plot(
        "states",
        _("Articles by state"),
        labels,
        [Series(_("Articles"), values, "accent")],
        horizontal=True,
        head=_("State"),
    )


def _scores(scores: statistics.Scores) -> Plot:
    step = 1 / statistics.BINS
    starts = [at * step for at in range(statistics.BINS)]
    return Plot(
        "scores",
        _("Suggestions by score"),
        [f"{start:.2f}" for start in starts],
        [
            Series(_("accepted"), scores.accepted, "good"),
            Series(_("rejected"), scores.rejected, "bad"),
            Series(_("undecided"), scores.undecided, "soft"),
        ],
        head=_("Score"),
        x=_("Check-worthiness"),
        table_labels=[f"{start:.2f}–{start + step:.2f}" for start in starts],
    )


def _claims(claims: statistics.Claims) -> Plot:
    said = {str(ClaimState.DISPUTED): _("disputed"), str(ClaimState.OPEN): _("without a verdict")}
    tones = {str(ClaimState.DISPUTED): "dispute", str(ClaimState.OPEN): "soft"}
    columns = [
        (key, label)
        for key, label in claims.columns
        if any(claims.counts.get((type_key, key)) for type_key, _label in claims.types)
    ]
    return Plot(
        "claims",
        _("Claims by type and verdict"),
        [_(label) if label else _("without a type") for _key, label in claims.types],
        [
            Series(
                label or said[key],
                [claims.counts.get((type_key, key), 0) for type_key, _label in claims.types],
                tones.get(key) or _rating_tone(claims, key, at),
            )
            for at, (key, label) in enumerate(columns)
        ],
        horizontal=True,
        head=_("Claim type"),
    )


def _rating_tone(claims: statistics.Claims, key: str, at: int) -> str:
    """By the place on the scale from true to false; the second lowest word is darker still."""
    number = claims.numbers.get(key)
    if number is None:
        return f"person-{at}"
    lower = [one for one, other in claims.numbers.items() if other == 1]
    return "true-0" if number == 1 and key != lower[0] else f"true-{number}"


def _work(work: statistics.Work, measure: str) -> Plot:
    counts = work.counts[measure]
    active = [one for one in work.people if work.total(measure, one[0])]
    series = [
        Series(name, [counts.get((day, person), 0) for day in work.days], f"person-{at}")
        for at, (person, name) in enumerate(active[:PEOPLE_SHOWN])
    ]
    others = [person for person, _name in active[PEOPLE_SHOWN:]]
    if others:
        values = [sum(counts.get((day, who), 0) for who in others) for day in work.days]
        series.append(Series(_("others"), values, "soft"))
    return Plot(
        "work",
        str(MEASURES[measure]),
        [_day(day) for day in work.days],
        series,
        head=_("Day"),
        table_labels=[day.isoformat() for day in work.days],
    )


def _day(day: dt.date) -> str:
    return date_format(day, "MONTH_DAY_FORMAT")


def _capital(label: Any) -> str:
    text = str(label)
    return text[:1].upper() + text[1:]

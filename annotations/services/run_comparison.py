"""Two detectors side by side: what each found in the same texts. Reads only.

Runs of one detector with one configuration are known by its hash. What would grow with the corpus
is bounded: the figures are of the latest articles that both have read. Of an article with several
texts it is the latest one that both have read, as places in different texts say nothing together.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum

from annotations.domain.vocabulary import Outcome
from annotations.models import (
    Article,
    ClaimSpan,
    Corpus,
    DetectionRun,
    Suggestion,
    SuggestionDecision,
)
from annotations.models.articles import ArticleQuerySet
from annotations.models.detection import SuggestionQuerySet

COMPARED_ARTICLES = 1000


@dataclass(frozen=True, slots=True)
class Configuration:
    """A detector as it was set: all runs with one hash."""

    config_hash: str
    detector: str
    version: str
    threshold: float
    articles: int
    suggestions: int
    words: int
    # Of the detector's own work, without reading and writing rows.
    words_per_second: float | None
    last: dt.datetime


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two, in the articles compared."""

    suggestions: int
    # Not found by the other: no word of theirs is in one of its suggestions.
    alone: int
    accepted: int
    rejected: int
    # Claims of people that it has a word of.
    claims_found: int

    @property
    def precision(self) -> float | None:
        """Of what people decided, the share that they accepted."""
        decided = self.accepted + self.rejected
        return self.accepted / decided if decided else None


@dataclass(frozen=True, slots=True)
class Comparison:
    articles: int
    # Whether there are more articles that both have read.
    more: bool
    # The same span in both; spans that overlap and aren't the same.
    same: int
    overlapping: int
    # Claims of people in the texts that both have read.
    claims: int
    left: Side
    right: Side


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of the side-by-side view: what stands at one place, on either side."""

    left: Suggestion | None
    right: Suggestion | None

    @property
    def start(self) -> int:
        return min(s.start for s in (self.left, self.right) if s)

    @property
    def end(self) -> int:
        return max(s.end for s in (self.left, self.right) if s)

    @property
    def same(self) -> bool:
        if self.left is None or self.right is None:
            return False
        return (self.left.start, self.left.end) == (self.right.start, self.right.end)


def configurations(corpus: Corpus) -> list[Configuration]:
    """Every detector that has read articles of the corpus, the latest first. One query."""
    rows = (
        DetectionRun.objects.filter(article__corpus=corpus)
        .order_by()
        .values("config_hash", "detector", "version", "threshold")
        .annotate(
            articles=Count("article", distinct=True),
            found=Sum("suggestion_count"),
            read=Sum("words"),
            took=Sum("seconds"),
            last=Max("finished_at"),
        )
        .order_by("-last")
    )
    return [
        Configuration(
            config_hash=row["config_hash"],
            detector=row["detector"],
            version=row["version"],
            threshold=row["threshold"],
            articles=row["articles"],
            suggestions=row["found"],
            words=row["read"],
            words_per_second=row["read"] / row["took"] if row["took"] else None,
            last=row["last"],
        )
        for row in rows
    ]


def compared_articles(corpus: Corpus, left: str, right: str) -> ArticleQuerySet:
    """Articles of which both have read the same revision of the text."""
    mine = DetectionRun.objects.filter(article=OuterRef("pk"), config_hash=left)
    other = DetectionRun.objects.filter(
        article=OuterRef("article"), text=OuterRef("text"), config_hash=right
    )
    return Article.objects.filter(Exists(mine.filter(Exists(other))), corpus=corpus)


def runs_of_both(
    articles: Iterable[Article], left: str, right: str
) -> dict[int, tuple[DetectionRun, DetectionRun]]:
    """By article: the latest run of each over the latest text that both have read, without their
    sentences. Two queries.

    Either's own latest run may be over a text that the other has never seen.
    """
    known = list(articles)
    mine, other = _runs_shared(known, left, right), _runs_shared(known, right, left)
    return {pk: (run, other[pk]) for pk, run in mine.items() if pk in other}


def _runs_shared(
    articles: Sequence[Article], config_hash: str, other: str
) -> dict[int, DetectionRun]:
    same_text = DetectionRun.objects.filter(text=OuterRef("text"), config_hash=other)
    rows = DetectionRun.objects.filter(
        Exists(same_text), article__in=articles, config_hash=config_hash
    )
    return {run.article_id: run for run in rows.defer("sentences").order_by("text__number", "pk")}


def comparison(corpus: Corpus, left: str, right: str) -> Comparison:
    """Of the latest articles that both have read. Ten queries."""
    found = list(
        compared_articles(corpus, left, right).only("pk").order_by("-pk")[: COMPARED_ARTICLES + 1]
    )
    articles = found[:COMPARED_ARTICLES]
    both = runs_of_both(articles, left, right).values()
    runs = [[run.pk for run, _ in both], [run.pk for _, run in both]]
    texts = [run.text_id for run, _ in both]
    same = _same(runs[0], runs[1]).count()
    alone = [_alone(runs[0], runs[1]), _alone(runs[1], runs[0])]
    spans = ClaimSpan.objects.filter(claim__text__in=texts).exclude(claim__state="withdrawn")
    sides = [_side(mine, alone_, spans) for mine, alone_ in zip(runs, alone, strict=True)]
    return Comparison(
        articles=len(articles),
        more=len(found) > COMPARED_ARTICLES,
        same=same,
        overlapping=sides[0].suggestions - sides[0].alone - same,
        claims=spans.aggregate(n=Count("claim", distinct=True))["n"],
        left=sides[0],
        right=sides[1],
    )


def _same(mine: Sequence[int], other: Sequence[int]) -> SuggestionQuerySet:
    """Suggestions whose span the other side has too."""
    there = Suggestion.objects.filter(
        article=OuterRef("article"), run__in=other, start=OuterRef("start"), end=OuterRef("end")
    )
    return Suggestion.objects.filter(Exists(there), run__in=mine)


def _alone(mine: Sequence[int], other: Sequence[int]) -> int:
    there = Suggestion.objects.filter(
        article=OuterRef("article"),
        run__in=other,
        start__lt=OuterRef("end"),
        end__gt=OuterRef("start"),
    )
    return Suggestion.objects.filter(~Exists(there), run__in=mine).count()


def _side(runs: Sequence[int], alone: int, spans: QuerySet[ClaimSpan]) -> Side:
    decided = SuggestionDecision.objects.filter(suggestion__run__in=runs).aggregate(
        accepted=Count("pk", filter=Q(outcome=Outcome.ACCEPTED)),
        rejected=Count("pk", filter=Q(outcome=Outcome.REJECTED)),
    )
    here = Suggestion.objects.filter(
        article=OuterRef("claim__article"),
        run__in=runs,
        start__lt=OuterRef("end"),
        end__gt=OuterRef("start"),
    )
    return Side(
        suggestions=Suggestion.objects.filter(run__in=runs).count(),
        alone=alone,
        accepted=decided["accepted"],
        rejected=decided["rejected"],
        claims_found=spans.filter(Exists(here)).aggregate(n=Count("claim", distinct=True))["n"],
    )


def pairs(left: Sequence[Suggestion], right: Sequence[Suggestion]) -> list[Pair]:
    """Suggestions of one article aligned: each with the one of the other side it shares most with.

    Every suggestion is in one pair; in the order of the text.
    """
    shared = sorted(
        (
            (min(a.end, b.end) - max(a.start, b.start), a.pk, b.pk, a, b)
            for a in left
            for b in right
            if a.start < b.end and b.start < a.end
        ),
        key=lambda one: (-one[0], one[1], one[2]),
    )
    taken: Counter[int] = Counter()
    found = []
    for _length, _a, _b, a, b in shared:
        if not taken[a.pk] and not taken[b.pk]:
            taken[a.pk] = taken[b.pk] = 1
            found.append(Pair(a, b))
    found += [Pair(a, None) for a in left if not taken[a.pk]]
    found += [Pair(None, b) for b in right if not taken[b.pk]]
    return sorted(found, key=lambda pair: (pair.start, pair.end))


def shared_counts(pairs_: Iterable[tuple[DetectionRun, DetectionRun]]) -> dict[int, int]:
    """By the left run's id: how many spans both have exactly. One query."""
    known = list(pairs_)
    rows = _same([left.pk for left, _ in known], [right.pk for _, right in known])
    return dict(rows.order_by().values_list("run").annotate(n=Count("pk")))

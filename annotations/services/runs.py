"""Finished runs of a detector: written whole, with their suggestions, or not at all."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from annotations.domain.transitions import ArticleState
from annotations.errors import JobLost
from annotations.models import (
    Article,
    ArticleText,
    DetectionRun,
    Job,
    Suggestion,
    SuggestionDecision,
)

from .bulk import keys_assign, made, rows_insert, rows_update
from .events import Happening, events_record
from .findings import suggestions_of
from .leases import jobs_done, jobs_hold

if TYPE_CHECKING:
    from annotations.detection import Detection, Detector

_NOT_YET_READ = frozenset({ArticleState.WAITING, ArticleState.EXTRACTING, ArticleState.FAILED})


@dataclass(frozen=True, slots=True)
class Found:
    """What a detector found in the article of a job."""

    job: Job
    text: ArticleText
    detection: Detection
    seconds: float


@transaction.atomic
def runs_record(*, detector: Detector, found: Sequence[Found]) -> list[DetectionRun]:
    """Write finished runs with their suggestions and end their jobs, all or none.

    A job that was given to another worker or cancelled meanwhile is left out, and nothing of it
    is written. ``ValueError`` where a detector speaks of places that aren't in the text.
    """
    by_job = {one.job.pk: one for one in found}
    held = jobs_hold([one.job for one in found])
    # Before the decisions are read: one taken after that would miss this run.
    articles = {
        article.pk: article
        for article in Article.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=[job.article_id for job in held])
        .order_by("pk")
    }
    kept = [by_job[job.pk] for job in held if job.article_id in articles]
    runs = [_run(one, detector) for one in kept]
    keys_assign(runs)
    suggestions: dict[int, list[Suggestion]] = {
        run.pk: suggestions_of(run=run, claims=one.detection.claims, text=one.text.text)
        for run, one in zip(runs, kept, strict=True)
    }
    rows_insert(runs)
    rows_insert([row for rows in suggestions.values() for row in rows])
    _carry_decisions(runs, suggestions)
    now = timezone.now()
    for run, one in zip(runs, kept, strict=True):
        article = articles[run.article_id]
        article.current_run = run
        article.check_worthiness = check_worthiness([claim.score for claim in one.detection.claims])
        if article.state in _NOT_YET_READ:
            article.state = ArticleState.READY
    rows_update(
        [articles[run.article_id] for run in runs], "current_run", "check_worthiness", "state"
    )
    jobs_done(jobs=[one.job for one in kept], at=now)
    corpora = {job.pk: job.corpus for job in held}
    events_record(
        Happening(
            kind="run.recorded",
            actor=None,
            target=run,
            corpus=corpora[one.job.pk],
            article=articles[run.article_id],
            before=None,
            after={
                "detector": run.detector,
                "version": run.version,
                "config_hash": run.config_hash,
                "suggestions": run.suggestion_count,
            },
        )
        for run, one in zip(runs, kept, strict=True)
    )
    return runs


def run_record(
    *, job: Job, text: ArticleText, detector: Detector, detection: Detection, seconds: float
) -> DetectionRun:
    """One of them. ``JobLost`` writes nothing."""
    runs = runs_record(detector=detector, found=[Found(job, text, detection, seconds)])
    if not runs:
        raise JobLost(f"Job {job.pk} was given to another worker or cancelled.")
    return runs[0]


def _run(found: Found, detector: Detector) -> DetectionRun:
    detection = found.detection
    return made(
        DetectionRun,
        article_id=found.text.article_id,
        text=found.text,
        job=found.job,
        detector=detector.name,
        version=detector.version,
        config_hash=detector.config_hash,
        threshold=detector.threshold,
        words=detection.words,
        sentences=[list(sentence) for sentence in detection.sentences],
        suggestion_count=len(detection.claims),
        seconds=found.seconds,
    )


def check_worthiness(scores: Sequence[float]) -> float:
    """An article's: the mean of its three highest scores; 0 where nothing was found."""
    highest = heapq.nlargest(3, scores)
    return sum(highest) / len(highest) if highest else 0.0


def _carry_decisions(
    runs: Iterable[DetectionRun], suggestions: dict[int, list[Suggestion]]
) -> None:
    """What people decided about a span holds for the same span proposed again."""
    by_text = {run.text_id: run for run in runs}
    earlier = SuggestionDecision.objects.filter(
        suggestion__run__text__in=by_text, carried_from=None
    ).select_related("suggestion__run")
    by_span = {(d.suggestion.run.text_id, d.suggestion.start, d.suggestion.end): d for d in earlier}
    if not by_span:
        return
    rows_insert(
        [
            SuggestionDecision(
                suggestion=suggestion,
                article_id=run.article_id,
                outcome=origin.outcome,
                claim_id=origin.claim_id,
                carried_from=origin,
                decided_by_id=origin.decided_by_id,
            )
            for run in by_text.values()
            for suggestion in suggestions[run.pk]
            if (origin := by_span.get((run.text_id, suggestion.start, suggestion.end)))
        ]
    )

"""Extraction: claimed jobs through the detector, each result written whole in one transaction."""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.db import DataError, IntegrityError, transaction

from annotations.detection import ArticleInput, Detection, DetectionError, load_detector
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

from .events import event_record
from .findings import suggestions_write
from .jobs import job_done, job_fail, job_hold, jobs_claim, jobs_renew, worker_name

if TYPE_CHECKING:
    from annotations.detection import Detector

log = structlog.get_logger(__name__)

RENEW_SECONDS = 10


def extraction_run(*, first: int | None) -> int:
    """Claim a batch of due jobs, the named one first, and extract them; how many were written.

    Running it twice for one job does nothing the second time.
    """
    jobs = jobs_claim(worker=worker_name(), first=first, limit=settings.EXTRACTION_BATCH_ARTICLES)
    if not jobs:
        return 0
    try:
        detector = load_detector(jobs[0].corpus.detector or settings.DETECTOR)
    except Exception as error:  # noqa: BLE001  becomes the jobs' reason for failing
        for job in jobs:
            _fail(job, error)
        return 0
    texts: dict[int | None, ArticleText] = {
        text.article_id: text
        for text in ArticleText.objects.filter(
            article__in=[job.article_id for job in jobs]
        ).order_by("article_id", "number")
    }
    written, renewed, started = 0, time.monotonic(), time.monotonic()
    for job, result in _detect(detector, jobs, texts):
        seconds = time.monotonic() - started
        if isinstance(result, Exception):
            _fail(job, result)
        else:
            written += _record(job, texts[job.article_id], detector, result, seconds)
        started = time.monotonic()
        if started - renewed > RENEW_SECONDS and job.lease:
            jobs_renew(lease=job.lease)
            renewed = started
    return written


def _detect(
    detector: Detector, jobs: list[Job], texts: dict[int | None, ArticleText]
) -> Iterator[tuple[Job, Detection | Exception]]:
    """Stream the batch; from an article that breaks it on, go one by one, so it fails alone."""
    inputs = [_input(job.article, texts[job.article_id].text) for job in jobs if job.article]
    done = 0
    try:
        for job, detection in zip(jobs, detector.stream(inputs), strict=True):
            yield job, detection
            done += 1
    except Exception as error:  # noqa: BLE001  whatever broke is told to each job below
        log.warning("batch_broken", job=[job.pk for job in jobs[done:]][:1], error=repr(error))
    for job, article in zip(jobs[done:], inputs[done:], strict=True):
        try:
            result: Detection | Exception = detector.detect(article)
        except Exception as error:  # noqa: BLE001  becomes the job's reason for failing
            result = error
        yield job, result


def _input(article: Article, text: str) -> ArticleInput:
    return ArticleInput(
        text=text,
        title=article.title,
        published=article.published,
        dateline=article.dateline,
        language=article.language,
    )


def _fail(job: Job, error: Exception) -> None:
    permanent = isinstance(error, DetectionError) and error.permanent
    reason = str(error) if isinstance(error, DetectionError) else repr(error)
    log.warning("extraction_failed", job=job.pk, article=job.article_id, error=reason)
    try:
        job_fail(job=job, error=reason[:2000], permanent=permanent)
    except JobLost as lost:
        log.info("job_lost", job=job.pk, reason=lost.message)


def _record(
    job: Job, text: ArticleText, detector: Detector, detection: Detection, seconds: float
) -> int:
    try:
        run_record(job=job, text=text, detector=detector, detection=detection, seconds=seconds)
    except JobLost as lost:
        log.info("job_lost", job=job.pk, reason=lost.message)
        return 0
    except (ValueError, IntegrityError, DataError) as error:
        # A result that can't be stored is this article's failure, not the batch's.
        _fail(job, error)
        return 0
    return 1


@transaction.atomic
def run_record(
    *, job: Job, text: ArticleText, detector: Detector, detection: Detection, seconds: float
) -> DetectionRun:
    """Write a finished run with its suggestions and end its job. ``JobLost`` writes nothing."""
    held = job_hold(job)
    # Before the decisions are read: one taken after that would miss this run.
    article = Article.objects.select_for_update(of=("self",), no_key=True).get(pk=text.article_id)
    run = DetectionRun.objects.create(
        article_id=text.article_id,
        text=text,
        job=held,
        detector=detector.name,
        version=detector.version,
        config_hash=detector.config_hash,
        threshold=detector.threshold,
        words=detection.words,
        sentences=[list(sentence) for sentence in detection.sentences],
        suggestion_count=len(detection.claims),
        seconds=seconds,
    )
    suggestions = suggestions_write(run=run, claims=detection.claims, text=text.text)
    _carry_decisions(run, suggestions)
    article.current_run = run
    article.check_worthiness = check_worthiness([claim.score for claim in detection.claims])
    if article.state in {ArticleState.WAITING, ArticleState.EXTRACTING, ArticleState.FAILED}:
        article.state = ArticleState.READY
    article.save(update_fields=["current_run", "check_worthiness", "state"])
    job_done(job=held, at=run.finished_at)
    event_record(
        kind="run.recorded",
        actor=None,
        target=run,
        corpus=held.corpus,
        article=article,
        before=None,
        after={
            "detector": run.detector,
            "version": run.version,
            "config_hash": run.config_hash,
            "suggestions": run.suggestion_count,
        },
    )
    return run


def check_worthiness(scores: Sequence[float]) -> float:
    """An article's: the mean of its three highest scores; 0 where nothing was found."""
    highest = heapq.nlargest(3, scores)
    return sum(highest) / len(highest) if highest else 0.0


def _carry_decisions(run: DetectionRun, suggestions: list[Suggestion]) -> None:
    """What people decided about a span holds for the same span proposed again."""
    earlier = SuggestionDecision.objects.filter(
        article_id=run.article_id, suggestion__run__text_id=run.text_id, carried_from=None
    ).select_related("suggestion")
    by_span = {(d.suggestion.start, d.suggestion.end): d for d in earlier}
    SuggestionDecision.objects.bulk_create(
        SuggestionDecision(
            suggestion=suggestion,
            article_id=run.article_id,
            outcome=origin.outcome,
            claim_id=origin.claim_id,
            carried_from=origin,
            decided_by_id=origin.decided_by_id,
        )
        for suggestion in suggestions
        if (origin := by_span.get((suggestion.start, suggestion.end)))
    )

"""Extraction: claimed jobs through the detector, their results written a batch at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, models

from annotations.detection import ArticleInput, Detection, DetectionError, load_detector
from annotations.errors import JobLost
from annotations.models import Article, ArticleText, Corpus, Job

from .leases import job_fail, jobs_claim, jobs_go_on, jobs_renew, others_wait
from .runs import Found, runs_record
from .workers import worker_name

if TYPE_CHECKING:
    from annotations.detection import Detector

log = structlog.get_logger(__name__)

RENEW_SECONDS = 10
# Results that are written in one transaction.
WRITTEN_TOGETHER = 16


def extraction_run(*, first: int | None) -> int:
    """Claim batches of due jobs, the named one first, and extract them; how many were written.

    Goes on until nothing is due, or until the turn is over: then whatever else this worker is
    needed for comes before the rest. Asked for a job that somebody waits for, it does no bulk
    work, which other workers may have been set aside for. Running it twice for one job does
    nothing the second time.

    Of bulk work that is left the broker is told as soon as the first batch is taken, once a turn:
    a worker that is idle joins in at once, and one that is killed has passed the message on.
    """
    bulk = first is None or Job.objects.filter(pk=first, bulk=True).exists()
    ends = time.monotonic() + settings.EXTRACTION_SLICE_SECONDS
    written, told = 0, False
    while True:
        jobs = jobs_claim(
            worker=worker_name(),
            first=first,
            limit=settings.EXTRACTION_BATCH_ARTICLES,
            words=settings.EXTRACTION_BATCH_WORDS,
            bulk=bulk,
        )
        if not jobs:
            return written
        if bulk and not told:
            told = jobs_go_on(kind="extraction")
        written += _extract(jobs)
        if time.monotonic() > ends or others_wait(kind="extraction"):
            return written
        first = None


def detector_of(corpus: Corpus) -> Detector:
    """The corpus's detector, with its threshold. Raises DetectionError where there is none."""
    return load_detector(corpus.detector or settings.DETECTOR).at(corpus.threshold)


def _extract(jobs: list[Job]) -> int:
    """One batch, all of one detector."""
    try:
        detector = detector_of(jobs[0].corpus)
    except Exception as error:  # noqa: BLE001  becomes the jobs' reason for failing
        for job in jobs:
            _fail(job, error)
        return 0
    texts = _latest_texts(jobs)
    # An article that was removed since took its job along.
    jobs = [job for job in jobs if job.article_id in texts]
    written, renewed, started = 0, time.monotonic(), time.monotonic()
    found: list[tuple[Job, Detection]] = []

    def record() -> int:
        # The detector reads several at a time, so each has its share by its words.
        a_word = (time.monotonic() - started) / max(1, sum(read.words for _, read in found))
        return _record(
            detector,
            [Found(job, texts[job.article_id], read, a_word * read.words) for job, read in found],
        )

    for job, result in _detect(detector, jobs, texts):
        if isinstance(result, Exception):
            _fail(job, result)
        else:
            found.append((job, result))
        if len(found) >= WRITTEN_TOGETHER:
            written += record()
            found.clear()
            started = time.monotonic()
        if time.monotonic() - renewed > RENEW_SECONDS and job.lease:
            jobs_renew(lease=job.lease)
            renewed = time.monotonic()
    return written + record()


def _latest_texts(jobs: list[Job]) -> dict[int | None, ArticleText]:
    """The text that each article has now, by the article's id."""
    ids = [job.article_id for job in jobs]
    newest = (
        ArticleText.objects.filter(article=models.OuterRef("article"))
        .order_by("-number")
        .values("pk")[:1]
    )
    rows = ArticleText.objects.filter(article__in=ids, pk=models.Subquery(newest))
    return {text.article_id: text for text in rows}


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


def _record(detector: Detector, found: list[Found]) -> int:
    """Write results together; where one can't be stored, each by itself, so that it fails alone.

    A database that is away is no article's fault: the task ends, and its jobs are returned.
    """
    if not found:
        return 0
    try:
        return len(runs_record(detector=detector, found=found))
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001  becomes the job's reason for failing
        if len(found) == 1:
            _fail(found[0].job, error)
            return 0
    return sum(_record(detector, [one]) for one in found)

"""Extraction outside of a transaction: results are written while the next articles are read."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import OperationalError

from annotations.detection import ArticleInput, Detection
from annotations.models import Article, Corpus, DetectionRun, Event, Job
from annotations.services import extraction
from annotations.services.extraction import extraction_run
from annotations.services.leases import returning_leases

from .cast import FakeDetector, detection, make_article

pytestmark = pytest.mark.django_db(transaction=True)


class Reader(FakeDetector):
    """Finds the first word; notes in which order, and waits where it is told to."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.second_batch = threading.Event()

    def detect(self, article: ArticleInput) -> Detection:
        self.read.append(article.text)
        if len(self.read) == 3:
            self.second_batch.set()
        if "BREAK" in article.text:
            raise RuntimeError("broken on this one")
        return detection(article.text, article.text.split()[0])

    def stream(self, articles: Any) -> Any:
        return map(self.detect, articles)


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Reader:
    settings.EXTRACTION_BATCH_ARTICLES = 2
    made = Reader()
    monkeypatch.setattr(extraction, "load_detector", lambda name: made)
    return made


@pytest.fixture
def articles(corpus: Corpus) -> list[Article]:
    made = [make_article(corpus, f"Number {n}.") for n in range(5)]
    Job.objects.update(bulk=True)
    return made


def test_a_batch_is_written_while_the_next_is_read(
    articles: list[Article], reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, threads = extraction.runs_record, []

    def waits(**given: Any) -> Any:
        threads.append(threading.current_thread().name.partition("_")[0])
        assert reader.second_batch.wait(10), "the second batch is read meanwhile"
        return record(**given)

    monkeypatch.setattr(extraction, "runs_record", waits)
    assert extraction_run(first=None) == 5
    assert threads == ["writer"] * 3
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}
    assert DetectionRun.objects.count() == 5
    written = Event.objects.filter(kind="run.recorded").order_by("number")
    assert list(written.values_list("article", flat=True)) == [a.pk for a in articles]
    assert not [t for t in threading.enumerate() if t.name.startswith("writer")]


def test_what_somebody_waits_for_is_written_at_once(
    articles: list[Article], reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job.objects.get(article=articles[2])
    Job.objects.filter(pk=job.pk).update(bulk=False)
    record, threads = extraction.runs_record, []

    def noted(**given: Any) -> Any:
        threads.append(threading.current_thread())
        return record(**given)

    monkeypatch.setattr(extraction, "runs_record", noted)
    assert extraction_run(first=job.pk) == 1
    assert threads == [threading.main_thread()]


def test_one_bad_article_fails_alone(
    articles: list[Article], reader: Reader, corpus: Corpus
) -> None:
    make_article(corpus, "Word BREAK.")
    make_article(corpus, "The last one.")
    Job.objects.update(bulk=True)
    assert extraction_run(first=None) == 6
    states = Job.objects.order_by("id").values_list("state", flat=True)
    assert list(states) == [*["done"] * 5, "queued", "done"]


def test_a_database_that_goes_away_under_the_writer_ends_the_task(
    articles: list[Article], reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task is tried again; nothing that it held seems to be worked on."""
    record, calls = extraction.runs_record, []

    def breaks(**given: Any) -> Any:
        calls.append(given)
        if len(calls) == 2:
            raise OperationalError("the server closed the connection")
        return record(**given)

    monkeypatch.setattr(extraction, "runs_record", breaks)
    with pytest.raises(OperationalError), returning_leases():
        extraction_run(first=None)
    assert DetectionRun.objects.count() == 2
    monkeypatch.setattr(extraction, "runs_record", record)
    assert extraction_run(first=None) == 3
    runs = DetectionRun.objects.order_by("article").values_list("article", flat=True)
    assert list(runs) == [article.pk for article in articles]

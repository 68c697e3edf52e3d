"""Extraction: batches of jobs through a detector, each article's result written whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.conf import settings as site
from django.db import OperationalError
from django.utils import timezone

from annotations.detection import ArticleInput, Detection, DetectionError
from annotations.domain.texts import read_source
from annotations.models import Article, Corpus, DetectionRun, Event, Job, Suggestion
from annotations.services import extraction, findings, runs
from annotations.services.articles import article_create
from annotations.services.extraction import extraction_run
from annotations.services.leases import returning_leases

from .cast import Cast, FakeDetector, detection, make_article, make_corpus


class Stub(FakeDetector):
    """Finds the first word; breaks on a text that says so, and can move a span."""

    def detect(self, article: ArticleInput) -> Detection:
        if "BREAK" in article.text:
            raise RuntimeError("broken on this one")
        if "REFUSE" in article.text:
            raise DetectionError("not a language that it reads", permanent=True)
        found = detection(article.text, article.text.split()[0])
        if "MOVE" in article.text:
            moved: Any = found.claims[0]
            object.__setattr__(moved, "start", 1)
        return found

    def stream(self, articles: Iterable[ArticleInput]) -> Iterator[Detection]:
        return map(self.detect, articles)


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Stub:
    detector = Stub()
    monkeypatch.setattr(extraction, "load_detector", lambda name: detector)
    return detector


def states(corpus: Corpus) -> dict[str, str]:
    jobs = Job.objects.filter(corpus=corpus).select_related("article").order_by("id")
    return {job.article.text.text: job.state for job in jobs if job.article}


def break_writing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """What was found in a text that says so can't be written, for that reason."""

    def suggestions_of(*, text: str, **others: Any) -> list[Suggestion]:
        if "LOSE" in text:
            raise error
        return findings.suggestions_of(text=text, **others)

    monkeypatch.setattr(runs, "suggestions_of", suggestions_of)


REASONS = {
    "BREAK": "broken on this one",
    "MOVE": "ValueError",
    "REFUSE": "not a language that it reads",
    "LOSE": "KeyError('no such label')",
}


@pytest.mark.parametrize("word", REASONS)
@pytest.mark.parametrize("place", range(3))
def test_one_bad_article_fails_alone(
    corpus: Corpus,
    stub: Stub,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    word: str,
    place: int,
) -> None:
    break_writing(monkeypatch, KeyError("no such label"))
    settings.JOB_MAX_ATTEMPTS = 1
    texts = ["First one.", "Second one.", "Third one."]
    texts.insert(place, f"Word {word}.")
    for text in texts:
        make_article(corpus, text)
    assert extraction_run(first=None) == 3
    assert states(corpus) == {text: "failed" if word in text else "done" for text in texts}
    bad = Article.objects.get(state="failed")
    assert bad.text.text == f"Word {word}."
    assert not DetectionRun.objects.filter(article=bad).exists()
    assert not Suggestion.objects.filter(article=bad).exists()
    reason = Job.objects.get(article=bad).error
    assert reason
    assert REASONS[word] in reason
    assert {job.attempts for job in Job.objects.all()} == {1}
    kinds = Event.objects.filter(article=bad).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["article.created", "job.failed"]


def test_a_database_that_goes_away_is_no_articles_fault(
    corpus: Corpus, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_writing(monkeypatch, OperationalError("the connection is closed"))
    for text in ("Word LOSE.", "Word."):
        make_article(corpus, text)
    with pytest.raises(OperationalError), returning_leases():
        extraction_run(first=None)
    assert {(job.state, job.error) for job in Job.objects.all()} == {("running", "")}
    assert Job.objects.claimable(timezone.now()).count() == 2


def test_what_may_pass_is_tried_again_and_what_cannot_is_not(corpus: Corpus, stub: Stub) -> None:
    for text in ("Word BREAK.", "Word REFUSE."):
        make_article(corpus, text)
    assert extraction_run(first=None) == 0
    assert states(corpus) == {"Word BREAK.": "queued", "Word REFUSE.": "failed"}
    assert "broken on this one" in Job.objects.get(state="queued").error
    assert Job.objects.get(state="failed").error == "not a language that it reads"


def test_a_stream_that_breaks_after_its_last_article(
    corpus: Corpus, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stream(articles: Iterable[ArticleInput]) -> Iterator[Detection]:
        yield from map(stub.detect, articles)
        raise RuntimeError("while tidying up")

    monkeypatch.setattr(Stub, "stream", staticmethod(stream))
    make_article(corpus)
    assert extraction_run(first=None) == 1


def test_running_a_task_twice_changes_nothing(corpus: Corpus, stub: Stub) -> None:
    article = make_article(corpus)
    job = Job.objects.get()
    assert extraction_run(first=job.pk) == 1
    events = Event.objects.count()
    assert extraction_run(first=job.pk) == 0
    assert extraction_run(first=job.pk + 999) == 0
    assert Event.objects.count() == events
    assert DetectionRun.objects.get().article == article


def test_a_detector_that_does_not_exist_fails_its_corpus_for_good(corpus: Corpus) -> None:
    corpus.detector = "no-such"
    corpus.save()
    make_article(corpus)
    assert extraction_run(first=None) == 0
    job = Job.objects.get()
    assert job.state == "failed"
    assert "no-such" in job.error


def test_a_detector_that_lacks_its_requirements_fails_for_good_and_says_what_to_do(
    cast: Cast, corpus: Corpus, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    advice = "“accurate” needs requirements-accurate.txt; install it where the workers run"

    def load(name: str) -> Stub:
        if name == "accurate":
            raise DetectionError(advice, permanent=True)
        return Stub()

    monkeypatch.setattr(extraction, "load_detector", load)
    settings.JOB_MAX_ATTEMPTS = 5
    other = make_corpus(cast, "Uses the site's default")
    corpus.detector = "accurate"
    corpus.save()
    for number in range(3):
        make_article(corpus, f"Word {number}.")
    fine = make_article(other, "Word of the other.")
    # Its whole batch fails at once, nothing of it is left to try again, and the other goes on.
    assert extraction_run(first=None) == 1
    jobs = Job.objects.filter(corpus=corpus)
    assert {(j.state, j.attempts, j.error, j.lease) for j in jobs} == {("failed", 1, advice, None)}
    assert {a.state for a in corpus.articles.all()} == {"failed"}
    assert Event.objects.filter(kind="job.failed", corpus=corpus).count() == 3
    assert extraction_run(first=None) == 0
    fine.refresh_from_db()
    assert fine.state == "ready"


def test_a_detector_that_breaks_while_loading_is_tried_again(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """Out of memory, a disk that is away: what isn't known to last may pass."""

    def load(name: str) -> Stub:
        raise OSError("the disk is away")

    monkeypatch.setattr(extraction, "load_detector", load)
    make_article(corpus)
    assert extraction_run(first=None) == 0
    job = Job.objects.get()
    assert (job.state, job.attempts) == ("queued", 1)
    assert "the disk is away" in job.error


def test_the_shipped_detector_reads_the_sample(corpus: Corpus) -> None:
    raw = (site.BASE_DIR / "seeds" / "nato-2021-12-01.txt").read_text(encoding="utf-8")
    source = read_source(raw)
    article = article_create(
        actor=None,
        corpus=corpus,
        text=source.text,
        title=source.title,
        published=source.published,
    )
    assert extraction_run(first=None) == 1
    article.refresh_from_db()
    run = article.current_run
    assert run is not None
    assert (article.state, run.detector) == ("ready", site.DETECTOR)
    assert run.words == len(source.text.split())
    assert run.suggestion_count == run.suggestions.count() > 5
    assert len(run.sentences) > 10
    for suggestion in run.suggestions.all():
        assert source.text[suggestion.start : suggestion.end] == suggestion.quote
        for reason in suggestion.reasons:
            assert {"feature", "label", "weight", "spans"} == set(reason)
    assert "Stoltenberg" in {
        s.claimant_name.split()[-1] for s in run.suggestions.all() if s.claimant_name
    }

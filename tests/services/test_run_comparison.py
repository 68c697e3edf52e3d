"""Two detectors over the same texts: figures, pairs; and how fast extraction goes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from annotations.models import Article, ArticleText, Corpus, DetectionRun, Job, Suggestion
from annotations.services.extraction_rates import extraction_rates
from annotations.services.jobs import extraction_request
from annotations.services.leases import jobs_claim
from annotations.services.run_comparison import (
    compared_articles,
    comparison,
    configurations,
    pairs,
)
from annotations.services.runs import run_record
from annotations.services.suggestions import suggestion_accept, suggestion_reject

from .cast import Cast, FakeDetector, detection, make_article, make_claim

TEXT = "Ferries doubled in 1998. Nobody saw it. Unemployment fell by half."
LEFT = FakeDetector(name="left", config_hash="a" * 64)
RIGHT = FakeDetector(name="right", config_hash="b" * 64, threshold=0.7)


def read(article: Article, detector: FakeDetector, *quotes: str) -> DetectionRun:
    job = article.jobs.active().first() or extraction_request(actor=None, article=article)
    (held,) = jobs_claim(worker="test:1", first=job.pk)
    return run_record(
        job=held,
        text=article.text,
        detector=detector,  # type: ignore[arg-type]
        detection=detection(article.text.text, *quotes),
        seconds=0.5,
    )


@pytest.fixture
def article(corpus: Corpus) -> Article:
    article = make_article(corpus, TEXT)
    read(article, LEFT, "Ferries doubled", "Nobody saw it")
    read(article, RIGHT, "Ferries doubled", "saw it", "Unemployment fell by half")
    return article


def test_what_has_read_a_corpus(
    article: Article, corpus: Corpus, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        right, left = configurations(corpus)
    assert (left.detector, left.articles, left.suggestions) == ("left", 1, 2)
    assert (right.threshold, right.suggestions, right.words) == (0.7, 3, len(TEXT.split()))
    assert right.words_per_second == 2 * right.words


def test_figures_of_two(
    article: Article, corpus: Corpus, cast: Cast, django_assert_num_queries: Any
) -> None:
    shown = {s.quote: s for s in Suggestion.objects.filter(run__config_hash=RIGHT.config_hash)}
    suggestion_accept(actor=cast.reviewer, suggestion=shown["Ferries doubled"])
    suggestion_reject(actor=cast.reviewer, suggestion=shown["saw it"])
    make_claim(cast.reviewer, article, "by half")
    # Articles; the runs of each; the same; alone in each; claims; for each side its suggestions,
    # decisions and the claims it has words of.
    with django_assert_num_queries(13):
        found = comparison(corpus, LEFT.config_hash, RIGHT.config_hash)
    assert (found.articles, found.more, found.claims) == (1, False, 2)
    assert (found.same, found.overlapping) == (1, 1)
    assert (found.left.suggestions, found.left.alone) == (2, 0)
    assert (found.right.suggestions, found.right.alone) == (3, 1)
    assert (found.right.accepted, found.right.rejected, found.right.precision) == (1, 1, 0.5)
    assert (found.left.claims_found, found.right.claims_found) == (1, 2)


def test_only_articles_that_both_have_read_are_compared(article: Article, corpus: Corpus) -> None:
    alone = make_article(corpus, "Another text altogether.")
    read(alone, LEFT, "Another text")
    hashes = (LEFT.config_hash, RIGHT.config_hash)
    assert list(compared_articles(corpus, *hashes)) == [article]
    assert comparison(corpus, *hashes).left.suggestions == 2
    empty = comparison(corpus, LEFT.config_hash, "c" * 64)
    assert (empty.articles, empty.same, empty.left.precision) == (0, 0, None)


def revise(article: Article, text: str) -> Article:
    """The article with another text, as a restored one may have."""
    number = article.text.number + 1
    ArticleText.objects.create(article=article, number=number, text=text, content_hash=str(number))
    return Article.objects.get(pk=article.pk)


def test_of_two_texts_the_one_that_both_have_read_is_compared(
    article: Article, corpus: Corpus, cast: Cast
) -> None:
    make_claim(cast.reviewer, article, "by half")
    revised = revise(article, f"Corrected: {TEXT}")
    read(revised, LEFT, "Corrected", "Unemployment fell")
    make_claim(cast.reviewer, revised, "Corrected")
    first = comparison(corpus, LEFT.config_hash, RIGHT.config_hash)
    assert (first.articles, first.claims) == (1, 1)
    assert (first.left.suggestions, first.right.suggestions) == (2, 3)
    assert (first.same, first.overlapping) == (1, 1)
    assert (first.left.claims_found, first.right.claims_found) == (0, 1)
    # Read by the other too, it is what both have read last.
    read(revised, RIGHT, "Corrected")
    second = comparison(corpus, LEFT.config_hash, RIGHT.config_hash)
    assert (second.articles, second.same, second.claims) == (1, 1, 1)
    assert (second.left.suggestions, second.right.suggestions) == (2, 1)
    assert (second.left.claims_found, second.right.claims_found) == (1, 1)


def test_pairs_are_aligned_by_what_they_share(article: Article) -> None:
    left, right = (
        list(Suggestion.objects.filter(run__config_hash=one.config_hash).order_by("start"))
        for one in (LEFT, RIGHT)
    )
    found = [
        (pair.left and pair.left.quote, pair.right and pair.right.quote, pair.same)
        for pair in pairs(left, right)
    ]
    assert found == [
        ("Ferries doubled", "Ferries doubled", True),
        ("Nobody saw it", "saw it", False),
        (None, "Unemployment fell by half", False),
    ]
    # One that overlaps with two goes with the one it shares more with; nobody is lost.
    wide = replace_span(left[0], 0, len(TEXT))
    found = [(p.left and p.left.quote, p.right and p.right.quote) for p in pairs([wide], right)]
    assert sorted(found, key=str) == sorted(
        [(None, "Ferries doubled"), (None, "saw it"), (TEXT, "Unemployment fell by half")], key=str
    )


def replace_span(suggestion: Suggestion, start: int, end: int) -> Suggestion:
    return Suggestion(pk=suggestion.pk, start=start, end=end, quote=TEXT[start:end], score=0.5)


def test_how_fast_it_goes(corpus: Corpus, django_assert_num_queries: Any) -> None:
    now = timezone.now()
    assert extraction_rates(corpus, now=now).words_per_second == 0
    for n in range(4):
        make_article(corpus, f"Text {n} " + "word " * 98)
    done = list(Job.objects.order_by("pk")[:2])
    for job in done:
        Job.objects.filter(pk=job.pk).update(
            state="done",
            started_at=now - dt.timedelta(seconds=20),
            finished_at=now - dt.timedelta(seconds=1),
        )
    with django_assert_num_queries(3):
        rates = extraction_rates(corpus, now=now)
    assert (rates.waiting_articles, rates.waiting_words) == (2, 200)
    assert (rates.articles_per_minute, rates.words_per_second) == (6, 10)
    assert rates.ends_at == now + dt.timedelta(seconds=20)
    # What was long ago says nothing.
    later = extraction_rates(corpus, now=now + dt.timedelta(minutes=6))
    assert (later.words_per_second, later.ends_at) == (0, None)

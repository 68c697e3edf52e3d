"""Exports stream: a fixed number of queries a chunk, one chunk in memory."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotations import exporting
from annotations.exporting import FORMATS, export
from annotations.exporting.chunks import QUERIES_A_CHUNK, articles_of
from annotations.models import Article, Corpus
from tests import factories

from .conftest import Exhibit


def fill(exhibit: Exhibit, count: int) -> Corpus:
    """Articles that each have a claim with evidence, an answer, a verdict and a discussion."""
    cast = exhibit.cast
    for _ in range(count):
        claim = factories.make_claim(factories.make_extracted(cast.corpus), cast.reviewer)
        factories.make_answer(factories.make_question(claim, cast.reviewer), cast.reviewer)
        factories.make_verdict(claim, cast.reviewer)
        factories.make_thread(claim, cast.reviewer, cast.admin, text="@sam?")
    return cast.corpus


@pytest.mark.parametrize("name", list(FORMATS))
def test_queries(exhibit: Exhibit, name: str) -> None:
    # A chunk with one article of everything costs what a chunk with many does.
    corpus = fill(exhibit, 10)
    # Protected sources, and the header's ratings and guidelines.
    once = QUERIES_A_CHUNK + (3 if name == "jsonl" else 1)
    corpus = Corpus.objects.select_related("rating_scale").get(pk=corpus.pk)
    with CaptureQueriesContext(connection) as queries:
        list(export(corpus, FORMATS[name]))
    assert len(queries) == once, "\n".join(q["sql"] for q in queries.captured_queries)
    with CaptureQueriesContext(connection) as queries:
        list(FORMATS[name].write(corpus, articles_of(corpus, chunk=5)))
    # 12 articles are 5, 5 and 2.
    assert len(queries) == 3 * QUERIES_A_CHUNK + once - QUERIES_A_CHUNK


def test_every_article_once(exhibit: Exhibit) -> None:
    corpus = fill(exhibit, 4)
    everything = list(corpus.articles.order_by("pk"))
    for chunk in (1, 2, 3, 6, 7):
        assert list(articles_of(corpus, chunk)) == everything


def test_one_chunk_in_memory(exhibit: Exhibit) -> None:
    corpus = fill(exhibit, 9)
    del exhibit.article, exhibit.empty
    exhibit.claims.clear()

    def alive() -> int:
        gc.collect()
        # Not isinstance, which would wake the lazy objects and dead proxies of other tests.
        return sum(1 for thing in gc.get_objects() if type(thing) is Article)

    before = alive()
    most = max(alive() for _ in articles_of(corpus, chunk=3))
    assert most - before <= 3


def test_the_first_piece_comes_before_the_last_article_is_read(
    exhibit: Exhibit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "_PIECE", 1)
    corpus = fill(exhibit, 2)
    read: list[int] = []

    def noted(corpus: Corpus) -> Iterator[Article]:
        for article in articles_of(corpus, chunk=1):
            read.append(article.pk)
            yield article

    monkeypatch.setattr(exporting, "articles_of", noted)
    pieces = export(corpus, FORMATS["jsonl"])
    next(pieces)
    assert read == []
    next(pieces)
    assert len(read) == 1

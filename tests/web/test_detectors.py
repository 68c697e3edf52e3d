"""The pages that compare two detectors."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from annotations.models import Article, Corpus
from tests.factories import Cast
from tests.services.cast import make_article
from tests.services.test_run_comparison import LEFT, RIGHT, TEXT, read, revise

from .conftest import signed_in

HASHES = f"?a={LEFT.config_hash}&b={RIGHT.config_hash}"


@pytest.fixture
def corpus(cast: Cast) -> Corpus:
    return cast.corpus


@pytest.fixture
def article(corpus: Corpus) -> Article:
    article = make_article(corpus, TEXT)
    read(article, LEFT, "Ferries doubled", "Nobody saw it")
    read(article, RIGHT, "Ferries doubled", "saw it", "Unemployment fell by half")
    return article


@pytest.fixture
def reviewer(cast: Cast) -> Client:
    return signed_in(cast.reviewer)


def test_a_corpus_that_nothing_has_read(reviewer: Client, corpus: Corpus) -> None:
    page = reviewer.get(f"/corpora/{corpus.pk}/detectors/").content.decode()
    assert "No article of this corpus has been extracted yet." in page


def test_choosing_and_comparing(
    reviewer: Client,
    corpus: Corpus,
    article: Article,
    django_assert_max_num_queries: Any,
) -> None:
    page = reviewer.get(f"/corpora/{corpus.pk}/detectors/").content.decode()
    assert LEFT.config_hash in page
    assert RIGHT.config_hash in page
    for n in range(3):
        more = make_article(corpus, f"Number {n}. {TEXT}")
        read(more, LEFT, "Ferries doubled")
        read(more, RIGHT, "Nobody saw it")
    with django_assert_max_num_queries(24):
        page = reviewer.get(f"/corpora/{corpus.pk}/detectors/compare/{HASHES}").content.decode()
    assert "Both have read 4 articles." in page
    assert page.count("/compare/?a=") == 4


@pytest.mark.parametrize("query", ["", "?a=x&b=y", f"?a={LEFT.config_hash}"])
def test_two_that_there_arent(reviewer: Client, corpus: Corpus, query: str) -> None:
    answer = reviewer.get(f"/corpora/{corpus.pk}/detectors/compare/{query}")
    assert answer.status_code == 200
    assert "has read nothing in this corpus" in answer.content.decode()


def test_one_article_side_by_side(
    reviewer: Client,
    article: Article,
    django_assert_max_num_queries: Any,
) -> None:
    with django_assert_max_num_queries(12):
        page = reviewer.get(f"/articles/{article.pk}/compare/{HASHES}").content.decode()
    assert page.count("not found") == 1
    assert "Hide 1 that is the same" in page
    fewer = reviewer.get(f"/articles/{article.pk}/compare/{HASHES}&only=differences")
    assert "<mark>Ferries doubled</mark>" in page
    assert "<mark>Ferries doubled</mark>" not in fewer.content.decode()
    assert reviewer.get(f"/articles/{article.pk}/compare/?a=x&b=y").status_code == 404


def test_a_text_that_only_one_has_read_leads_to_no_dead_end(
    reviewer: Client, corpus: Corpus, article: Article
) -> None:
    revised = revise(article, f"Corrected: {TEXT}")
    read(revised, RIGHT, "Corrected")
    page = reviewer.get(f"/corpora/{corpus.pk}/detectors/compare/{HASHES}").content.decode()
    assert f"/articles/{article.pk}/compare/{HASHES}".replace("&", "&amp;") in page
    side_by_side = reviewer.get(f"/articles/{article.pk}/compare/{HASHES}").content.decode()
    assert "Hide 1 that is the same" in side_by_side
    assert "Corrected" not in side_by_side


def test_outsiders_see_none_of_it(
    cast: Cast,
    corpus: Corpus,
    article: Article,
) -> None:
    client = signed_in(cast.outsider)
    for path in (
        f"/corpora/{corpus.pk}/detectors/",
        f"/corpora/{corpus.pk}/detectors/compare/{HASHES}",
        f"/articles/{article.pk}/compare/{HASHES}",
    ):
        assert client.get(path).status_code == 404

"""Counts that triggers keep. That they equal counting is asserted after every test that uses the
database (``_tallies_hold`` in ``tests/conftest.py``); here are the ways that few tests go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from annotations import tallies
from annotations.domain.transitions import ArticleState, ClaimState
from annotations.models import Article, Claim, Corpus, Job, Tally
from annotations.services.bulk_actions import articles_change
from annotations.services.claims import claim_withdraw
from annotations.tallies import schema
from tests import factories
from tests.factories import counted, tallied

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> factories.Cast:
    return factories.make_cast()


def test_a_deleted_article_takes_its_claims_along(people: factories.Cast) -> None:
    corpus = people.corpus
    article, other = factories.make_extracted(corpus), factories.make_extracted(corpus)
    factories.make_claim(article, people.reviewer)
    mistaken = factories.make_claim(article, people.reviewer)
    claim_withdraw(actor=people.reviewer, claim=mistaken, revision=mistaken.revision)
    factories.make_claim(other, people.reviewer)
    assert tallies.claims_by_state(corpus) == {ClaimState.OPEN: 2, ClaimState.WITHDRAWN: 1}
    assert tallies.articles_by_state(corpus).total() == 2
    articles_change(
        actor=people.admin,
        corpus=corpus,
        action="delete",
        articles=[article.pk],
        confirm=corpus.name,
    )
    assert +tallies.claims_by_state(corpus) == {ClaimState.OPEN: 1}
    row = Corpus.objects.annotate(
        articles_=tallies.tallied(tallies.ARTICLES),
        claims=tallies.tallied(tallies.CLAIMS),
        withdrawn=tallies.tallied(tallies.CLAIMS, ClaimState.WITHDRAWN),
        reviewed=tallies.tallied(tallies.ARTICLES, ArticleState.REVIEWED),
    ).get(pk=corpus.pk)
    assert (row.articles_, row.claims, row.withdrawn, row.reviewed) == (1, 1, 0, 0)
    assert tallied() == counted()


def test_rows_written_together_and_removed_together(people: factories.Cast) -> None:
    """As imports write them, a statement for many; and a corpus that is removed for good."""
    corpus = people.other_corpus
    Article.objects.bulk_create(
        [Article(corpus=corpus, title=str(n), content_hash=str(n)) for n in range(100)]
    )
    Job.objects.bulk_create(
        [Job(kind="extraction", corpus=corpus, article=one) for one in corpus.articles.all()]
    )
    Job.objects.bulk_create([Job(kind="import", corpus=corpus)])
    assert tallies.extractions_by_state(corpus) == {"queued": 100}
    Article.objects.filter(pk__lte=corpus.articles.earliest("pk").pk + 9).update(state="failed")
    assert tallies.articles_by_state(corpus) == {"waiting": 90, "failed": 10}
    assert tallied() == counted()
    Job.objects.filter(corpus=corpus).delete()
    corpus.articles.all().delete()
    corpus.delete()
    assert tallied() == counted()


def test_what_is_undone_by_the_database_is_not_counted(people: factories.Cast) -> None:
    with transaction.atomic():
        factories.make_extracted(people.corpus)
        transaction.set_rollback(True)
    assert tallies.articles_by_state(people.corpus).total() == 0


def test_many_differences_are_added_up(people: factories.Cast) -> None:
    for _ in range(40):
        factories.make_article(people.corpus)
    before = tallied()
    folded = tallies.fold()
    rows = Tally.objects.filter(corpus_id=people.corpus.pk, what=tallies.ARTICLES).count()
    if connection.vendor == "postgresql":
        assert folded >= 80  # articles and their jobs
    else:
        assert folded == 0
    assert rows == 1
    assert tallied() == before


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite drops triggers with tables")
def test_lost_triggers_are_put_back_and_all_is_counted_anew(people: factories.Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER annotations_tally_articles_added")
    factories.make_article(people.corpus)
    assert tallied() != counted()
    assert schema.repair(connection)
    assert tallied() == counted()
    assert not schema.repair(connection)
    # One of an older release, which does something else, is no better than none.
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER annotations_tally_articles_added")
        cursor.execute(
            "CREATE TRIGGER annotations_tally_articles_added AFTER INSERT ON annotations_article"
            " BEGIN SELECT 1; END"
        )
    assert schema.repair(connection)
    assert not schema.repair(connection)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="about PostgreSQL's row locks only")
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_writers_and_whoever_adds_up_do_not_wait_or_lose(
    people: factories.Cast, at_once: Callable[..., list[Any]]
) -> None:
    article = factories.make_extracted(people.corpus)

    def write() -> None:
        for _ in range(20):
            factories.make_claim(article, people.reviewer)

    def add_up() -> None:
        for _ in range(30):
            tallies.fold()
            assert tallies.articles_by_state(people.corpus).total() == 1

    results = at_once(write, add_up, write, add_up)
    assert results == [None] * 4, results
    assert Claim.objects.count() == 40
    assert tallied() == counted()


def test_pages_count_no_rows(people: factories.Cast, django_assert_num_queries: Any) -> None:
    corpus = people.corpus
    factories.make_article(corpus)
    for count in (tallies.articles_by_state, tallies.extractions_by_state):
        with django_assert_num_queries(1) as seen:
            count(corpus)
        assert "annotations_tally" in seen[0]["sql"]
    with django_assert_num_queries(2):
        tallies.claims_by_state(corpus)

"""SQLite is told how its tables have grown."""

from __future__ import annotations

import pytest
from django.db import connection

from annotations.models import Article
from annotations.services.planner import FEW, Planner
from tests import factories

pytestmark = [pytest.mark.django_db]


def known() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE name = 'sqlite_stat1'")
        if not cursor.fetchone():
            return {}
        cursor.execute("SELECT idx, stat FROM sqlite_stat1 WHERE tbl = 'annotations_article'")
        return {name: int(stat.split()[0]) for name, stat in cursor.fetchall()}


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="about SQLite's planner only")
def test_a_table_is_looked_at_when_it_has_doubled() -> None:
    corpus = factories.make_corpus()

    def add(count: int) -> None:
        start = Article.objects.count()
        rows = [
            Article(corpus=corpus, title=f"{n}", content_hash=f"{n}")
            for n in range(start, start + count)
        ]
        Article.objects.bulk_create(rows)

    add(5)
    planner = Planner()
    assert planner.look()
    assert known()["article_corpus_state"] == 5
    assert not planner.look()
    add(FEW)
    # A little more changes nothing.
    assert not planner.look()
    add(FEW)
    assert planner.look()
    # Reckoned from those that were looked at.
    assert known()["article_corpus_state"] == pytest.approx(2 * FEW, rel=0.2)
    # Whoever starts anew looks once.
    assert Planner().look()


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="PostgreSQL does it itself")
def test_postgresql_is_left_alone() -> None:
    assert not Planner().look()

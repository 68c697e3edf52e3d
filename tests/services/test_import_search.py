"""Imports write rows first and fill the search index after them; nothing is left out on the way."""

from __future__ import annotations

import threading
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from annotations import search
from annotations.models import Article, ArticleText, Claim, Corpus, Import, SearchGap
from annotations.services import import_search
from annotations.services.claims import claim_update
from annotations.services.corpus_states import corpus_archive, corpus_unarchive
from annotations.services.import_runs import import_run
from annotations.services.import_search import search_sweep
from annotations.services.imports import import_cancel, import_start

from .cast import Cast, make_article, make_claim
from .importing import bring_in, json_lines, problems, roll_back, upload, work

pytestmark = pytest.mark.django_db

ROWS = json_lines(
    *(
        {
            "text": f"Ferry number{n} costs {n} million.\nSo says witness{n}.",
            "label": [[0, 14, "X"]],
        }
        for n in range(10, 16)
    )
)


@pytest.fixture
def halfway(corpus: Corpus, settings: Any) -> Import:
    """Two chunks of two rows each are in, and not indexed."""
    settings.IMPORT_CHUNK_ROWS, settings.IMPORT_SLICE_SECONDS = 2, -1
    source = upload(corpus, "a.jsonl", ROWS, format="doccano", near_duplicates=False)
    source = import_start(actor=None, source=source)
    for _ in range(2):
        import_run(first=source.job_id)
    source.refresh_from_db()
    assert (source.state, Article.objects.count(), Claim.objects.count()) == ("running", 4, 4)
    return source


def hits(query: str) -> tuple[int, int]:
    return (
        search.articles(Article.objects.all(), query).count(),
        search.claims(Claim.objects.all(), query).count(),
    )


def indexed() -> tuple[int, ...]:
    counts = []
    with connection.cursor() as cursor:
        for table in ("annotations_articlesearch", "annotations_claimsearch"):
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608  names of our own
            counts.append(cursor.fetchone()[0])
    return tuple(counts)


def test_what_is_done_is_found(halfway: Import) -> None:
    assert hits("ferry") == indexed() == (0, 0)
    assert halfway.search_left == 8
    source = work(halfway)
    assert (source.state, source.search_left) == ("done", 0)
    assert hits("ferry") == indexed() == (6, 6)
    assert hits('"number14 costs"') == (1, 0)
    assert not SearchGap.objects.exists()


def test_changes_in_between_are_indexed_as_they_are(cast: Cast, halfway: Import) -> None:
    renamed, revised, removed, claimed = Article.objects.order_by("pk")
    Article.objects.filter(pk=renamed.pk).update(title="Renamed")
    ArticleText.objects.create(article=revised, number=2, text="Rewritten.", content_hash="2")
    removed.delete()
    claim = claimed.claims.get()
    fields: Any = {"normalised": "Boats are dear", "claimant": "Ilse Vorn"}
    claim_update(actor=cast.admin, claim=claim, revision=claim.revision, fields=fields)
    # What others write meanwhile is found at once.
    other = make_article(halfway.corpus, "Another ferry.")
    make_claim(cast.reviewer, other, "Another ferry")
    assert search.articles(Article.objects.all(), "another").get() == other
    work(halfway)
    assert search.articles(Article.objects.all(), "title:renamed number10").get() == renamed
    assert search.articles(Article.objects.all(), "rewritten").get() == revised
    assert hits("witness11") == (0, 0)
    assert hits("number12") == (0, 0)
    assert search.claims(Claim.objects.all(), "boats claimant:vorn number13").get() == claim
    assert indexed() == (Article.objects.count(), Claim.objects.count()) == (6, 6)


def test_of_what_was_stopped_the_workers_index_the_rest(halfway: Import) -> None:
    # Its own turns will do it.
    assert search_sweep() == 0
    import_cancel(actor=None, source=halfway)
    assert hits("ferry") == (0, 0)
    assert search_sweep() == 8
    assert hits("ferry") == (4, 4)
    assert halfway.search_left == search_sweep() == 0
    # It goes on as if nothing had been.
    source = work(import_start(actor=None, source=halfway))
    assert (source.counts["articles"], hits("ferry"), indexed()) == (6, (6, 6), (6, 6))


def test_what_waits_in_an_archive_is_found_meanwhile(halfway: Import) -> None:
    corpus_archive(actor=None, corpus=halfway.corpus)
    assert search_sweep() == 8
    assert hits("ferry") == (4, 4)
    corpus_unarchive(actor=None, corpus=halfway.corpus)
    assert search_sweep() == 0
    assert work(halfway).state == "done"
    assert hits("ferry") == indexed() == (6, 6)


def test_what_is_left_when_all_was_read_needs_no_file(halfway: Import) -> None:
    while halfway.read_at is None:
        import_run(first=halfway.job_id)
        halfway.refresh_from_db()
    assert halfway.search_left > 0
    import_cancel(actor=None, source=halfway)
    Import.objects.update(file="")
    source = work(import_start(actor=None, source=halfway))
    assert (source.state, source.search_left, indexed()) == ("done", 0, (6, 6))


def test_what_was_taken_back_leaves_nothing(halfway: Import) -> None:
    import_cancel(actor=None, source=halfway)
    roll_back(halfway)
    search_sweep()
    assert indexed() == (0, 0)
    assert not SearchGap.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_index_where_the_database_serves_two(
    corpus: Corpus, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.IMPORT_CHUNK_ROWS = 1
    # Each waits for the other before it begins.
    both = Barrier(2 if connection.vendor == "postgresql" else 1)
    fill, workers = import_search.fill, set()

    def filled(what: str, first: int, last: int) -> None:
        if threading.current_thread() not in workers:
            both.wait(timeout=30)
            workers.add(threading.current_thread())
        fill(what, first, last)

    monkeypatch.setattr(import_search, "fill", filled)
    source = bring_in(corpus, "a.jsonl", ROWS, format="doccano", near_duplicates=False)
    assert (source.state, indexed(), hits("ferry")) == ("done", (6, 6), (6, 6))
    assert len(workers) == both.parties
    assert not SearchGap.objects.exists()


def test_a_file_that_comes_again_is_indexed_once(corpus: Corpus) -> None:
    bring_in(corpus, "a.jsonl", ROWS, format="doccano")
    bring_in(corpus, "b.jsonl", ROWS, format="doccano", annotator="Another")
    assert indexed() == (6, 12)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite's index refuses nothing")
@pytest.mark.postgres
def test_a_row_that_can_not_be_indexed_is_named(halfway: Import) -> None:
    poison = Article.objects.order_by("pk")[1]
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE annotations_articlesearch ADD CONSTRAINT refused CHECK"
            f" (article_id <> {poison.pk})"
        )
    source = work(halfway)
    assert (source.state, hits("ferry")) == ("done", (5, 6))
    ((_, reason),) = problems(source, "note")
    assert reason.startswith("search can't find this article")
    assert source.problems.get().article == poison

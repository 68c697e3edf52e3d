"""Exports stream: a fixed number of queries a chunk, one chunk in memory."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotations import exporting
from annotations.exporting import FORMATS, begin, export, reading, write
from annotations.exporting.reading import (
    ALL_PARTS,
    QUERIES_A_CHUNK,
    QUERIES_FOR_DISCUSSIONS,
    QUERIES_FOR_FACT_CHECKS,
    QUERIES_FOR_SUGGESTIONS,
)
from annotations.exporting.records import records
from annotations.exporting.selection import EVERYTHING
from annotations.models import Corpus
from tests import factories

from .conftest import Exhibit

# The articles' keys, protected sources, claim types, and the people in it.
ONCE = 4
# The header's guidelines, who wrote them, ratings and publisher; and, where fact-checks are asked
# for, those of withdrawn claims.
MORE = {"jsonl": 5, "brat": 4, "parquet": 4, "claimreview": 5, "datafeed": 5, "averitec": 1}


def fill(exhibit: Exhibit, count: int) -> Corpus:
    """Articles that each have a claim with evidence, an answer, a verdict and a discussion."""
    cast = exhibit.cast
    for _ in range(count):
        claim = factories.make_claim(factories.make_extracted(cast.corpus), cast.reviewer)
        factories.make_answer(factories.make_question(claim, cast.reviewer), cast.reviewer)
        factories.make_verdict(claim, cast.reviewer)
        factories.make_thread(claim, cast.reviewer, cast.admin, text="@sam?")
    return cast.corpus


def counted(corpus: Corpus, name: str) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        list(export(corpus, FORMATS[name]))
    return [query["sql"] for query in queries.captured_queries]


def test_queries(exhibit: Exhibit, monkeypatch: pytest.MonkeyPatch) -> None:
    # A chunk with one article of everything costs what a chunk with many does.
    corpus = fill(exhibit, 5)
    corpus = Corpus.objects.select_related("rating_scale").get(pk=corpus.pk)
    for name, format_ in FORMATS.items():
        chunk = QUERIES_A_CHUNK + (
            QUERIES_FOR_SUGGESTIONS * format_.needs_suggestions
            + QUERIES_FOR_DISCUSSIONS * format_.needs_discussions
            + QUERIES_FOR_FACT_CHECKS * format_.needs_fact_checks
        )
        once = ONCE + MORE.get(name, 0)
        made = counted(corpus, name)
        assert len(made) <= once + chunk, (name, "\n".join(made))
        with monkeypatch.context() as patch:
            patch.setattr(reading, "CHUNK", 3)
            # 7 articles are 3, 3 and 1; each chunk may name people that none before it did.
            assert len(counted(corpus, name)) <= once + 3 * chunk + 2, name
        assert len(made) >= chunk


@pytest.mark.any_database
def test_every_article_once(exhibit: Exhibit, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = fill(exhibit, 4)
    everything = list(corpus.articles.order_by("pk").values_list("pk", flat=True))
    for page, chunk, characters in [(1, 9, 9), (2, 1, 9**9), (3, 2, 9**9), (9, 6, 9**9), (9, 9, 1)]:
        monkeypatch.setattr(reading, "PAGE", page)
        monkeypatch.setattr(reading, "CHUNK", chunk)
        monkeypatch.setattr(reading, "CHUNK_LENGTH", characters)
        context = begin(corpus, FORMATS["jsonl"])
        found = records(context, EVERYTHING, ALL_PARTS)
        assert [record["id"] for record in found] == everything


@pytest.mark.any_database
def test_one_chunk_in_memory(exhibit: Exhibit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CHUNK", 2)
    monkeypatch.setattr(exporting, "_PIECE", 1)
    most = []
    for more in (4, 12):
        corpus = fill(exhibit, more)
        list(export(corpus, FORMATS["jsonl"]))
        gc.collect()
        # What is there already need not be looked through again and again.
        gc.freeze()
        tracemalloc.start()
        for _piece in export(corpus, FORMATS["jsonl"]):
            # Django's queries are cycles, which would be collected some time later.
            gc.collect()
        most.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        gc.unfreeze()
    # Three times the articles.
    assert most[1] < most[0] * 1.2, most


@pytest.mark.any_database
def test_the_first_piece_comes_before_the_last_article_is_read(
    exhibit: Exhibit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "_PIECE", 1)
    monkeypatch.setattr(reading, "CHUNK", 1)
    corpus = fill(exhibit, 2)
    read: list[int] = []

    def noted(*args: Any, **kwargs: Any) -> Iterator[Any]:
        for record in records(*args, **kwargs):
            read.append(record["id"])
            yield record

    monkeypatch.setattr(exporting, "records", noted)
    pieces = write(begin(corpus, FORMATS["jsonl"]), FORMATS["jsonl"])
    next(pieces)
    assert read == []
    next(pieces)
    assert len(read) == 1

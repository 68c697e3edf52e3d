"""An import asks the database as often for a chunk of many rows as for one of few."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotations.models import Claim, Corpus, Import
from annotations.services.likeness import sketch_missing

from .cast import make_article
from .importing import bring_in, json_lines, problems

pytestmark = pytest.mark.django_db

FEW, MANY = 2, 8
HEADER = {"format": "factcheck-jsonl", "version": 2}
Rows = Callable[[int, int], str]


def doccano(first: int, last: int) -> str:
    rows = ({"text": f"Ferry {n} costs a lot.", "label": [[0, 5, "X"]]} for n in range(first, last))
    return json_lines(*rows)


def table(first: int, last: int) -> str:
    rows = (f"Ferry {n} costs a lot.,Ferry {n},Person {n}" for n in range(first, last))
    return "\n".join(["text,quote,claimant", *rows])


def claims(first: int, last: int, evidence: int = 1) -> str:
    rows = (
        {
            "claim": f"Ferry {n} costs a lot.",
            "evidence": [[[1, 1, f"Ferry {e}", 0]]],
            "label": "SUPPORTS",
        }
        for n in range(first, last)
        for e in range(evidence)
    )
    return json_lines(*rows)


def records(first: int, last: int) -> str:
    person = {"username": "ann", "name": "Ann"}
    rows = (
        {
            "text": f"Ferry {n} costs a lot.",
            "text_revision": 1,
            "state": "ready",
            "claims": [
                {
                    "uid": str(uuid.UUID(int=n)),
                    "text_revision": 1,
                    "spans": [{"start": 0, "end": 5, "quote": "Ferry"}],
                    "state": "open",
                    "claimant": f"Person {n}",
                    "created_by": person,
                }
            ],
        }
        for n in range(first, last)
    )
    return json_lines(HEADER, *rows)


def asked(corpus: Corpus, name: str, rows: str, **options: Any) -> tuple[Import, int]:
    with CaptureQueriesContext(connection) as queries:
        source = bring_in(corpus, name, rows, near_duplicates=False, **options)
    assert problems(source) == []
    return source, len(queries)


@pytest.mark.parametrize(
    ("name", "rows", "options"),
    [
        ("a.jsonl", doccano, {"format": "doccano"}),
        ("a.csv", table, {}),
        ("a.jsonl", records, {}),
    ],
    ids=["marks", "claimants", "records"],
)
def test_new_articles(corpus: Corpus, name: str, rows: Rows, options: dict[str, Any]) -> None:
    # The first makes the annotator.
    asked(corpus, name, rows(90, 91), **options)
    _, few = asked(corpus, name, rows(0, FEW), **options)
    source, many = asked(corpus, name, rows(FEW, FEW + MANY), **options)
    assert source.counts["articles"] == source.counts["claims"] == MANY
    assert many <= few


def test_articles_that_are_there(corpus: Corpus) -> None:
    asked(corpus, "a.jsonl", doccano(0, MANY), format="doccano", annotator="Ann")
    _, few = asked(corpus, "b.jsonl", doccano(0, FEW), format="doccano", annotator="Ben")
    source, many = asked(corpus, "c.jsonl", doccano(0, MANY), format="doccano", annotator="Cem")
    assert (source.counts["duplicates"], source.counts["claims"]) == (MANY, MANY)
    assert Claim.objects.count() == MANY + FEW + MANY
    assert many <= few
    again, many = asked(corpus, "d.jsonl", doccano(0, MANY), format="doccano", annotator="Cem")
    assert again.counts["already"] == MANY
    assert many <= few


def test_claims_that_are_there_with_their_evidence(corpus: Corpus) -> None:
    options = {"format": "fever", "annotator": "Ann"}
    source, _ = asked(corpus, "a.jsonl", claims(0, MANY, 2), **options)
    # The second piece is that of another record.
    assert (source.counts["articles"], source.counts["claims"]) == (MANY, 2 * MANY)
    again, few = asked(corpus, "b.jsonl", claims(0, FEW), **options)
    assert again.counts["already"] == FEW
    again, many = asked(corpus, "c.jsonl", claims(0, MANY, 2), **options)
    assert again.counts["already"] == 2 * MANY
    assert many <= few


def test_articles_that_have_no_sketch_yet(corpus: Corpus) -> None:
    for n in range(FEW + MANY):
        make_article(corpus, f"Ferry {n} costs a lot.")
    asked = []
    for limit in (FEW, MANY):
        with CaptureQueriesContext(connection) as queries:
            assert sketch_missing(corpus, limit) == limit
        asked.append(len(queries))
    assert asked[0] == asked[1]

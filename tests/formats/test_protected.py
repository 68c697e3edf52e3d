"""A protected source leaves by no other row in which its page stands."""

from __future__ import annotations

import json
from typing import Any

import pytest

from annotations.exporting import FORMATS, Options
from annotations.models import Claim, Evidence, Snapshot
from annotations.services.answers import answer_add
from annotations.services.evidence import evidence_add, evidence_withdraw
from annotations.services.questions import question_ask

from .conftest import Exhibit
from .golden import exported, readable, written

# The page of the exhibit's protected source, as somebody else may write it.
AGAIN = "http://www.whistle.example/leak/#page=2"


@pytest.fixture
def third(exhibit: Exhibit) -> Claim:
    """A claim of the corpus that has nothing but that page, in evidence and in an answer."""
    claim, actor = exhibit.claims[2], exhibit.cast.second_reviewer
    given: Any = {"url": AGAIN, "title": "Whistle again", "stance": "REFUTES"}
    evidence_add(actor=actor, claim=claim, fields=given)
    short: Any = {"url": "https://short.example/x", "stance": "REFUTES"}
    copied = evidence_add(actor=actor, claim=claim, fields=short)
    copied.snapshot = Snapshot.objects.create(
        claim=claim, url=copied.url, requested_by=actor, final_url=AGAIN
    )
    copied.save()
    question = question_ask(actor=actor, claim=claim, text="Who knows?")
    answer_add(
        actor=actor,
        question=question,
        fields={"answer_type": "Extractive", "text": "Somebody.", "source_url": AGAIN},
    )
    return claim


def in_no_export(exhibit: Exhibit) -> None:
    for name in FORMATS:
        text = readable(written(exhibit, name, Options(labels="both"))).lower()
        for word in ("whistle", "short.example", "1999", "page's own words"):
            assert word not in text, (name, word)


def test_its_page_is_in_no_export(exhibit: Exhibit, third: Claim) -> None:
    in_no_export(exhibit)
    source = Evidence.objects.get(protected=True, withdrawn=False)
    evidence_withdraw(actor=exhibit.cast.admin, evidence=source, revision=source.revision)
    in_no_export(exhibit)


def test_that_there_is_something_is_said(exhibit: Exhibit, third: Claim) -> None:
    article = json.loads(exported(exhibit, "jsonl").splitlines()[1])
    claim = next(claim for claim in article["claims"] if claim["uid"] == str(third.uid))
    assert [(e["stance"], e["protected"], e["url"]) for e in claim["evidence"]] == [
        ("REFUTES", True, None)
    ] * 2
    (answer,) = claim["questions"][0]["answers"]
    assert (answer["text"], answer["source_url"]) == ("Somebody.", "")

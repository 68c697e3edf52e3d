"""A protected source leaves by no other row in which its page stands."""

from __future__ import annotations

import json
from typing import Any

import pytest

from annotations.domain.publishing import MASK
from annotations.exporting import FORMATS, Options
from annotations.models import Claim, Evidence, Snapshot
from annotations.services.answers import answer_add
from annotations.services.claims import claim_update
from annotations.services.discussion import thread_start
from annotations.services.evidence import evidence_add, evidence_withdraw
from annotations.services.questions import question_ask
from annotations.services.verdicts import verdict_give
from tests import factories

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


@pytest.fixture
def said(exhibit: Exhibit) -> Claim:
    """A claim about which people wrote that address, wherever they can write something."""
    claim, actor = exhibit.claims[2], exhibit.cast.second_reviewer
    words = f"As {AGAIN} has it."
    claim_update(
        actor=actor,
        claim=claim,
        revision=claim.revision,
        fields={"normalised": words, "flag": "unclear", "flag_note": words},
    )
    evidence_add(
        actor=actor,
        claim=claim,
        fields={
            "citation": words,
            "title": words,
            "quote": words,
            "note": words,
            "stance": "REFUTES",
        },
    )
    question = question_ask(actor=actor, claim=claim, text=words)
    told: Any = {"answer_type": "Boolean", "text": "No", "boolean_explanation": words}
    answer_add(actor=actor, question=question, fields=told)
    told = {"answer_type": "Abstractive", "text": words, "source_url": "https://other.example/"}
    answer_add(actor=actor, question=question, fields=told)
    verdict_give(
        actor=actor,
        claim=claim,
        rating=factories.rating_of(exhibit.cast.corpus, "False"),
        rationale=words,
        claim_revision=claim.revision + 1,
    )
    thread_start(actor=actor, claim=claim, text=words)
    return claim


def in_no_export(exhibit: Exhibit) -> None:
    for name in FORMATS:
        text = readable(written(exhibit, name, Options(labels="both"))).lower()
        # The day as the formats write days: digits alone may stand in a sum or a uid.
        days = ("1999-09-09", "9-9-1999", "09-09-1999", "9/9/1999")
        for word in ("whistle", "short.example", "page's own words", *days):
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


def test_its_address_is_in_nothing_that_people_wrote(exhibit: Exhibit, said: Claim) -> None:
    in_no_export(exhibit)
    article = json.loads(exported(exhibit, "jsonl").splitlines()[1])
    claim = next(claim for claim in article["claims"] if claim["uid"] == str(said.uid))
    assert claim["verdicts"][0]["rationale"] == f"As {MASK} has it."

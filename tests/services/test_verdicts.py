"""Verdicts: who may give which, what they rest on, and what stands."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from annotations.errors import Conflict, InvalidInput, NotAllowed, StaleRevision
from annotations.models import Claim, Corpus, Rating, Verdict
from annotations.services.answers import answer_withdraw
from annotations.services.claims import claim_update, claim_withdraw
from annotations.services.corpora import guideline_add
from annotations.services.evidence import evidence_withdraw
from annotations.services.verdicts import verdict_give, verdict_retract

from .cast import (
    Cast,
    judge,
    last_event,
    make_answer,
    make_article,
    make_claim,
    make_corpus,
    make_evidence,
    make_question,
    rating,
)


@pytest.fixture
def proven(cast: Cast, claim: Claim) -> Claim:
    make_evidence(cast.reviewer, claim)
    return claim


def state(claim: Claim) -> str:
    return Claim.objects.get(pk=claim.pk).state


def test_a_verdict_keeps_what_it_was_given_on(cast: Cast, corpus: Corpus, proven: Claim) -> None:
    guideline_add(actor=cast.admin, corpus=corpus, text="Old")
    guideline = guideline_add(actor=cast.admin, corpus=corpus, text="New")
    verdict = judge(cast.reviewer, proven, "Half True")
    assert (verdict.claim_revision, verdict.guideline, verdict.kind) == (1, guideline, "review")
    assert state(proven) == "verified"
    event = last_event()
    assert (event.kind, event.before, event.claim) == ("verdict.given", None, proven)
    assert event.after == {
        "verdict": verdict.pk,
        "kind": "review",
        "rating": "Half True",
        "rationale": "The ledger says so.",
        "confidence": "",
        "strategies": [],
    }


def test_confidence_and_strategies_are_kept_in_order(cast: Cast, proven: Claim) -> None:
    verdict = judge(
        cast.reviewer,
        proven,
        confidence="medium",
        strategies=["Geolocation", "Written Evidence", "Geolocation"],
    )
    verdict.refresh_from_db()
    assert (verdict.confidence, verdict.strategies) == (
        "medium",
        ["Written Evidence", "Geolocation"],
    )
    event = last_event()
    assert event.after["confidence"] == "medium"
    assert event.after["strategies"] == ["Written Evidence", "Geolocation"]


def test_two_who_differ_are_a_dispute_that_an_adjudicator_settles(
    cast: Cast, proven: Claim
) -> None:
    judge(cast.reviewer, proven, "True")
    judge(cast.second, proven, "False")
    assert state(proven) == "disputed"
    settled = judge(cast.adjudicator, proven, "Half True", adjudication=True)
    assert state(proven) == "adjudicated"
    verdict_retract(actor=cast.adjudicator, verdict=settled)
    assert state(proven) == "disputed"
    judge(cast.second, proven, "True")
    assert state(proven) == "verified"
    assert Verdict.objects.standing().filter(claim=proven).count() == 2


def test_a_second_verdict_replaces_the_first_and_its_retraction_restores_it(
    cast: Cast, proven: Claim
) -> None:
    first = judge(cast.reviewer, proven, "True")
    second = judge(cast.reviewer, proven, "False")
    assert last_event().before["verdict"] == first.pk
    standing = Verdict.objects.standing().filter(claim=proven)
    assert list(standing) == [second]
    with pytest.raises(Conflict, match="stand"):
        verdict_retract(actor=cast.reviewer, verdict=first)
    retraction = verdict_retract(actor=cast.reviewer, verdict=second)
    assert (retraction.kind, retraction.retracts, retraction.rating) == ("retraction", second, None)
    event = last_event()
    assert (event.kind, event.before["rating"], event.after) == ("verdict.retracted", "False", None)
    assert list(standing.all()) == [first]
    verdict_retract(actor=cast.reviewer, verdict=first)
    assert state(proven) == "open"
    assert Verdict.objects.count() == 4


def test_only_its_giver_retracts(cast: Cast, proven: Claim) -> None:
    verdict = judge(cast.reviewer, proven)
    for other in (cast.second, cast.admin, cast.outsider):
        with pytest.raises(NotAllowed):
            verdict_retract(actor=other, verdict=verdict)


def test_adjudication_takes_the_role_and_somebody_else(cast: Cast, proven: Claim) -> None:
    with pytest.raises(Conflict, match="no verdict to adjudicate"):
        judge(cast.adjudicator, proven, adjudication=True)
    judge(cast.reviewer, proven)
    with pytest.raises(NotAllowed, match="adjudicator"):
        judge(cast.second, proven, adjudication=True)
    judge(cast.adjudicator, proven, "False")
    with pytest.raises(NotAllowed, match="somebody else"):
        judge(cast.adjudicator, proven, adjudication=True)
    judge(cast.admin, proven, adjudication=True)
    assert state(proven) == "adjudicated"


def test_without_evidence_there_is_no_verdict(cast: Cast, claim: Claim) -> None:
    with pytest.raises(InvalidInput) as caught:
        judge(cast.reviewer, claim)
    assert list(caught.value.fields) == ["evidence"]
    evidence = make_evidence(cast.reviewer, claim)
    evidence_withdraw(actor=cast.reviewer, evidence=evidence, revision=1)
    with pytest.raises(InvalidInput, match="evidence"):
        judge(cast.reviewer, claim)


def test_an_answer_with_a_source_is_evidence(cast: Cast, claim: Claim) -> None:
    question = make_question(cast.reviewer, claim)
    make_answer(cast.reviewer, question, answer_type="Unanswerable", text="", source_url="")
    yes: Any = {"answer_type": "Boolean", "text": "Yes", "boolean_explanation": "So it seems."}
    make_answer(cast.reviewer, question, **yes, source_url="")
    with pytest.raises(InvalidInput, match="answer with a source"):
        judge(cast.reviewer, claim)
    sourced = make_answer(cast.reviewer, question)
    answer_withdraw(actor=cast.reviewer, answer=sourced, revision=1)
    with pytest.raises(InvalidInput, match="answer with a source"):
        judge(cast.reviewer, claim)
    make_answer(cast.reviewer, question, **yes)
    judge(cast.reviewer, claim)
    assert state(claim) == "verified"


def test_a_corpus_may_do_without(cast: Cast) -> None:
    corpus = make_corpus(cast, "Quick", requires_evidence=False)
    judge(cast.reviewer, make_claim(cast.reviewer, make_article(corpus)))


def test_bad_input_names_its_field(cast: Cast, corpus: Corpus, proven: Claim) -> None:
    elsewhere = Rating.objects.get(scale__slug="fever", label="SUPPORTS")
    cases: list[tuple[dict[str, Any], str]] = [
        ({"rating": elsewhere}, "rating"),
        ({"rationale": " "}, "rationale"),
        ({"confidence": "very"}, "confidence"),
        ({"strategies": ["Written Evidence", "Guessing"]}, "strategies"),
    ]
    for changed, field in cases:
        given: dict[str, Any] = {
            "rating": rating(corpus, "True"),
            "rationale": "So it says.",
            **changed,
        }
        with pytest.raises(InvalidInput) as caught:
            verdict_give(actor=cast.reviewer, claim=proven, claim_revision=1, **given)
        assert list(caught.value.fields) == [field]


def test_a_retired_rating_is_given_to_no_new_verdict(
    cast: Cast, corpus: Corpus, proven: Claim
) -> None:
    judge(cast.reviewer, proven, "Half True")
    Rating.objects.filter(pk=rating(corpus, "Half True").pk).update(retired=True)
    with pytest.raises(InvalidInput, match="retired"):
        judge(cast.second, proven, "Half True")
    assert state(proven) == "verified"


def test_a_verdict_is_about_the_words_that_were_read(
    cast: Cast, corpus: Corpus, proven: Claim
) -> None:
    claim_update(actor=cast.second, claim=proven, revision=1, fields={"normalised": "Other."})
    with pytest.raises(StaleRevision) as caught:
        verdict_give(
            actor=cast.reviewer,
            claim=proven,
            rating=rating(corpus, "True"),
            rationale="So it says.",
            claim_revision=1,
        )
    assert caught.value.current.normalised == "Other."


def test_the_same_request_twice_gives_one(cast: Cast, corpus: Corpus, proven: Claim) -> None:
    uid = uuid.uuid4()
    given: dict[str, Any] = {
        "claim": proven,
        "rating": rating(corpus, "True"),
        "rationale": "So it says.",
        "claim_revision": 1,
        "uid": uid,
    }
    first = verdict_give(actor=cast.reviewer, **given)
    assert verdict_give(actor=cast.reviewer, **given) == first
    assert Verdict.objects.count() == 1
    with pytest.raises(NotAllowed):
        verdict_give(actor=cast.second, **given)


def test_no_verdict_on_a_withdrawn_claim(cast: Cast, proven: Claim) -> None:
    claim_withdraw(actor=cast.reviewer, claim=proven, revision=1)
    with pytest.raises(Conflict, match="withdrawn"):
        judge(cast.reviewer, proven)


def test_an_outsider_judges_nothing(cast: Cast, proven: Claim) -> None:
    with pytest.raises(NotAllowed):
        judge(cast.outsider, proven)
    judge(cast.reviewer, proven)
    assert not Verdict.objects.visible_to(cast.outsider).exists()


def test_who_settled_a_claim_gives_no_verdict_on_it(cast: Cast, proven: Claim) -> None:
    mine = judge(cast.adjudicator, proven)
    judge(cast.reviewer, proven)
    # What one took back is no verdict of one's own.
    verdict_retract(actor=cast.adjudicator, verdict=mine)
    settled = judge(cast.adjudicator, proven, adjudication=True)
    with pytest.raises(NotAllowed, match="You settled this claim"):
        judge(cast.adjudicator, proven)
    verdict_retract(actor=cast.adjudicator, verdict=settled)
    assert judge(cast.adjudicator, proven).kind == "review"

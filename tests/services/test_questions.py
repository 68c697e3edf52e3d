"""Questions and answers: what each kind of answer needs, and who may change what."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from annotations.errors import Conflict, InvalidInput, NotAllowed, StaleRevision
from annotations.models import Answer, Claim, Event, Question
from annotations.services.answers import (
    answer_add,
    answer_snapshot,
    answer_update,
    answer_withdraw,
)
from annotations.services.claims import claim_withdraw
from annotations.services.questions import (
    question_ask,
    question_snapshot,
    question_update,
    question_withdraw,
)
from annotations.services.undo import action_undo
from tests.factories import make_snapshot

from .cast import Cast, judge, last_event, make_answer, make_claim, make_evidence, make_question


@pytest.fixture
def question(cast: Cast, claim: Claim) -> Question:
    return make_question(cast.reviewer, claim)


SOURCE = {"source_url": "https://ledger.example/2021"}
YES = {"answer_type": "Boolean", "text": "Yes", "boolean_explanation": "The ledger says so."}
NOTHING: dict[str, Any] = {"answer_type": "Unanswerable", "text": "", "source_url": ""}


def test_asking(cast: Cast, claim: Claim) -> None:
    question = make_question(cast.second, claim, "  What did\n the harbour   cost? ")
    assert question.text == "What did the harbour cost?"
    event = last_event()
    assert (event.kind, event.actor, event.claim, event.before) == (
        "question.asked",
        cast.second,
        claim,
        None,
    )
    assert (
        event.after
        == question_snapshot(question)
        == {
            "text": "What did the harbour cost?",
            "withdrawn": False,
        }
    )


@pytest.mark.parametrize("text", ["", " \n ", "x" * 501])
def test_a_question_has_words(cast: Cast, claim: Claim, question: Question, text: str) -> None:
    events = Event.objects.count()
    with pytest.raises(InvalidInput) as caught:
        make_question(cast.reviewer, claim, text)
    assert list(caught.value.fields) == ["text"]
    with pytest.raises(InvalidInput):
        question_update(actor=cast.reviewer, question=question, revision=1, text=text)
    assert Event.objects.count() == events


def test_rewording(cast: Cast, question: Question) -> None:
    changed = question_update(actor=cast.second, question=question, revision=1, text="How much?")
    assert (changed.revision, changed.asked_by) == (2, cast.reviewer)
    event = last_event()
    assert (event.kind, event.before["text"], event.after["text"]) == (
        "question.updated",
        "What did it cost?",
        "How much?",
    )
    with pytest.raises(StaleRevision) as caught:
        question_update(actor=cast.reviewer, question=question, revision=1, text="Since when?")
    assert caught.value.current.text == "How much?"
    same = question_update(actor=cast.second, question=question, revision=2, text=" How much? ")
    assert (same.revision, last_event()) == (2, event)


def test_withdrawing_a_question_takes_its_answers_along(cast: Cast, question: Question) -> None:
    make_answer(cast.reviewer, question)
    with pytest.raises(StaleRevision):
        question_withdraw(actor=cast.reviewer, question=question, revision=3)
    question_withdraw(actor=cast.reviewer, question=question, revision=1)
    event = last_event()
    assert (event.kind, event.after["withdrawn"]) == ("question.withdrawn", True)
    assert not Question.objects.standing().exists()
    assert not Answer.objects.standing().exists()
    # Once more changes nothing; neither it nor its answers are written on any more.
    question_withdraw(actor=cast.reviewer, question=question, revision=1)
    assert last_event() == event
    with pytest.raises(Conflict):
        question_update(actor=cast.reviewer, question=question, revision=2, text="How much?")
    with pytest.raises(Conflict):
        make_answer(cast.reviewer, question)
    with pytest.raises(Conflict):
        answer_update(
            actor=cast.reviewer, answer=Answer.objects.get(), revision=1, fields={"text": "x"}
        )


def test_what_somebody_else_answered_stays(cast: Cast, claim: Claim, question: Question) -> None:
    answer = make_answer(cast.second, question)
    with pytest.raises(Conflict, match="sven has answered"):
        question_withdraw(actor=cast.reviewer, question=question, revision=1)
    # By undoing neither.
    with pytest.raises(Conflict, match="sven has answered"):
        action_undo(actor=cast.reviewer, article=claim.article)
    answer_withdraw(actor=cast.second, answer=answer, revision=1)
    question_withdraw(actor=cast.reviewer, question=question, revision=1)


def test_a_claim_with_others_questions_or_answers_stays(cast: Cast, claim: Claim) -> None:
    theirs = make_question(cast.second, claim)
    with pytest.raises(Conflict, match="sven has asked"):
        claim_withdraw(actor=cast.reviewer, claim=claim, revision=1)
    question_withdraw(actor=cast.second, question=theirs, revision=1)
    mine = make_question(cast.reviewer, claim)
    answer = make_answer(cast.second, mine)
    with pytest.raises(Conflict, match="sven has answered"):
        claim_withdraw(actor=cast.reviewer, claim=claim, revision=1)
    answer_withdraw(actor=cast.second, answer=answer, revision=1)
    make_answer(cast.reviewer, mine)
    claim_withdraw(actor=cast.reviewer, claim=claim, revision=1)


def test_a_judged_claim_may_still_get_questions(cast: Cast, claim: Claim) -> None:
    make_evidence(cast.reviewer, claim)
    judge(cast.second, claim)
    question = make_question(cast.reviewer, claim)
    make_answer(cast.reviewer, question)
    claim.refresh_from_db()
    assert (claim.state, claim.revision) == ("verified", 1)
    # Asked after it, so taking it back takes nothing from the verdict.
    action_undo(actor=cast.reviewer, article=claim.article)
    action_undo(actor=cast.reviewer, article=claim.article)
    assert not claim.questions.standing().exists()


def test_what_somebody_judged_on_is_not_undone(
    cast: Cast, claim: Claim, question: Question
) -> None:
    make_answer(cast.reviewer, question)
    judge(cast.second, claim)
    with pytest.raises(Conflict, match="sven has given a verdict"):
        action_undo(actor=cast.reviewer, article=claim.article)


@pytest.mark.parametrize(
    "fields",
    [
        {"answer_type": "Extractive", "text": "12 million", **SOURCE},
        {"answer_type": "Abstractive", "text": "Much", "source_medium": "Web table", **SOURCE},
        YES,
        {**YES, "text": "No", **SOURCE},
        {"answer_type": "Unanswerable"},
    ],
)
def test_what_an_answer_may_be(cast: Cast, question: Question, fields: Any) -> None:
    answer = answer_add(actor=cast.second, question=question, fields=fields)
    event = last_event()
    assert (event.kind, event.actor, event.claim) == ("answer.added", cast.second, question.claim)
    answer.refresh_from_db()
    assert event.after == answer_snapshot(answer)
    assert {name: event.after[name] for name in fields} == fields


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"answer_type": ""}, ["answer_type"]),
        ({"answer_type": "Perhaps"}, ["answer_type"]),
        ({"text": " "}, ["text"]),
        ({"text": "Yes"}, ["text"]),
        ({"answer_type": "Abstractive", "text": "no."}, ["text"]),
        ({"source_url": ""}, ["source_url"]),
        ({"answer_type": "Abstractive", "source_url": ""}, ["source_url"]),
        ({"source_url": "javascript:alert(1)"}, ["source_url"]),
        ({"source_url": "ftp://ledger.example/"}, ["source_url"]),
        ({"source_url": "https://[::1"}, ["source_url"]),
        ({"source_url": "https://"}, ["source_url"]),
        ({"source_url": "https://ledger.example/" + "x" * 2000}, ["source_url"]),
        ({"source_url": "https://www.news.example/harbour/#top"}, ["source_url"]),
        ({**YES, "source_url": "http://news.example/harbour"}, ["source_url"]),
        ({"source_medium": "Rumour"}, ["source_medium"]),
        ({"boolean_explanation": "Because."}, ["boolean_explanation"]),
        ({**YES, "boolean_explanation": " "}, ["boolean_explanation"]),
        ({**YES, "text": "yes"}, ["text"]),
        ({**YES, "text": "Perhaps", "boolean_explanation": ""}, ["text", "boolean_explanation"]),
        ({**NOTHING, "text": "Nobody knows"}, ["text"]),
        ({**NOTHING, **SOURCE}, ["source_url"]),
        ({**NOTHING, "boolean_explanation": "Why"}, ["boolean_explanation"]),
    ],
)
def test_what_an_answer_may_not_be(
    cast: Cast, question: Question, fields: dict[str, Any], wrong: list[str]
) -> None:
    events = Event.objects.count()
    with pytest.raises(InvalidInput) as caught:
        make_answer(cast.reviewer, question, **fields)
    assert list(caught.value.fields) == wrong
    assert not Answer.objects.exists()
    good = make_answer(cast.reviewer, question)
    # An update is checked like an addition.
    with pytest.raises(InvalidInput) as caught:
        answer_update(actor=cast.reviewer, answer=good, revision=1, fields=fields)  # type: ignore[arg-type]
    assert list(caught.value.fields) == wrong
    assert Event.objects.count() == events + 1


def test_updating_an_answer(cast: Cast, question: Question) -> None:
    answer = make_answer(cast.reviewer, question)
    before = answer_snapshot(answer)
    changed = answer_update(actor=cast.second, answer=answer, revision=1, fields=NOTHING)  # type: ignore[arg-type]
    assert (changed.revision, changed.added_by) == (2, cast.reviewer)
    event = last_event()
    assert (event.kind, event.actor, event.before) == ("answer.updated", cast.second, before)
    assert event.after == {**before, **NOTHING}
    with pytest.raises(StaleRevision) as caught:
        answer_update(actor=cast.reviewer, answer=answer, revision=1, fields={"text": "x"})
    assert caught.value.current.answer_type == "Unanswerable"
    same = answer_update(actor=cast.second, answer=answer, revision=2, fields={"text": " "})
    assert (same.revision, last_event()) == (2, event)


def test_an_answer_and_the_saved_copy_of_its_source(cast: Cast, claim: Claim) -> None:
    asked = make_question(cast.reviewer, claim)
    copy = make_snapshot(claim, cast.reviewer, b"Ledger", url=SOURCE["source_url"])
    fields: Any = {**YES, **SOURCE, "snapshot": copy.pk}
    answer = make_answer(cast.reviewer, asked, **fields)
    assert (answer.snapshot, last_event().after["snapshot"]) == (copy, copy.pk)
    # Another source has another copy, or none; undone, it has its own again.
    elsewhere: Any = {"source_url": "https://other.example/"}
    changed = answer_update(actor=cast.reviewer, answer=answer, revision=1, fields=elsewhere)
    assert changed.snapshot is None
    action_undo(actor=cast.reviewer, article=claim.article)
    answer.refresh_from_db()
    assert (answer.source_url, answer.snapshot) == (SOURCE["source_url"], copy)
    other = make_claim(cast.reviewer, claim.article, "Ferries doubled")
    strange = make_snapshot(other, cast.reviewer, b"?", url=SOURCE["source_url"])
    for snapshot, source in ((strange.pk, SOURCE["source_url"]), (copy.pk, "")):
        wrong: Any = {"snapshot": snapshot, "source_url": source}
        with pytest.raises(InvalidInput) as refused:
            answer_update(actor=cast.reviewer, answer=answer, revision=3, fields=wrong)
        assert list(refused.value.fields) == ["snapshot"]


def test_withdrawing_an_answer(cast: Cast, question: Question) -> None:
    answer = make_answer(cast.reviewer, question)
    with pytest.raises(StaleRevision):
        answer_withdraw(actor=cast.second, answer=answer, revision=9)
    answer_withdraw(actor=cast.second, answer=answer, revision=1)
    event = last_event()
    assert (event.kind, event.after["withdrawn"]) == ("answer.withdrawn", True)
    answer_withdraw(actor=cast.second, answer=answer, revision=1)
    assert last_event() == event
    with pytest.raises(Conflict):
        answer_update(actor=cast.reviewer, answer=answer, revision=2, fields={"text": "x"})


def test_the_same_request_twice_makes_one(cast: Cast, claim: Claim) -> None:
    uid = uuid.uuid4()
    asked = question_ask(actor=cast.reviewer, claim=claim, text="How much?", uid=uid)
    assert question_ask(actor=cast.reviewer, claim=claim, text="How much?", uid=uid) == asked
    with pytest.raises(NotAllowed):
        question_ask(actor=cast.second, claim=claim, text="How much?", uid=uid)
    fields: Any = {"answer_type": "Unanswerable"}
    answer = answer_add(actor=cast.reviewer, question=asked, fields=fields, uid=uid)
    assert answer_add(actor=cast.reviewer, question=asked, fields=fields, uid=uid) == answer
    with pytest.raises(NotAllowed):
        answer_add(actor=cast.second, question=asked, fields=fields, uid=uid)
    other = make_question(cast.reviewer, claim, "Since when?")
    with pytest.raises(NotAllowed):
        answer_add(actor=cast.reviewer, question=other, fields=fields, uid=uid)
    assert (Question.objects.count(), Answer.objects.count()) == (2, 1)


def test_a_withdrawn_claim_takes_neither(cast: Cast, claim: Claim, question: Question) -> None:
    answer = make_answer(cast.reviewer, question)
    claim_withdraw(actor=cast.reviewer, claim=claim, revision=1)
    with pytest.raises(Conflict):
        make_question(cast.reviewer, claim)
    with pytest.raises(Conflict):
        question_update(actor=cast.reviewer, question=question, revision=1, text="How much?")
    with pytest.raises(Conflict):
        make_answer(cast.reviewer, question)
    with pytest.raises(Conflict):
        answer_update(actor=cast.reviewer, answer=answer, revision=1, fields={"text": "x"})


def test_an_outsider_can_do_nothing(cast: Cast, claim: Claim, question: Question) -> None:
    answer, odd = make_answer(cast.reviewer, question), cast.outsider
    attempts: list[Any] = [
        lambda: make_question(odd, claim),
        lambda: question_update(actor=odd, question=question, revision=1, text="x"),
        lambda: question_withdraw(actor=odd, question=question, revision=1),
        lambda: make_answer(odd, question),
        lambda: answer_update(actor=odd, answer=answer, revision=1, fields={"text": "x"}),
        lambda: answer_withdraw(actor=odd, answer=answer, revision=1),
    ]
    for attempt in attempts:
        with pytest.raises(NotAllowed):
            attempt()
    assert not Question.objects.visible_to(odd).exists()
    assert not Answer.objects.visible_to(odd).exists()

"""Questions and answers over HTTP: shapes, uids, revisions, and what a verdict says of them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from annotations.models import Article, Claim
from tests import factories
from tests.api.conftest import Client
from tests.api.test_problems import problem
from tests.factories import Cast


@pytest.fixture
def claim(article: Article, cast: Cast) -> Claim:
    return factories.make_claim(article, cast.reviewer)


def ok(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.content
    return response.json()


def test_a_question_and_its_answer(api: Client, cast: Cast, claim: Claim) -> None:
    # Before the client knows an id: by the uids that it chose.
    asked, answered = str(uuid.uuid4()), str(uuid.uuid4())
    sent: dict[str, Any] = {"claim": str(claim.uid), "text": " How  much? ", "uid": asked}
    question = ok(api.post("questions/", sent), 201)
    assert (question["text"], question["answers"], question["claim"]) == (
        "How much?",
        [],
        claim.pk,
    )
    assert ok(api.post("questions/", sent)) == question
    sent = {
        "question": asked,
        "answer_type": "Boolean",
        "text": "No",
        "boolean_explanation": "The table ends in 2024.",
        "source_url": "https://statistics.example/",
        "uid": answered,
    }
    answer = ok(api.post("answers/", sent), 201)
    assert (answer["source_medium"], answer["added_by"]["id"]) == ("Web text", cast.reviewer.pk)
    assert ok(api.post("answers/", sent)) == answer
    question = ok(api.get(f"questions/{asked}/"))
    assert question["answers"] == [answer]
    assert ok(api.get(f"claims/{claim.pk}/"))["questions"] == [question]
    assert ok(api.get(f"answers/{answered}/")) == answer
    changed = ok(api.patch(f"answers/{answered}/", {"revision": 1, "text": "Yes"}))
    assert (changed["text"], changed["revision"]) == ("Yes", 2)
    ok(api.post(f"answers/{answered}/withdraw/", {"revision": 2}))
    assert ok(api.get(f"questions/{asked}/"))["answers"] == []
    assert ok(api.get(f"answers/{answered}/"))["withdrawn"]
    ok(api.post(f"questions/{asked}/withdraw/", {"revision": 1}))
    assert ok(api.get(f"claims/{claim.pk}/"))["questions"] == []


def test_who_is_late_gets_what_is_there(
    api: Client, as_: Callable[..., Client], cast: Cast, claim: Claim
) -> None:
    question = factories.make_question(claim, cast.reviewer)
    answer = factories.make_answer(question, cast.reviewer)
    other = as_(cast.second_reviewer)
    ok(other.patch(f"answers/{answer.pk}/", {"revision": 1, "text": "13 percent"}))
    found = problem(
        api.patch(f"answers/{answer.pk}/", {"revision": 1, "text": "14 percent"}),
        409,
        "stale_revision",
    )
    assert found["current"] == ok(api.get(f"answers/{answer.pk}/"))
    assert found["current"]["text"] == "13 percent"
    ok(other.patch(f"questions/{question.pk}/", {"revision": 1, "text": "How many?"}))
    for late in (
        api.patch(f"questions/{question.pk}/", {"revision": 1, "text": "Which?"}),
        api.post(f"questions/{question.pk}/withdraw/", {"revision": 1}),
    ):
        found = problem(late, 409, "stale_revision")
        assert found["current"] == ok(api.get(f"questions/{question.pk}/"))
        assert found["current"]["text"] == "How many?"


def test_another_corpus_has_no_such_question(
    as_: Callable[..., Client], cast: Cast, claim: Claim
) -> None:
    question = factories.make_question(claim, cast.reviewer)
    answer = factories.make_answer(question, cast.reviewer)
    outsider = as_(cast.outsider)
    for path in (
        f"questions/{question.pk}/",
        f"questions/{question.uid}/",
        f"answers/{answer.pk}/",
        f"answers/{answer.uid}/",
    ):
        problem(outsider.get(path), 404, "not_found")
        problem(outsider.patch(path, {"revision": 1, "text": "x"}), 404, "not_found")
        problem(outsider.post(f"{path}withdraw/", {"revision": 1}), 404, "not_found")
    for ref in (question.pk, str(question.uid)):
        sent = {"question": ref, "answer_type": "Unanswerable"}
        problem(outsider.post("answers/", sent), 404, "not_found")
    for ref in (claim.pk, str(claim.uid)):
        problem(outsider.post("questions/", {"claim": ref, "text": "x"}), 404, "not_found")


def test_a_verdict_says_how_it_was_come_to(api: Client, cast: Cast, claim: Claim) -> None:
    factories.make_answer(factories.make_question(claim, cast.reviewer), cast.reviewer)
    sent = {
        "claim": claim.pk,
        "rating": factories.rating_of(cast.corpus, "False").pk,
        "rationale": "**No**, see <script>alert(1)</script> [it](https://a.example/).",
        "claim_revision": 1,
        "confidence": "high",
        "strategies": ["Consultation", "Written Evidence", "Consultation"],
    }
    made = ok(api.post("verdicts/", sent), 201)
    assert made["rationale"] == sent["rationale"]
    assert made["rationale_html"].startswith(
        '<p dir="auto"><strong>No</strong>, see &lt;script&gt;'
    )
    assert (made["confidence"], made["strategies"]) == (
        "high",
        ["Written Evidence", "Consultation"],
    )
    plain = ok(api.post("verdicts/", {**sent, "confidence": None, "strategies": []}), 201)
    assert (plain["confidence"], plain["strategies"]) == (None, [])
    assert ok(api.get(f"claims/{claim.pk}/"))["verdicts"] == [plain]

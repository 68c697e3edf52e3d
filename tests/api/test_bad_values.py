"""Values that can't be used: each is refused with its field's name, and changes nothing."""

from __future__ import annotations

import json
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


# Field, value; each is refused with the field's name and changes nothing.
BAD_CLAIM_FIELDS = [
    ("normalised", "nul \0 character"),
    ("normalised", "lone \ud800 surrogate"),
    ("normalised", "x" * 501),
    ("normalised", 5),
    ("normalised", None),
    ("normalised", ["x"]),
    ("types", "quantity"),
    ("types", ["no such type"]),
    ("types", [7]),
    ("types", [["quantity"]]),
    ("types", ["quantity", "law"]),
    ("claimant", {"name": "x"}),
    ("claimant", "x" * 201),
    ("claim_date", "yesterday"),
    ("claim_date", "2026-02-30"),
    ("claim_date", "20260302"),
    ("claim_date", "2026-W10-1"),
    ("claim_date", 20260302),
    ("revision", 2**70),
    ("revision", -1),
    ("revision", "1"),
    ("revision", True),
    ("revision", 1.0),
    ("revision", 1e400),
    ("spans", []),
    ("spans", {}),
    ("spans", [{"start": 0, "end": 2**40}]),
    ("spans", [{"start": -1, "end": 4}]),
    ("spans", [{"start": 4, "end": 4}]),
    ("spans", [{"start": 3}]),
    ("spans", [[3, 9]]),
    ("spans", [{"start": 3, "end": 9, "quote": "nul\0"}]),
    ("spans", [{"start": 3, "end": 9}] * 21),
    ("spans", [{"start": 3, "end": 9}, {"start": 5, "end": 12}]),
]


@pytest.mark.parametrize(("name", "value"), BAD_CLAIM_FIELDS)
def test_bad_values_of_claims(api: Client, claim: Claim, name: str, value: Any) -> None:
    before = api.get(f"claims/{claim.pk}/").json()
    raw = json.dumps({"revision": 1, name: value}).replace("Infinity", "1e400")
    response = api.patch(f"claims/{claim.pk}/", raw, content_type="application/json")
    fields = problem(response, 400, "invalid")["fields"]
    assert {field.split(".")[0] for field in fields} == {name}
    assert api.get(f"claims/{claim.pk}/").json() == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("claim", "1"),
        ("claim", 2**63),
        ("claim", 0),
        ("claim", None),
        ("uid", "no uuid"),
        ("uid", 7),
        ("url", "javascript:alert(1)"),
        ("url", "not an address"),
        ("url", "https://a.example/" + "x" * 2000),
        ("url", "https://a.example/\0"),
        ("stance", "MAYBE"),
        ("stance", ["REFUTES"]),
        ("stance", None),
        ("source_medium", "Papyrus"),
        ("published", "2026-13-01"),
        ("quote", {"a": 1}),
        ("title", "x" * 501),
    ],
)
def test_bad_values_of_evidence(api: Client, claim: Claim, name: str, value: Any) -> None:
    sent = {"claim": claim.pk, "url": "https://a.example/", "stance": "REFUTES", name: value}
    fields = problem(api.post("evidence/", sent), 400, "invalid")["fields"]
    assert set(fields) == {name}
    assert not claim.evidence.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("claim", "one"),
        ("claim", None),
        ("text", ""),
        ("text", "  "),
        ("text", "x" * 501),
        ("text", 5),
        ("text", "nul\0"),
        ("uid", "no uuid"),
        ("answers", []),
    ],
)
def test_bad_values_of_questions(api: Client, claim: Claim, name: str, value: Any) -> None:
    sent = {"claim": claim.pk, "text": "How much?", name: value}
    assert set(problem(api.post("questions/", sent), 400, "invalid")["fields"]) == {name}
    assert not claim.questions.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("question", None),
        ("answer_type", "Perhaps"),
        ("answer_type", None),
        ("answer_type", ["Boolean"]),
        ("text", ""),
        ("text", "No."),
        ("text", ["No"]),
        ("boolean_explanation", "Because."),
        ("source_url", ""),
        ("source_url", "javascript:alert(1)"),
        ("source_url", "not an address"),
        ("source_medium", "Papyrus"),
        ("snapshot", 1),
    ],
)
def test_bad_values_of_answers(
    api: Client, cast: Cast, claim: Claim, name: str, value: Any
) -> None:
    question = factories.make_question(claim, cast.reviewer)
    sent = {
        "question": question.pk,
        "answer_type": "Extractive",
        "text": "12 percent",
        "source_url": "https://a.example/",
        name: value,
    }
    assert set(problem(api.post("answers/", sent), 400, "invalid")["fields"]) == {name}
    assert not question.answers.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rating", 999_999),
        ("rating", 2**80),
        ("rating", "False"),
        ("rationale", ""),
        ("rationale", "  "),
        ("rationale", "nul\0"),
        ("claim_revision", None),
        ("adjudication", "yes"),
        ("adjudication", 1),
        ("confidence", "very"),
        ("confidence", ""),
        ("confidence", 1),
        ("strategies", "Consultation"),
        ("strategies", ["Guessing"]),
        ("strategies", ["consultation"]),
        ("strategies", None),
    ],
)
def test_bad_values_of_verdicts(
    api: Client, claim: Claim, cast: Cast, name: str, value: Any
) -> None:
    factories.make_evidence(claim, cast.reviewer)
    rating = factories.rating_of(cast.corpus, "False").pk
    good = {"claim": claim.pk, "rating": rating, "rationale": "Because.", "claim_revision": 1}
    fields = problem(api.post("verdicts/", {**good, name: value}), 400, "invalid")["fields"]
    assert {field.split(".")[0] for field in fields} == {name}
    assert not claim.verdicts.exists()

from __future__ import annotations

import math

import pytest

from annotations.detection import CLAIM_KINDS, ArticleInput, Detector
from tests.detection.conftest import candidates, only_candidate

CHECKABLE = [
    "Unemployment in Ohio fell by 5 percent last year.",
    "More than 300 people were killed in the attack on Kabul on Monday.",
    "The law cut taxes by $1.5 trillion in 2017.",
    "Crime rose because of the new law, John Smith said.",
]
IDLE = [
    "I think that is a great idea.",
    "Is unemployment in Ohio 5 percent?",
    "Read more about the law here.",
    "President Barack Obama, left, at the White House in Washington on Monday.",
    "By John Smith and Mary Jones",
    "Reporting by John Smith in Kabul; Editing by Mary Jones",
    "Taxes and Jobs",
]


@pytest.mark.parametrize("text", CHECKABLE)
def test_what_can_be_checked_is_suggested(detector: Detector, text: str) -> None:
    assert only_candidate(detector, text)._.check_worthiness >= detector.threshold


@pytest.mark.parametrize("text", IDLE)
def test_what_cannot_be_checked_is_not(detector: Detector, text: str) -> None:
    assert only_candidate(detector, text)._.check_worthiness < detector.threshold


@pytest.mark.parametrize(
    ("feature", "text", "words"),
    [
        ("number", "They have 30 members.", "30"),
        ("number", "They have seven members.", "seven"),
        ("percent", "It is 5 percent of all.", "percent"),
        ("money", "It cost $5 then.", "$"),
        ("comparison", "It is the largest of all.", "the largest"),
        ("change", "It doubled then.", "doubled"),
        ("event", "They signed it.", "signed"),
        ("actor", "There Jens Stoltenberg waits.", "Jens Stoltenberg"),
        ("place", "There they met in Riga then.", "Riga"),
        ("date", "They met in 2014 there.", "2014"),
        ("date", "They met on Monday there.", "Monday"),
        ("causation", "It came because of that.", "because of"),
        ("law", "It is illegal there.", "illegal"),
        ("topic", "It is about taxes there.", "taxes"),
        ("negation", "It did not happen.", "not"),
        ("opinion", "It is just wrong there.", "just wrong"),
        ("belief", "Well, I think it works.", "I think"),
        ("experience", "Then my house fell.", "my"),
        ("prediction", "It will happen there.", "will"),
        ("modal", "It may happen there.", "may"),
        ("hedge", "It allegedly happened.", "allegedly"),
        ("question", "Did it happen there?", "Did it happen there?"),
        ("imperative", "Read this there.", "Read this there."),
        ("caption", "The pope, at left, in his house.", "at left"),
        ("self_reference", "There you can read more.", "you can read"),
        ("short", "It works.", "It works."),
        ("vague", "It works in a way there.", "It works in a way there."),
        ("fragment", "A quiet day out there.", "A quiet day out there."),
        ("heading", "A quiet day out there", "A quiet day out there"),
        ("byline", "By John Smith", "By John Smith"),
    ],
)
def test_each_reason_points_at_its_words(
    detector: Detector, feature: str, text: str, words: str
) -> None:
    span = only_candidate(detector, text)
    places = {key: spans for key, _, _, spans in span._.reasons}
    assert feature in places
    assert words in [text[start:end] for start, end in places[feature]]


@pytest.mark.parametrize("source", ["sentences", "article"])
def test_reasons_add_up_to_the_logit(detector: Detector, nato: str, source: str) -> None:
    body = nato if source == "article" else " ".join([*CHECKABLE, *IDLE])
    for span in candidates(detector, body):
        score = span._.check_worthiness
        assert 0 < score < 1
        total = math.fsum(weight for _, _, weight, _ in span._.reasons)
        assert math.log(score / (1 - score)) == pytest.approx(total, abs=1e-9)
        assert span._.reasons[0][0] == "bias"
    for claim in detector.detect(ArticleInput(body)).claims:
        total = math.fsum(reason.weight for reason in claim.reasons)
        assert math.log(claim.score / (1 - claim.score)) == pytest.approx(total, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Unemployment in Ohio fell by 5 percent last year.", "quantity"),
        ("The Supreme Court banned the treaty in Ohio on Monday, which is illegal.", "law"),
        ("The war in Syria was caused by Russia in June because of oil.", "causation"),
        ("Jens Stoltenberg of NATO said Russia will attack Ukraine on Monday.", "prediction"),
        ("President Vladimir Putin met troops in Moscow on Monday and visited Kyiv.", "other"),
    ],
)
def test_kinds(detector: Detector, text: str, kind: str) -> None:
    span = only_candidate(detector, text)
    assert span._.kind == kind


def test_kinds_are_the_published_ones(detector: Detector, nato: str) -> None:
    kinds = {span._.kind for span in candidates(detector, nato)}
    assert "not_a_claim" in kinds
    assert kinds <= set(CLAIM_KINDS)

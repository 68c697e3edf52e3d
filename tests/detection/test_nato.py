"""The product's own example: what must and must not be suggested, and who says it."""

from __future__ import annotations

import pytest

from annotations.detection import ArticleInput, Detection, Detector
from tests.detection.conftest import candidates, claim_with


@pytest.fixture(scope="module")
def found(detector: Detector, nato: str) -> Detection:
    return detector.detect(ArticleInput(nato))


@pytest.mark.parametrize(
    ("words", "claimant"),
    [
        ("major Russian troop movements", None),
        ("which is not a NATO member", None),
        ("in Riga, Latvia", None),
        ('would be a "red line" issue', "Vladimir Putin"),
        ('crossing a "red line"', "Vladimir Putin"),
        ('hit Moscow in "five minutes."', "Vladimir Putin"),
        ("Russia has no veto", "Jens Stoltenberg"),
    ],
)
def test_is_suggested_with_its_speaker(found: Detection, words: str, claimant: str | None) -> None:
    claim = claim_with(found.claims, words)
    assert (claim.claimant.name if claim.claimant else None) == claimant


@pytest.mark.parametrize(
    "words",
    [
        "paratrooper",
        "So I think that tells more about Russia",
        "is a provocation is just wrong",
        "exactly the same for Ukraine",
        "date 2021",
    ],
)
def test_is_not_suggested(found: Detection, words: str) -> None:
    assert not [claim.quote for claim in found.claims if words in claim.quote]


@pytest.mark.parametrize(
    "opening",
    [
        "\"It's only Ukraine",
        "Russia has no veto",
        '"They try to',
        '"I myself come',
        "\"And that's exactly",
        '"So this idea',
        "\"It's to respect",
        "So I think",
    ],
)
def test_every_quotation_of_the_second_paragraph_is_stoltenbergs(
    detector: Detector, nato: str, opening: str
) -> None:
    spans = [s for s in candidates(detector, nato) if s.text.startswith(opening)]
    assert [span._.claimant[0] for span in spans] == ["Jens Stoltenberg"]
    assert spans[0]._.quoted


def test_sentences_are_split_where_a_reader_would(found: Detection, nato: str) -> None:
    texts = [nato[start:end] for start, end in found.sentences]
    assert "date 2021-12-01" in texts
    assert texts.count("U.S. Army") == 1
    assert any(t.startswith("U.S. Secretary of State Antony Blinken, who") for t in texts)
    assert '"And that\'s exactly the same for Ukraine."' in texts
    assert any(t.startswith('"So this idea') and t.endswith("he added.") for t in texts)
    assert any(t.startswith("A U.S. Army paratrooper") and t.endswith("2021.") for t in texts)


def test_a_quarter_to_half_of_the_article_is_suggested(found: Detection) -> None:
    assert 0.25 <= len(found.claims) / len(found.sentences) <= 0.5

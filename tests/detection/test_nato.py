"""The product's own example: what must and must not be suggested, and who says it."""

from __future__ import annotations

import pytest

from annotations.detection import ArticleInput, Detection, Detector
from tests.detection.conftest import claim_with


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
        ("This is not the first time", None),
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
    doc = detector.nlp(nato)
    start = nato.index(opening)
    (sentence,) = [sent for sent in doc.sents if sent.start_char == start]
    said = [
        span
        for span in doc.spans["attributions"]
        if span.start < sentence.end and sentence.start < span.end
    ]
    assert {span._.speaker[0] for span in said if span._.speaker} == {"Jens Stoltenberg"}
    covered = {at for span in said if span._.speaker for at in range(span.start, span.end)}
    assert len(covered & set(range(sentence.start, sentence.end))) * 2 > len(sentence)


@pytest.mark.parametrize(
    ("words", "first", "last", "granularity"),
    [
        ("yesterday", "2021-11-30", "2021-11-30", "day"),
        ("earlier today", "2021-12-01", "2021-12-01", "day"),
        ("September 2021", "2021-09-01", "2021-09-30", "month"),
    ],
)
def test_times_are_reckoned_from_the_articles_date(
    detector: Detector, nato: str, words: str, first: str, last: str, granularity: str
) -> None:
    doc = detector.nlp(nato)
    dates = {span.text: span._.interval for span in doc.spans["dates"]}
    assert dates[words][:3] == (first, last, granularity)


def test_the_red_line_of_the_third_paragraph_repeats_that_of_the_first(
    found: Detection, nato: str
) -> None:
    first = claim_with(found.claims, 'would be a "red line" issue')
    again = claim_with(found.claims, 'crossing a "red line"')
    assert again.first_mention == (first.start, first.end)
    assert first.first_mention is None
    assert [nato[date.start : date.end] for date in again.dates if date.first] == [
        "today",
        "yesterday",
    ]


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

"""Offsets are code points of the text as it came, whatever the text holds."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotations.detection import ArticleInput, Detection, Detector, load_detector

FACT = "Unemployment in Ohio fell by 5 percent last year."


def check(text: str, found: Detection) -> None:
    place = 0
    for start, end in found.sentences:
        assert place <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        place = end
    covered = "".join(text[start:end] for start, end in found.sentences)
    assert "".join(covered.split()) == "".join(text.split())
    assert [c.start for c in found.claims] == sorted(c.start for c in found.claims)
    for claim in found.claims:
        assert 0 <= claim.start < claim.end <= len(text)
        assert claim.quote == text[claim.start : claim.end] == claim.quote.strip()
        for reason in claim.reasons:
            for start, end in reason.spans:
                assert 0 <= start < end <= len(text)
    assert found.words == len(text.split())


PIECES = st.sampled_from(
    [
        FACT,
        " ",
        "\n\n",
        "\r\n",
        '"',
        "“",
        "”",
        "'",
        "said",
        "He ",
        "U.S. ",
        "...",
        "?",
        "NAME: ",
        "Jens Stoltenberg ",
        "é",
        "e\u0301",
        "😀",
        "\u200f",
        "مرحبا",
        "שלום",
        "\x00",
        ",",
        "(",
        "5",
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=40).map("".join)))
def test_any_text(text: str) -> None:
    check(text, load_detector().detect(ArticleInput(text)))


@pytest.mark.parametrize(
    "before",
    [
        "😀😀 ",
        "👩\u200d👩\u200d👧 ",
        "e\u0301e\u0301 ",
        "مرحبا بالعالم. ",
        "שלום עולם. ",
        "a\x00b. ",
        "One.\r\n\r\n",
        "\ufeff",
        "\ud800 ",
        "日本語。",
    ],
)
def test_a_claim_is_found_where_it_stands(detector: Detector, before: str) -> None:
    text = before + FACT
    found = detector.detect(ArticleInput(text))
    check(text, found)
    (claim,) = found.claims
    assert claim.end == len(text)
    assert claim.quote.endswith(FACT)
    assert ("percent", "percent") in [
        (reason.feature, text[start:end]) for reason in claim.reasons for start, end in reason.spans
    ]


@pytest.mark.parametrize("text", ["", " ", "\n\n\t ", "\u2029\u00a0"])
def test_nothing_to_read(detector: Detector, text: str) -> None:
    assert detector.detect(ArticleInput(text)) == Detection(sentences=(), claims=(), words=0)


@pytest.mark.parametrize(
    "unit",
    [
        "\u0301",
        "(",
        '"',
        ".",
        "a",
        "A ",
        "...",
        "\x00",
        "'s",
        "said ",
        "Mr. ",
        "\n",
        "5",
        "A. ",
        "\" '",
        ", ",
        "NAME:\n",
        "said, ",
    ],
)
def test_hostile_text_is_read_in_linear_time(detector: Detector, unit: str) -> None:
    text = unit * (30_000 // len(unit))
    # Of this process alone: other tests run at the same time.
    began = time.process_time()
    check(text, detector.detect(ArticleInput(text)))
    assert time.process_time() - began < 10


def test_a_million_combining_marks(detector: Detector) -> None:
    text = "e" + "\u0301" * 999_999
    found = detector.detect(ArticleInput(text))
    check(text, found)
    assert found.words == 1
    assert found.sentences[-1][1] == 1_000_000


def test_an_endless_word_is_cut_for_the_tokenizer(detector: Detector) -> None:
    text = "They met " + "(" * 1000 + " there."
    doc = detector.nlp.make_doc(text)
    assert doc.text == text
    assert [len(token) for token in doc if token.text.startswith("(")] == [200] * 5

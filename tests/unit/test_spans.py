"""Spans: code points, trimmed edges, and nothing shifted in silence."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from annotations.domain.spans import (
    CONTEXT_CHARACTERS,
    MAX_FRAGMENTS,
    Span,
    SpanError,
    context,
    fragments_at,
    quote_of,
    span_at,
)

# What offsets break on elsewhere: astral characters, joiners, combining marks, both directions.
PIECES = st.sampled_from(
    [
        "a",
        "Z",
        " ",
        "\n",
        "\t",
        "\u00a0",
        "é",
        "e\u0301",
        "🚢",
        "👩‍👩‍👧",
        "🇳🇴",
        "שלום",
        "مدينة",
        "\u202e",
        "ﬁ",
    ]
)
TEXTS = st.one_of(st.text(), st.lists(PIECES).map("".join))


@given(TEXTS, st.data())
def test_a_span_is_the_words_that_stand_there(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(-3, len(text) + 3))
    end = data.draw(st.integers(-3, len(text) + 3))
    inside = 0 <= start < end <= len(text)
    if not inside or not text[start:end].strip():
        with pytest.raises(SpanError):
            span_at(text, start, end)
        return
    span = span_at(text, start, end, text[start:end])
    assert text[span.start : span.end] == span.quote == text[start:end].strip()
    assert start <= span.start < span.end <= end
    # What both databases check of a stored span.
    assert span.end - span.start == len(span.quote)
    assert span_at(text, span.start, span.end, span.quote) == span


@given(TEXTS, TEXTS.filter(lambda text: bool(text.strip())), TEXTS)
@example("🚢 ", "cost", " 12")
@example("שלום ", "שלום", "")
def test_offsets_in_utf16_or_bytes_are_found_out(before: str, quote: str, after: str) -> None:
    text = before + quote + after
    for unit in ("utf-16-le", "utf-8"):
        width = 2 if unit == "utf-16-le" else 1
        try:
            start = len(before.encode(unit)) // width
            end = start + len(quote.encode(unit)) // width
        except UnicodeEncodeError:
            continue
        if text[start:end] != quote or end > len(text):
            with pytest.raises(SpanError):
                span_at(text, start, end, quote)


@given(TEXTS, st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=6))
def test_fragments_are_sorted_and_apart_or_refused(text: str, pairs: list[tuple[int, int]]) -> None:
    try:
        fragments = fragments_at(text, [(a, b, None) for a, b in pairs])
    except SpanError:
        return
    assert fragments == sorted(fragments)
    for left, right in pairwise(fragments):
        assert left.end <= right.start
        assert not left.overlaps(right)


def test_fragments_may_touch_and_not_overlap() -> None:
    assert [s.quote for s in fragments_at("abcd", [(2, 4, "cd"), (0, 2, "ab")])] == ["ab", "cd"]
    with pytest.raises(SpanError, match="overlap"):
        fragments_at("abcd", [(0, 3, None), (2, 4, None)])
    with pytest.raises(SpanError, match="overlap"):
        fragments_at("abcd", [(0, 2, None), (0, 2, None)])


def test_there_are_bounds() -> None:
    with pytest.raises(SpanError, match="at least one"):
        fragments_at("abc", [])
    with pytest.raises(SpanError, match="20 spans"):
        fragments_at("a " * 30, [(2 * n, 2 * n + 1, None) for n in range(MAX_FRAGMENTS + 1)])


def test_the_message_says_what_stands_there() -> None:
    with pytest.raises(SpanError, match=r"the text at \[0, 3\) is 'The', not 'the'"):
        span_at("The harbour", 0, 3, "the")


def test_context_and_quote() -> None:
    text = "x" * 50 + "WORD" + "y" * 50
    assert context(text, 50, 54) == ("x" * CONTEXT_CHARACTERS, "y" * CONTEXT_CHARACTERS)
    assert context("ab", 0, 1) == ("", "b")
    assert quote_of([Span(0, 1, "a"), Span(5, 6, "b")]) == "a … b"


OFFSETS = json.loads((Path(__file__).parents[1] / "data" / "offsets.json").read_text())


@pytest.mark.parametrize("case", OFFSETS, ids=[case["name"] for case in OFFSETS])
def test_the_fixture_that_the_browser_is_held_to(case: dict[str, Any]) -> None:
    """``tests/e2e/test_spans.py`` reads the same file with the page's own module."""
    span = span_at(case["text"], case["start"], case["end"], case["words"])
    assert (span.start, span.end, span.quote) == (case["start"], case["end"], case["words"])
    for offset, units in zip((case["start"], case["end"]), case["units"], strict=True):
        assert len(case["text"][:offset].encode("utf-16-le")) == 2 * units

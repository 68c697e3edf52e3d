"""A claim in its context, and names kept off a page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.domain.excerpts import LEAST_CONTEXT, LIMIT, MOST_QUOTED, Piece, excerpt
from annotations.domain.publishing import NameMask, masked
from annotations.domain.spans import Span, span_at

pytestmark = pytest.mark.any_database

TEXT = "First paragraph.\n🌍 Costs rose by 4 percent, שלום, she said. Nobody asked.\nThe end."


def at(text: str, words: str) -> Span:
    start = text.index(words)
    return span_at(text, start, start + len(words))


def test_the_paragraph_around_the_quote() -> None:
    assert excerpt(TEXT, [at(TEXT, "Costs rose by 4 percent")]) == [
        Piece(None),
        Piece("🌍 "),
        Piece("Costs rose by 4 percent", True),
        Piece(", שלום, she said. Nobody asked."),
        Piece(None),
    ]
    assert excerpt(TEXT, [at(TEXT, "First"), at(TEXT, "The end.")]) == [
        Piece("First", True),
        Piece(" paragraph."),
        Piece(None),
        Piece("The end.", True),
    ]
    assert excerpt(TEXT, []) == []


def test_it_is_cut_between_words() -> None:
    text = "one two three " * 500 + "the claim" + " four five six" * 500
    before, quote, after = [p for p in excerpt(text, [at(text, "the claim")]) if p.text]
    assert quote == Piece("the claim", True)
    assert before.text
    assert before.text.split()[0] in {"one", "two", "three"}
    assert after.text
    assert after.text.split()[-1] in {"four", "five", "six"}
    assert len(before.text) + len(after.text) <= LIMIT


@given(
    text=st.text(alphabet="ab \n🌍é", min_size=1, max_size=4000),
    places=st.lists(st.tuples(st.integers(0, 4000), st.integers(1, 2500)), max_size=4),
)
def test_it_is_bounded_and_true_to_the_text(text: str, places: list[tuple[int, int]]) -> None:
    spans: list[Span] = []
    for start, length in sorted(places):
        end = min(start + length, len(text))
        if start < end and (not spans or start >= spans[-1].end):
            spans.append(Span(start, end, text[start:end]))
    pieces = excerpt(text, spans)
    words = [piece.text for piece in pieces if piece.text is not None]
    place = 0
    for word in words:
        place = text.index(word, place) + len(word)
    quoted = "".join(piece.text or "" for piece in pieces if piece.quoted)
    assert quoted == "".join(span.quote for span in spans)[:MOST_QUOTED]
    assert sum(map(len, words)) <= len(quoted) + LIMIT + 2 * LEAST_CONTEXT * len(spans)


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("Anna Miller", "MILLER, Anna's, Millers, Joanna", "▇▇▇, ▇▇▇'s, Millers, Joanna"),
        ("Jo", "Jo said, and Job too", "▇▇▇ said, and Job too"),
        ("Zoë van der Berg", "van Gogh met Zoë and berg", "van Gogh met ▇▇▇ and ▇▇▇"),
        ("آنا بيل", "قالت آنا اليوم", "قالت ▇▇▇ اليوم"),
    ],
)  # fmt: skip
def test_names_are_masked(name: str, text: str, found: str) -> None:
    assert NameMask(name)(text) == found


def test_addresses_that_spell_the_name_are_left_out() -> None:
    value = {
        "url": "https://x.example/anna-miller-says",
        "text": "Miller",
        "type": "Miller",
        "copies": [{"led_to": ["https://x.example/miller", "https://x.example/2"]}],
    }
    assert masked(value, NameMask("Anna Miller")) == {
        "url": "",
        "text": "▇▇▇",
        "type": "Miller",
        "copies": [{"led_to": ["", "https://x.example/2"]}],
    }

"""Offsets follow their words through normalisation, whatever it drops, joins or composes."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.domain.alignment import Alignment, Unit, to_code_points
from annotations.domain.texts import normalise, normalise_piece

RAW = "\ufeff\r\n Cafe\u0301 \x00au\x07 lait\r\nand 🚢\u2028o\u0302\u0323 שלום\r\n"


@pytest.mark.parametrize("words", ["Cafe\u0301", "lait", "and", "🚢", "o\u0302\u0323", "שלום"])
def test_words_stay_words(words: str) -> None:
    aligned = Alignment(RAW)
    start = RAW.index(words)
    first, last = aligned.place(start, start + len(words))
    assert aligned.text[first:last] == normalise(words)


def test_a_border_inside_of_a_character_moves_out() -> None:
    aligned = Alignment("xe\u0301y")
    assert aligned.text == "x\xe9y"
    assert aligned.place(0, 2) == (0, 2)
    assert aligned.place(2, 4) == (1, 3)
    assert Alignment("a\r\nb").place(2, 4) == (1, 3)


def test_a_plain_text_is_left_alone() -> None:
    assert Alignment("Plain 🚢 text").place(6, 7) == (6, 7)


def test_a_header_is_cut_off() -> None:
    for raw in ("date 2021-12-01\nCafés", "date 2021-12-01\r\nCafe\u0301s"):
        aligned = Alignment(raw)
        aligned.cut("Cafés")
        start = raw.index("C")
        assert aligned.place(start, len(raw)) == (0, 5)
        assert aligned.place(0, 4) == (0, 0)


ODD = st.text(
    st.sampled_from("ab \n\r\x00\x85\u2028e\u0301\u0302\u0323o가ᄀ\u1161\u11a8🚢é\ud800"),
    max_size=30,
)


@settings(max_examples=300, deadline=None)
@given(ODD, st.data())
def test_every_place_holds_what_it_held(raw: str, data: st.DataObject) -> None:
    aligned = Alignment(raw)
    assert aligned.text == normalise(raw)
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, len(raw)))
    first, last = aligned.place(start, end)
    assert 0 <= first <= last <= len(aligned.text)
    held = normalise_piece(raw[start:end]).strip().strip("\ufeff")
    kept = aligned.text[first:last]
    # Where nothing composes across its borders, it is those words and no others.
    if normalise_piece(raw[:start]) + normalise_piece(raw[start:end]) + normalise_piece(
        raw[end:]
    ) == normalise_piece(raw):
        assert kept.strip() == held.strip()


def test_a_letter_has_a_hundred_marks_at_most() -> None:
    """And a text of nothing but marks takes no time that grows with its square."""
    raw = "a" + "\u0301\u0323" * 100_000 + "b\r\nc"
    aligned = Alignment(raw)
    assert len(aligned.text) < 110
    assert aligned.text == normalise(raw)
    for words in ("b", "c"):
        start = raw.index(words)
        first, last = aligned.place(start, start + 1)
        assert aligned.text[first:last] == words
    assert aligned.place(0, 150_000)[1] == aligned.text.index("b")
    # What people write stays as it is.
    for text in ("שָׁלוֹם", "กำลัง", "Z\u0351\u036b\u0343", "漢字" * 200, "е\u0301" * 300):
        assert normalise(text) == unicodedata.normalize("NFC", text)


def test_units() -> None:
    text = "é🚢 ship"
    assert to_code_points(text, [4, 8], Unit.UTF16) == [3, 7]
    assert to_code_points(text, [7, 11], Unit.BYTES) == [3, 7]
    assert to_code_points(text, [2], Unit.UTF16) is None
    assert to_code_points(text, [1], Unit.BYTES) is None
    assert to_code_points(text, [3, 7], Unit.CODE_POINTS) == [3, 7]


@pytest.mark.parametrize("unit", [Unit.UTF16, Unit.BYTES])
def test_a_text_is_gone_through_once_for_all_of_its_spans(unit: Unit) -> None:
    text = "🚢" * 300_000
    width = 2 if unit == Unit.UTF16 else 4
    began = time.process_time()
    for number in range(1_000):
        assert to_code_points(text, [number * width, 1], unit) is None
        assert to_code_points(text, [number * width], unit) == [number]
    assert to_code_points(text, [300_000 * width + 1], unit) is None
    assert to_code_points(text, [-1], unit) is None
    assert time.process_time() - began < 5

"""Reading a text: one normal form, and what a file's header says."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from annotations.domain import texts
from annotations.domain.texts import (
    MAX_CHARACTERS,
    TextError,
    content_hash,
    normalise,
    paragraphs,
    read_source,
    title_from,
)

DAY = date(2021, 12, 1)
ANY = st.text(st.characters(codec=None))


@given(ANY)
@example("e\x00\u0301")
@example(" \ufeffA")
@example("\ufeff\ufeffA")
@example("\x00\ufeffA")
@example("\u2028\u0301")
def test_the_normal_form_is_final(raw: str) -> None:
    text = normalise(raw)
    assert normalise(text) == text
    assert unicodedata.is_normalized("NFC", text)
    assert text == text.strip()
    assert not {c for c in text if unicodedata.category(c) in {"Cc", "Cs"}} - {"\n", "\t"}
    assert len(content_hash(text)) == 64


@pytest.mark.parametrize(
    "line_end", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x85", "\x0b", "\x0c"]
)
def test_line_ends_are_one(line_end: str) -> None:
    assert normalise(f"one{line_end}two") == "one\ntwo"


def test_what_is_taken_as_normal_is_normal() -> None:
    plain = [c for c in map(chr, range(0x3000)) if texts._PLAIN.fullmatch(c)]
    assert {"a", "é", "“", "—", "€"} <= set(plain)
    for character in plain:
        assert unicodedata.is_normalized("NFC", f"a{character}")
        assert not texts.CONTROLS.search(character)
        assert not texts.LINE_ENDS.search(character)


def test_what_a_reader_sees_stays() -> None:
    for text in (
        "👩‍👩‍👧",
        "🏳️‍🌈",
        "ים\u200e, sea",
        "بِسْمِ",
        "cafe\u0332",
        "a\u00adb",
        "x\ty",
        "a\u00a0b",
    ):
        assert normalise(text) == text
    assert normalise("e\u0301") == "é"
    assert normalise("\ufeffA\x00B\x07 \ud800C ") == "AB C"


@pytest.mark.parametrize(
    "raw",
    [
        "date 2021-12-01 Jens said it.",
        " date 2021-12-01 Jens said it.",
        "date 2021-12-01\nJens said it.",
        "date 2021-12-01\n\n\nJens said it.\n",
        "Date: 2021-12-01\r\nJens said it.",
        "DATE\t2021-12-01\tJens said it.",
        "\ufeffdate 2021-12-01 Jens said it.",
        "\n\ndate 2021-12-01   \nJens said it.",
    ],
)
def test_forms_of_the_date_header(raw: str) -> None:
    source = read_source(raw)
    assert (source.published, source.text, source.title) == (DAY, "Jens said it.", "Jens said it.")


@pytest.mark.parametrize(
    "raw",
    [
        "Dates are sweet.",
        "date palms grow",
        "Jens. date 2021-12-01",
        "date\n2021-12-01 x",
        "Date 5 on May",
    ],
)
def test_what_is_no_header_is_text(raw: str) -> None:
    source = read_source(raw)
    assert (source.published, source.text) == (None, raw)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("date 2021-13-45 Text.", "'2021-13-45', which is not a day"),
        ("date 2021-02-29\nText.", "not a day"),
        ("date 0000-01-01 Text.", "not a day"),
        ("date 01.12.2021 Text.", "expected date YYYY-MM-DD"),
        ("date 2021-12-1 Text.", "expected date YYYY-MM-DD"),
        ("date 2021-12-01T10:00 Text.", "expected date YYYY-MM-DD"),
        ("date 2021-12-01", "no text"),
        ("date 2021-12-01\n \n", "no text"),
        ("", "no text"),
        (" \ufeff\x00\n", "no text"),
        ("x" * (MAX_CHARACTERS + 1), "1,000,000 at most"),
    ],
)
def test_what_is_wrong_is_said(raw: str, said: str) -> None:
    with pytest.raises(TextError, match=said):
        read_source(raw)


def test_the_longest_text_and_a_given_title() -> None:
    source = read_source("x" * MAX_CHARACTERS, title="Given")
    assert (len(source.text), source.title) == (MAX_CHARACTERS, "Given")


@given(ANY)
def test_the_text_of_a_source_is_normal(raw: str) -> None:
    try:
        source = read_source(raw)
    except TextError:
        return
    assert normalise(source.text) == source.text != ""
    assert source.title.strip()
    assert len(source.title) <= 91


def test_titles() -> None:
    assert title_from("A headline\n\nThe text.") == "A headline"
    long = "The secretary-general said that " + "many, many words " * 20
    title = title_from(long)
    assert title.endswith("…")
    assert long.startswith(title[:-1])
    assert len(title) <= 91
    assert title_from("x" * 200) == "x" * 90 + "…"


@given(st.lists(st.sampled_from(["a b", " c ", "", "\n", "🚢"])).map("\n".join))
def test_paragraphs_cover_all_words(text: str) -> None:
    spans = paragraphs(text)
    assert [text[start:end] for start, end in spans] == [
        line.strip() for line in text.split("\n") if line.strip()
    ]


def test_the_hash_is_of_the_words() -> None:
    assert content_hash("a") != content_hash("b")
    assert content_hash(normalise("e\u0301\r\n")) == content_hash("é")

"""Differences of texts, as people read them."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from annotations.domain.textdiff import MAX_WORDS, DiffLine, text_diff

TEXT = st.text(alphabet="ab \n🌍\u0301", max_size=60)


def shown(lines: list[DiffLine]) -> list[str]:
    signs = {"same": " ", "removed": "-", "added": "+", "gap": "…"}
    return [
        signs[line.kind] + "".join(f"[{w}]" if changed else w for w, changed in line.pieces)
        for line in lines
    ]


def test_words_within_a_line() -> None:
    before = "Read twice.\nGive a verdict of your own.\nBe fair."
    after = "Read twice.\nGive a verdict and say why.\nBe fair."
    assert shown(text_diff(before, after)) == [
        " Read twice.",
        "-Give a verdict [of your own].",
        "+Give a verdict [and say why].",
        " Be fair.",
    ]


def test_other_lines_are_shown_whole() -> None:
    assert shown(text_diff("Alpha beta", "123 456 789")) == ["-[Alpha beta]", "+[123 456 789]"]


def test_lines_that_came_and_went() -> None:
    assert shown(text_diff("a\nb", "b\nc\n\nd")) == ["-[a]", " b", "+[c]", "+[]", "+[d]"]


def test_what_is_far_from_a_change_is_left_out() -> None:
    lines = [f"line {n}" for n in range(20)]
    changed = [*lines[:10], "something else", *lines[11:]]
    assert shown(text_diff("\n".join(lines), "\n".join(changed))) == [
        "…", " line 8", " line 9", "-[line 10]", "+[something else]", " line 11", " line 12", "…",
    ]  # fmt: skip


def test_equal_texts() -> None:
    assert text_diff("a\nb", "a\nb") == []
    # Line ends alone are no difference that anybody could see.
    assert text_diff("a\nb\n", "a\r\nb") == []


@given(TEXT, TEXT)
def test_both_texts_are_in_it(before: str, after: str) -> None:
    lines = text_diff(before, after)
    whole = {"removed": before.splitlines(), "added": after.splitlines()}
    for kind, text in whole.items():
        for line in lines:
            if line.kind in {kind, "same"}:
                assert "".join(words for words, _ in line.pieces) in text
    if before.splitlines() != after.splitlines():
        assert any(line.kind in whole for line in lines)


def test_long_texts_take_no_long_time() -> None:
    began = time.monotonic()
    text_diff("\n" * 50_000, "\n" * 49_000 + "a")
    text_diff("a b " * 12_000, "b a " * 12_000)
    words = " ".join(str(n % 97) for n in range(MAX_WORDS // 2))
    text_diff(words, words[::-1])
    assert time.monotonic() - began < 10

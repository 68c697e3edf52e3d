"""Phrases: several lists searched in one pass find what each finds alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from annotations.detection.lexicon import PhraseIndex, PhraseIndexes

LISTS = {"one": ("a", "a b", "b c d"), "two": ("b", "c"), "three": ("a b c", "d")}


@given(st.lists(st.sampled_from("abcd"), max_size=30), st.integers(0, 5), st.integers(0, 5))
def test_one_pass_finds_what_each_list_finds(words: list[str], left: int, right: int) -> None:
    start, stop = min(left, len(words)), max(0, len(words) - right)
    expected = [
        (first, end, key)
        for key, phrases in LISTS.items()
        for first, end in PhraseIndex(phrases, str.split).find(words, start, stop)
    ]
    assert PhraseIndexes(LISTS, str.split).find(words, start, stop) == expected

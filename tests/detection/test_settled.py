"""Tags that the writing settles."""

from __future__ import annotations

import pytest

from annotations.detection import Detector
from annotations.detection.linguistics.settled import is_address, settled_tags


def tags(text: str) -> dict[int, str]:
    """Of words parted by spaces; a ``~`` joins two."""
    words, spaced = [], []
    for piece in text.split(" "):
        joined = piece.split("~")
        words += joined
        spaced += [False] * (len(joined) - 1) + [True]
    return dict(settled_tags(words, spaced))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('He said , "~Go~.~"', {3: "``", 6: "''"}),
        ('"~Go~,~" he said', {0: "``", 3: "''"}),
        ('(~"~Go~"~)', {1: "``", 3: "''"}),
        ("“~Go~”", {0: "``", 2: "''"}),
        ('5 " long', {}),
        ('a~"~b', {}),
        ("see www.who.int or ann@lee.org now", {1: "ADD", 3: "ADD"}),
        ("on http://t.co/x", {1: "ADD"}),
        ("Yahoo! and amazon.com and @ home", {}),
        ("", {}),
    ],
)
def test_quotation_marks_and_addresses(text: str, found: dict[int, str]) -> None:
    assert tags(text) == found


def test_a_name_with_a_dot_is_no_address() -> None:
    assert not is_address("amazon.com")
    assert is_address("WWW.WHO.INT")


def test_the_pipeline_sets_them(detector: Detector) -> None:
    doc = detector.nlp('Write to ann@lee.org, "or not".')
    found = {token.text: token.tag_ for token in doc}
    assert found["ann@lee.org"] == "ADD"
    assert [token.tag_ for token in doc if token.text == '"'] == ["``", "''"]
    assert all(token.pos_ for token in doc)

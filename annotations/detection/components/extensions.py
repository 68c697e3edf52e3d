"""Custom attributes of docs and spans, and small helpers every component shares.

Values are plain tuples and strings, so that a doc can be pickled or kept in a DocBin.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

from spacy.attrs import ORTH, SPACY
from spacy.tokens import Doc, Span

_SPAN_EXTENSIONS: dict[str, object] = {
    "canonical": "",  # names: the fullest form of the name in the article
    "role": "",  # names: lower-cased title, such as "russian president"
    "gender": "",  # names: "m", "f" or unknown
    "speaker": None,  # attributions: (name, start character, end character) or None
    "source": None,  # attributions: (start character, end character) of who speaks, or None
    "cue": None,  # attributions: (start character, end character) of the words that report
    "confidence": 0.0,  # attributions: how sure, in [0, 1]
    "interval": None,  # dates: (first day, last day, granularity, anchor), days in ISO, or None
    "check_worthiness": 0.0,
    "reasons": (),  # tuples (feature, label, weight, spans in characters)
    "claimant": None,  # (name, start character, end character) or None
    "kind": "other",
    "kind_confidence": 0.0,  # how sure the kind is, in [0, 1]
    "first_mention": None,  # claims: (start character, end character) of what they repeat
    "quoted": False,
}


def register_extensions() -> None:
    for name, default in _SPAN_EXTENSIONS.items():
        if not Span.has_extension(name):
            Span.set_extension(name, default=default)
    if not Doc.has_extension("people"):
        # (full name, roles, gender, index of the first token)
        Doc.set_extension("people", default=())
    # What is known of an article beside its text; set before the pipeline runs.
    if not Doc.has_extension("published"):
        Doc.set_extension("published", default=None)  # datetime.date or None
        Doc.set_extension("dateline", default="")
        # (start character, end character, speaker) of text that comes divided, such as a debate
        Doc.set_extension("lines", default=())


register_extensions()


class Tokens(NamedTuple):
    """A doc as plain lists, which Python reads ten times faster than token objects."""

    words: list[str]
    starts: list[int]
    """Code point offset of each word."""
    spaced: list[bool]
    """Whether a space follows each word."""
    text: str


_read: WeakKeyDictionary[Doc, Tokens] = WeakKeyDictionary()


def read_tokens(doc: Doc) -> Tokens:
    """The doc's tokens, read once however many components ask. Nobody may change the lists."""
    known = _read.get(doc)
    if known is None or len(known.words) != len(doc):
        known = _read[doc] = _read_anew(doc)
    return known


def _read_anew(doc: Doc) -> Tokens:
    strings = doc.vocab.strings
    rows = doc.to_array([ORTH, SPACY]).tolist()
    words = [strings[orth] for orth, _ in rows]
    spaced = [bool(space) for _, space in rows]
    starts = []
    at = 0
    for word, space in zip(words, spaced, strict=True):
        starts.append(at)
        at += len(word) + space
    text = "".join(word + " " if space else word for word, space in zip(words, spaced, strict=True))
    return Tokens(words, starts, spaced, text)


def tokens_between(starts: Sequence[int], start: int, end: int) -> tuple[int, int]:
    """Token range ``[first, stop)`` covering the characters ``[start, end)``."""
    first = max(bisect_right(starts, start) - 1, 0)
    return first, max(bisect_left(starts, end), first + 1)


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Shrink a character span until it neither starts nor ends in whitespace."""
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    return start, max(start, start + len(piece.strip()))


def is_capitalised(word: str) -> bool:
    return word[:1].isupper()

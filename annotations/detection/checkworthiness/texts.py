"""Sentences as an encoder reads them, without seeing who is in them: a score must not hang on a
name or a gender. Everything here keeps the length of a text, so places in it stay what they are.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from itertools import pairwise

from spacy.tokens import Doc

from annotations.detection.checkworthiness.sheet import Sheet

SOMEBODY = "\ua000"
"""A letter that the model's vocabulary lacks: a run of it is one unknown word, however long."""

_PRONOUNS = {"she": "he ", "her": "his", "hers": "his ", "him": "his", "herself": "himself"}
_PRONOUN = re.compile(rf"\b(?:{'|'.join(_PRONOUNS)})\b", re.IGNORECASE)


def unit_texts(doc: Doc, sheet: Sheet, *, names_key: str = "names") -> list[str]:
    """The text of each sentence of the sheet, from its first word to its last, as long as it is
    in the doc; each name of a person in it is one unknown word."""
    people = sorted(
        (name.start_char, name.end_char)
        for name in doc.spans.get(names_key, ())
        if name.label_ == "PERSON"
    )
    begins = [start for start, _ in people]
    text = doc.text
    bounds = sheet.bounds.tolist()
    found = []
    for first, stop in pairwise(bounds):
        start, end = sheet.starts[first], sheet.ends[stop - 1]
        inside = people[bisect_left(begins, start) : bisect_left(begins, end)]
        places = [(begin - start, until - start) for begin, until in inside]
        found.append(without_people(text[start:end], places))
    return found


def without_people(text: str, people: Iterable[tuple[int, int]]) -> str:
    """The text with one unknown word for each name; ``people`` are half-open code points in it,
    which may stand out of the text or overlap."""
    pieces = []
    at = 0
    for start, end in sorted(people):
        start, end = max(start, at), min(end, len(text))
        if start < end:
            pieces += [text[at:start], SOMEBODY * (end - start)]
            at = end
    pieces.append(text[at:])
    return "".join(pieces)


def without_gender(text: str) -> str:
    """The text with one word for the pronouns of either gender ("her" is "his" and "him")."""
    return _PRONOUN.sub(lambda match: _PRONOUNS[match.group().casefold()], text)

"""Reading a sentence without seeing who is in it: a score must not hang on a name or a gender.

Everything here keeps the length of a text, so places in it stay what they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

SOMEBODY = "\ua000"
"""A letter that the model's vocabulary lacks: a run of it is one unknown word, however long."""

_PRONOUNS = {"she": "he ", "her": "his", "hers": "his ", "him": "his", "herself": "himself"}
_PRONOUN = re.compile(rf"\b(?:{'|'.join(_PRONOUNS)})\b", re.IGNORECASE)


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

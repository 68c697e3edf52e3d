"""Words as the scorer knows them, kept in a cache of bounded size."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MAX_WORD = 40
"""Of a longer word only this many characters are looked at."""
_CACHE = 40_000
_DIGIT = re.compile(r"\d")
_SHORTEST, _LONGEST = 3, 5

_PRONOUNS = {
    "i": ("i", "me", "my", "mine", "myself"),
    "we": ("we", "us", "our", "ours", "ourselves"),
    "you": ("you", "your", "yours", "yourself"),
    "he": ("he", "his", "him", "she", "her", "hers"),
    "they": ("they", "them", "their", "theirs"),
    "it": ("it", "its"),
    "this": ("this", "that", "these", "those"),
}
_OPENERS = frozenset(("and", "but", "so", "because", "well", "look", "now", "or", "yes", "no"))
MARKS: tuple[str, ...] = (
    *_PRONOUNS,
    "opener",
    "capital",
    "digit",
    "past",
    "question",
    "exclamation",
    "ellipsis",
    "dash",
    "comma",
    "quote",
    "bracket",
)
"""What is seen in a single word; ``Word.marks`` has a bit for each, the first the lowest."""
_MARK = {mark: number for number, mark in enumerate(MARKS)}
_PRONOUN_MARK = {word: _MARK[key] for key, words in _PRONOUNS.items() for word in words}
_PUNCTUATION = {
    "?": "question",
    "!": "exclamation",
    "...": "ellipsis",
    "…": "ellipsis",
    "-": "dash",
    "--": "dash",
    "–": "dash",
    "—": "dash",
    ",": "comma",
    '"': "quote",
    "“": "quote",
    "”": "quote",
    "''": "quote",
    "``": "quote",
    "[": "bracket",
    "(": "bracket",
}


class Word(NamedTuple):
    """One spelling."""

    number: int
    """64 bits that stand for the normalised word; 0 for white space."""
    marks: int
    pieces: NDArray[np.int32]
    """Columns of its character n-grams that are known; a column comes as often as it occurs."""


_EITHER_GENDER = {
    "she": "he",
    "her": "his",
    "hers": "his",
    "him": "his",
    "herself": "himself",
}
"""One word for either gender: a score must not hang on it. "Her" is both "his" and "him"."""


_EVERY_DIALECT = {
    "ain't": "isn't",
    "aint": "isn't",
    "gonna": "going",
    "finna": "going",
    "wanna": "want",
    "gotta": "have",
    "y'": "you",
    "ya": "you",
    "y'all": "you",
    "yall": "you",
    "youse": "you",
    "yous": "you",
    "yinz": "you",
    "'em": "them",
    "'cause": "because",
    "cuz": "because",
    "coz": "because",
    "'cos": "because",
    "kinda": "kind",
    "sorta": "sort",
    "outta": "out",
    "nuthin": "nothing",
    "nothin": "nothing",
    "somethin": "something",
    "ol'": "old",
}
"""Spellings of dialect, read as the standard's: how somebody speaks is no reason to check them.
Those that are words of their own elsewhere ("dem", "wit") are left out; those that the tokenizer
divides are in ``sheet``."""


def normalise(word: str) -> str:
    """Lower case, straight apostrophes, every digit a 0, at most MAX_WORD characters, the
    pronouns of one gender for those of both, and the standard's spelling for a dialect's."""
    plain = _DIGIT.sub("0", word[:MAX_WORD].lower().replace("\u2019", "'"))
    if len(plain) > 4 and plain.endswith("in'"):
        plain = plain[:-1] + "g"  # "workin'"
    plain = _EVERY_DIALECT.get(plain, plain)
    return _EITHER_GENDER.get(plain, plain)


def pieces_of(word: str) -> list[str]:
    """Character n-grams of 3 to 5 of a normalised word, with ``<`` and ``>`` for its ends."""
    marked = f"<{word}>"
    if len(marked) <= _SHORTEST:
        return [marked]
    longest = min(_LONGEST, len(marked))
    return [
        marked[at : at + size]
        for size in range(_SHORTEST, longest + 1)
        for at in range(len(marked) - size + 1)
    ]


def number_of(text: str) -> int:
    """64 bits of a hash that is the same in every process."""
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big")


class Vocabulary:
    """Looks words up; ``piece_columns`` are the character n-grams it knows.

    The cache is emptied when it is full, so that hostile text costs time but no memory.
    """

    def __init__(self, piece_columns: dict[str, int]) -> None:
        self.piece_columns = piece_columns
        self._words: dict[str, Word] = {}

    def words(self, spellings: list[str]) -> list[Word]:
        if len(self._words) > _CACHE:
            self._words = {}
        known = self._words
        found = []
        for spelling in spellings:
            word = known.get(spelling)
            if word is None:
                word = known[spelling] = self._read(spelling)
            found.append(word)
        return found

    def _read(self, spelling: str) -> Word:
        if not spelling or spelling.isspace():
            return Word(0, 0, np.zeros(0, dtype=np.int32))
        word = normalise(spelling)
        columns = self.piece_columns
        pieces = [columns[piece] for piece in pieces_of(word) if piece in columns]
        return Word(number_of(word), _marks(spelling, word), np.asarray(pieces, dtype=np.int32))


def _marks(spelling: str, word: str) -> int:
    marks = 0
    if (pronoun := _PRONOUN_MARK.get(word)) is not None:
        marks |= 1 << pronoun
    if word in _OPENERS:
        marks |= 1 << _MARK["opener"]
    if spelling[0].isupper():
        marks |= 1 << _MARK["capital"]
    if "0" in word:
        marks |= 1 << _MARK["digit"]
    if len(word) > 4 and word.endswith("ed"):
        marks |= 1 << _MARK["past"]
    if (sign := _PUNCTUATION.get(spelling)) is not None:
        marks |= 1 << _MARK[sign]
    return marks

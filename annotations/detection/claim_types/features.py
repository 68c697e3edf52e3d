"""What the claim types are told from: cues, word lists, shape, and hashed words.

Tags and pairs of tags were tried as well and lost a point of accuracy in cross-validation; without
them the types don't depend on a tagger either.

Everything is computed for a whole doc at once on arrays of 64-bit string hashes, which spaCy
derives from the string alone: they are the same in every process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.attrs import LIKE_NUM, NORM
from spacy.strings import get_string_id
from spacy.tokens import Doc

from annotations.detection.lexicon import read_lexicon

WORDS_ROOT = Path(__file__).parent / "words"
BUCKETS = 4096
"""Hashed columns; a power of two."""
HASHED_SCALE = 2.0
"""Length of a sentence's vector of hashed features, against 1 for a named one: how cheap the
penalty makes it to use words rather than lists. Chosen by cross-validation."""

_LENGTHS = (5, 9, 15, 25, 40)
_BITS = np.uint64(64 - BUCKETS.bit_length() + 1)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_PAIR = np.uint64(0xC2B2AE3D27D4EB4F)
_FIGURE = np.uint64(get_string_id("0"))

Ranges = Sequence[tuple[int, int]]
Floats = NDArray[np.float32]
Hashes = NDArray[np.uint64]
Flags = NDArray[np.bool_]

_QUESTION: Hashes = np.array([get_string_id(mark) for mark in "?\u061f"], np.uint64)
_CLOSING: Hashes = np.array([get_string_id(mark) for mark in "\"'\u201d\u2019)]\u00bb"], np.uint64)


class Features(NamedTuple):
    """Features of ``n`` sentences."""

    named: Floats
    """Shape ``(n, len(names))``."""
    rows: NDArray[np.intp]
    """The sentence of each hashed feature, ascending."""
    columns: NDArray[np.intp]
    """Its bucket, in ``[0, BUCKETS)``."""
    values: Floats


def read_word_lists() -> dict[str, tuple[str, ...]]:
    """The shipped word lists by name, phrases lower-cased."""
    return {
        path.stem: read_lexicon(path.stem, WORDS_ROOT) for path in sorted(WORDS_ROOT.glob("*.txt"))
    }


class Featurizer:
    """Reads features off docs. ``names`` names the columns of ``Features.named``, in order.

    ``cues`` are the labels of ``doc.spans[cues_key]`` that have a column; others are ignored.
    ``make_doc`` is the pipeline's tokenizer, which divides the phrases of the word lists.
    """

    def __init__(
        self,
        *,
        make_doc: Callable[[str], Doc],
        cues: Sequence[str],
        word_lists: Mapping[str, Sequence[str]],
        cues_key: str = "cues",
    ) -> None:
        self.cues = tuple(cues)
        self.word_lists = {name: tuple(phrases) for name, phrases in word_lists.items()}
        self.cues_key = cues_key
        self._cue_columns = {get_string_id(cue): at for at, cue in enumerate(self.cues)}
        counted = [f"cue:{cue}" for cue in self.cues]
        counted += [f"words:{name}" for name in self.word_lists]
        shape = [f"longer:{length}" for length in _LENGTHS]
        shape += ["question_mark", "figure", "opens:self", "opens:us"]
        self.names = (*counted, *(f"{name}+" for name in counted), *shape)
        self._counted = len(counted)
        self._phrases = _phrase_tables(self.word_lists, make_doc)
        self._first = {
            name: np.array(
                [get_string_id(phrase) for phrase in self.word_lists.get(name, ())], np.uint64
            )
            for name in ("self", "us")
        }

    def __call__(self, doc: Doc, ranges: Ranges) -> Features:
        """Features of the token ranges ``[start, end)``, which ascend and do not overlap."""
        n, width = len(ranges), len(self.names)
        named = np.zeros((n, width), np.float32)
        if not n or not len(doc):
            nothing = np.zeros(0, np.intp)
            return Features(named, nothing, nothing, np.zeros(0, np.float32))
        row = np.full(len(doc), -1, np.intp)
        for at, (start, end) in enumerate(ranges):
            row[start:end] = at
        norms, numeric = np.ascontiguousarray(doc.to_array([NORM, LIKE_NUM]).T)
        figures = numeric > 0
        counts = np.zeros((n, self._counted), np.int32)
        if self.cues_key in doc.spans:
            cues = [
                (span.start, column)
                for span in doc.spans[self.cues_key]
                if (column := self._cue_columns.get(span.label)) is not None
            ]
            if cues:
                start, column = np.array(cues, np.intp).T
                inside = row[start] >= 0
                np.add.at(counts, (row[start[inside]], column[inside]), 1)
        self._count_phrases(counts, norms, row)
        named[:, : self._counted] = counts > 0
        named[:, self._counted : 2 * self._counted] = counts > 1
        self._mark_shape(named, 2 * self._counted, norms, figures, ranges)
        return Features(named, *_hashed(norms, figures, row))

    def _count_phrases(
        self, counts: NDArray[np.int32], norms: Hashes, row: NDArray[np.intp]
    ) -> None:
        """Phrases of the word lists, also where they overlap."""
        first = len(self.cues)
        grams, joined = norms, 1
        for length, table in self._phrases.items():
            if length > len(norms):
                return
            for size in range(joined, length):
                grams = _join(grams[:-1], norms[size:])
            joined = length
            position, column = _look_up(grams, table)
            inside = (row[position] >= 0) & (row[position] == row[position + length - 1])
            np.add.at(counts, (row[position[inside]], first + column[inside]), 1)

    def _mark_shape(
        self, named: Floats, at: int, norms: Hashes, figures: Flags, ranges: Ranges
    ) -> None:
        """Columns from ``at`` on: length, question mark, figures, who the sentence opens with."""
        starts, ends = np.array(ranges, np.intp).T
        named[:, at : at + len(_LENGTHS)] = (ends - starts)[:, None] > np.array(_LENGTHS)
        at += len(_LENGTHS)
        last = ends - 1
        # Quotation marks after the question; a handful at most.
        for _ in range(3):
            last = np.where(np.isin(norms[last], _CLOSING) & (last > starts), last - 1, last)
        named[:, at] = np.isin(norms[last], _QUESTION)
        sums = np.r_[0, np.cumsum(figures)]
        named[:, at + 1] = sums[ends] > sums[starts]
        for column, hashes in enumerate(self._first.values(), start=at + 2):
            for step in range(3):
                place = np.minimum(starts + step, ends - 1)
                named[:, column] = np.maximum(named[:, column], np.isin(norms[place], hashes))


Table = tuple[Hashes, NDArray[np.intp]]


def _table(hashes: Sequence[int], columns: Sequence[int] | range) -> Table:
    """Sorted keys and the column of each; a key may stand more than once."""
    keys = np.array(hashes, np.uint64)
    order = np.argsort(keys, kind="stable")
    return keys[order], np.array(columns, np.intp)[order]


def _look_up(hashes: Hashes, table: Table) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Positions in ``hashes`` that are keys of the table, and their columns."""
    keys, columns = table
    first = np.minimum(np.searchsorted(keys, hashes), len(keys) - 1)
    here = np.flatnonzero(keys[first] == hashes)
    places, found = [here], [columns[first[here]]]
    at = first[here] + 1
    # A key may stand again, for another list; few do.
    while len(here):
        again = (at < len(keys)) & (keys[np.minimum(at, len(keys) - 1)] == hashes[here])
        here, at = here[again], at[again]
        places.append(here)
        found.append(columns[at])
        at = at + 1
    return np.concatenate(places), np.concatenate(found)


def _join(left: Hashes, right: Hashes) -> Hashes:
    """Hashes of pairs; the order counts. Wraps around on purpose."""
    return left * _PAIR + right


def _phrase_tables(
    word_lists: Mapping[str, Sequence[str]], make_doc: Callable[[str], Doc]
) -> dict[int, Table]:
    """By the number of tokens, ascending: the hashes of the phrases and their list."""
    by_length: dict[int, list[tuple[int, int]]] = {}
    for column, phrases in enumerate(word_lists.values()):
        for phrase in phrases:
            # A tokenizer may divide "Act" and "act" differently; both are looked for.
            spellings = {phrase, phrase.capitalize()}
            keys = set()
            for spelling in spellings:
                norms = make_doc(spelling).to_array([NORM]).ravel().astype(np.uint64)
                key = norms[:1]
                for at in range(1, len(norms)):
                    key = _join(key, norms[at : at + 1])
                if len(norms):
                    keys.add((len(norms), int(key[0])))
            for length, value in keys:
                by_length.setdefault(length, []).append((value, column))
    return {
        length: _table([key for key, _ in found], [column for _, column in found])
        for length, found in sorted(by_length.items())
    }


def _hashed(
    norms: Hashes, figures: Flags, row: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """Words and pairs of words, each once a sentence, of equal weight; figures are one word."""
    words = np.where(figures, _FIGURE, norms)
    inside = row >= 0
    pair = inside[:-1] & (row[:-1] == row[1:])
    rows = np.concatenate([row[inside], row[:-1][pair]])
    hashes = np.concatenate([words[inside], _join(words[:-1], words[1:])[pair]])
    keys = np.unique(rows * BUCKETS + ((hashes * _SPREAD) >> _BITS).astype(np.intp))
    sentence, bucket = keys // BUCKETS, keys % BUCKETS
    many = np.bincount(sentence)
    return sentence, bucket, (HASHED_SCALE / np.sqrt(many[sentence])).astype(np.float32)

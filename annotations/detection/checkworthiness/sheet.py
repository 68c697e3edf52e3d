"""Everything the scorer looks at in a document, as arrays; the same for training and use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from spacy.attrs import DEP, ENT_IOB, ENT_TYPE, HEAD, TAG
from spacy.tokens import Doc

from annotations.detection.checkworthiness.dense import (
    CUES,
    DEPENDENCIES,
    ENTITIES,
    ROOTS,
    STRUCTURE,
    TAGS,
    dense_columns,
)
from annotations.detection.checkworthiness.ngrams import Grams, word_grams
from annotations.detection.checkworthiness.vocabulary import (
    MARKS,
    Vocabulary,
    Word,
    number_of,
)
from annotations.detection.components.extensions import read_tokens

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

_CUE_NUMBER = {cue: number for number, cue in enumerate((*CUES, *STRUCTURE))}
_ENTITY_BEGINS = 3
_OPEN_TAGS = frozenset(tag for tag in TAGS if tag[:2] in {"NN", "JJ", "RB", "VB", "CD"}) | {"FW"}
_AUXILIARIES = frozenset(
    word
    for line in (
        "am is are was were be been being 's 're 'm have has had 've 'd having do does did",
        "not n't never more most less least very",
    )
    for word in line.split()
)


@dataclass(slots=True)
class Sheet:
    """A document by sentences. Words are those that are not white space."""

    starts: list[int]
    """Code point offset of each word."""
    ends: list[int]
    spelled: list[str]
    words: list[Word]
    """The same words as the vocabulary knows them."""
    bounds: Places
    """``(sentences + 1,)``: the words at which sentences begin."""
    spans: list[tuple[int, int]]
    """Of each sentence the range of tokens, white space trimmed."""
    grams: list[Grams]
    """One for each kind of n-gram: words, and words with tags in place of the open classes."""
    dense: Floats
    """``(sentences, len(COLUMNS))``"""
    structure: NDArray[np.bool_]
    """``(sentences, len(STRUCTURE))``: whether there is such a cue."""
    cues: list[list[tuple[str, int, int]]]
    """Of each sentence (cue, first character, character after it)."""
    marks: Floats
    """``(sentences, len(MARKS))``: in how many words each mark is seen."""
    tags: list[str]
    """Penn tag of each word; empty strings where there is no tagger."""

    def __len__(self) -> int:
        return len(self.spans)


def read_sheet(
    doc: Doc, vocabulary: Vocabulary, *, cues_key: str = "cues", names_key: str = "names"
) -> Sheet:
    """Read a doc with sentences and ``doc.spans[cues_key]``; tags, dependencies and entities
    where it has them. Where ``doc._.lines`` divides the text, lines are the sentences."""
    tokens = read_tokens(doc)
    count = len(tokens.words)
    solid = [not word.isspace() for word in tokens.words]
    begins = _begins(doc, tokens.starts, count)
    spans, bounds = _units(begins, solid)
    kept = np.flatnonzero(solid)
    written = [tokens.words[at] for at in kept]
    spelled = _without_people(doc, names_key, kept, _in_standard_spelling(written))
    words = vocabulary.words(spelled)
    starts = [tokens.starts[at] for at in kept]
    numbers = np.fromiter((word.number for word in words), dtype=np.uint64, count=len(words))
    edges = np.asarray(bounds, dtype=np.int64)
    owner = np.repeat(np.arange(len(spans)), np.diff(edges))
    grammar = _Grammar(doc, kept, owner, len(spans))
    grams = [word_grams(numbers, edges)]
    if grammar.tags:
        mixed = np.fromiter(
            (
                _tag_number(tag) if tag in _OPEN_TAGS and word not in _AUXILIARIES else number
                for tag, word, number in zip(
                    grammar.tags, map(str.lower, spelled), numbers.tolist(), strict=True
                )
            ),
            dtype=np.uint64,
            count=len(words),
        )
        grams.append(word_grams(mixed, edges, seed=1))
    marks = _count_marks(words, owner, edges, len(spans))
    cues, cue_counts = _cues(doc, cues_key, spans, count)
    lengths = np.diff(edges).astype(float)
    first = [words[at] for at in bounds[:-1]]
    openers = np.array(
        [[bool(word.marks & 1), bool(word.marks & _OPENER)] for word in first], dtype=float
    ).reshape(len(spans), 2)
    dense = dense_columns(
        lengths=lengths,
        cues=cue_counts[:, : len(CUES)],
        marks=marks,
        openers=openers,
        tags=grammar.tag_counts,
        roots=grammar.root_counts,
        dependencies=grammar.dependency_counts,
        entities=grammar.entity_counts,
    )
    return Sheet(
        starts=starts,
        ends=[at + len(word) for at, word in zip(starts, written, strict=True)],
        spelled=spelled,
        words=words,
        bounds=edges,
        spans=spans,
        grams=grams,
        dense=dense,
        structure=cue_counts[:, len(CUES) :] > 0,
        cues=cues,
        marks=marks,
        tags=grammar.tags,
    )


_ANYBODY = "Anybodyatall"
"""Stands for each word of a person's name; no text has it."""
_APOSTROPHES = frozenset(("'", "\u2019"))
_DIVIDED = {
    ("ai", "n't"): ("is", "n't"),
    ("ai", "n\u2019t"): ("is", "n\u2019t"),
    ("gon", "na"): ("going", "to"),
    ("got", "ta"): ("have", "to"),
    ("fixin", "'"): ("going", "'"),
    ("fixin", "\u2019"): ("going", "\u2019"),
}
_SECOND_HALVES = _APOSTROPHES | {second for _, second in _DIVIDED}
_OPENER = 1 << MARKS.index("opener")
_CAPITAL = MARKS.index("capital")


def _without_people(doc: Doc, key: str, kept: Places, written: list[str]) -> list[str]:
    """The words with one name in place of everybody's: a score must not hang on who it is."""
    named = np.zeros(len(doc), dtype=bool)
    for name in doc.spans.get(key, ()):
        if name.label_ == "PERSON":
            named[name.start : name.end] = True
    if not named.any():
        return written
    return [
        _ANYBODY if person else word
        for person, word in zip(named[kept].tolist(), written, strict=True)
    ]


def _in_standard_spelling(written: list[str]) -> list[str]:
    """The words with dialect that the tokenizer divides as the standard writes it: "workin'" as
    "working", "gonna" as "going to", "ain't" as "isn't". A half of these may be a word elsewhere.
    """
    whole = None
    for at in range(1, len(written)):
        second = written[at]
        if second not in _SECOND_HALVES:
            continue
        first = written[at - 1]
        pair = _DIVIDED.get((first.lower(), second))
        if pair is None and second in _APOSTROPHES and len(first) > 4 and first.endswith("in"):
            pair = first + "g", second
        if pair is not None:
            whole = list(written) if whole is None else whole
            whole[at - 1 : at + 1] = pair
    return written if whole is None else whole


def _begins(doc: Doc, starts: Sequence[int], count: int) -> list[int]:
    """Tokens at which a sentence begins, and the number of tokens."""
    if not count:
        return [0]
    if not doc._.lines:
        return [*(sentence.start for sentence in doc.sents), count]
    places = np.searchsorted(starts, [start for start, _, _ in doc._.lines])
    return sorted({0, *(int(at) for at in places if at < count), count})


def _units(begins: list[int], solid: list[bool]) -> tuple[list[tuple[int, int]], list[int]]:
    """Trimmed token ranges of the sentences that hold a word, and where their words begin."""
    spans: list[tuple[int, int]] = []
    bounds = [0]
    for begin, end in pairwise(begins):
        inside = [at for at in range(begin, end) if solid[at]]
        if inside:
            spans.append((inside[0], inside[-1] + 1))
            bounds.append(bounds[-1] + len(inside))
    return spans, bounds


def _count_marks(words: list[Word], owner: Places, bounds: Places, count: int) -> Floats:
    marks = np.fromiter((word.marks for word in words), dtype=np.int64, count=len(words))
    counts = np.zeros((count, len(MARKS)))
    for number in range(len(MARKS)):
        hits = np.flatnonzero(marks & (1 << number))
        if number == _CAPITAL:  # every sentence begins with one
            hits = hits[~np.isin(hits, bounds[:-1])]
        counts[:, number] = np.bincount(owner[hits], minlength=count)
    return counts


def _cues(
    doc: Doc, key: str, spans: list[tuple[int, int]], count: int
) -> tuple[list[list[tuple[str, int, int]]], Floats]:
    found: list[list[tuple[str, int, int]]] = [[] for _ in spans]
    counts = np.zeros((len(spans), len(_CUE_NUMBER)))
    owner = np.full(count + 1, -1)
    for row, (first, stop) in enumerate(spans):
        owner[first:stop] = row
    rows = owner.tolist()
    for cue in doc.spans.get(key, ()):
        number = _CUE_NUMBER.get(cue.label_)
        row = rows[cue.start]
        if number is not None and row >= 0:
            counts[row, number] += 1
            found[row].append((cue.label_, cue.start_char, cue.end_char))
    return found, counts


@cache
def _tag_number(tag: str) -> int:
    return number_of(f"<{tag}>")


class _Grammar:
    """Counts by sentence of tags, dependencies and entities; zeros where the doc has none."""

    def __init__(self, doc: Doc, kept: Places, owner: Places, count: int) -> None:
        self.tag_counts = np.zeros((count, len(TAGS)))
        self.root_counts = np.zeros((count, len(ROOTS)))
        self.dependency_counts = np.zeros((count, len(DEPENDENCIES)))
        self.entity_counts = np.zeros((count, len(ENTITIES)))
        self.tags: list[str] = []
        if not len(kept):
            return
        strings = doc.vocab.strings
        rows = doc.to_array([TAG, DEP, HEAD, ENT_TYPE, ENT_IOB])[kept]
        if rows[:, 0].any():
            names = [strings[tag] for tag in rows[:, 0].tolist()]
            self.tags = names
            _count(self.tag_counts, owner, names, TAGS)
            if rows[:, 1].any():
                # A token's head is a distance: the root's is 0.
                root = np.flatnonzero(rows[:, 2] == 0).tolist()
                _count(self.root_counts, owner[root], [names[at] for at in root], ROOTS)
        if rows[:, 1].any():
            names = [strings[name] for name in rows[:, 1].tolist()]
            _count(self.dependency_counts, owner, names, DEPENDENCIES)
        begin = np.flatnonzero(rows[:, 4] == _ENTITY_BEGINS)
        if len(begin):
            names = [strings[name] for name in rows[begin, 3].tolist()]
            _count(self.entity_counts, owner[begin], names, ENTITIES)


def _count(counts: Floats, owner: Places, names: Sequence[str], known: tuple[str, ...]) -> None:
    number = {name: place for place, name in enumerate(known)}
    column = np.fromiter((number.get(name, -1) for name in names), dtype=np.int64, count=len(names))
    inside = column >= 0
    np.add.at(counts, (owner[inside], column[inside]), 1)

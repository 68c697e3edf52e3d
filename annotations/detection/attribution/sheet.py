"""A parsed doc as arrays: what the features of this package are read from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from spacy.attrs import (
    DEP,
    ENT_TYPE,
    HEAD,
    IDX,
    IS_SPACE,
    LEMMA,
    LENGTH,
    LOWER,
    ORTH,
    SENT_START,
    SHAPE,
    SPACY,
    TAG,
)
from spacy.strings import get_string_id
from spacy.tokens import Doc

from annotations.detection.attribution.hashing import Codes
from annotations.detection.boundaries import paragraph_starts

Ints = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

_READ = (LOWER, LEMMA, TAG, DEP, HEAD, SENT_START, ENT_TYPE)
_ATTRIBUTES = [*_READ, IS_SPACE, IDX, LENGTH, SHAPE, ORTH, SPACY]

DEPTH = 24
"""Ancestors kept of a token; what lies deeper counts as unconnected."""

# Different schemes' names of one relation; the parts after a colon that say little are dropped.
_SAME = {
    "nsubjpass": "nsubj:pass",
    "csubj": "nsubj",
    "csubjpass": "nsubj:pass",
    "csubj:pass": "nsubj:pass",
    "dobj": "obj",
    "obl": "nmod",
    "auxpass": "aux:pass",
    "neg": "advmod",
    "mwe": "fixed",
    "name": "flat",
    "goeswith": "flat",
    "ROOT": "root",
}
_KEPT_PARTS = frozenset({"nmod:poss", "nsubj:pass", "aux:pass", "acl:relcl", "compound:prt"})
DEPS = [
    "root",
    "nsubj",
    "nsubj:pass",
    "obj",
    "iobj",
    "nmod",
    "nmod:poss",
    "ccomp",
    "xcomp",
    "advcl",
    "acl",
    "acl:relcl",
    "parataxis",
    "appos",
    "conj",
    "cc",
    "mark",
    "aux",
    "aux:pass",
    "cop",
    "case",
    "det",
    "punct",
    "flat",
    "compound",
    "compound:prt",
    "nummod",
    "amod",
    "advmod",
    "expl",
    "fixed",
    "discourse",
    "vocative",
    "dep",
]
DEP_NUMBER = {dep: number for number, dep in enumerate(DEPS)}


@cache
def dep_number(dep: str) -> int:
    """Position in ``DEPS`` of a relation under any scheme's name."""
    dep = _SAME.get(dep, dep)
    if dep not in _KEPT_PARTS:
        dep = dep.split(":")[0]
        dep = _SAME.get(dep, dep)
    return DEP_NUMBER.get(dep, DEP_NUMBER["dep"])


def folded(values: npt.NDArray[np.uint64]) -> Codes:
    """spaCy's 64-bit string hashes in 32 bits."""
    return (values ^ (values >> np.uint64(32))).astype(np.uint32)


def code_of(word: str) -> int:
    """The folded hash of a string, as in ``Sheet.lower``."""
    return int(folded(np.array([get_string_id(word)], dtype=np.uint64))[0])


@dataclass(slots=True)
class Sheet:
    """Arrays over the n tokens of a doc that are not white space.

    ``lower``, ``lemma``, ``tag`` and ``entity`` hold folded hashes, ``dep`` numbers in ``DEPS``.
    """

    text: str
    words: list[str]
    place: Ints
    """(n,) index in the doc."""
    start: Ints
    """(n,) first character."""
    end: Ints
    lower: Codes
    lemma: Codes
    tag: Codes
    entity: Codes
    dep: Ints
    head: Ints
    """(n,) index in the sheet; roots point at themselves."""
    depth: Ints
    """(n,) steps to the root, -1 where there are ``DEPTH`` or more."""
    ancestors: Ints
    """(n, DEPTH) from the root down to the token itself, -1 after it."""
    sentence: Ints
    """(n,) number of the sentence."""
    firsts: Ints
    """(sentences + 1,) index of each sentence's first token, then n."""
    paragraph: Ints
    """(n,) number of the paragraph."""
    quote: Ints
    """(n,) number of the quotation from 1, marks included; 0 outside."""
    long_quote: Flags
    """(n,) inside a quotation of more than three words."""
    cased: Ints
    """(n,) 0 lower case, 1 capitalised, 2 all capitals, 3 begins with no letter, 4 a figure."""
    parts: Ints
    """(sentences,) number of the text that a sentence is of, where several are read as one."""

    def __len__(self) -> int:
        return len(self.place)

    def first_at(self, character: int) -> int:
        """Index of the first token that ends after a character."""
        return int(np.searchsorted(self.end, character, side="right"))


def read_sheet(doc: Doc, quotes_key: str = "quotes") -> Sheet:
    """Read the doc; needs sentences, tags, lemmas, a parse, and quotations."""
    rows = doc.to_array(_ATTRIBUTES)
    strings = doc.vocab.strings
    every = [strings[orth] for orth in rows[:, 11].tolist()]
    spaced = rows[:, 12].tolist()
    text = "".join(
        [word + " " if space else word for word, space in zip(every, spaced, strict=True)]
    )
    kept = np.flatnonzero(rows[:, 7] == 0).astype(np.int32)
    # Index in the sheet of each doc token; white space stands for the token before it.
    sheet_index = (np.cumsum(rows[:, 7] == 0) - 1).astype(np.int32)
    start = rows[kept, 8].astype(np.int32)
    end = start + rows[kept, 9].astype(np.int32)
    offsets = rows[:, 4].astype(np.int64)
    doc_head = np.arange(len(doc), dtype=np.int64) + offsets
    head = np.maximum(sheet_index[doc_head[kept]], 0).astype(np.int32)
    begins = np.maximum(sheet_index[np.flatnonzero(rows[:, 5] == 1)], 0)
    opens = np.zeros(len(kept), dtype=bool)
    # White space may open a sentence: then the next token does.
    for at in np.flatnonzero(rows[:, 5] == 1).tolist():
        if rows[at, 7]:
            following = sheet_index[at] + 1
            if following < len(kept):
                opens[following] = True
    opens[begins[rows[np.flatnonzero(rows[:, 5] == 1), 7] == 0]] = True
    if len(kept):
        opens[0] = True
    sentence = (np.cumsum(opens) - 1).astype(np.int32)
    firsts = np.append(np.flatnonzero(opens), len(kept)).astype(np.int32)
    numbers = np.arange(len(kept), dtype=np.int32)
    head = np.where(sentence[head] == sentence, head, numbers) if len(kept) else head
    depth, ancestors = _trace(head)
    paragraphs = np.array(paragraph_starts(text), dtype=np.int64)
    quote = np.zeros(len(doc), dtype=np.int32)
    long_quote = np.zeros(len(doc), dtype=bool)
    for number, span in enumerate(doc.spans[quotes_key], 1):
        quote[span.start : span.end] = number
        if span.end - span.start - 2 > 3:
            long_quote[span.start : span.end] = True
    return Sheet(
        text=text,
        words=[every[at] for at in kept.tolist()],
        place=kept,
        start=start,
        end=end,
        lower=folded(rows[kept, 0]),
        lemma=folded(rows[kept, 1]),
        tag=folded(rows[kept, 2]),
        entity=folded(rows[kept, 6]),
        dep=_mapped(rows[kept, 3], lambda dep: dep_number(strings[dep])),
        head=head,
        depth=depth,
        ancestors=ancestors,
        sentence=sentence,
        firsts=firsts,
        paragraph=np.searchsorted(paragraphs, start, side="right").astype(np.int32),
        quote=quote[kept],
        long_quote=long_quote[kept],
        cased=_mapped(rows[kept, 10], lambda shape: _case(strings[shape])),
        parts=np.zeros(len(firsts) - 1, dtype=np.int32),
    )


def _mapped(values: npt.NDArray[np.uint64], number: Callable[[int], int]) -> Ints:
    """A number for each value, asked once for each that differs."""
    different, inverse = np.unique(values, return_inverse=True)
    return np.array([number(value) for value in different.tolist()], dtype=np.int32)[inverse]


def _case(shape: str) -> int:
    """Of a word by spaCy's shape of it, such as ``Xxxxx`` or ``dd.d``."""
    first = shape[:1]
    if first == "d":
        return 4
    if first not in {"x", "X"}:
        return 3 if not first.isalpha() else 0
    if first == "x":
        return 0
    return 2 if len(shape) > 1 and "x" not in shape else 1


def _trace(head: Ints) -> tuple[Ints, Ints]:
    """Depth and the way down from the root, for every token at once."""
    n = len(head)
    upward = np.empty((n, DEPTH), dtype=np.int32)
    depth = np.full(n, -1, dtype=np.int32)
    numbers = np.arange(n, dtype=np.int32)
    current = numbers
    for step in range(DEPTH):
        upward[:, step] = current
        above = head[current] if n else current
        arrived = (above == current) & (depth < 0)
        depth[arrived] = step
        current = above
    columns = depth[:, None] - np.arange(DEPTH, dtype=np.int32)[None, :]
    ancestors = np.take_along_axis(upward, np.maximum(columns, 0), axis=1)
    ancestors[columns < 0] = -1
    return depth, ancestors

"""A sheet with what the features need of it beside: known words, marks, children, quotations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from annotations.detection.attribution.hashing import Codes
from annotations.detection.attribution.sheet import DEP_NUMBER, Ints, Sheet, code_of

NO_WORD = np.uint32(3)
RARE_WORD = np.uint32(7)
COMMA = 1

_MARKS = {
    code_of(mark): kind
    for kind, marks in enumerate(
        (
            (",",),
            (".", "!", "?", "…"),
            (":", ";"),
            ('"', "“", "”", "''", "``", "'", "\u2018", "\u2019", "«", "»"),
            ("-", "\u2013", "—", "--"),
            ("(", ")", "[", "]"),
        ),
        1,
    )
    for mark in marks
}
_MARK_CODES = np.array(sorted(_MARKS), dtype=np.uint32)
_MARK_KINDS = np.array([_MARKS[code] for code in sorted(_MARKS)], dtype=np.int32)

_FOLLOWED = tuple(
    DEP_NUMBER[name]
    for name in [
        "nsubj",
        "nsubj:pass",
        "obj",
        "ccomp",
        "xcomp",
        "nmod",
        "case",
        "mark",
        "aux:pass",
        "aux",
        "nmod:poss",
    ]
)
_STEPS = np.array([1, 2, 3, 4, 5, 7, 10, 15, 25, 40], dtype=np.int32)


@dataclass(slots=True)
class Lexis:
    """The words features may name: sorted folded hashes."""

    codes: Codes

    def known(self, values: Codes) -> Codes:
        """The values, those that are not in the list as ``RARE_WORD``."""
        return np.where(contains(self.codes, values), values, RARE_WORD)


def contains(codes: Codes, values: Codes) -> npt.NDArray[np.bool_]:
    """Which values are among the sorted codes."""
    if not len(codes):
        return np.zeros(len(values), dtype=bool)
    found: npt.NDArray[np.bool_] = (
        codes[np.minimum(np.searchsorted(codes, values), len(codes) - 1)] == values
    )
    return found


@dataclass(slots=True)
class View:
    """Arrays over the n tokens of the sheet."""

    sheet: Sheet
    lower: Codes
    lemma: Codes
    mark: Ints
    """(n,) kind of punctuation mark, 0 for none."""
    children: npt.NDArray[np.int64]
    """(n,) a bit for each relation that a child has."""
    child: dict[int, Ints]
    """For some relations, the first child that has it, -1 for none."""
    commas: Ints
    """(n,) commas up to and with the token."""
    near_quote: Ints
    """(n,) how quotations lie to the token: 1 or 2 in one (of more than three words), 3 one ends
    just before, 6 one begins just after, 12 a longer one is in the sentence, summed."""


def view(sheet: Sheet, lexis: Lexis) -> View:
    n = len(sheet)
    place = np.minimum(np.searchsorted(_MARK_CODES, sheet.lower), len(_MARK_CODES) - 1)
    mark = np.where(_MARK_CODES[place] == sheet.lower, _MARK_KINDS[place], 0).astype(np.int32)
    inner = sheet.head != np.arange(n, dtype=np.int32)
    children = np.zeros(n, dtype=np.int64)
    child = {}
    for dep in range(len(DEP_NUMBER)):
        which = np.flatnonzero((sheet.dep == dep) & inner)[::-1].astype(np.int32)
        if len(which):
            children[sheet.head[which]] |= np.int64(1) << np.int64(dep)
        if dep in _FOLLOWED:
            found = np.full(n, -1, dtype=np.int32)
            found[sheet.head[which]] = which  # written last to first: the first one stays
            child[dep] = found
    return View(
        sheet=sheet,
        lower=lexis.known(sheet.lower),
        lemma=lexis.known(sheet.lemma),
        mark=mark,
        children=children,
        child=child,
        commas=np.cumsum(mark == COMMA, dtype=np.int32),
        near_quote=_near_quote(sheet),
    )


def _near_quote(sheet: Sheet) -> Ints:
    n = len(sheet)
    if not n:
        return np.zeros(0, dtype=np.int32)
    quoted = sheet.quote > 0
    text = sheet.parts[sheet.sentence]
    before, after = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    for by in range(1, min(4, n)):
        same = text[by:] == text[:-by]
        before[by:] |= quoted[:-by] & same
        after[:-by] |= quoted[by:] & same
    has = np.zeros(len(sheet.firsts) - 1, dtype=bool)
    has[sheet.sentence[sheet.long_quote]] = True
    inside = np.where(sheet.long_quote, 2, np.minimum(sheet.quote, 1))
    near: Ints = (inside + 3 * (before + 2 * after) + 12 * has[sheet.sentence]).astype(np.int32)
    return near


def bucket(values: npt.NDArray[np.int32 | np.int64]) -> Ints:
    """Signed counts in steps: 0 1 2 3 4 5-6 7-9 10-14 15-24 25-39 40 and more."""
    size = np.searchsorted(_STEPS, np.abs(values), side="right")
    signed: Ints = np.where(values < 0, -size, size).astype(np.int32)
    return signed


def shifted(values: Codes, sentence: Ints, by: int) -> Codes:
    """For each token the value ``by`` tokens further on in its sentence, else ``NO_WORD``."""
    n = len(values)
    found = np.full(n, NO_WORD, dtype=np.uint32)
    if abs(by) < n:
        left = slice(max(0, -by), n - max(0, by))
        right = slice(max(0, by), n - max(0, -by))
        same = sentence[left] == sentence[right]
        found[left] = np.where(same, values[right], NO_WORD)
    return found

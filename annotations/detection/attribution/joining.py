"""Several texts read as one: an array operation costs the same for one short text as for ten.

Texts stay apart by ``Sheet.parts``; no sentence, quotation or paragraph number is shared.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

import numpy as np

from annotations.detection.attribution.continuation import Sentences
from annotations.detection.attribution.decoding import Found
from annotations.detection.attribution.sheet import Sheet

_TOKENS = 16_000
"""Tokens read together, unless a single text has more."""
_APART = 8
"""Paragraph numbers left between texts: more than any feature looks ahead."""


def portions(sheets: Sequence[Sheet]) -> Iterator[list[Sheet]]:
    """The sheets in order, in groups that are read together."""
    group: list[Sheet] = []
    size = 0
    for sheet in sheets:
        if group and size + len(sheet) > _TOKENS:
            yield group
            group, size = [], 0
        group.append(sheet)
        size += len(sheet)
    if group:
        yield group


def join(sheets: Sequence[Sheet]) -> Sheet:
    """One sheet of all tokens; ``text``, ``words``, ``place``, ``start`` and ``end`` stay empty."""
    if len(sheets) == 1:
        return sheets[0]
    tokens = [0, *accumulate(len(sheet) for sheet in sheets)]
    sentences = [0, *accumulate(len(sheet.firsts) - 1 for sheet in sheets)]
    quotes = [0, *accumulate(int(sheet.quote.max(initial=0)) for sheet in sheets)]
    paragraphs = [0, *accumulate(int(sheet.paragraph.max(initial=0)) + _APART for sheet in sheets)]
    nothing = np.zeros(0, dtype=np.int32)
    return Sheet(
        text="",
        words=[],
        place=np.arange(tokens[-1], dtype=np.int32),
        start=nothing,
        end=nothing,
        lower=np.concatenate([sheet.lower for sheet in sheets]),
        lemma=np.concatenate([sheet.lemma for sheet in sheets]),
        tag=np.concatenate([sheet.tag for sheet in sheets]),
        entity=np.concatenate([sheet.entity for sheet in sheets]),
        dep=np.concatenate([sheet.dep for sheet in sheets]),
        head=_moved([sheet.head for sheet in sheets], tokens),
        depth=np.concatenate([sheet.depth for sheet in sheets]),
        ancestors=_moved([sheet.ancestors for sheet in sheets], tokens, least=0),
        sentence=_moved([sheet.sentence for sheet in sheets], sentences),
        firsts=np.append(
            _moved([sheet.firsts[:-1] for sheet in sheets], tokens), np.int32(tokens[-1])
        ).astype(np.int32),
        paragraph=_moved([sheet.paragraph for sheet in sheets], paragraphs),
        quote=_moved([sheet.quote for sheet in sheets], quotes, least=1),
        long_quote=np.concatenate([sheet.long_quote for sheet in sheets]),
        cased=np.concatenate([sheet.cased for sheet in sheets]),
        parts=np.repeat(
            np.arange(len(sheets), dtype=np.int32), [len(sheet.firsts) - 1 for sheet in sheets]
        ),
    )


def _moved(
    arrays: list[np.ndarray[tuple[int, ...], np.dtype[np.int32]]], by: list[int], least: int = -1
) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    """Numbers of at least ``least`` moved on by each text's offset; smaller ones say "none"."""
    return np.concatenate(
        [
            np.where(array >= least, array + np.int32(offset), array)
            for array, offset in zip(arrays, by, strict=False)
        ]
    )


def divide(
    sheets: Sequence[Sheet], found: Sequence[Found], sentences: Sentences
) -> list[tuple[list[Found], Sentences]]:
    """What was found in the joined sheet, for each sheet in its own numbers."""
    if len(sheets) == 1:
        return [(list(found), sentences)]
    heads = [one.head for one in found]
    tokens = [0, *accumulate(len(sheet) for sheet in sheets)]
    counts = [0, *accumulate(len(sheet.firsts) - 1 for sheet in sheets)]
    parted = []
    for (first, stop), (begin, end) in zip(pairwise(tokens), pairwise(counts), strict=True):
        own = found[bisect_left(heads, first) : bisect_left(heads, stop)]
        for one in own:
            one.head -= first
            one.source = [token - first for token in one.source]
            one.cue = [token - first for token in one.cue]
            one.content = [token - first for token in one.content]
            one.links = [(place - begin, probability) for place, probability in one.links]
        parted.append((list(own), sentences.between(begin, end, first)))
    return parted

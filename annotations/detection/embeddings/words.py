"""From the pieces a tokenizer cuts to the words a reader sees."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from annotations.detection.checkworthiness.parts import WordWeight


def word_weights(
    text: str, offsets: Sequence[tuple[int, int]], shares: NDArray[np.float64]
) -> list[WordWeight]:
    """The shares of pieces, summed over the words that they are pieces of.

    ``offsets`` are half-open code points in ``text``, in reading order; a piece that stands for
    no text (a mark at the sentence's edge) is empty and left out. Pieces that touch are one word,
    so that "$1.5m" is pointed at once; signs at a word's edges belong to its weight but not to
    its place. A word without a letter or digit is left out. Linear in the text.
    """
    words: list[WordWeight] = []
    start = end = -1
    weight = 0.0
    for (first, last), share in zip(offsets, shares.tolist(), strict=True):
        if first == last:
            continue
        if first > end and end >= 0:
            _add(words, text, start, end, weight)
            start, weight = first, 0.0
        elif end < 0:
            start = first
        # A letter may give several pieces with the same place ("½" is read as three).
        end = max(end, last)
        weight += share
    if end >= 0:
        _add(words, text, start, end, weight)
    return words


def _add(words: list[WordWeight], text: str, start: int, end: int, weight: float) -> None:
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    if start < end:
        words.append(WordWeight(start, end, weight))

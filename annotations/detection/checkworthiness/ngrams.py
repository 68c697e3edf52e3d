"""Word n-grams of a document, all at once: a key of 32 bits for each place where one stands."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LONGEST = 3
"""Words in the longest n-gram."""
_BEGIN, _END = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
_FACTOR, _SPREAD = np.uint64(0xD6E8FEB86659FD93), np.uint64(0xFF51AFD7ED558CCD)

Keys = NDArray[np.uint32]
Places = NDArray[np.int64]


class Grams(NamedTuple):
    """Parallel arrays, one entry a place."""

    keys: Keys
    sentences: Places
    first: Places
    """Its first word among the words counted; the sentence's begin is given to the word after."""
    last: Places
    """Its last word, included."""


def word_grams(numbers: NDArray[np.uint64], bounds: Places, *, seed: int = 0) -> Grams:
    """N-grams of 1 to LONGEST inside each sentence, with its begin and end as words of their own.

    ``numbers`` are the words, ``bounds`` the ``(sentences + 1,)`` places where sentences begin,
    none of them empty; ``seed`` tells kinds of n-grams apart. Keys of equal n-grams are equal;
    of others almost never.
    """
    count = len(bounds) - 1
    if count == 0:
        nothing = np.zeros(0, dtype=np.int64)
        return Grams(np.zeros(0, dtype=np.uint32), nothing, nothing, nothing)
    lengths = np.diff(bounds)
    sentence = np.repeat(np.arange(count), lengths)
    # Each sentence gets two more places, for its begin and its end.
    padded = np.empty(len(numbers) + 2 * count, dtype=np.uint64)
    owner = np.repeat(np.arange(count), lengths + 2)
    begins = bounds[:-1] + 2 * np.arange(count)
    ends = begins + lengths + 1
    padded[begins], padded[ends] = _BEGIN, _END
    places = np.arange(len(numbers)) + 2 * sentence + 1
    padded[places] = numbers
    # The word that stands for each place: a begin's is the first of its sentence, an end's the last
    word = np.empty(len(padded), dtype=np.int64)
    word[places] = np.arange(len(numbers))
    word[begins], word[ends] = bounds[:-1], bounds[1:] - 1
    keys, sentences, first, last = [], [], [], []
    state = np.full(len(padded), (seed + 1) * int(_FACTOR) % 2**64, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for size in range(1, LONGEST + 1):
            stop = len(padded) - size + 1
            if stop <= 0:
                break
            state = _mix(state[:stop], padded[size - 1 :])
            inside = owner[:stop] == owner[size - 1 :]
            if size == 1:
                inside = np.zeros(stop, dtype=bool)
                inside[places] = True
            at = np.flatnonzero(inside)
            keys.append((state[at] >> np.uint64(32)).astype(np.uint32))
            sentences.append(owner[at])
            first.append(word[at])
            last.append(word[at + size - 1])
    return Grams(
        np.concatenate(keys), np.concatenate(sentences), np.concatenate(first), np.concatenate(last)
    )


def _mix(state: NDArray[np.uint64], numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mixed = (state ^ numbers) * _FACTOR
    mixed ^= mixed >> np.uint64(29)
    mixed *= _SPREAD
    mixed ^= mixed >> np.uint64(32)
    return mixed


def look_up(known: Keys, keys: Keys) -> Places:
    """Place of each key among the sorted ``known``, -1 where it isn't there."""
    if not len(known):
        return np.full(len(keys), -1, dtype=np.int64)
    at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.where(known[at] == keys, at, -1)

"""Dividing groups of items into parts of given shares, so that no group is in two parts."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence


def rank(seed: int, key: str) -> int:
    """A number by which groups of a size come in another order for another seed."""
    return int.from_bytes(hashlib.blake2b(f"{seed}:{key}".encode(), digest_size=8).digest()) >> 1


def magnitude(size: int) -> int:
    """Groups are placed by this, the largest first: small ones even out what large ones left."""
    return size.bit_length()


def place(sizes: Iterable[int], total: int, shares: Mapping[str, float]) -> Iterator[str]:
    """For each group, in order, the part that it goes to: the one that lacks most.

    ``sizes`` sum to ``total``, ``shares`` to 1. No part gets as much as the largest group more
    than its share; of equal lacks the first part's counts.
    """
    lacks = {name: share * total for name, share in shares.items()}
    for size in sizes:
        chosen = max(lacks, key=lambda name: lacks[name])
        lacks[chosen] -= size
        yield chosen


def place_days(
    days: Iterable[tuple[dt.date, int]], total: int, shares: Mapping[str, float]
) -> Iterator[tuple[dt.date, str]]:
    """Days in order, with how many items each has → the part of each: earlier days come first.

    A part ends with the day that fills its share.
    """
    names = list(shares)
    ends, reached = [], 0.0
    for name in names:
        reached += shares[name] * total
        ends.append(reached)
    before, at = 0, 0
    for day, size in days:
        while at < len(names) - 1 and before >= ends[at]:
            at += 1
        yield day, names[at]
        before += size


def part_until(day: dt.date, until: Sequence[dt.date], names: Sequence[str]) -> str:
    """The part of a day, where all parts but the last end with a given day."""
    for name, last in zip(names, until, strict=False):
        if day <= last:
            return name
    return names[-1]

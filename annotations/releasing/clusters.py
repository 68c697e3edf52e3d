"""Which of many texts say nearly the same, in memory that holds a few numbers a text.

The signatures are those of imports (``services.likeness``), and wait on the disk. They are cut
into bands; texts that share a band are compared with the first and the last before them that do,
and likeness is passed on: if a is like b and b like c, the three are one cluster.
"""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Any

from annotations.services.likeness import NUMBERS, SEQUENCE, THRESHOLD, signature_of

if TYPE_CHECKING:
    from collections.abc import Iterator

# Articles as imports compare them: 8 bands of 8 numbers, four fifths in common. Claims are short:
# pairs of words in the place of five, and one word of ten may differ. Of 16 bands of 4 numbers,
# two claims that share 60 % have one in common 9 times of 10, and those that share 80 % always.
CLAIM_SEQUENCE, CLAIM_BANDS, CLAIM_THRESHOLD = 2, 16, 0.6
ARTICLE_BANDS = 8
COMPARED_AT_ONCE = 5_000


class Sketches:
    """Takes texts, in order, and says which belong together."""

    def __init__(self, *, sequence: int, bands: int, threshold: float) -> None:
        self.sequence, self.bands, self.threshold = sequence, bands, threshold
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  closed with its owner
        self.count = 0

    @classmethod
    def of_claims(cls) -> Sketches:
        return cls(sequence=CLAIM_SEQUENCE, bands=CLAIM_BANDS, threshold=CLAIM_THRESHOLD)

    @classmethod
    def of_articles(cls) -> Sketches:
        return cls(sequence=SEQUENCE, bands=ARTICLE_BANDS, threshold=THRESHOLD)

    def add(self, text: str) -> None:
        import numpy as np

        signature = signature_of(text, sequence=self.sequence)
        self._file.write(np.array(signature, dtype="<u4").tobytes())
        self.count += 1

    def clusters(self) -> Iterator[int]:
        """For each text, in order, the number of the first of its cluster; its own where it is
        like none before it."""
        if not self.count:
            return
        import numpy as np

        self._file.flush()
        signatures: Any = np.memmap(self._file, dtype="<u4", mode="r", shape=(self.count, NUMBERS))
        parent = np.arange(self.count, dtype=np.int64)
        width = NUMBERS // self.bands
        for band in range(self.bands):
            part = np.ascontiguousarray(signatures[:, band * width : (band + 1) * width])
            keys = part.view([("", part.dtype)] * width).ravel()
            order = np.argsort(keys, kind="stable")
            same = keys[order][1:] == keys[order][:-1]
            # Runs of equal bands: each text beside the one before it, and beside the run's first.
            starts = np.where(np.concatenate(([True], ~same)), np.arange(self.count), 0)
            first = order[np.maximum.accumulate(starts)][1:][same]
            before, here = order[:-1][same], order[1:][same]
            self._join(parent, signatures, before, here)
            self._join(parent, signatures, first, here)
        for number in range(self.count):
            yield _root(parent, number)

    def close(self) -> None:
        self._file.close()

    def _join(self, parent: Any, signatures: Any, left: Any, right: Any) -> None:
        for start in range(0, len(left), COMPARED_AT_ONCE):
            some = slice(start, start + COMPARED_AT_ONCE)
            equal = signatures[left[some]] == signatures[right[some]]
            alike = equal.mean(axis=1) >= self.threshold
            pairs = zip(left[some][alike].tolist(), right[some][alike].tolist(), strict=True)
            for one, other in pairs:
                a, b = _root(parent, one), _root(parent, other)
                # The earlier one leads, so that numbers don't depend on the order of joining.
                parent[max(a, b)] = min(a, b)


def _root(parent: Any, number: int) -> int:
    while (up := int(parent[number])) != number:
        parent[number] = parent[up]
        number = up
    return number

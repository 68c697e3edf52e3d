"""Features as rows of a network's table."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint32]
Values = npt.NDArray[np.uint32 | np.int32 | np.int64 | np.bool_]

_ODD = np.uint32(0x9E3779B1)
_START = np.uint32(0x85EBCA77)


class Columns:
    """Collects (features, n) row numbers, a feature at a time.

    A feature is its position and the values that it joins; equal values at one position share a
    row, whose number is the top bits of a multiplicative hash. Row 0 is nobody's.
    """

    def __init__(self, n: int, bits: int) -> None:
        self.columns: list[Codes] = []
        self.n = n
        self.shift = np.uint32(32 - bits)

    def add(self, *values: Values) -> None:
        number = len(self.columns) + 1
        total = np.full(self.n, number * int(_START) & 0xFFFFFFFF, dtype=np.uint32)
        for value in values:
            total ^= value if value.dtype == np.uint32 else value.astype(np.uint32)
            total *= _ODD
        total >>= self.shift
        self.columns.append(np.maximum(total, 1, out=total))

    def add_groups(self, values: list[Codes]) -> None:
        """Several features at once, from the values that come first, second and so on in each:
        (features, n) arrays."""
        numbers = np.arange(1, len(values[0]) + 1, dtype=np.uint32) + np.uint32(len(self.columns))
        total = np.repeat((numbers * _START)[:, None], self.n, axis=1)
        for value in values:
            total ^= value
            total *= _ODD
        total >>= self.shift
        self.columns.extend(np.maximum(total, 1, out=total))

    def rows(self) -> Codes:
        return np.array(self.columns, dtype=np.uint32).reshape(len(self.columns), self.n)

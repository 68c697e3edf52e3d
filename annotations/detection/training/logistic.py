"""Logistic regression with an L2 penalty on sparse rows, in numpy alone.

Truncated Newton: each step solves the Newton equations roughly by conjugate gradients and is
halved until the loss falls (Nocedal & Wright, Numerical Optimization, 2nd ed., algorithm 7.1).
No randomness: the same rows give the same weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SparseRows:
    """A matrix by rows: row ``i`` has ``values[starts[i]:starts[i + 1]]`` in ``columns[…]``."""

    starts: NDArray[np.int64]
    """``(rows + 1,)``, from 0, never falling."""
    columns: NDArray[np.int32]
    """``(entries,)``; a column may come more than once in a row, its values add up."""
    values: NDArray[np.float32]
    width: int
    """Number of columns."""

    def __len__(self) -> int:
        return len(self.starts) - 1

    def times(self, vector: Floats) -> Floats:
        """Matrix by vector: ``(width,)`` to ``(rows,)``."""
        sums = np.zeros(len(self.values) + 1)
        np.cumsum(self.values * vector[self.columns], out=sums[1:])
        product: Floats = sums[self.starts[1:]] - sums[self.starts[:-1]]
        return product

    def transposed_times(self, vector: Floats) -> Floats:
        """Transposed matrix by vector: ``(rows,)`` to ``(width,)``."""
        spread = np.repeat(vector, np.diff(self.starts))
        spread *= self.values
        sums: Floats = np.bincount(self.columns, weights=spread, minlength=self.width).astype(float)
        return sums

    def squares_times(self, vector: Floats) -> Floats:
        """The same with each value squared."""
        return SparseRows(
            self.starts, self.columns, self.values * self.values, self.width
        ).transposed_times(vector)

    def take(self, rows: NDArray[np.int64]) -> SparseRows:
        """The given rows, in the given order."""
        lengths = np.diff(self.starts)[rows]
        starts = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum(lengths, out=starts[1:])
        places = np.arange(starts[-1]) + np.repeat(self.starts[:-1][rows] - starts[:-1], lengths)
        return SparseRows(starts, self.columns[places], self.values[places], self.width)


@dataclass(frozen=True, slots=True)
class LogisticModel:
    weights: Floats
    """``(width,)``"""
    bias: float

    def logits(self, rows: SparseRows) -> Floats:
        return rows.times(self.weights) + self.bias


def balanced(labels: NDArray[np.int8]) -> Floats:
    """A weight a row that gives both classes half of the total; their mean is 1.

    Raises ValueError where one class is missing.
    """
    positive = int(labels.sum())
    negative = len(labels) - positive
    if not positive or not negative:
        raise ValueError("sentences of both classes are needed to learn from")
    return np.where(labels == 1, len(labels) / (2 * positive), len(labels) / (2 * negative))


def fit_logistic(
    rows: SparseRows,
    labels: NDArray[np.int8],
    *,
    penalty: float,
    sample_weights: Floats | None = None,
    penalties: Floats | None = None,
    steps: int = 40,
    tolerance: float = 1e-3,
) -> LogisticModel:
    """Weights that make ``sum(sample_weight * log loss) + penalty / 2 * sum(weight²)`` least.

    ``penalties`` scales the penalty of each column, ``(width,)``; the bias has none. Stops when
    the gradient has shrunk to ``tolerance`` of its size at the start, or after ``steps`` steps.
    Raises ValueError where the lengths differ.
    """
    if len(labels) != len(rows):
        raise ValueError(f"{len(rows)} rows and {len(labels)} labels")
    costs = np.ones(len(rows)) if sample_weights is None else np.asarray(sample_weights, float)
    target = np.where(labels == 1, 1.0, -1.0)
    ridge = np.full(rows.width + 1, penalty)
    if penalties is not None:
        ridge[:-1] *= penalties
    ridge[-1] = 0.0
    point = np.zeros(rows.width + 1)
    logits = np.zeros(len(rows))

    def loss(margin: Floats, at: Floats) -> float:
        return float(costs @ np.logaddexp(0, -target * margin) + 0.5 * (ridge * at) @ at)

    current = loss(logits, point)
    first = 0.0
    for _ in range(steps):
        chance = 1 / (1 + np.exp(np.clip(target * logits, -500, 500)))
        pull = -costs * target * chance
        gradient = np.append(rows.transposed_times(pull), pull.sum()) + ridge * point
        size = float(np.linalg.norm(gradient))
        first = first or size
        if size <= tolerance * first or size == 0.0:
            break
        curve = costs * chance * (1 - chance)
        direction = _newton_direction(rows, curve, ridge, gradient, min(0.5, (size / first) ** 0.5))
        change = rows.times(direction[:-1]) + direction[-1]
        slope = float(gradient @ direction)
        length = 1.0
        while length > 1e-6:
            moved = loss(logits + length * change, point + length * direction)
            if moved <= current + 1e-4 * length * slope:
                break
            length /= 2
        else:
            break  # no step lowers the loss any more: rounding
        point = point + length * direction
        logits = logits + length * change
        current = moved
    return LogisticModel(point[:-1], float(point[-1]))


def _newton_direction(
    rows: SparseRows, curve: Floats, ridge: Floats, gradient: Floats, tolerance: float
) -> Floats:
    """Conjugate gradients on ``H d = -gradient``, scaled by the Hessian's diagonal."""
    diagonal = np.append(rows.squares_times(curve), curve.sum()) + ridge
    scale = 1 / np.maximum(diagonal, 1e-10)
    direction = np.zeros_like(gradient)
    residual = -gradient
    adjusted = scale * residual
    search = adjusted.copy()
    energy = float(residual @ adjusted)
    goal = tolerance * tolerance * energy
    for _ in range(60):
        inner = curve * (rows.times(search[:-1]) + search[-1])
        image = np.append(rows.transposed_times(inner), inner.sum()) + ridge * search
        bend = float(search @ image)
        if bend <= 0:
            break
        step = energy / bend
        direction += step * search
        residual -= step * image
        adjusted = scale * residual
        fresh = float(residual @ adjusted)
        if fresh <= goal:
            break
        search = adjusted + (fresh / energy) * search
        energy = fresh
    return direction


def logit_average(models: Sequence[LogisticModel]) -> LogisticModel:
    """The model whose logit is the mean of the others'."""
    weights = np.mean([model.weights for model in models], axis=0)
    return LogisticModel(weights, float(np.mean([model.bias for model in models])))

"""Softmax regression with an L2 penalty, in numpy, and the temperature of its probabilities.

The weights are a sum over the sentences, ``W = Xᵀ A``, so the search runs over ``A`` and needs
the sentences' inner products only: a thousand sentences are quicker this way than four thousand
columns. Nothing is random.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from annotations.detection.claim_types.features import BUCKETS, Features
from annotations.detection.claim_types.model import KINDS, TypeModel, softmax

Array = NDArray[np.float64]
Labels = NDArray[np.intp]

BIAS = 2.0
"""Value of the constant feature: the larger, the less the penalty holds the intercept down."""
BALANCE = 0.5
"""0 leaves rare types rare, 1 makes all types count the same."""
_STEPS = 1500
_TOLERANCE = 1e-4


def join(parts: Sequence[Features]) -> Features:
    """Features of several docs as one."""
    offsets = np.cumsum([0, *(len(part.named) for part in parts)])
    return Features(
        np.concatenate([part.named for part in parts]),
        np.concatenate([part.rows + at for part, at in zip(parts, offsets, strict=False)]),
        np.concatenate([part.columns for part in parts]),
        np.concatenate([part.values for part in parts]),
    )


def matrix(features: Features) -> Array:
    """Dense, shape ``(n, named + BUCKETS + 1)``; the last column is the constant."""
    n, width = features.named.shape
    dense = np.zeros((n, width + BUCKETS + 1))
    dense[:, :width] = features.named
    dense[features.rows, width + features.columns] = features.values
    dense[:, -1] = BIAS
    return dense


def fit(x: Array, labels: Labels, *, penalty: float, balance: float = BALANCE) -> Array:
    """Weights of shape ``(columns, len(KINDS))`` that minimise the summed cross-entropy plus
    ``penalty / 2`` times their squared length. A sentence counts for the inverse of its type's
    share to the power of ``balance``, on average 1."""
    products = x @ x.T
    target = np.eye(len(KINDS))[labels]
    share = np.bincount(labels, minlength=len(KINDS))[labels] / len(labels)
    counts = share**-balance
    counts = (counts / counts.mean())[:, None]
    # The curvature of a softmax is at most one half.
    step = 1.0 / (0.5 * float(counts.max()) * _largest_eigenvalue(products) + penalty)
    now = np.zeros_like(target)
    ahead, momentum = now, 1.0
    for _ in range(_STEPS):
        slope = counts * (softmax(products @ ahead) - target) + penalty * ahead
        if np.abs(slope).max() < _TOLERANCE:
            break
        following = ahead - step * slope
        moved = following - now
        if np.sum((products @ slope) * moved) > 0:
            momentum, ahead = 1.0, now  # uphill: the momentum starts anew
            slope = counts * (softmax(products @ ahead) - target) + penalty * ahead
            following = ahead - step * slope
            moved = following - now
        grown = (1.0 + np.sqrt(1.0 + 4.0 * momentum**2)) / 2.0
        ahead = following + (momentum - 1.0) / grown * moved
        now, momentum = following, grown
    return np.asarray(x.T @ now, np.float64)


def temperature(logits: Array, labels: Labels) -> float:
    """The divisor of the logits with the least cross-entropy, in [0.25, 8]: golden section on a
    function of one valley. ``logits`` are of sentences that were not learnt from."""

    def loss(log: float) -> float:
        likely = softmax(logits / np.exp(log))[np.arange(len(labels)), labels]
        return float(-np.log(np.maximum(likely, 1e-12)).mean())

    low, high = float(np.log(0.25)), float(np.log(8.0))
    ratio = (np.sqrt(5.0) - 1.0) / 2.0
    for _ in range(40):
        one, other = high - ratio * (high - low), low + ratio * (high - low)
        if loss(one) < loss(other):
            high = other
        else:
            low = one
    return float(np.exp((low + high) / 2.0))


def to_model(weights: Array, names: Sequence[str], *, heat: float) -> TypeModel:
    width = len(names)
    return TypeModel(
        names=tuple(names),
        named=weights[:width].astype(np.float32),
        hashed=weights[width:-1].astype(np.float32),
        bias=(BIAS * weights[-1]).astype(np.float32),
        temperature=heat,
    )


def _largest_eigenvalue(symmetric: Array) -> float:
    """By power iteration, rounded up a little: too large a value only shortens the steps."""
    vector = np.ones(len(symmetric))
    value = 0.0
    for _ in range(50):
        vector = symmetric @ vector
        value = float(np.linalg.norm(vector))
        vector /= value
    return 1.05 * value

"""A small scorer of sparse descriptions: summed embeddings, one hidden layer, a softmax.

Every feature is a row number of one table; the first layer is the sum of the rows, so reading a
description costs one addition a feature however many values a feature may have.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.uint32]

_CHUNK = 2048


@dataclass(slots=True)
class Network:
    """``table`` (rows, width), ``bias`` (width,), ``weights`` (width, labels), ``offset``
    (labels,)."""

    table: Floats
    bias: Floats
    weights: Floats
    offset: Floats

    @classmethod
    def initialise(cls, *, bits: int, width: int, labels: int, rng: np.random.Generator) -> Network:
        return cls(
            table=rng.normal(0.0, 0.05, (1 << bits, width)).astype(np.float32),
            bias=np.full(width, 0.1, dtype=np.float32),
            weights=rng.normal(0.0, (2.0 / width) ** 0.5, (width, labels)).astype(np.float32),
            offset=np.zeros(labels, dtype=np.float32),
        )

    @property
    def bits(self) -> int:
        """The table has two to this many rows."""
        return len(self.table).bit_length() - 1

    def log_probabilities(self, features: Rows) -> Floats:
        """(features, n) row numbers to (n, labels) log probabilities."""
        n = features.shape[1]
        found = np.empty((n, len(self.offset)), dtype=np.float32)
        for begin in range(0, n, _CHUNK):
            hidden = _summed(self.table, features[:, begin : begin + _CHUNK])
            hidden += self.bias
            np.maximum(hidden, 0.0, out=hidden)
            found[begin : begin + _CHUNK] = _log_softmax(hidden @ self.weights + self.offset)
        return found

    def to_arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """The table in half precision: it is nearly all of the size."""
        return {
            "table": self.table.astype(np.float16),
            "bias": self.bias,
            "weights": self.weights,
            "offset": self.offset,
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, npt.NDArray[np.generic]]) -> Network:
        names = ("table", "bias", "weights", "offset")
        parts = {name: np.ascontiguousarray(arrays[name], dtype=np.float32) for name in names}
        return cls(**parts)


def _summed(table: Floats, features: Rows) -> Floats:
    """(n, width) sums of the rows of (features, n); a feature at a time stays in the cache."""
    total = np.zeros((features.shape[1], table.shape[1]), dtype=np.float32)
    part = np.empty_like(total)
    for rows in features.astype(np.intp):
        np.take(table, rows, axis=0, out=part, mode="clip")
        total += part
    return total


def _log_softmax(scores: Floats) -> Floats:
    scores = scores - scores.max(axis=1, keepdims=True)
    shifted: Floats = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    return shifted


@dataclass(slots=True)
class _Adam:
    """Adam with bias correction; a table's rows are updated only where they were used."""

    rate: float
    step: int = 0
    first: dict[str, Floats] = field(default_factory=dict)
    second: dict[str, Floats] = field(default_factory=dict)

    def update(
        self,
        name: str,
        value: Floats,
        gradient: Floats,
        rows: npt.NDArray[np.integer[Any]] | None = None,
    ) -> None:
        if name not in self.first:
            self.first[name] = np.zeros_like(value)
            self.second[name] = np.zeros_like(value)
        at = slice(None) if rows is None else rows
        first = 0.9 * self.first[name][at] + 0.1 * gradient
        second = 0.999 * self.second[name][at] + 0.001 * gradient * gradient
        self.first[name][at], self.second[name][at] = first, second
        # Corrected as if every row were used at every step, which only slows rare rows down.
        scale = self.rate * (1 - 0.999**self.step) ** 0.5 / (1 - 0.9**self.step)
        value[at] -= (scale * first / (np.sqrt(second) + 1e-6)).astype(np.float32)


def train_network(
    features: Rows,
    labels: npt.NDArray[np.int64],
    *,
    bits: int,
    width: int,
    count: int,
    epochs: int,
    rng: np.random.Generator,
    rate: float = 0.003,
    batch: int = 512,
    dropout: float = 0.2,
    feature_dropout: float = 0.1,
    weights: Floats | None = None,
    progress: Callable[[int, float], None] | None = None,
) -> Network:
    """Fit a network to (features, n) row numbers below two to the ``bits`` and their (n,) labels
    below ``count``. The same inputs and generator state give the same network."""
    network = Network.initialise(bits=bits, width=width, labels=count, rng=rng)
    adam = _Adam(rate)
    total = max(1, epochs * -(-features.shape[1] // batch))
    for epoch in range(epochs):
        order = rng.permutation(features.shape[1])
        loss = 0.0
        for begin in range(0, len(order), batch):
            chosen = order[begin : begin + batch]
            adam.step += 1
            adam.rate = rate * max(0.02, 1.0 - adam.step / total)
            loss += _step(
                network,
                adam,
                features[:, chosen],
                labels[chosen],
                rng=rng,
                dropout=dropout,
                feature_dropout=feature_dropout,
                weights=None if weights is None else weights[chosen],
            )
        if progress is not None:
            progress(epoch, loss / max(1, features.shape[1]))
    return network


def _step(
    network: Network,
    adam: _Adam,
    features: Rows,
    labels: npt.NDArray[np.int64],
    *,
    rng: np.random.Generator,
    dropout: float,
    feature_dropout: float,
    weights: Floats | None,
) -> float:
    n, width = features.shape[1], network.table.shape[1]
    if feature_dropout:
        # Row 0 is no feature's: it stands for "not said" and stays at zero.
        features = np.where(rng.random(features.shape) < feature_dropout, np.uint32(0), features)
    summed = _summed(network.table, features) + network.bias
    keep = (rng.random((n, width)) >= dropout).astype(np.float32) / (1.0 - dropout)
    hidden = np.maximum(summed, 0.0) * keep
    logs = _log_softmax(hidden @ network.weights + network.offset)
    losses = -logs[np.arange(n), labels]
    gradient = np.exp(logs)
    gradient[np.arange(n), labels] -= 1.0
    if weights is not None:
        gradient *= weights[:, None]
        losses = losses * weights
    gradient /= n
    into_hidden = (gradient @ network.weights.T) * keep * (summed > 0)
    adam.update("weights", network.weights, hidden.T @ gradient)
    adam.update("offset", network.offset, gradient.sum(axis=0))
    adam.update("bias", network.bias, into_hidden.sum(axis=0))
    flat = features.ravel().astype(np.uint16)  # sorted by radix, which is five times as fast
    order = np.argsort(flat, kind="stable")
    ids = flat[order]
    edges = np.flatnonzero(np.append(True, ids[1:] != ids[:-1]))
    sums = np.add.reduceat(into_hidden[order % n], edges, axis=0)
    used = ids[edges]
    if used[0] == 0:
        used, sums = used[1:], sums[1:]
    adam.update("table", network.table, sums, used)
    return float(losses.sum())

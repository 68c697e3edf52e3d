"""A softmax over additive features: what a sentence is, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import srsly
from numpy.typing import NDArray

from annotations.detection.claim_types.features import BUCKETS, Features
from annotations.detection.interface import CLAIM_KINDS

FORMAT = 1
KINDS = CLAIM_KINDS


@dataclass(frozen=True)
class TypeModel:
    """Weights in logits. Immutable, so threads may share it."""

    names: tuple[str, ...]
    """Of the named features, which ``named`` has a row for."""
    named: NDArray[np.float32]
    """Shape ``(len(names), len(KINDS))``."""
    hashed: NDArray[np.float32]
    """Shape ``(BUCKETS, len(KINDS))``."""
    bias: NDArray[np.float32]
    """Shape ``(len(KINDS),)``."""
    temperature: float
    """Logits are divided by it; fitted on sentences that the weights were not."""

    def logits(self, features: Features) -> NDArray[np.float64]:
        """Shape ``(n, len(KINDS))``, before the temperature."""
        logits = features.named.astype(np.float64) @ self.named + self.bias
        if len(features.rows):
            weighed = self.hashed[features.columns] * features.values[:, None]
            # ``rows`` ascends, so each sentence's features stand together.
            first = np.flatnonzero(np.r_[True, features.rows[1:] != features.rows[:-1]])
            sums = np.add.reduceat(weighed.astype(np.float64), first, axis=0)
            logits[features.rows[first]] += sums
        return np.asarray(logits, np.float64)

    def probabilities(self, features: Features) -> NDArray[np.float64]:
        """Shape ``(n, len(KINDS))``; each row sums to 1."""
        return softmax(self.logits(features) / self.temperature)

    def to_dict(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "kinds": list(KINDS),
            "names": list(self.names),
            "named": self.named,
            "hashed": self.hashed,
            "bias": self.bias,
            "temperature": self.temperature,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> TypeModel:
        """Raises ValueError for weights that this code cannot use."""
        if data.get("format") != FORMAT or tuple(data["kinds"]) != KINDS:
            raise ValueError("these claim type weights are of another version; train them again")
        names: Sequence[str] = data["names"]
        shapes = (data["named"].shape, data["hashed"].shape, data["bias"].shape)
        width = len(KINDS)
        if shapes != ((len(names), width), (BUCKETS, width), (width,)):
            raise ValueError(f"claim type weights of unexpected shapes: {shapes}")
        return cls(
            names=tuple(names),
            named=np.array(data["named"], np.float32),
            hashed=np.array(data["hashed"], np.float32),
            bias=np.array(data["bias"], np.float32),
            temperature=float(data["temperature"]),
        )

    def to_bytes(self) -> bytes:
        return bytes(srsly.msgpack_dumps(self.to_dict()))

    @classmethod
    def from_bytes(cls, data: bytes) -> TypeModel:
        return cls.from_dict(srsly.msgpack_loads(data))


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Row by row, without overflow."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float64)

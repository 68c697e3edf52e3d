"""What is kept of a tuned encoder: how far each weight moved, and the head.

The package's weights are 90 MB and are never copied. A tuned weight stays close to the one it
started from, so the difference fits into a signed byte with one scale a row: a quarter of the
size, and an error of at most 1/254 of the row's largest *change*. Stored as numpy's archive,
read without pickle: a model file can hold numbers and nothing that runs.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotations.detection.errors import DetectionError

FORMAT = 1
_MANIFEST = "manifest"
_LEVELS = 127


@dataclass(frozen=True, slots=True)
class Delta:
    """The change of one parameter: ``steps * scales``, a scale a row.

    ``steps`` is int8 with the parameter's shape, ``scales`` float32 with one value for each of
    its rows (a vector is one row).
    """

    steps: NDArray[np.int8]
    scales: NDArray[np.float32]

    @classmethod
    def between(cls, base: NDArray[np.float32], tuned: NDArray[np.float32]) -> Delta:
        """The change from ``base`` to ``tuned`` (same shape, one or two axes), rounded."""
        change = (tuned - base).astype(np.float32)
        rows = change.reshape(change.shape[0] if change.ndim > 1 else 1, -1)
        scales = np.abs(rows).max(axis=1, initial=0.0).astype(np.float32) / np.float32(_LEVELS)
        divisors = np.where(scales > 0, scales, np.float32(1.0))
        steps = np.rint(rows / divisors[:, None]).clip(-_LEVELS, _LEVELS).astype(np.int8)
        return cls(steps.reshape(change.shape), scales)

    def added_to(self, base: NDArray[np.float32]) -> NDArray[np.float32]:
        """The tuned weights. Raises ValueError when ``base`` has another shape."""
        if base.shape != self.steps.shape:
            raise ValueError(f"a change of shape {self.steps.shape} for {base.shape}")
        rows = self.steps.reshape(len(self.scales), -1).astype(np.float32)
        return base + (rows * self.scales[:, None]).reshape(base.shape)


@dataclass(frozen=True, slots=True)
class Head:
    """A linear reading of the mean of a sentence's vectors: ``weights · mean + bias``.

    ``centre`` is what an average piece of a training sentence gives (``weights · vector``): a
    word speaks for or against by what it gives above or below it.
    """

    weights: NDArray[np.float32]
    bias: float
    centre: float = 0.0


@dataclass(frozen=True, slots=True)
class EncoderState:
    """All that a tuned encoder knows beyond the package's model."""

    base: str
    """SHA-256 of the weights that the changes belong to."""
    head: Head
    deltas: dict[str, Delta] = field(default_factory=dict)
    """By the parameter's name in the base model."""
    about: dict[str, Any] = field(default_factory=dict)
    """Versions and settings of the training, for people."""

    def to_bytes(self) -> bytes:
        """The same bytes for the same state, on any machine."""
        manifest = {
            "format": FORMAT,
            "base": self.base,
            "bias": self.head.bias,
            "centre": self.head.centre,
            "parameters": list(self.deltas),
            "about": self.about,
        }
        text = json.dumps(manifest, sort_keys=True, separators=(",", ":"))
        arrays: dict[str, NDArray[Any]] = {
            _MANIFEST: np.frombuffer(text.encode(), dtype=np.uint8),
            "head": self.head.weights,
        }
        for number, delta in enumerate(self.deltas.values()):
            arrays[f"steps.{number}"] = delta.steps
            arrays[f"scales.{number}"] = delta.scales
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **arrays)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> EncoderState:
        """Raises DetectionError (permanent) for bytes that are not such a state."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
                manifest = json.loads(arrays[_MANIFEST].tobytes())
                if manifest["format"] != FORMAT:
                    raise DetectionError(
                        f"the encoder's file is of format {manifest['format']}, this version "
                        f"reads {FORMAT}: train it again",
                        permanent=True,
                    )
                return cls(
                    base=str(manifest["base"]),
                    head=Head(
                        arrays["head"].astype(np.float32),
                        float(manifest["bias"]),
                        float(manifest["centre"]),
                    ),
                    deltas={
                        str(name): Delta(arrays[f"steps.{number}"], arrays[f"scales.{number}"])
                        for number, name in enumerate(manifest["parameters"])
                    },
                    about=dict(manifest["about"]),
                )
        except (ValueError, KeyError, TypeError, EOFError, OSError, zipfile.BadZipFile) as error:
            raise DetectionError(
                f"the encoder's file is damaged: {error}", permanent=True
            ) from error

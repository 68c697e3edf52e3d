"""What is kept of a trained encoder: which layers it reads, and the small network that reads them.

The package's own weights (90 MB) are never changed and never copied. Stored as numpy's archive,
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

FORMAT = 3

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Network:
    """One hidden layer over the mean vector of a sentence:
    ``output · max(0, hidden · mean + biases) + bias``."""

    hidden: Floats
    """``(units, width)``"""
    biases: Floats
    """``(units,)``"""
    output: Floats
    """``(units,)``"""
    bias: float
    middle: Floats
    """``(width,)``: the mean vector of what was learnt from."""

    def values(self, means: Floats) -> Floats:
        """Logits of mean vectors ``(rows, width)``."""
        active = np.maximum(means @ self.hidden.T + self.biases, 0)
        found: Floats = active @ self.output + np.float32(self.bias)
        return found

    def direction(self, mean: Floats) -> Floats:
        """``(width,)``: how the logit moves with each number of a vector, exact around ``mean``:
        the network is a straight line wherever no hidden unit turns on or off."""
        turned_on = (self.hidden @ mean + self.biases) > 0
        found: Floats = (self.output * turned_on) @ self.hidden
        return found


@dataclass(frozen=True, slots=True)
class EncoderState:
    """All that a trained encoder knows beyond the package's model."""

    base: str
    """SHA-256 of the package's weights that this was learnt with."""
    layers: tuple[int, ...]
    """The layers whose vectors are laid side by side; 0 is the words' own, 6 the last."""
    network: Network
    about: dict[str, Any] = field(default_factory=dict)
    """Versions and sizes of the training, for people."""

    def to_bytes(self) -> bytes:
        """The same bytes for the same state, on any machine. Half precision."""
        manifest = {
            "format": FORMAT,
            "base": self.base,
            "layers": list(self.layers),
            "bias": self.network.bias,
            "about": self.about,
        }
        text = json.dumps(manifest, sort_keys=True, separators=(",", ":"))
        buffer = io.BytesIO()
        np.savez(
            buffer,
            allow_pickle=False,
            manifest=np.frombuffer(text.encode(), dtype=np.uint8),
            hidden=self.network.hidden.astype(np.float16),
            biases=self.network.biases,
            output=self.network.output,
            middle=self.network.middle,
        )
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> EncoderState:
        """Raises DetectionError (permanent) for bytes that are not such a state."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
                manifest = json.loads(arrays["manifest"].tobytes())
                if manifest["format"] != FORMAT:
                    raise DetectionError(
                        f"the encoder's file is of format {manifest['format']}, this version "
                        f"reads {FORMAT}: train it again",
                        permanent=True,
                    )
                return cls(
                    base=str(manifest["base"]),
                    layers=tuple(map(int, manifest["layers"])),
                    network=Network(
                        hidden=arrays["hidden"].astype(np.float32),
                        biases=arrays["biases"].astype(np.float32),
                        output=arrays["output"].astype(np.float32),
                        bias=float(manifest["bias"]),
                        middle=arrays["middle"].astype(np.float32),
                    ),
                    about=dict(manifest["about"]),
                )
        except (ValueError, KeyError, TypeError, EOFError, OSError, zipfile.BadZipFile) as error:
            raise DetectionError(
                f"the encoder's file is damaged: {error}", permanent=True
            ) from error

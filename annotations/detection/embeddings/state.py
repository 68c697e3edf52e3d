"""What is kept of a trained encoder: which layers it reads, and a weight for each number there.

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

FORMAT = 2


@dataclass(frozen=True, slots=True)
class EncoderState:
    """A linear reading of the mean of a sentence's vectors: ``weights · mean + bias``."""

    base: str
    """SHA-256 of the package's weights that this was learnt with."""
    layers: tuple[int, ...]
    """The layers whose vectors are laid side by side; 0 is the words' own, 6 the last."""
    weights: NDArray[np.float32]
    """``(len(layers) * width,)``"""
    bias: float
    centre: float = 0.0
    """What an average piece of a training sentence gives (``weights · vector``): a word speaks
    for or against by what it gives above or below it."""
    about: dict[str, Any] = field(default_factory=dict)
    """Versions and sizes of the training, for people."""

    def to_bytes(self) -> bytes:
        """The same bytes for the same state, on any machine."""
        manifest = {
            "format": FORMAT,
            "base": self.base,
            "layers": list(self.layers),
            "bias": self.bias,
            "centre": self.centre,
            "about": self.about,
        }
        text = json.dumps(manifest, sort_keys=True, separators=(",", ":"))
        buffer = io.BytesIO()
        content = np.frombuffer(text.encode(), dtype=np.uint8)
        np.savez(buffer, allow_pickle=False, manifest=content, weights=self.weights)
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
                    weights=arrays["weights"].astype(np.float32),
                    bias=float(manifest["bias"]),
                    centre=float(manifest["centre"]),
                    about=dict(manifest["about"]),
                )
        except (ValueError, KeyError, TypeError, EOFError, OSError, zipfile.BadZipFile) as error:
            raise DetectionError(
                f"the encoder's file is damaged: {error}", permanent=True
            ) from error

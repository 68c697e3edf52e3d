"""Sentence embeddings as a part of the scorer: see ``checkworthiness/parts.py``."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotations.detection.checkworthiness.parts import PartLogit
from annotations.detection.embeddings import reading
from annotations.detection.embeddings.package import base_digest, load_base, load_torch
from annotations.detection.embeddings.state import EncoderState
from annotations.detection.embeddings.training import (
    Progress,
    TuningSettings,
    tune,
    tuned_model,
)
from annotations.detection.embeddings.words import word_weights
from annotations.detection.errors import DetectionError

FILE = "encoder.npz"

_shared = threading.Lock()


@cache
def _base() -> Any:
    return load_base()


class TunedEncoder:
    """A transformer from a Python package, tuned on labelled sentences.

    One without a state has learnt nothing and can only ``fit``. Several threads may use one.
    """

    def __init__(
        self, state: EncoderState | None = None, *, settings: TuningSettings | None = None
    ) -> None:
        self.state = state
        self.settings = settings or TuningSettings()
        self._model: Any = None
        self._building = threading.Lock()

    def fit(
        self,
        texts: Sequence[str],
        labels: NDArray[np.int8],
        weights: NDArray[np.float64],
        *,
        seed: int,
        progress: Progress | None = None,
    ) -> TunedEncoder:
        """A new encoder tuned on the sentences, starting from the package's weights.

        What this one has learnt plays no part. Raises as ``training.tune``.
        """
        state = tune(texts, labels, weights, seed=seed, settings=self.settings, progress=progress)
        return TunedEncoder(state, settings=self.settings)

    def logits(self, texts: Sequence[str]) -> list[PartLogit]:
        """What each sentence gets, and which of its words it owes it to.

        A word's weight is what its pieces add above what an average piece does, so words that
        say nothing are near 0; what is left over (the bias, the edge marks, the average) has no
        place. Texts are read in batches of like length: the company a sentence is read in can
        move its logit by rounding only (about 1e-6).

        Raises DetectionError (permanent) when what the model needs is not installed, or its
        weights are others than those it was tuned from.
        """
        state = self._learnt()
        model = self._ready(state)
        torch = load_torch()
        different = list(dict.fromkeys(texts))
        pieces = reading.cut(different)
        answers: dict[str, PartLogit] = {}
        direction = torch.from_numpy(state.head.weights)
        with torch.inference_mode():
            for batch in reading.length_batches([len(one.ids) for one in pieces], reading.BATCH):
                ids, mask = reading.padded(torch, [pieces[place] for place in batch])
                given = (reading.vectors(model, ids, mask) @ direction).double().numpy()
                for row, place in enumerate(batch.tolist()):
                    text = different[place]
                    answers[text] = _answer(state, text, pieces[place], given[row])
        return [answers[text] for text in texts]

    def to_bytes(self) -> bytes:
        """All that was learnt. Raises DetectionError when that is nothing."""
        return self._learnt().to_bytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> TunedEncoder:
        """The encoder, with the settings it was tuned with, for another ``fit``.

        Needs neither torch nor the package: those are asked for by the first ``logits``.
        Raises DetectionError (permanent) for bytes that ``to_bytes`` didn't write.
        """
        state = EncoderState.from_bytes(data)
        settings = state.about.get("settings")
        try:
            return cls(state, settings=TuningSettings(**settings) if settings else None)
        except TypeError as error:
            raise DetectionError(
                f"the encoder's settings are not of this version: {error}", permanent=True
            ) from error

    def to_disk(self, folder: str | os.PathLike[str]) -> None:
        """Write ``encoder.npz`` into a folder, which is made if need be."""
        Path(folder).mkdir(parents=True, exist_ok=True)
        Path(folder, FILE).write_bytes(self.to_bytes())

    @classmethod
    def from_disk(cls, folder: str | os.PathLike[str]) -> TunedEncoder:
        """Raises DetectionError (permanent) when the folder holds no encoder."""
        try:
            data = Path(folder, FILE).read_bytes()
        except FileNotFoundError as error:
            raise DetectionError(f"no {FILE} in {folder}", permanent=True) from error
        return cls.from_bytes(data)

    def load(self) -> None:
        """Load the model now rather than with the first sentence. Raises as ``logits``."""
        self._ready(self._learnt())

    def _learnt(self) -> EncoderState:
        if self.state is None:
            raise DetectionError("this encoder has not been trained", permanent=True)
        return self.state

    def _ready(self, state: EncoderState) -> Any:
        with self._building:
            if self._model is None:
                torch = load_torch()
                if base_digest() != state.base:
                    raise DetectionError(
                        "the installed embeddings have other weights than those this detector "
                        "was trained from: install requirements-accurate.txt, or train it again",
                        permanent=True,
                    )
                with _shared:
                    self._model = tuned_model(torch, _base(), state.deltas)
            return self._model


def _answer(
    state: EncoderState, text: str, pieces: reading.Pieces, given: NDArray[np.float64]
) -> PartLogit:
    """``given`` holds what each piece's vector gives, padding after them."""
    count = len(pieces.ids)
    own = given[:count]
    shares = (own - state.head.centre) / count
    return PartLogit(
        logit=float(own.mean()) + state.head.bias,
        words=word_weights(text, pieces.offsets, shares),
    )

"""Sentence embeddings as a part of the scorer: see ``checkworthiness/parts.py``.

The transformer stays as it came. What is learnt is a small network over the mean vector of a
sentence, of several layers: the last one knows the topic best, those before it how it is said.
Measured on ClaimBuster, the last layer alone gains half as much as the last four. Around a
sentence the network is a straight line, and the mean is a sum over the pieces: so what each word
gives is known, and not guessed.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotations.detection.checkworthiness.parts import PartLogit
from annotations.detection.embeddings import reading
from annotations.detection.embeddings.package import base_digest, load_base, load_torch
from annotations.detection.embeddings.state import EncoderState, Network
from annotations.detection.embeddings.training import train_network
from annotations.detection.embeddings.words import word_weights
from annotations.detection.errors import DetectionError

LAYERS = (3, 4, 5, 6)

Floats = NDArray[np.float64]

_loading = threading.Lock()


@cache
def _base() -> Any:
    return load_base()


class SentenceEmbeddings:
    """A reading of a transformer's vectors, learnt from labelled sentences.

    One without a state has learnt nothing and can only ``fit``. Several threads may use one.
    Vectors are kept between calls of ``fit`` and ``values``, which are for training: they are
    gone with the object and what it has learnt into.
    """

    def __init__(
        self,
        state: EncoderState | None = None,
        *,
        known: dict[str, NDArray[np.float32]] | None = None,
    ) -> None:
        self.state = state
        self._known = {} if known is None else known

    def fit(
        self,
        texts: Sequence[str],
        labels: NDArray[np.int8],
        weights: NDArray[np.float64],
        *,
        seed: int,
    ) -> SentenceEmbeddings:
        """A new encoder; what this one has learnt plays no part.

        Raises ValueError when the lengths differ or one of the two labels is missing,
        DetectionError (permanent) when what the model needs is not installed.
        """
        if not len(texts) == len(labels) == len(weights):
            raise ValueError(f"{len(texts)} texts, {len(labels)} labels, {len(weights)} weights")
        if not 0 < int(labels.sum()) < len(labels):
            raise ValueError("both labels are needed to learn from")
        state = EncoderState(
            base=base_digest(),
            layers=LAYERS,
            network=train_network(self._means(texts), labels, weights, seed=seed),
            about={
                "sentences": len(texts),
                "positive": int(labels.sum()),
                "torch": str(version("torch")),
                "transformers": str(version("transformers")),
            },
        )
        return SentenceEmbeddings(state, known=self._known)

    def values(self, texts: Sequence[str]) -> Floats:
        """``(len(texts),)``: the logits alone. The same as those of ``logits`` but for rounding."""
        return self._learnt().network.values(self._means(texts)).astype(np.float64)

    def logits(self, texts: Sequence[str]) -> list[PartLogit]:
        """What each sentence gets, and which of its words it owes it to.

        A word's weight is what its pieces add above what an average piece does, so words that
        say nothing are near 0; what is left over (the bias, the edge marks, the average) has no
        place. The company a sentence is read in can move its logit by rounding only (1e-6).

        Raises DetectionError (permanent) when what the model needs is not installed, or its
        weights are others than those it was trained with.
        """
        state = self._learnt()
        model = self._model(state)
        torch = load_torch()
        different = list(dict.fromkeys(texts))
        pieces = reading.cut(different)
        answers: dict[str, PartLogit] = {}
        with torch.inference_mode():
            for place, array in reading.vectors(torch, model, pieces, state.layers):
                text = different[place]
                answers[text] = _answer(state.network, text, pieces[place], array)
        return [answers[text] for text in texts]

    def to_bytes(self) -> bytes:
        """All that was learnt. Raises DetectionError when that is nothing."""
        return self._learnt().to_bytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> SentenceEmbeddings:
        """Needs neither torch nor the package: those are asked for by ``load``.
        Raises DetectionError (permanent) for bytes that ``to_bytes`` didn't write."""
        return cls(EncoderState.from_bytes(data))

    def load(self) -> None:
        """Load the model now rather than with the first sentence. Raises as ``logits``."""
        self._model(self._learnt())

    def _learnt(self) -> EncoderState:
        if self.state is None:
            raise DetectionError("this encoder has not been trained", permanent=True)
        return self.state

    def _model(self, state: EncoderState) -> Any:
        load_torch()
        if base_digest() != state.base:
            raise DetectionError(
                "the installed embeddings have other weights than those this detector was "
                "trained with: install requirements-accurate.txt, or train it again",
                permanent=True,
            )
        with _loading:
            return _base()

    def _means(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """``(len(texts), width)``: the mean vector of each text, read once however often asked."""
        fresh = [text for text in dict.fromkeys(texts) if text not in self._known]
        if fresh:
            torch = load_torch()
            with _loading:
                model = _base()
            pieces = reading.cut(fresh)
            with torch.inference_mode():
                for place, array in reading.vectors(torch, model, pieces, LAYERS):
                    self._known[fresh[place]] = array.mean(axis=0)
        return np.stack([self._known[text] for text in texts])


def _answer(
    network: Network, text: str, pieces: reading.Pieces, vectors: NDArray[np.float32]
) -> PartLogit:
    """``vectors``: of each piece, ``(pieces, width)``."""
    mean = vectors.mean(axis=0)
    direction = network.direction(mean)
    given = (vectors @ direction).astype(np.float64)
    shares = (given - float(network.middle @ direction)) / len(given)
    return PartLogit(
        logit=float(network.values(mean[None])[0]),
        words=word_weights(text, pieces.offsets, shares),
    )

"""The scorer's weights, and the arithmetic that turns a sheet into logits.

Two heads share their columns: what ClaimBuster's coders call check-worthy, and what CheckThat!'s
fact-checkers picked from debates. A *blend* mixes the heads into one logit: one blend for text as
such, calibrated to ClaimBuster, and one for debates, which adds what stands around a line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import srsly
from numpy.typing import NDArray

from annotations.detection.checkworthiness.dense import COLUMNS, STRUCTURE
from annotations.detection.checkworthiness.ngrams import Keys, look_up
from annotations.detection.checkworthiness.sheet import Sheet
from annotations.detection.checkworthiness.vocabulary import Vocabulary

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

HEADS = ("claimbuster", "checkthat")
FORMAT = 1


class Entries(NamedTuple):
    """The sparse columns of a sheet as parallel arrays, one entry an n-gram and place."""

    sentences: Places
    columns: Places
    values: Floats
    first: Places
    """First word it stands in."""
    last: Places
    """Last word, included."""


@dataclass(slots=True)
class Columns:
    """What the sparse columns are: word n-grams first, then character n-grams."""

    keys: Keys
    """Sorted keys of the word n-grams."""
    pieces: tuple[str, ...]
    idf: NDArray[np.float32]
    """``(len(keys) + len(pieces),)``"""

    @property
    def width(self) -> int:
        return len(self.idf)

    def vocabulary(self) -> Vocabulary:
        return Vocabulary({piece: at for at, piece in enumerate(self.pieces)})

    def entries(self, sheet: Sheet) -> Entries:
        """N-grams that are known, each kind scaled to length 1 by sentence."""
        parts: list[Entries] = []
        for grams in sheet.grams:
            columns = look_up(self.keys, grams.keys)
            known = np.flatnonzero(columns >= 0)
            parts.append(
                self._scaled(
                    len(sheet),
                    grams.sentences[known],
                    columns[known],
                    grams.first[known],
                    grams.last[known],
                )
            )
        if sheet.words:
            counts = np.fromiter(
                (len(word.pieces) for word in sheet.words), dtype=np.int64, count=len(sheet.words)
            )
            places = np.repeat(np.arange(len(sheet.words)), counts)
            owner = np.repeat(np.arange(len(sheet)), np.diff(sheet.bounds))
            columns = np.concatenate([word.pieces for word in sheet.words]).astype(np.int64)
            parts.append(
                self._scaled(len(sheet), owner[places], columns + len(self.keys), places, places)
            )
        return Entries(*(np.concatenate(part) for part in zip(*parts, strict=True)))

    def _scaled(
        self, count: int, sentences: Places, columns: Places, first: Places, last: Places
    ) -> Entries:
        values = self.idf[columns].astype(np.float64)
        norm = np.sqrt(np.bincount(sentences, weights=values * values, minlength=count))
        return Entries(sentences, columns, values / norm[sentences], first, last)


@dataclass(slots=True)
class Blend:
    """One logit from the heads, the part (if there is one) and what stands around a line."""

    heads: Floats
    """``(len(HEADS),)``: the share of each head."""
    bias: float
    parts: dict[str, float] = field(default_factory=dict)
    """Share of the logit of each part put in from outside, by its head's name."""


@dataclass(slots=True)
class Around:
    """What a debate adds: weights of ``debates.AROUND``, and the scale of the heads there."""

    weights: Floats
    means: Floats
    """Typical values; only what differs from them counts."""
    head_means: Floats
    head_scales: Floats


@dataclass(slots=True)
class ScorerModel:
    columns: Columns
    weights: NDArray[np.float32]
    """``(columns.width, len(HEADS))``"""
    dense: Floats
    """``(len(COLUMNS), len(HEADS))``, for columns as they come."""
    biases: Floats
    article: Blend
    debate: Blend
    around: Around
    structure: dict[str, float]
    """Set weights of newspaper furniture, in logits; see ``training.STRUCTURE_WEIGHTS``."""
    figures: dict[str, Any] = field(default_factory=dict)
    """What was measured while training; for people."""
    _mixed: dict[int, Floats] = field(default_factory=dict, repr=False, compare=False)

    def head_logits(self, sheet: Sheet, entries: Entries) -> Floats:
        """``(sentences, len(HEADS))``"""
        logits = sheet.dense @ self.dense + self.biases
        for head in range(len(HEADS)):
            logits[:, head] += np.bincount(
                entries.sentences,
                weights=entries.values * self.weights[entries.columns, head],
                minlength=len(sheet),
            )
        return logits

    def mixed(self, blend: Blend) -> Floats:
        """``(columns.width,)``: the sparse columns' weights under a blend, kept between calls."""
        known = self._mixed.get(id(blend))
        if known is None:
            known = self._mixed[id(blend)] = self.weights.astype(float) @ blend.heads
        return known

    def to_bytes(self) -> bytes:
        """One MessagePack document; half precision, which is what training rounds to."""
        data: bytes = srsly.msgpack_dumps(
            {
                "format": FORMAT,
                "heads": list(HEADS),
                "dense_columns": [name for name, _ in COLUMNS],
                "keys": _packed(self.columns.keys, "<u4"),
                "pieces": "\n".join(self.columns.pieces),
                "idf": _packed(self.columns.idf, "<f2"),
                "weights": _packed(self.weights, "<f2"),
                "dense": self.dense.tolist(),
                "biases": self.biases.tolist(),
                "article": _blend_data(self.article),
                "debate": _blend_data(self.debate),
                "around": {
                    "weights": self.around.weights.tolist(),
                    "means": self.around.means.tolist(),
                    "head_means": self.around.head_means.tolist(),
                    "head_scales": self.around.head_scales.tolist(),
                },
                "structure": self.structure,
                "figures": self.figures,
            }
        )
        return data

    @classmethod
    def from_bytes(cls, data: bytes) -> ScorerModel:
        """Raises ValueError for bytes of another format, or of a model with other columns."""
        try:
            raw = srsly.msgpack_loads(data)
            if raw["format"] != FORMAT or raw["heads"] != list(HEADS):
                raise ValueError(f"the scorer's format is {raw['format']!r}, not {FORMAT}")
            if raw["dense_columns"] != [name for name, _ in COLUMNS]:
                raise ValueError("the scorer was trained with other columns; train it again")
            pieces = tuple(raw["pieces"].split("\n")) if raw["pieces"] else ()
            around = {name: np.asarray(value, float) for name, value in raw["around"].items()}
            return cls(
                columns=Columns(
                    np.frombuffer(raw["keys"], dtype="<u4"),
                    pieces,
                    np.frombuffer(raw["idf"], dtype="<f2").astype(np.float32),
                ),
                weights=np.frombuffer(raw["weights"], dtype="<f2")
                .astype(np.float32)
                .reshape(-1, len(HEADS)),
                dense=np.asarray(raw["dense"], float),
                biases=np.asarray(raw["biases"], float),
                article=_blend(raw["article"]),
                debate=_blend(raw["debate"]),
                around=Around(**around),
                structure=raw["structure"],
                figures=raw["figures"],
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"these bytes are no scorer: {error!r}") from error


def half(values: NDArray[Any]) -> NDArray[np.float32]:
    """Rounded to what is kept on disk."""
    return values.astype(np.float16).astype(np.float32)


def empty_model() -> ScorerModel:
    """A scorer that has learnt nothing: every sentence has even odds."""
    around = Around(np.zeros(0), np.zeros(0), np.zeros(len(HEADS)), np.ones(len(HEADS)))
    blend = Blend(np.zeros(len(HEADS)), 0.0)
    return ScorerModel(
        columns=Columns(np.zeros(0, dtype=np.uint32), (), np.zeros(0, dtype=np.float32)),
        weights=np.zeros((0, len(HEADS)), dtype=np.float32),
        dense=np.zeros((len(COLUMNS), len(HEADS))),
        biases=np.zeros(len(HEADS)),
        article=blend,
        debate=blend,
        around=around,
        structure=dict.fromkeys(STRUCTURE, 0.0),
    )


def _packed(values: NDArray[Any], kind: str) -> bytes:
    return np.ascontiguousarray(values, dtype=kind).tobytes()


def _blend_data(blend: Blend) -> dict[str, Any]:
    return {"heads": blend.heads.tolist(), "bias": blend.bias, "parts": blend.parts}


def _blend(raw: dict[str, Any]) -> Blend:
    shares: Sequence[float] = raw["heads"]
    return Blend(np.asarray(shares, float), float(raw["bias"]), dict(raw["parts"]))

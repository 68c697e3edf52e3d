"""Logits of a sheet's sentences under one of the two blends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotations.detection.checkworthiness.debates import around
from annotations.detection.checkworthiness.model import HEADS, Blend, Entries, ScorerModel
from annotations.detection.checkworthiness.parts import PartLogit, SentenceEncoder
from annotations.detection.checkworthiness.sheet import Sheet

Floats = NDArray[np.float64]


@dataclass(slots=True)
class Scored:
    """The logits, and all that is needed to take them apart again."""

    logits: Floats
    """``(sentences,)``, without the set weights of newspaper furniture."""
    blend: Blend
    bias: float
    entries: Entries
    near: Floats
    """``(sentences, len(AROUND))``: contributions to the logit; no columns outside debates."""
    parts: list[tuple[float, list[PartLogit]]]
    """Of each part put in from outside its share and its answers."""


def score_sheet(
    model: ScorerModel,
    sheet: Sheet,
    *,
    speakers: Sequence[str] | None = None,
    texts: Sequence[str] = (),
    encoders: Mapping[str, SentenceEncoder] | None = None,
) -> Scored:
    """Score the sentences of a sheet.

    With ``speakers``, one a sentence, the sheet is scored as a debate. ``texts``, one a sentence,
    are what the encoders read; they are needed only where there are encoders.
    """
    entries = model.columns.entries(sheet)
    heads = model.head_logits(sheet, entries)
    blend = model.article if speakers is None else model.debate
    logits = heads @ blend.heads + blend.bias
    parts = []
    for name, encoder in (encoders or {}).items():
        share = blend.parts.get(name, 0.0)
        if share:
            answers = encoder.logits(texts)
            parts.append((share, answers))
            logits = logits + share * np.asarray([answer.logit for answer in answers])
    near = np.zeros((len(sheet), 0))
    if speakers is not None:
        scaled = (heads - model.around.head_means) / model.around.head_scales
        columns = around(sheet, speakers, scaled[:, : len(HEADS)].sum(axis=1))
        near = (columns - model.around.means) * model.around.weights
        logits = logits + near.sum(axis=1)
    return Scored(logits, blend, blend.bias, entries, near, parts)

"""A score taken apart for people: few reasons, each with its words, adding up to the logit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from annotations.detection.checkworthiness.debates import CONTEXT, SPEAKER
from annotations.detection.checkworthiness.dense import REASON_OF
from annotations.detection.checkworthiness.model import Blend, ScorerModel
from annotations.detection.checkworthiness.scoring import Scored
from annotations.detection.checkworthiness.sheet import Sheet
from annotations.detection.checkworthiness.vocabulary import MARKS
from annotations.detection.features import LABELS

Floats = NDArray[np.float64]
Reason = tuple[str, str, float, tuple[tuple[int, int], ...]]
Reasons = tuple[Reason, ...]
"""(feature, label, weight, spans in characters), as ``span._.reasons`` holds it."""

MOST = 12
"""Reasons given at most, the bias among them."""
_LIMIT = 10.0
"""Beyond this many logits a float near 1 no longer tells its logit to nine digits."""
_LEAST = 0.005
"""A reason of less weight than this is one of the smaller ones."""
_WORDS = 4
"""Words that a reason about wording points at."""

_WORD_REASONS = {
    "first_person": ("i", "we"),
    "second_person": ("you",),
    "third_person": ("he", "they"),
    "pointing": ("it", "this"),
    "capitals": ("capital",),
    "digits": ("digit",),
    "event": ("past",),
    "question": ("question",),
    "signs": ("exclamation", "ellipsis", "dash", "comma", "quote", "bracket"),
}
_BITS = {
    reason: sum(1 << MARKS.index(mark) for mark in marks) for reason, marks in _WORD_REASONS.items()
}
_REASONS = tuple(dict.fromkeys(REASON_OF))
_WHOLE = frozenset({"length", "grammar"})
_FIRST = frozenset({"opener"})


@cache
def _reason_matrix() -> Floats:
    """``(columns, reasons)``: 1 where a dense column belongs to a reason."""
    matrix = np.zeros((len(REASON_OF), len(_REASONS)))
    matrix[np.arange(len(REASON_OF)), [_REASONS.index(reason) for reason in REASON_OF]] = 1
    return matrix


def explain(
    model: ScorerModel, sheet: Sheet, scored: Scored, *, structure: bool, least: float = -math.inf
) -> list[Reasons]:
    """The reasons of each sentence: the bias, then the strongest first.

    With ``structure`` the set weights of newspaper furniture are added. The logit of a sentence
    is the sum of its reasons, which may differ from ``scored.logits`` by these, by rounding, and
    where it is kept within the scale. A sentence whose ``scored.logits`` is below ``least`` has
    one reason with all of it: furniture only ever lowers a logit.
    """
    account = _Account(model, sheet, scored, structure)
    return [
        account.reasons(row)
        if logit >= least
        else (("other", LABELS["other"], max(logit, -_LIMIT), ()),)
        for row, logit in enumerate(scored.logits.tolist())
    ]


def probability(logit: float) -> float:
    """The logistic function, without overflow on either side."""
    if logit >= 0:
        return 1 / (1 + math.exp(-logit))
    power = math.exp(logit)
    return power / (1 + power)


class _Account:
    def __init__(self, model: ScorerModel, sheet: Sheet, scored: Scored, structure: bool) -> None:
        self.sheet = sheet
        self.scored = scored
        self.bias = scored.bias + float(model.biases @ scored.blend.heads)
        self.words = _word_weights(model, sheet, scored, scored.blend).tolist()
        dense = sheet.dense * (model.dense @ scored.blend.heads)
        self.dense: list[list[float]] = (dense @ _reason_matrix()).tolist()
        self.bounds: list[int] = sheet.bounds.tolist()
        self.places = list(zip(sheet.starts, sheet.ends, strict=True))
        self.set_weights = model.structure if structure else {}
        split = len(SPEAKER)
        self.speaker = scored.near[:, :split].sum(axis=1).tolist()
        self.context = scored.near[:, split : split + len(CONTEXT)].sum(axis=1).tolist()

    def reasons(self, row: int) -> Reasons:
        found = [
            *self._wording(row),
            *self._named(row),
            *self._meanings(row),
        ]
        if self.scored.near.shape[1]:
            found.append(("speaker", self.speaker[row], (self._span(row),)))
            beside = tuple(self._span(at) for at in (row - 1, row + 1) if 0 <= at < len(self.sheet))
            found.append(("context", self.context[row], beside))
        found.sort(key=lambda reason: (-abs(reason[1]), reason[0]))
        kept = [reason for reason in found[: MOST - 3] if abs(reason[1]) >= _LEAST]
        rest = math.fsum(reason[1] for reason in found[len(kept) :])
        if rest:
            kept.append(("other", rest, ()))
        named: list[Reason] = [(key, LABELS[key], weight, places) for key, weight, places in kept]
        named.insert(0, ("bias", LABELS["bias"], self.bias, ()))
        logit = math.fsum(reason[2] for reason in named)
        if abs(logit) > _LIMIT:
            excess = math.copysign(_LIMIT, logit) - logit
            named.append(("limit", LABELS["limit"], excess, ()))
        return tuple(named)

    def _wording(self, row: int) -> list[tuple[str, float, tuple[tuple[int, int], ...]]]:
        first, stop = self.bounds[row], self.bounds[row + 1]
        weights = self.words[first:stop]
        found = []
        for key, sign in (("wording_for", 1.0), ("wording_against", -1.0)):
            chosen = [at for at in range(first, stop) if self.words[at] * sign > 0]
            total = math.fsum(self.words[at] for at in chosen)
            if total:
                strongest = sorted(chosen, key=lambda at: (-abs(weights[at - first]), at))[:_WORDS]
                found.append((key, total, self._places(sorted(strongest))))
        return found

    def _named(self, row: int) -> list[tuple[str, float, tuple[tuple[int, int], ...]]]:
        totals = {
            reason: weight
            for reason, weight in zip(_REASONS, self.dense[row], strict=True)
            if weight
        }
        seen = {cue for cue, _, _ in self.sheet.cues[row]}
        for cue, weight in self.set_weights.items():
            if cue in seen and totals.get(cue, 0.0) > weight:
                totals[cue] = weight
        return [(reason, weight, self._words_of(row, reason)) for reason, weight in totals.items()]

    def _meanings(self, row: int) -> list[tuple[str, float, tuple[tuple[int, int], ...]]]:
        begin = self._span(row)[0]
        found = []
        for share, answers in self.scored.parts:
            answer = answers[row]
            strongest = sorted(answer.words, key=lambda word: (-abs(word.weight), word.start))
            places = sorted((begin + word.start, begin + word.end) for word in strongest[:_WORDS])
            found.append(("meaning", share * answer.logit, tuple(places)))
        if len(found) > 1:  # one reason, however many parts
            places = sorted({place for _, _, spans in found for place in spans})
            return [("meaning", math.fsum(weight for _, weight, _ in found), tuple(places))]
        return found

    def _words_of(self, row: int, reason: str) -> tuple[tuple[int, int], ...]:
        if reason in _WHOLE:
            return (self._span(row),)
        first, stop = self.bounds[row], self.bounds[row + 1]
        if reason in _FIRST:
            return self._places([first])
        places = {(start, end) for cue, start, end in self.sheet.cues[row] if cue == reason}
        if not places and (bits := _BITS.get(reason)):
            words = self.sheet.words
            places.update(self._places([at for at in range(first, stop) if words[at].marks & bits]))
        return tuple(sorted(places))

    def _places(self, words: Sequence[int]) -> tuple[tuple[int, int], ...]:
        return tuple(map(self.places.__getitem__, words))

    def _span(self, row: int) -> tuple[int, int]:
        """The sentence, from its first word to its last."""
        return self.sheet.starts[self.bounds[row]], self.sheet.ends[self.bounds[row + 1] - 1]


def _word_weights(model: ScorerModel, sheet: Sheet, scored: Scored, blend: Blend) -> Floats:
    """``(words,)``: what the n-grams owe to each word; one of several words is shared evenly."""
    entries = scored.entries
    mixed = model.mixed(blend)
    weights = entries.values * mixed[entries.columns]
    size = entries.last - entries.first + 1
    share = weights / size
    count = len(sheet.words)
    total: Floats = np.bincount(entries.first, weights=share, minlength=count).astype(float)
    for step in (1, 2):
        more = size > step
        total += np.bincount(entries.first[more] + step, weights=share[more], minlength=count)
    return total

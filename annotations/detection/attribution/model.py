"""What is learnt, and its use on one doc: the attributions in tokens of its sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import srsly

from annotations.detection.attribution.continuation import Sentences, follow, read_sentences
from annotations.detection.attribution.decoding import Found, pair_up, read_roles
from annotations.detection.attribution.features import cue_features, role_features
from annotations.detection.attribution.hashing import Codes
from annotations.detection.attribution.joining import divide, join, portions
from annotations.detection.attribution.network import Floats, Network
from annotations.detection.attribution.sheet import Ints, Sheet, code_of
from annotations.detection.attribution.view import Lexis, View, contains, view

_VERB_TAGS = np.array(
    sorted(code_of(tag) for tag in ("VB", "VBD", "VBG", "VBN", "VBP", "VBZ")), dtype=np.uint32
)
_HELPERS = np.array(sorted(code_of(verb) for verb in ("be", "have", "do")), dtype=np.uint32)
_PAIRS = 8192
"""Pairs described at a time, which bounds the memory."""


@dataclass(slots=True)
class AttributionModel:
    """``lexis`` and ``cue_lemmas`` are sorted folded hashes."""

    lexis: Lexis
    cue_lemmas: Codes
    cues: Network
    roles: Network
    links: Network

    def candidates(self, sheet: Sheet) -> Ints:
        """Tokens that may head a cue: verbs, and words that were seen to."""
        verbs = contains(_VERB_TAGS, sheet.tag) & ~contains(_HELPERS, sheet.lemma)
        found = np.flatnonzero(verbs | contains(self.cue_lemmas, sheet.lemma))
        return found.astype(np.int32)

    def cue_probabilities(self, v: View) -> Floats:
        """(n,) that a token of the sheet heads a cue."""
        at = self.candidates(v.sheet)
        probabilities = np.zeros(len(v.sheet), dtype=np.float32)
        logs = self.cues.log_probabilities(cue_features(v, at, self.cues.bits))
        probabilities[at] = np.exp(logs[:, 1])
        return probabilities

    def find(
        self, sheets: Sequence[Sheet], threshold: float, link_threshold: float
    ) -> Iterator[tuple[list[Found], Sentences]]:
        """Each sheet's attributions in the order of their cues: those cues at least as probable
        as ``threshold``, followed over sentences at least as probable as ``link_threshold``. Their
        links number the sentences."""
        for group in portions(sheets):
            found, sentences = self._find(join(group), threshold, link_threshold)
            yield from divide(group, found, sentences)

    def _find(
        self, sheet: Sheet, threshold: float, link_threshold: float
    ) -> tuple[list[Found], Sentences]:
        v = view(sheet, self.lexis)
        probabilities = self.cue_probabilities(v)
        heads = _choose(sheet, probabilities, threshold)
        found: list[Found] = []
        for some in _portions(sheet, heads):
            cue, token = pair_up(sheet, some)
            features = role_features(v, heads, cue, token, self.roles.bits)
            scores = self.roles.log_probabilities(features)
            found.extend(read_roles(sheet, some, probabilities[some], token, scores))
        sentences = read_sentences(v, probabilities)
        follow(v, sentences, found, self.links, link_threshold)
        return found, sentences

    def to_bytes(self) -> bytes:
        message: dict[str, Any] = {"lexis": self.lexis.codes, "cue_lemmas": self.cue_lemmas}
        for name in ("cues", "roles", "links"):
            for part, array in getattr(self, name).to_arrays().items():
                message[f"{name}.{part}"] = array
        packed: bytes = srsly.msgpack_dumps(message)
        return packed

    @classmethod
    def from_bytes(cls, packed: bytes) -> AttributionModel:
        """Raises ValueError for bytes that hold no model."""
        try:
            message: dict[str, npt.NDArray[Any]] = srsly.msgpack_loads(packed)
            networks = {
                name: Network.from_arrays(
                    {
                        key.partition(".")[2]: array
                        for key, array in message.items()
                        if key.startswith(f"{name}.")
                    }
                )
                for name in ("cues", "roles", "links")
            }
            return cls(
                lexis=Lexis(np.ascontiguousarray(message["lexis"])),
                cue_lemmas=np.ascontiguousarray(message["cue_lemmas"]),
                **networks,
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"these bytes hold no attribution model: {error!r}") from error


def _choose(sheet: Sheet, probabilities: Floats, threshold: float) -> Ints:
    """Heads probable enough; of a sentence the most probable, four and one a dozen tokens."""
    heads = np.flatnonzero(probabilities >= threshold).astype(np.int32)
    if not len(heads):
        return heads
    sentence = sheet.sentence[heads]
    # By sentence, and within it by falling probability: the rank is how far from its first.
    order = np.lexsort((heads, -probabilities[heads], sentence))
    ordered = sentence[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    rank = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    allowed = 4 + np.diff(sheet.firsts)[ordered] // 12
    return np.sort(heads[order[rank < allowed]])


def _portions(sheet: Sheet, heads: Ints) -> list[Ints]:
    """The heads in runs that make some ``_PAIRS`` pairs each."""
    if not len(heads):
        return []
    most = np.minimum(np.diff(sheet.firsts)[sheet.sentence[heads]], 121)
    portion = (np.cumsum(most) - most) // _PAIRS
    return np.split(heads, np.flatnonzero(np.diff(portion)) + 1)

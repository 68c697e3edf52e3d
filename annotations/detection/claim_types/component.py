"""``claim_types``: which of Full Fact's claim types each candidate is, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import srsly
from spacy.language import Language
from spacy.tokens import Doc

from annotations.detection.claim_types.features import Featurizer
from annotations.detection.claim_types.model import KINDS, TypeModel
from annotations.detection.components import extensions as _registered  # noqa: F401

_FILE = "claim_types.msgpack"
_NOT_A_CLAIM = KINDS.index("not_a_claim")


@Language.factory(
    "claim_types",
    requires=["doc.spans"],
    assigns=["span._.kind", "span._.kind_confidence"],
    default_config={"candidates_key": "candidates", "cues_key": "cues", "claim_threshold": None},
)
def create_claim_types(
    nlp: Language,
    name: str,
    candidates_key: str,
    cues_key: str,
    claim_threshold: float | None,
) -> ClaimTypes:
    """``claim_threshold``: a candidate whose check-worthiness reaches it is never called
    ``not_a_claim``; the likeliest of the other types is taken, with the confidence it has among
    them. None leaves every type open."""
    return ClaimTypes(
        nlp, candidates_key=candidates_key, cues_key=cues_key, claim_threshold=claim_threshold
    )


class ClaimTypes:
    """Sets ``span._.kind`` and ``span._.kind_confidence`` of ``doc.spans[candidates_key]``, which
    ascend and do not overlap. Call ``assign`` or ``from_disk`` first."""

    def __init__(
        self,
        nlp: Language,
        *,
        candidates_key: str = "candidates",
        cues_key: str = "cues",
        claim_threshold: float | None = None,
    ) -> None:
        self._make_doc = nlp.make_doc
        self.candidates_key = candidates_key
        self.cues_key = cues_key
        self.claim_threshold = claim_threshold
        self._model: TypeModel | None = None
        self._featurizer: Featurizer | None = None

    # Not "model": spaCy looks at that of every component when a pipeline is put together.
    @property
    def weights(self) -> TypeModel:
        if self._model is None:
            raise ValueError("claim_types has no weights yet: train it, or load it from disk")
        return self._model

    def assign(self, model: TypeModel, featurizer: Featurizer) -> None:
        """Take what ``train_claim_types`` learnt.

        Raises ValueError where the weights belong to other features.
        """
        if model.names != featurizer.names:
            odd = sorted(set(model.names) ^ set(featurizer.names))
            raise ValueError(f"claim type weights of other features, train them again: {odd}")
        self._model = model
        self._featurizer = featurizer

    def __call__(self, doc: Doc) -> Doc:
        model, featurizer = self.weights, self._featurizer
        candidates = list(doc.spans[self.candidates_key])
        if not candidates or featurizer is None:
            return doc
        ranges = [(span.start, span.end) for span in candidates]
        probabilities = model.probabilities(featurizer(doc, ranges))
        if self.claim_threshold is not None:
            for at, span in enumerate(candidates):
                if span._.check_worthiness >= self.claim_threshold:
                    probabilities[at, _NOT_A_CLAIM] = 0.0
            probabilities /= probabilities.sum(axis=1, keepdims=True)
        best = probabilities.argmax(axis=1).tolist()
        sure = probabilities.max(axis=1).tolist()
        for span, kind, confidence in zip(candidates, best, sure, strict=True):
            span._.kind = KINDS[kind]
            span._.kind_confidence = confidence
        return doc

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Weights, columns and word lists: all that is needed to load it elsewhere."""
        model, featurizer = self.weights, self._featurizer
        assert featurizer is not None  # noqa: S101  (assigned together with the model)
        state = {
            "model": model.to_dict(),
            "cues": list(featurizer.cues),
            "word_lists": {name: list(words) for name, words in featurizer.word_lists.items()},
        }
        return bytes(srsly.msgpack_dumps(state))

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> ClaimTypes:
        """Raises ValueError for weights of another version or of other features."""
        state: dict[str, Any] = srsly.msgpack_loads(data)
        featurizer = Featurizer(
            make_doc=self._make_doc,
            cues=state["cues"],
            word_lists=state["word_lists"],
            cues_key=self.cues_key,
        )
        self.assign(TypeModel.from_dict(state["model"]), featurizer)
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _FILE).write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> ClaimTypes:
        return self.from_bytes((Path(path) / _FILE).read_bytes())

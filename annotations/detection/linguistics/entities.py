"""``claim_entities``: people, organisations, places, dates and amounts, into ``doc.ents``.

A tag a word (B-, I- and O), as spaCy's tagger learns tags: a tenth of the cost of its
transition-based recogniser at a speed that counts here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

import numpy as np
from spacy.attrs import ENT_IOB, ENT_TYPE
from spacy.language import Language
from spacy.pipeline.tagger import Tagger
from spacy.scorer import get_ner_prf
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import Model, SequenceCategoricalCrossentropy

TYPES = ("PERSON", "ORG", "LOC", "MISC", "DATE", "TIME", "MONEY", "PERCENT", "QUANTITY")

DEFAULT_MODEL = {
    "@architectures": "spacy.Tagger.v2",
    "normalize": False,
    "tok2vec": {"@architectures": "spacy.Tok2VecListener.v1", "width": 96, "upstream": "*"},
}


@Language.factory(
    "claim_entities",
    assigns=["doc.ents", "token.ent_iob", "token.ent_type"],
    default_config={"model": DEFAULT_MODEL},
    default_score_weights={"ents_f": 1.0},
)
def create_claim_entities(nlp: Language, name: str, model: Model[Any, Any]) -> ClaimEntities:
    """``model``: as of a tagger, with an output for O and two for every type."""
    return ClaimEntities(nlp.vocab, model, name, scorer=_score, overwrite=True)


def _score(examples: Iterable[Example], **_: object) -> dict[str, Any]:
    return dict(get_ner_prf(examples))


class ClaimEntities(Tagger):  # type: ignore[misc]
    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,
        labels: list[str] | None = None,
    ) -> None:
        for label in labels or ["O", *(f"{mark}-{kind}" for kind in TYPES for mark in "BI")]:
            self.add_label(label)
        samples = list(islice(get_examples(), 3))
        docs = [example.x for example in samples]
        shape = self.model.ops.alloc2f(1, len(self.labels))
        self.model.initialize(X=docs, Y=[shape for _ in docs])

    def get_loss(self, examples: Iterable[Example], scores: Any) -> tuple[float, Any]:
        loss = SequenceCategoricalCrossentropy(
            names=list(self.labels), normalize=False, missing_value=""
        )
        truths = []
        known = set(self.labels)
        for example in examples:
            tags = example.get_aligned_ner()
            truths.append([_plain(tag) if _plain(tag) in known else "" for tag in tags])
        gradient, total = loss(scores, truths)
        return float(total), gradient

    def predict(self, docs: Iterable[Doc]) -> list[Any]:
        docs = list(docs)
        if not any(len(doc) for doc in docs):
            return [np.zeros(0, dtype="int64") for _ in docs]
        scores = self.model.predict(docs)
        return [array.argmax(axis=1) for array in scores]

    def set_annotations(self, docs: Iterable[Doc], guesses: list[Any]) -> None:
        strings = self.vocab.strings
        labels = list(self.labels)
        types = np.asarray(
            [strings.add(label.partition("-")[2]) if label != "O" else 0 for label in labels],
            dtype="uint64",
        )
        begins = np.asarray([label.startswith("B-") for label in labels])
        for doc, guess in zip(docs, guesses, strict=True):
            if not len(doc):
                continue
            kind = types[guess]
            before = np.concatenate([np.zeros(1, dtype="uint64"), kind[:-1]])
            first = (kind != 0) & (begins[guess] | (kind != before))
            iob = np.where(kind == 0, 2, np.where(first, 3, 1)).astype("uint64")
            table: Any = np.stack([iob, kind], axis=1)
            doc.from_array([ENT_IOB, ENT_TYPE], table)


def _plain(tag: str | None) -> str:
    """BILUO as BIO; an unknown tag as the empty string."""
    if not tag or tag == "-":
        return ""
    mark, dash, kind = tag.partition("-")
    return {"U": "B", "L": "I"}.get(mark, mark) + dash + kind

"""``claim_scorer``: the check-worthiness of every sentence, with its reasons.

``doc.spans["candidates"]`` gets a span a sentence. Text that came divided into lines with speakers
is scored as a debate; anything else as it stands.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import srsly
from spacy.language import Language
from spacy.tokens import Doc, Span

from annotations.detection.checkworthiness.debates import speakers_of
from annotations.detection.checkworthiness.model import ScorerModel, empty_model
from annotations.detection.checkworthiness.parts import SentenceEncoder
from annotations.detection.checkworthiness.reasons import explain, probability
from annotations.detection.checkworthiness.scoring import score_sheet
from annotations.detection.checkworthiness.sheet import read_sheet
from annotations.detection.checkworthiness.texts import unit_texts
from annotations.detection.checkworthiness.training import Learnt
from annotations.detection.components import extensions as _registered  # noqa: F401
from annotations.detection.errors import DetectionError

_FILE = "scorer.msgpack"
_MARGIN = 0.1
"""In logits: how far rounding can never take a sum."""
LoadEncoder = Callable[[bytes], SentenceEncoder]


@Language.factory(
    "claim_scorer",
    requires=["doc.sents", "doc.spans"],
    assigns=[
        "doc.spans",
        "span._.check_worthiness",
        "span._.reasons",
    ],
    default_config={"candidates_key": "candidates", "cues_key": "cues", "encoder": None},
)
def create_claim_scorer(
    nlp: Language,
    name: str,
    candidates_key: str,
    cues_key: str,
    encoder: LoadEncoder | None,
) -> ClaimScorer:
    """``encoder`` reads the stored bytes of a part that was trained with the scorer (see
    ``checkworthiness.parts``); None where there is none."""
    return ClaimScorer(candidates_key=candidates_key, cues_key=cues_key, load_encoder=encoder)


class ClaimScorer:
    """Scores with a model that ``learn_from``, ``from_disk`` or ``from_bytes`` brought; before
    that every sentence has the probability 0.5."""

    def __init__(
        self,
        *,
        candidates_key: str = "candidates",
        cues_key: str = "cues",
        load_encoder: LoadEncoder | None = None,
    ) -> None:
        self.candidates_key = candidates_key
        self.cues_key = cues_key
        self.load_encoder = load_encoder
        self.encoders: dict[str, SentenceEncoder] = {}
        self.reasons_from = 0.0
        """The probability from which on a sentence gets its reasons one by one: working out why
        is a third of the scorer's time, and nobody is shown why a sentence was left out."""
        self._set(empty_model())

    def _set(self, model: ScorerModel) -> None:
        self.model = model
        self.vocabulary = model.columns.vocabulary()

    def learn_from(self, learnt: Learnt) -> None:
        """Take over what ``train_scorer`` returned."""
        self.encoders = dict(learnt.encoders)
        self._set(learnt.model)

    def __call__(self, doc: Doc) -> Doc:
        sheet = read_sheet(doc, self.vocabulary, cues_key=self.cues_key)
        divided = bool(doc._.lines)
        speakers: Sequence[str] | None = speakers_of(doc, sheet) if divided else None
        if speakers is not None and not any(name.strip() for name in speakers):
            speakers = None
        texts = unit_texts(doc, sheet) if self.encoders else ()
        scored = score_sheet(
            self.model, sheet, speakers=speakers, texts=texts, encoders=self.encoders
        )
        odds = self.reasons_from / (1 - self.reasons_from)
        least = math.log(odds) - _MARGIN if odds else -math.inf
        reasons = explain(self.model, sheet, scored, structure=not divided, least=least)
        candidates = []
        for (first, stop), why in zip(sheet.spans, reasons, strict=True):
            span = Span(doc, first, stop, label="claim")
            span._.reasons = why
            span._.check_worthiness = probability(math.fsum(reason[2] for reason in why))
            candidates.append(span)
        doc.spans[self.candidates_key] = candidates
        return doc

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        encoders = {}
        for name, encoder in self.encoders.items():
            if not hasattr(encoder, "to_bytes"):
                raise DetectionError(f"the scorer's {name} part cannot be stored", permanent=True)
            encoders[name] = encoder.to_bytes()
        data: bytes = srsly.msgpack_dumps({"model": self.model.to_bytes(), "encoders": encoders})
        return data

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> ClaimScorer:
        """Raises ValueError for bytes that are no scorer, DetectionError for a scorer with a part
        that this pipeline's config names no loader for."""
        raw: dict[str, Any] = srsly.msgpack_loads(data)
        if not isinstance(raw, dict) or "model" not in raw:
            raise ValueError("these bytes are no scorer")
        encoders: dict[str, SentenceEncoder] = {}
        for name, stored in raw["encoders"].items():
            if self.load_encoder is None:
                raise DetectionError(
                    "this scorer was trained with a part; its config must name the part's encoder",
                    permanent=True,
                )
            encoders[name] = self.load_encoder(stored)
        self._set(ScorerModel.from_bytes(raw["model"]))
        self.encoders = encoders
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write one file, ``scorer.msgpack``, into a folder."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _FILE).write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> ClaimScorer:
        return self.from_bytes((Path(path) / _FILE).read_bytes())

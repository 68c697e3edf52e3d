"""``claim_attributions``: who says what, learnt, into ``doc.spans["attributions"]``.

A span covers one continuous piece of what is attributed. Its label is ``direct`` (wholly in
quotation marks), ``mixed`` (in part), ``indirect`` or ``transcript`` (follows ``NAME:``, or is a
line that came with its speaker); ``span.id`` is the attribution's number, which its pieces share.
``doc.spans["speech_cues"]`` holds the words that report, such as "said".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example

from annotations.detection.attribution.continuation import Sentences
from annotations.detection.attribution.decoding import Found
from annotations.detection.attribution.model import AttributionModel
from annotations.detection.attribution.pieces import (
    Piece,
    carried_pieces,
    in_order,
    said_pieces,
    speak_for_themselves,
    transcript_pieces,
)
from annotations.detection.attribution.sheet import Sheet, read_sheet
from annotations.detection.attribution.speakers import (
    Directory,
    Speaker,
    SpeakerRules,
    speaker_finder,
)
from annotations.detection.lexicon import read_lexicon

_FILE = "model.msgpack"


@Language.factory(
    "claim_attributions",
    requires=[
        "doc.sents",
        "doc.spans",
        "doc._.people",
        "doc.ents",
        "span._.canonical",
        "token.tag",
        "token.lemma",
        "token.dep",
        "token.head",
    ],
    assigns=["doc.spans", "span._.speaker", "span._.source", "span._.cue", "span._.confidence"],
    default_config={
        "spans_key": "attributions",
        "cues_key": "speech_cues",
        "quotes_key": "quotes",
        "names_key": "names",
        "determiners": "determiners",
        "no_speakers": "no_speakers",
        "threshold": 0.35,
        "link_threshold": 0.5,
        "speaker_threshold": 0.5,
        "pronoun_reach": 3,
    },
)
def create_claim_attributions(
    nlp: Language,
    name: str,
    spans_key: str,
    cues_key: str,
    quotes_key: str,
    names_key: str,
    determiners: str,
    no_speakers: str,
    threshold: float,
    link_threshold: float,
    speaker_threshold: float,
    pronoun_reach: int,
) -> ClaimAttributions:
    """``threshold``, ``link_threshold`` and ``speaker_threshold`` are the least probabilities of
    a cue, of a sentence's going on with what was said, and of cue and source together for a
    speaker to be named. ``pronoun_reach`` counts sentences; ``determiners`` and ``no_speakers``
    are lexicons."""
    return ClaimAttributions(
        keys=(spans_key, cues_key, quotes_key, names_key),
        thresholds=(threshold, link_threshold, speaker_threshold),
        rules=SpeakerRules(
            determiners=frozenset(read_lexicon(determiners)),
            no_speakers=frozenset(read_lexicon(no_speakers)),
            pronoun_reach=pronoun_reach,
        ),
    )


class ClaimAttributions:
    """``model`` is None until it is trained or loaded; calling the component then raises
    ValueError."""

    def __init__(
        self,
        *,
        keys: tuple[str, str, str, str],
        thresholds: tuple[float, float, float],
        rules: SpeakerRules,
        model: AttributionModel | None = None,
    ) -> None:
        self.spans_key, self.cues_key, self.quotes_key, self.names_key = keys
        self.threshold, self.link_threshold, self.speaker_threshold = thresholds
        self.rules = rules
        self.model = model

    def __call__(self, doc: Doc) -> Doc:
        return self._read([doc])[0]

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 16) -> Iterator[Doc]:
        """Docs as they come, read some at a time, which is a third faster."""
        docs = iter(stream)
        while batch := list(islice(docs, max(1, batch_size))):
            yield from self._read(batch)

    def _read(self, docs: list[Doc]) -> list[Doc]:
        if self.model is None:
            raise ValueError("claim_attributions has no model: train it, or load one from disk")
        sheets = [read_sheet(doc, self.quotes_key) for doc in docs]
        every = self.model.find(sheets, self.threshold, self.link_threshold)
        for doc, sheet, (found, sentences) in zip(docs, sheets, every, strict=True):
            self._write(doc, sheet, found, sentences)
        return docs

    def _write(self, doc: Doc, sheet: Sheet, found: list[Found], sentences: Sentences) -> None:
        directory = Directory(doc._.people)
        finder = speaker_finder(doc, sheet, self.rules, self.names_key, directory)
        speakers: list[Speaker | None] = [
            finder.find(one)
            if one.probability * one.source_probability >= self.speaker_threshold
            else None
            for one in found
        ]
        pieces = said_pieces(sheet, sentences, found, speakers)
        pieces += carried_pieces(doc, sheet, pieces, self.quotes_key)
        numbers = max((piece.number for piece in pieces), default=0)
        pieces += transcript_pieces(doc, sheet, numbers, directory)
        speak_for_themselves(sheet, found, pieces)
        doc.spans[self.spans_key] = [_span(doc, sheet, piece) for piece in in_order(pieces)]
        cues = sorted({(one.cue[0], one.cue[-1] + 1) for one in found})
        doc.spans[self.cues_key] = [
            Span(doc, *_doc_tokens(sheet, first, stop), label="cue") for first, stop in cues
        ]

    def initialize(
        self, get_examples: Callable[[], Iterable[Example]], *, nlp: Language | None = None
    ) -> None:
        """Nothing: the model comes from ``training.train_attribution``."""

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        return b"" if self.model is None else self.model.to_bytes()

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> ClaimAttributions:
        self.model = AttributionModel.from_bytes(data) if data else None
        return self

    def to_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> None:
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _FILE).write_bytes(self.to_bytes())

    def from_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> ClaimAttributions:
        """Raises FileNotFoundError or ValueError where ``path`` holds no model."""
        return self.from_bytes((Path(path) / _FILE).read_bytes())


def _doc_tokens(sheet: Sheet, first: int, stop: int) -> tuple[int, int]:
    return int(sheet.place[first]), int(sheet.place[stop - 1]) + 1


def _span(doc: Doc, sheet: Sheet, piece: Piece) -> Any:
    first, stop = _doc_tokens(sheet, piece.first, piece.stop)
    span: Any = Span(doc, first, stop, label=piece.form, span_id=piece.number)
    span._.speaker = piece.speaker
    span._.source = piece.source
    span._.cue = piece.cue
    span._.confidence = piece.confidence
    return span

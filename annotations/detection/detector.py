"""A detector: one spaCy pipeline behind the package's own types."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span

from annotations.detection import components as _registered  # noqa: F401  (registers factories)
from annotations.detection.components.extensions import trim
from annotations.detection.errors import DetectionError
from annotations.detection.interface import (
    ArticleInput,
    Attribution,
    Claimant,
    DatedExpression,
    DetectedClaim,
    Detection,
    Reason,
    ScoredSentence,
)
from annotations.detection.lexicon import LEXICON_ROOT, lexicon_digest
from annotations.detection.linguistics.installed import use_installed
from annotations.detection.loading import detector_folder, load_pipeline, weights_digest
from annotations.detection.names import full_name, installed_pipeline, shipped_detectors

VERSION = "2.0.0"
MAX_LENGTH = 1_000_000
"""Longest text accepted by default, in code points."""

MAX_TOKENS = 300_000
"""Most words and marks of one text: what a text may take of a worker's memory follows from it."""

_AT_ONCE = 4
"""Articles in the networks at one time: more would take memory and save no time."""

_CHARACTERS_AT_ONCE = 200_000
"""Of the articles in one batch; a longer one is read alone, so that however many come that are as
long as can be, they take the memory of one."""

_LANGUAGES_UNKNOWN = frozenset({"", "und", "mul", "zxx"})


class Detector:
    """Finds claims in articles. One instance may be used by several threads.

    ``threshold`` is the score at or above which a passage is a suggestion; ``config_hash`` is a
    SHA-256 over the pipeline's settings, the word lists they name, and its trained weights.
    """

    def __init__(
        self,
        nlp: Language,
        *,
        name: str,
        version: str = VERSION,
        folder: Path | None = None,
        spans_key: str = "claims",
        candidates_key: str = "candidates",
        max_length: int = MAX_LENGTH,
    ) -> None:
        self.spans_key = spans_key
        self.candidates_key = candidates_key
        self._share(
            nlp,
            name=name,
            version=version,
            threshold=float(nlp.get_pipe_config("claim_spans")["threshold"]),
            config_hash=_config_hash(nlp, folder),
            max_length=max_length,
        )

    def _share(
        self,
        nlp: Language,
        *,
        name: str,
        version: str,
        threshold: float,
        config_hash: str,
        max_length: int,
    ) -> None:
        """What every detector has, whatever its pipeline is made of."""
        self.nlp = nlp
        self.name = name
        self.version = version
        self.threshold = threshold
        self.config_hash = config_hash
        self.max_length = max_length
        nlp.max_length = max_length
        # A spaCy vocabulary is written to while texts are read, and a memory zone must not be
        # entered twice: one batch at a time.
        self._lock = threading.Lock()

    def at(self, threshold: float | None) -> Detector:
        """The same detector with another threshold; None: its own. They share the pipeline."""
        if threshold is None or threshold == self.threshold:
            return self
        if not 0 <= threshold <= 1:
            raise DetectionError(f"a threshold is from 0 to 1, not {threshold}", permanent=True)
        other = copy(self)
        other.threshold = threshold
        digest = hashlib.sha256(f"{self.config_hash} threshold {threshold!r}".encode())
        other.config_hash = digest.hexdigest()
        return other

    def stream(
        self, articles: Iterable[ArticleInput], *, batch_size: int = 16
    ) -> Iterator[Detection]:
        """Yield one Detection an article, in order, reading at most ``batch_size`` ahead.

        Raises DetectionError for an article that cannot be read, after yielding the results of
        those before it.
        """
        if batch_size < 1:
            raise ValueError("batch_size must be at least 1")
        batch: list[ArticleInput] = []
        size = 0
        for article in articles:
            refusal = self._refusal(article)
            if batch and (refusal or size + len(article.text) > _CHARACTERS_AT_ONCE):
                yield from self._read(batch)
                batch, size = [], 0
            if refusal is not None:
                raise refusal
            batch.append(article)
            size += len(article.text)
            if len(batch) == batch_size:
                yield from self._read(batch)
                batch, size = [], 0
        if batch:
            yield from self._read(batch)

    def detect(self, article: ArticleInput) -> Detection:
        """Detection for one article. Raises DetectionError for one that cannot be read."""
        return next(self.stream([article], batch_size=1))

    def _refusal(self, article: ArticleInput) -> DetectionError | None:
        if len(article.text) > self.max_length:
            return DetectionError(
                f"the text has {len(article.text)} characters; {self.name} reads at most "
                f"{self.max_length}",
                permanent=True,
            )
        language = article.language.replace("_", "-").split("-")[0].lower()
        if language not in _LANGUAGES_UNKNOWN and self.nlp.lang not in {language, "xx"}:
            return DetectionError(
                f"{self.name} reads {self.nlp.lang!r}, not {article.language!r}", permanent=True
            )
        return None

    def explain(self, article: ArticleInput) -> list[ScoredSentence]:
        """Every sentence of an article with its score and reasons, suggested or not, in order.

        Raises DetectionError for an article that cannot be read.
        """
        refusal = self._refusal(article)
        if refusal is not None:
            raise refusal
        with self._lock, self.nlp.memory_zone():
            doc = self.nlp(self._doc(article))
            claims = list(doc.spans[self.spans_key])
            return [
                ScoredSentence(
                    *trim(article.text, span.start_char, span.end_char),
                    score=float(span._.check_worthiness),
                    kind=str(span._.kind),
                    kind_confidence=float(span._.kind_confidence),
                    reasons=_reasons(span),
                    claim=next(
                        (
                            trim(article.text, claim.start_char, claim.end_char)
                            for claim in claims
                            if claim.start < span.end and span.start < claim.end
                        ),
                        None,
                    ),
                )
                for span in doc.spans[self.candidates_key]
            ]

    @contextmanager
    def _reasons_of_suggestions(self) -> Iterator[None]:
        """Have the scorer give its reasons where somebody will see them, and not for all."""
        scorer: Any = self.nlp.get_pipe("claim_scorer")
        spans: Any = self.nlp.get_pipe("claim_spans")
        before = spans.threshold
        scorer.reasons_from = spans.threshold = self.threshold
        try:
            yield
        finally:
            scorer.reasons_from, spans.threshold = 0.0, before

    def _doc(self, article: ArticleInput) -> Doc:
        doc = self._tokens(article.text)
        doc._.published = article.published
        doc._.dateline = article.dateline
        doc._.lines = tuple((line.start, line.end, line.speaker) for line in article.lines)
        return doc

    def _tokens(self, text: str) -> Doc:
        doc = self.nlp.make_doc(text)
        if len(doc) > MAX_TOKENS:
            raise DetectionError(
                f"the text has {len(doc)} words and marks; {self.name} reads at most {MAX_TOKENS}",
                permanent=True,
            )
        return doc

    def _read(self, batch: list[ArticleInput]) -> list[Detection]:
        # Results are built inside the zone: docs and new words are freed when it ends, so a
        # stream of any length needs the memory of one batch.
        with self._lock, self._reasons_of_suggestions(), self.nlp.memory_zone():
            pairs = ((self._doc(article), article) for article in batch)
            docs = self.nlp.pipe(pairs, as_tuples=True, batch_size=_AT_ONCE)
            return [self._detection(doc, article.text) for doc, article in docs]

    def _detection(self, doc: Doc, text: str) -> Detection:
        sentences = []
        for sentence in doc.sents if len(doc) else ():
            start, end = trim(text, sentence.start_char, sentence.end_char)
            if start < end:
                sentences.append((start, end))
        dates = sorted(doc.spans.get("dates", ()), key=lambda span: span.start)
        said = list(doc.spans.get("attributions", ()))
        claims = (self._claim(span, text, said, dates) for span in doc.spans[self.spans_key])
        return Detection(
            sentences=tuple(sentences),
            claims=tuple(sorted(claims, key=lambda claim: (claim.start, claim.end))),
            words=len(text.split()),
        )

    def _claim(self, span: Span, text: str, said: list[Span], dates: list[Span]) -> DetectedClaim:
        start, end = trim(text, span.start_char, span.end_char)
        speaker = span._.claimant
        sentence = span.sent
        return DetectedClaim(
            start=start,
            end=end,
            quote=text[start:end],
            score=float(span._.check_worthiness),
            kind=str(span._.kind),
            kind_confidence=float(span._.kind_confidence),
            quoted=bool(span._.quoted),
            claimant=None if speaker is None else Claimant(*speaker),
            reasons=_reasons(span),
            attribution=_attribution(span, said),
            # "Yesterday" may stand in the frame that was cut off: the sentence's times are its.
            dates=tuple(
                _dated(date)
                for date in dates
                if sentence.start <= date.start and date.end <= sentence.end
            ),
            first_mention=span._.first_mention,
        )


def _reasons(span: Span) -> tuple[Reason, ...]:
    return tuple(
        Reason(feature, label, weight, tuple((a, b) for a, b in spans))
        for feature, label, weight, spans in span._.reasons
    )


def _attribution(span: Span, said: list[Span]) -> Attribution | None:
    """The attribution that gave the claim its claimant, with all its pieces."""
    speaker = span._.claimant
    if speaker is None:
        return None
    best = max(
        (piece for piece in said if piece._.speaker == speaker),
        key=lambda piece: min(piece.end, span.end) - max(piece.start, span.start),
        default=None,
    )
    if best is None or min(best.end, span.end) <= max(best.start, span.start):
        return None
    pieces = [piece for piece in said if piece.id == best.id and piece.id] or [best]
    return Attribution(
        form=best.label_,
        content=tuple((piece.start_char, piece.end_char) for piece in pieces),
        source=best._.source,
        cue=best._.cue,
        confidence=float(best._.confidence),
    )


def _dated(span: Span) -> DatedExpression:
    interval = span._.interval
    if interval is None:
        return DatedExpression(span.start_char, span.end_char, None, None, "", "")
    first, last, granularity, anchor = interval
    return DatedExpression(
        span.start_char,
        span.end_char,
        date.fromisoformat(first),
        date.fromisoformat(last),
        granularity,
        anchor,
    )


def build_detector(
    name: str | Path,
    *,
    overrides: Mapping[str, Any] | None = None,
    max_length: int = MAX_LENGTH,
) -> Detector:
    """A fresh detector: a shipped one by name, or any that was trained, by its folder. Dotted
    config ``overrides`` are applied, such as ``{"components.claim_spans.threshold": 0.6}``.
    ``small+en_core_web_md`` is a shipped one with the entities of an installed pipeline, and what
    ``en_core_web_md`` alone stands for; any other name is that of an installed pipeline which
    finds claims by itself.

    Raises DetectionError (permanent) when there is none, or what it needs is not installed.
    """
    installed = ""
    if isinstance(name, str):
        name = full_name(name)
        if name.partition("+")[0] not in shipped_detectors() and installed_pipeline(name):
            from annotations.detection.installed import InstalledDetector

            return InstalledDetector(name, max_length=max_length)
        name, _, installed = name.partition("+")
    path = detector_folder(name)
    nlp = load_pipeline(path, overrides)
    if installed:
        use_installed(nlp, installed)
    full = f"{path.name}+{installed}" if installed else path.name
    return Detector(nlp, name=full, folder=path, max_length=max_length)


def load_detector(name: str = "small") -> Detector:
    """The named detector, built once a process however many threads ask."""
    with _loading:
        return _load(full_name(name))


_loading = threading.Lock()


@cache
def _load(name: str) -> Detector:
    return build_detector(name)


def _config_hash(nlp: Language, folder: Path | None) -> str:
    settings = {part: nlp.config[part] for part in ("nlp", "components")}
    canonical = json.dumps(settings, sort_keys=True, separators=(",", ":"), default=str)
    digest = hashlib.sha256(canonical.encode())
    digest.update(lexicon_digest(_lexicon_names(settings["components"])).encode())
    if folder is not None:
        digest.update(weights_digest(folder).encode())
    return digest.hexdigest()


def _lexicon_names(value: object) -> Iterator[str]:
    """Every string in the settings that is the name of a shipped word list."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _lexicon_names(inner)
    elif isinstance(value, str) and (LEXICON_ROOT / f"{value}.txt").is_file():
        yield value

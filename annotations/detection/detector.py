"""A detector: one spaCy pipeline behind the package's own types."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import load_config, load_model_from_config

from annotations.detection import components as _registered  # noqa: F401  (registers factories)
from annotations.detection.components.extensions import trim
from annotations.detection.errors import DetectionError
from annotations.detection.interface import (
    ArticleInput,
    Claimant,
    DetectedClaim,
    Detection,
    Reason,
)
from annotations.detection.lexicon import LEXICON_ROOT, lexicon_digest

PIPELINE_ROOT = Path(__file__).parent / "pipelines"
VERSION = "1.0.0"
MAX_LENGTH = 1_000_000
"""Longest text accepted by default, in code points."""

_LANGUAGES_UNKNOWN = frozenset({"", "und", "mul", "zxx"})


class Detector:
    """Finds claims in articles. One instance may be used by several threads.

    ``threshold`` is the score at or above which a passage is a suggestion; ``config_hash`` is a
    SHA-256 over the pipeline's settings and the word lists they name.
    """

    def __init__(
        self,
        nlp: Language,
        *,
        name: str,
        version: str = VERSION,
        spans_key: str = "claims",
        max_length: int = MAX_LENGTH,
    ) -> None:
        self.nlp = nlp
        self.name = name
        self.version = version
        self.spans_key = spans_key
        self.max_length = max_length
        nlp.max_length = max_length
        self.threshold = float(nlp.get_pipe_config("claim_spotter")["threshold"])
        self.config_hash = _config_hash(nlp)
        # A spaCy vocabulary is written to while texts are read, and a memory zone must not be
        # entered twice: one batch at a time.
        self._lock = threading.Lock()

    def stream(
        self, articles: Iterable[ArticleInput], *, batch_size: int = 16
    ) -> Iterator[Detection]:
        """Yield one Detection an article, in order, reading at most ``batch_size`` ahead.

        Raises DetectionError for an article that cannot be read, after yielding the results of
        those before it.
        """
        if batch_size < 1:
            raise ValueError("batch_size must be at least 1")
        source = iter(articles)
        while True:
            batch: list[ArticleInput] = []
            refusal: DetectionError | None = None
            for article in source:
                refusal = self._refusal(article)
                if refusal is not None:
                    break
                batch.append(article)
                if len(batch) == batch_size:
                    break
            if batch:
                yield from self._read(batch)
            if refusal is not None:
                raise refusal
            if len(batch) < batch_size:
                return

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
        if language not in _LANGUAGES_UNKNOWN and language != self.nlp.lang:
            return DetectionError(
                f"{self.name} reads {self.nlp.lang!r}, not {article.language!r}", permanent=True
            )
        return None

    def _read(self, batch: list[ArticleInput]) -> list[Detection]:
        # Results are built inside the zone: docs and new words are freed when it ends, so a
        # stream of any length needs the memory of one batch.
        with self._lock, self.nlp.memory_zone():
            pairs = ((article.text, article) for article in batch)
            docs = self.nlp.pipe(pairs, as_tuples=True, batch_size=len(batch))
            return [self._detection(doc, article.text) for doc, article in docs]

    def _detection(self, doc: Doc, text: str) -> Detection:
        sentences = []
        for sentence in doc.sents if len(doc) else ():
            start, end = trim(text, sentence.start_char, sentence.end_char)
            if start < end:
                sentences.append((start, end))
        claims = (self._claim(span, text) for span in doc.spans[self.spans_key])
        return Detection(
            sentences=tuple(sentences),
            claims=tuple(sorted(claims, key=lambda claim: (claim.start, claim.end))),
            words=len(text.split()),
        )

    def _claim(self, span: Span, text: str) -> DetectedClaim:
        start, end = trim(text, span.start_char, span.end_char)
        speaker = span._.claimant
        return DetectedClaim(
            start=start,
            end=end,
            quote=text[start:end],
            score=float(span._.check_worthiness),
            kind=str(span._.kind),
            quoted=bool(span._.quoted),
            claimant=None if speaker is None else Claimant(*speaker),
            reasons=tuple(
                Reason(feature, label, weight, tuple((a, b) for a, b in spans))
                for feature, label, weight, spans in span._.reasons
            ),
        )


def build_detector(
    name: str,
    *,
    overrides: Mapping[str, Any] | None = None,
    max_length: int = MAX_LENGTH,
) -> Detector:
    """A fresh detector from a shipped pipeline, with dotted config ``overrides`` applied, such as
    ``{"components.claim_spotter.threshold": 0.6}``.

    Raises DetectionError (permanent) when no pipeline of that name is shipped.
    """
    path = PIPELINE_ROOT / name / "config.cfg"
    if not name.replace("-", "").replace("_", "").isalnum() or not path.is_file():
        known = sorted(folder.name for folder in PIPELINE_ROOT.iterdir() if folder.is_dir())
        raise DetectionError(f"no detector named {name!r}; there are {known}", permanent=True)
    config = load_config(path, overrides=dict(overrides or {}), interpolate=True)
    nlp = load_model_from_config(config, auto_fill=True)
    return Detector(nlp, name=name, max_length=max_length)


def load_detector(name: str = "rules-en") -> Detector:
    """The named detector, built once a process however many threads ask."""
    with _loading:
        return _load(name)


_loading = threading.Lock()


@cache
def _load(name: str) -> Detector:
    return build_detector(name)


def _config_hash(nlp: Language) -> str:
    settings = {part: nlp.config[part] for part in ("nlp", "components")}
    canonical = json.dumps(settings, sort_keys=True, separators=(",", ":"), default=str)
    digest = hashlib.sha256(canonical.encode())
    digest.update(lexicon_digest(_lexicon_names(settings["components"])).encode())
    return digest.hexdigest()


def _lexicon_names(value: object) -> Iterator[str]:
    """Every string in the settings that is the name of a shipped word list."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _lexicon_names(inner)
    elif isinstance(value, str) and (LEXICON_ROOT / f"{value}.txt").is_file():
        yield value

"""A detector that is somebody else's spaCy pipeline, installed as a package.

What it has to do is write ``doc.spans["claims"]``, as spaCy's own SpanCategorizer and SpanRuler do
when told so, and to say that it does (``names.py``). What only our pipelines know, such as reasons,
claimants and dates, stays empty.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from spacy.tokens import Doc, Span
from spacy.util import get_package_version

from annotations.detection.components.extensions import trim
from annotations.detection.detector import MAX_LENGTH, Detector
from annotations.detection.errors import DetectionError
from annotations.detection.interface import (
    CLAIM_KINDS,
    ArticleInput,
    DetectedClaim,
    Detection,
    ScoredSentence,
)
from annotations.detection.loading import files_digest, load_package
from annotations.detection.names import SPANS_KEY, Trouble, detector_trouble, installed_pipeline

THRESHOLD = 0.5
"""Where the corpus names none. A pipeline may have left out what it finds less likely itself."""


class InstalledDetector(Detector):
    """Claims are the spans in ``doc.spans["claims"]`` whose score reaches the threshold.

    A score is what the pipeline's component left in the group's ``attrs["scores"]``, as
    SpanCategorizer does; spans of a pipeline that gives none count as certain. A label that is
    one of ``CLAIM_KINDS``, in any case, is the claim's kind.
    """

    def __init__(self, package: str, *, max_length: int = MAX_LENGTH) -> None:
        """Raises DetectionError (permanent) where there is no such pipeline, or it finds none."""
        folder, trouble = installed_pipeline(package), detector_trouble(package)
        if folder is not None and trouble == Trouble("damaged"):
            raise DetectionError(
                f"{package} is installed and damaged: its config.cfg or meta.json can't be used; "
                "install it again where the workers run",
                permanent=True,
            )
        if folder is None or trouble is not None:
            raise DetectionError(
                f"{package!r} is no installed spaCy pipeline that says that it writes "
                f'doc.spans["{SPANS_KEY}"]; install it where the workers run',
                permanent=True,
            )
        nlp = load_package(package)
        if not any(nlp.has_pipe(name) for name in ("parser", "senter", "sentencizer")):
            nlp.add_pipe("sentencizer")
        version = get_package_version(package) or "0"
        settings = json.dumps(nlp.config["components"], sort_keys=True, default=str)
        self._share(
            nlp,
            name=package,
            version=version,
            threshold=THRESHOLD,
            config_hash=hashlib.sha256(
                f"{version} {settings} {files_digest(folder)}".encode()
            ).hexdigest(),
            max_length=max_length,
        )

    def explain(self, article: ArticleInput) -> list[ScoredSentence]:
        """Raises DetectionError: the pipeline gives no reasons."""
        raise DetectionError(f"{self.name} scores spans and says no reasons", permanent=True)

    @contextmanager
    def _reasons_of_suggestions(self) -> Iterator[None]:
        yield

    def _doc(self, article: ArticleInput) -> Doc:
        return self._tokens(article.text)

    def _detection(self, doc: Doc, text: str) -> Detection:
        sentences = (trim(text, s.start_char, s.end_char) for s in doc.sents)
        return Detection(
            sentences=tuple((start, end) for start, end in sentences if start < end),
            claims=tuple(self._claims(doc, text)),
            words=len(text.split()),
        )

    def _claims(self, doc: Doc, text: str) -> list[DetectedClaim]:
        group: Any = doc.spans.get(SPANS_KEY, ())
        scores = [float(s) for s in getattr(group, "attrs", {}).get("scores", ())]
        best: dict[tuple[int, int], DetectedClaim] = {}
        for number, span in enumerate(group):
            score = min(1.0, max(0.0, scores[number])) if number < len(scores) else 1.0
            place = trim(text, span.start_char, span.end_char)
            known = best.get(place)
            if place[0] == place[1] or score < self.threshold:
                continue
            if known is None or score > known.score:
                best[place] = _claim(place, text, score, span)
        return [best[place] for place in sorted(best)]


def _claim(place: tuple[int, int], text: str, score: float, span: Span) -> DetectedClaim:
    kind = span.label_.lower().replace(" ", "_")
    known = kind in CLAIM_KINDS
    return DetectedClaim(
        start=place[0],
        end=place[1],
        quote=text[place[0] : place[1]],
        score=score,
        kind=kind if known else "other",
        kind_confidence=score if known else 0.0,
        quoted=False,
        claimant=None,
        reasons=(),
    )

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from spacy.tokens import Span

from annotations.detection import ArticleInput, DetectedClaim, Detector, load_detector

NATO = Path(__file__).parents[2] / "seeds" / "nato-2021-12-01.txt"


@pytest.fixture(scope="session")
def detector() -> Detector:
    return load_detector()


@pytest.fixture(scope="session")
def nato() -> str:
    return NATO.read_text(encoding="utf-8")


@pytest.fixture
def sentences(detector: Detector) -> Callable[[str], list[str]]:
    """The sentences a text is split into, as text."""

    def split(text: str) -> list[str]:
        return [text[a:b] for a, b in detector.detect(ArticleInput(text)).sentences]

    return split


@pytest.fixture
def speakers(detector: Detector) -> Callable[[str], dict[str, str | None]]:
    """Each sentence of a text and who is found to say it, whatever its score."""

    def find(text: str) -> dict[str, str | None]:
        doc = detector.nlp(text)
        return {
            span.text: span._.claimant[0] if span._.claimant else None
            for span in doc.spans["candidates"]
        }

    return find


def candidates(detector: Detector, text: str) -> list[Span]:
    """Every sentence of a text with its score, whether or not it is suggested."""
    doc = detector.nlp(text)
    return list(doc.spans["candidates"])


def only_candidate(detector: Detector, text: str) -> Span:
    found = candidates(detector, text)
    assert len(found) == 1, [span.text for span in found]
    return found[0]


def claim_with(claims: tuple[DetectedClaim, ...], words: str) -> DetectedClaim:
    found = [claim for claim in claims if words in claim.quote]
    assert len(found) == 1, f"{words!r} is in {len(found)} of {[c.quote for c in claims]}"
    return found[0]

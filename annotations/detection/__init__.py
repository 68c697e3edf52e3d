"""Claim detection: the one public door.

Importing this package is cheap and pulls in neither spaCy nor Django; spaCy is imported by the
first call of ``load_detector`` or the first use of ``Detector``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from annotations.detection.errors import DetectionError
from annotations.detection.interface import (
    CLAIM_KINDS,
    ArticleInput,
    Attribution,
    Claimant,
    DatedExpression,
    DetectedClaim,
    Detection,
    Line,
    Reason,
    ScoredSentence,
)
from annotations.detection.names import detector_trouble, shipped_detectors

if TYPE_CHECKING:
    from annotations.detection.detector import Detector

__all__ = [
    "CLAIM_KINDS",
    "DEFAULT_DETECTOR",
    "ArticleInput",
    "Attribution",
    "Claimant",
    "DatedExpression",
    "DetectedClaim",
    "Detection",
    "DetectionError",
    "Detector",
    "Line",
    "Reason",
    "ScoredSentence",
    "detector_trouble",
    "load_detector",
    "shipped_detectors",
]

DEFAULT_DETECTOR = "small"


def load_detector(name: str = DEFAULT_DETECTOR) -> Detector:
    """Return the named detector, loaded once a process and shared by its threads.

    Raises DetectionError (permanent) when no pipeline of that name is shipped.
    """
    from annotations.detection.detector import load_detector as load

    return load(name)


def __getattr__(attribute: str) -> Any:
    if attribute == "Detector":
        from annotations.detection.detector import Detector

        return Detector
    raise AttributeError(f"module {__name__!r} has no attribute {attribute!r}")

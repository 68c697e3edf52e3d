"""What goes into a detector and what comes out: plain data, no spaCy, no Django.

Every offset is a Unicode code point index into the text that was handed in, half-open
``[start, end)``. The text is never normalised, so ``text[start:end]`` is always the words meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

CLAIM_KINDS: tuple[str, ...] = (
    "personal_experience",
    "quantity",
    "causation",
    "law",
    "prediction",
    "other",
    "not_a_claim",
)
"""Full Fact's claim types, one to a claim."""


@dataclass(frozen=True, slots=True)
class ArticleInput:
    """One article as a detector reads it. Only ``text`` is searched for claims."""

    text: str
    title: str = ""
    published: date | None = None
    dateline: str = ""
    language: str = "en"
    """BCP 47 tag; an empty string or ``und`` means unknown and is accepted."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One feature's share of a score."""

    feature: str
    """Stable key, such as ``number``."""
    label: str
    """The same for people, such as ``a number``."""
    weight: float
    """Additive contribution to the logit of the score; negative speaks against checking."""
    spans: tuple[tuple[int, int], ...] = ()
    """Code point offsets in the article of the words pointed at; empty for ``bias``."""


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who makes the claim, under the fullest name the article gives."""

    name: str
    start: int | None = None
    end: int | None = None
    """The mention the name was resolved from, which may be ``he`` or ``the minister``."""


@dataclass(frozen=True, slots=True)
class DetectedClaim:
    """A passage worth a fact-checker's time."""

    start: int
    end: int
    quote: str
    """Exactly ``text[start:end]``."""
    score: float
    """Check-worthiness in [0, 1]; its logit is the sum of the reasons' weights."""
    kind: str
    """One of ``CLAIM_KINDS``."""
    quoted: bool
    """Stands in quotation marks, or is reported as somebody's speech."""
    claimant: Claimant | None
    """None is the outlet's own voice, or a speaker who could not be resolved safely."""
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Detection:
    """Everything found in one article, in reading order."""

    sentences: tuple[tuple[int, int], ...]
    """Sentence spans without surrounding whitespace; they do not overlap."""
    claims: tuple[DetectedClaim, ...]
    words: int
    """Number of whitespace-separated words in the text."""

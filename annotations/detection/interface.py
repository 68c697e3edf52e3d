"""What goes into a detector and what comes out: plain data, no spaCy, no Django.

Every offset is a Unicode code point index into the text that was handed in, half-open
``[start, end)``. The text is never normalised, so ``text[start:end]`` is always the words meant.
"""

from __future__ import annotations

from dataclasses import dataclass, field
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
class Line:
    """A line of a text that was divided before it came here, and who speaks it."""

    start: int
    end: int
    speaker: str = ""
    """As the source writes it; empty where it is not known."""


@dataclass(frozen=True, slots=True)
class ArticleInput:
    """One article as a detector reads it. Only ``text`` is searched for claims."""

    text: str
    title: str = ""
    published: date | None = None
    dateline: str = ""
    language: str = "en"
    """BCP 47 tag; an empty string or ``und`` means unknown and is accepted."""
    lines: tuple[Line, ...] = ()
    """Text that comes divided, such as a debate's: each line is one sentence. Empty otherwise."""


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
class Attribution:
    """That somebody said, wrote or thought something: source, cue and content."""

    form: str
    """``direct`` (in quotation marks), ``indirect``, ``mixed`` or ``transcript``."""
    content: tuple[tuple[int, int], ...]
    """What is attributed, in one or more pieces."""
    source: tuple[int, int] | None
    """The words that name the speaker; None where there are none."""
    cue: tuple[int, int] | None
    """The words that report, such as ``said``."""
    confidence: float
    """In [0, 1]."""


@dataclass(frozen=True, slots=True)
class DatedExpression:
    """Words that name a time, and the days they mean."""

    start: int
    end: int
    first: date | None
    """The first day of the interval; None where there is nothing to reckon from."""
    last: date | None
    """Its last day, included."""
    granularity: str
    """``day``, ``week``, ``month``, ``quarter``, ``season``, ``year``, ``decade``, ``century``."""
    anchor: str
    """What it was reckoned from: ``dateline``, ``published``, ``text`` (the words alone say it),
    or empty where it is unresolved."""


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
    kind_confidence: float = field(default=0.0, kw_only=True)
    """How sure the kind is, in [0, 1]."""
    quoted: bool
    """Stands in quotation marks, or is reported as somebody's speech."""
    claimant: Claimant | None
    """None is the outlet's own voice, or a speaker who could not be resolved safely."""
    reasons: tuple[Reason, ...]
    attribution: Attribution | None = None
    """How it is attributed; None in the outlet's own voice."""
    dates: tuple[DatedExpression, ...] = ()
    """The times it names, in reading order."""
    first_mention: tuple[int, int] | None = None
    """The span of the earlier claim of this article that it says again."""


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence with its score, whether or not it is suggested."""

    start: int
    end: int
    score: float
    kind: str
    kind_confidence: float
    reasons: tuple[Reason, ...]
    claim: tuple[int, int] | None
    """The claim that was made of it, where its score reached the threshold."""


@dataclass(frozen=True, slots=True)
class Detection:
    """Everything found in one article, in reading order."""

    sentences: tuple[tuple[int, int], ...]
    """Sentence spans without surrounding whitespace; they do not overlap."""
    claims: tuple[DetectedClaim, ...]
    words: int
    """Number of whitespace-separated words in the text."""

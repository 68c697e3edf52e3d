"""The field's enumerations. Rating scales and claim types are rows, put there by a migration.

Stances are FEVER's; source media, answer types and strategies AVeriTeC's.
"""

from __future__ import annotations

from enum import StrEnum

from .marking import gettext_noop as _


class Role(StrEnum):
    """What a member may do in a corpus; each includes the ones before it."""

    REVIEWER = "reviewer"
    ADJUDICATOR = "adjudicator"
    ADMIN = "admin"


class Scope(StrEnum):
    """What an API token is for. It never allows more than its owner's role does."""

    # Part of every token.
    READ = "read"
    # The work on articles: what reviewers and adjudicators do.
    ANNOTATE = "annotate"
    # What admins of a corpus do, and the owner's own tokens and preferences.
    MANAGE = "manage"


class Stance(StrEnum):
    SUPPORTS = "SUPPORTS"
    REFUTES = "REFUTES"
    IRRELEVANT = "IRRELEVANT"


class SourceMedium(StrEnum):
    WEB_TEXT = "Web text"
    WEB_TABLE = "Web table"
    PDF = "PDF"
    IMAGE = "Image/graphic"
    VIDEO = "Video"
    AUDIO = "Audio"
    METADATA = "Metadata"
    OTHER = "Other"


class AnswerType(StrEnum):
    """How an answer was found. A Boolean one needs an explanation, Unanswerable has no source."""

    EXTRACTIVE = "Extractive"
    ABSTRACTIVE = "Abstractive"
    BOOLEAN = "Boolean"
    UNANSWERABLE = "Unanswerable"


class Strategy(StrEnum):
    """How a fact-checker came to a verdict."""

    WRITTEN_EVIDENCE = "Written Evidence"
    NUMERICAL_COMPARISON = "Numerical Comparison"
    CONSULTATION = "Consultation"
    SATIRICAL_SOURCE = "Satirical Source Identification"
    MEDIA_SOURCE = "Media Source Discovery"
    IMAGE_ANALYSIS = "Image Analysis"
    VIDEO_ANALYSIS = "Video Analysis"
    AUDIO_ANALYSIS = "Audio Analysis"
    GEOLOCATION = "Geolocation"
    FACT_CHECKER_REFERENCE = "Fact-checker Reference"


class Confidence(StrEnum):
    """How sure a reviewer is of their own verdict."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Flag(StrEnum):
    """Why a reviewer sets a claim aside for somebody to look at."""

    UNCLEAR = "unclear"
    UNCHECKABLE = "uncheckable"
    NEEDS_EXPERT = "needs_expert"
    OUTSIDE_GUIDELINES = "outside_guidelines"
    BAD_TEXT = "bad_text"
    PRIVATE_PERSON = "private_person"
    OTHER = "other"


class VerdictKind(StrEnum):
    """``retraction`` takes a verdict back by adding a row, never by changing one."""

    REVIEW = "review"
    ADJUDICATION = "adjudication"
    RETRACTION = "retraction"


class Outcome(StrEnum):
    """What a person decided about a suggestion."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


# The labels of the claim types that the migration adds, marked for translation: rows can't be.
CLAIM_TYPE_LABELS = (
    _("Personal experience"), _("Quantity in the past or present"), _("Correlation or causation"),
    _("Current laws or rules of operation"), _("Prediction"), _("Other type of claim"),
    _("Not a claim"),
    _("Speculative Claim"), _("Opinion Claim"), _("Causal Claim"), _("Position Statement"),
    _("Numerical Claim"), _("Quote Verification"), _("Event/Property Claim"),
    _("Media Publishing Claim"), _("Media Analysis Claim"),
)  # fmt: skip

# How many types a claim has under each scheme.
CLAIM_TYPE_SCHEMES = {"fullfact": "single", "averitec": "several"}

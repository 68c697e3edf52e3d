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

# What the ratings of the scales that come with the site mean, by scale and label, in our words.
# Rows hold them from the start; whoever runs a site writes their own.
RATING_MEANINGS: dict[str, dict[str, str]] = {
    "politifact": {
        "True": _("Accurate, with nothing significant left out."),
        "Mostly True": _("Accurate, but it needs clarification or additional information."),
        "Half True": _("Partly accurate, but it leaves out important details or context."),
        "Mostly False": _(
            "It has an element of truth, but ignores facts that would give another impression."
        ),
        "False": _("Not accurate."),
        "Pants on Fire": _("Not accurate, and ridiculous at that."),
    },
    "snopes": {
        "True": _("Its main elements are demonstrably true."),
        "Mostly True": _("Its main elements are demonstrably true, but some details are not."),
        "Mixture": _("It has significant elements of both truth and falsity."),
        "Mostly False": _("Its main elements are demonstrably false, but some details are not."),
        "False": _("Its main elements are demonstrably false."),
        "Unfounded": _("No demonstrable evidence supports it."),
        "Outdated": _("Later events have overtaken it."),
        "Miscaptioned": _("The picture or recording is real, but what is said about it is not."),
        "Correct Attribution": _("The words are those of the person to whom they are ascribed."),
        "Misattributed": _("The words are ascribed to somebody who didn't say them."),
        "Labeled Satire": _("It comes from a source that calls itself satire."),
        "Originated as Satire": _("It began as satire, and was passed on as if it were none."),
        "Fake": _("The picture, recording or document is made up or manipulated."),
        "Research In Progress": _("It is still being looked into."),
    },
    "fever": {
        "SUPPORTS": _("The evidence supports the claim."),
        "REFUTES": _("The evidence refutes the claim."),
        "NOT ENOUGH INFO": _("The evidence is not enough to tell."),
    },
    "averitec": {
        "Supported": _("The evidence supports the claim."),
        "Refuted": _("The evidence refutes the claim."),
        "Not Enough Evidence": _("The evidence is not enough to tell."),
        "Conflicting Evidence/Cherrypicking": _(
            "The evidence conflicts, or the claim picks out what suits it."
        ),
    },
    "checkthat_numerical": {
        "True": _("The evidence supports the claim."),
        "False": _("The evidence refutes the claim."),
        "Conflicting": _("The evidence conflicts."),
    },
}

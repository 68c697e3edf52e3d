"""The field's enumerations. Rating scales and claim types are rows, put there by a migration.

Stances are FEVER's, source media AVeriTeC's.
"""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a member may do in a corpus; each includes the ones before it."""

    REVIEWER = "reviewer"
    ADJUDICATOR = "adjudicator"
    ADMIN = "admin"


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


class VerdictKind(StrEnum):
    """``retraction`` takes a verdict back by adding a row, never by changing one."""

    REVIEW = "review"
    ADJUDICATION = "adjudication"
    RETRACTION = "retraction"


class Outcome(StrEnum):
    """What a person decided about a suggestion."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


# How many types a claim has under each scheme.
CLAIM_TYPE_SCHEMES = {"fullfact": "single", "averitec": "several"}

"""Workflow states, and which of them a claim's verdicts lead to.

A state says where the work stands; a verdict says what was found. They are two fields.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from enum import StrEnum


class ClaimState(StrEnum):
    """Where the work on a claim stands."""

    OPEN = "open"
    VERIFIED = "verified"
    DISPUTED = "disputed"
    ADJUDICATED = "adjudicated"
    WITHDRAWN = "withdrawn"


class ArticleState(StrEnum):
    """Where the work on an article stands."""

    WAITING = "waiting"
    EXTRACTING = "extracting"
    FAILED = "failed"
    READY = "ready"
    IN_REVIEW = "in_review"
    REVIEWED = "reviewed"


# An article that a reviewer may take next.
TO_REVIEW = (ArticleState.READY, ArticleState.IN_REVIEW)
# Nobody has begun with it. Without an extraction people work by hand, as where nothing was found.
NOT_BEGUN = (ArticleState.READY, ArticleState.FAILED)


class JobState(StrEnum):
    """Where a piece of background work stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ACTIVE_JOB_STATES = (JobState.QUEUED, JobState.RUNNING)


def claim_state(
    *, review_ratings: Sequence[Hashable], adjudicated: bool, withdrawn: bool
) -> ClaimState:
    """The state that follows from a claim's standing verdicts.

    ``review_ratings`` holds one rating for each reviewer whose verdict stands.
    """
    if withdrawn:
        return ClaimState.WITHDRAWN
    if adjudicated:
        return ClaimState.ADJUDICATED
    if not review_ratings:
        return ClaimState.OPEN
    return ClaimState.VERIFIED if len(set(review_ratings)) == 1 else ClaimState.DISPUTED

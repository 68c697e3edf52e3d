"""The one public door to the models.

Dependencies run this way only: people → corpora → articles (and jobs) → detection → claims
→ evidence → questions, and claims → verdicts, discussion, work; articles and jobs → imports;
corpora and jobs → administration; events point at all of them by name, requests at people;
claims, corpora and events → publishing.
"""

from .administration import BulkAction, Invitation
from .articles import Article, ArticleText
from .claims import Claim, Claimant, ClaimSpan, SuggestionDecision, Tag
from .corpora import ClaimType, Corpus, Guideline, Membership, Rating, RatingScale
from .detection import DetectionRun, Suggestion
from .discussion import Comment, Thread, ThreadReading
from .events import Event, EventChain
from .evidence import Evidence, Snapshot
from .exports import Export, ExportState
from .imports import (
    ArticleSketch,
    CheckedBand,
    CheckedText,
    Import,
    ImportProblem,
    ImportState,
    NearDuplicate,
    SearchGap,
    SketchBand,
)
from .jobs import Job, WorkerHeartbeat
from .people import ApiToken, User
from .publishing import (
    Correction,
    ErrorReport,
    FactCheck,
    FactCheckVersion,
    Publication,
)
from .questions import Answer, Question
from .releases import Release, ReleaseState
from .requests import IdempotentRequest
from .tallies import Tally
from .verdicts import Verdict
from .webhooks import Webhook, WebhookDelivery
from .work import Assignment, ClaimLease, Presence

__all__ = [
    "Answer",
    "ApiToken",
    "Article",
    "ArticleSketch",
    "ArticleText",
    "Assignment",
    "BulkAction",
    "CheckedBand",
    "CheckedText",
    "Claim",
    "ClaimLease",
    "ClaimSpan",
    "ClaimType",
    "Claimant",
    "Comment",
    "Corpus",
    "Correction",
    "DetectionRun",
    "ErrorReport",
    "Event",
    "EventChain",
    "Evidence",
    "FactCheck",
    "FactCheckVersion",
    "Export",
    "ExportState",
    "Guideline",
    "IdempotentRequest",
    "Import",
    "ImportProblem",
    "ImportState",
    "Invitation",
    "Job",
    "Membership",
    "NearDuplicate",
    "Presence",
    "Publication",
    "Question",
    "Rating",
    "RatingScale",
    "Release",
    "ReleaseState",
    "SearchGap",
    "SketchBand",
    "Snapshot",
    "Suggestion",
    "SuggestionDecision",
    "Tag",
    "Tally",
    "Thread",
    "ThreadReading",
    "User",
    "Verdict",
    "Webhook",
    "WebhookDelivery",
    "WorkerHeartbeat",
]

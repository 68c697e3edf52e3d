"""The one public door to the models.

Dependencies run this way only: people → corpora → articles (and jobs) → detection → claims
→ evidence, verdicts; events point at all of them by name.
"""

from .articles import Article, ArticleText
from .claims import Claim, Claimant, ClaimSpan, SuggestionDecision
from .corpora import ClaimType, Corpus, Guideline, Membership, Rating, RatingScale
from .detection import DetectionRun, Suggestion
from .events import Event, EventChain
from .evidence import Evidence
from .jobs import Job, WorkerHeartbeat
from .people import ApiToken, User
from .verdicts import Verdict

__all__ = [
    "ApiToken",
    "Article",
    "ArticleText",
    "Claim",
    "ClaimSpan",
    "ClaimType",
    "Claimant",
    "Corpus",
    "DetectionRun",
    "Event",
    "EventChain",
    "Evidence",
    "Guideline",
    "Job",
    "Membership",
    "Rating",
    "RatingScale",
    "Suggestion",
    "SuggestionDecision",
    "User",
    "Verdict",
    "WorkerHeartbeat",
]

"""Addresses of version 1 of the API."""

from django.urls import path, re_path
from rest_framework.routers import SimpleRouter

from .docs import DocumentationView, SchemaView
from .views.articles import ArticleViewSet
from .views.assignments import AssignmentViewSet
from .views.claims import ClaimViewSet
from .views.corpora import CorpusViewSet
from .views.discussion import CommentViewSet, ThreadViewSet
from .views.events import EventViewSet
from .views.evidence import EvidenceViewSet
from .views.exports import ExportViewSet
from .views.fact_checks import FactCheckViewSet, ReportViewSet
from .views.imports import ImportViewSet
from .views.jobs import JobViewSet
from .views.markdown import MarkdownView
from .views.members import InvitationView
from .views.names import ClaimantViewSet, TagViewSet
from .views.people import MeView, TokenViewSet
from .views.preferences import PreferencesView
from .views.questions import AnswerViewSet, QuestionViewSet
from .views.releases import ReleaseViewSet
from .views.search import SearchView
from .views.snapshots import SnapshotViewSet
from .views.suggestions import SuggestionViewSet
from .views.unknown import UnknownView
from .views.verdicts import VerdictViewSet
from .views.webhooks import WebhookViewSet

app_name = "api"

router = SimpleRouter()
router.register("corpora", CorpusViewSet, "corpus")
router.register("articles", ArticleViewSet, "article")
router.register("assignments", AssignmentViewSet, "assignment")
router.register("suggestions", SuggestionViewSet, "suggestion")
router.register("claims", ClaimViewSet, "claim")
router.register("claimants", ClaimantViewSet, "claimant")
router.register("tags", TagViewSet, "tag")
router.register("evidence", EvidenceViewSet, "evidence")
router.register("questions", QuestionViewSet, "question")
router.register("answers", AnswerViewSet, "answer")
router.register("snapshots", SnapshotViewSet, "snapshot")
router.register("verdicts", VerdictViewSet, "verdict")
router.register("fact-checks", FactCheckViewSet, "fact-check")
router.register("reports", ReportViewSet, "report")
router.register("threads", ThreadViewSet, "thread")
router.register("comments", CommentViewSet, "comment")
router.register("jobs", JobViewSet, "job")
router.register("imports", ImportViewSet, "import")
router.register("exports", ExportViewSet, "export")
router.register("releases", ReleaseViewSet, "release")
router.register("events", EventViewSet, "event")
router.register("webhooks", WebhookViewSet, "webhook")
router.register("tokens", TokenViewSet, "token")

urlpatterns = [
    *router.urls,
    path("invitations/accept/", InvitationView.as_view(), name="invitation-accept"),
    path("search/", SearchView.as_view(), name="search"),
    path("markdown/", MarkdownView.as_view(), name="markdown"),
    path("me/", MeView.as_view(), name="me"),
    path("me/preferences/", PreferencesView.as_view(), name="me-preferences"),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocumentationView.as_view(), name="docs"),
    re_path(r"", UnknownView.as_view(), name="unknown"),
]

"""Claims and the detector's runs, to look at.

What people state is changed in the workbench only, where revisions are checked and each
change leaves an event.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from annotations.models import (
    Claim,
    ClaimSpan,
    DetectionRun,
    Evidence,
    Question,
    Suggestion,
    Verdict,
)

from .base import ReadOnlyAdmin, ReadOnlyInline, pretty, without_protected


class SpanInline(ReadOnlyInline):
    model = ClaimSpan
    fields = ("start", "end", "quote")


class EvidenceInline(ReadOnlyInline):
    model = Evidence
    fields = (
        "stance", "url", "citation", "title", "quote", "set_number", "protected", "added_by",
        "withdrawn",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Evidence]:
        return without_protected(super().get_queryset(request), request).select_related("added_by")


class QuestionInline(ReadOnlyInline):
    model = Question
    fields = ("text", "asked_by", "withdrawn")
    # Its answers stand on its own page.
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Question]:
        return super().get_queryset(request).select_related("asked_by")


class VerdictInline(ReadOnlyInline):
    model = Verdict
    fields = ("kind", "rating", "rationale", "reviewer", "claim_revision", "created_at")
    readonly_fields = ("created_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Verdict]:
        return super().get_queryset(request).select_related("rating", "reviewer")


class ClaimAdmin(ReadOnlyAdmin):
    list_display = ("wording", "article", "state", "created_by", "updated_at")
    list_select_related = ("article", "created_by")
    list_filter = ("state", "article__corpus")
    search_fields = ("normalised", "spans__quote")
    ordering = ("-id",)
    fields = (
        "article", "normalised", "types", "claimant", "claim_date", "place", "tags", "flag",
        "flag_note", "state", "revision",
        "suggestion", "created_by", "created_at", "updated_at",
    )  # fmt: skip
    readonly_fields = ("revision", "created_at", "updated_at")
    inlines = (SpanInline, QuestionInline, EvidenceInline, VerdictInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Claim]:
        return super().get_queryset(request).prefetch_related("spans")

    @admin.display(description=_("claim"))
    def wording(self, claim: Claim) -> str:
        return Truncator(claim.normalised or claim.quote).chars(100)


class DetectionRunAdmin(ReadOnlyAdmin):
    list_display = (
        "id", "article", "detector", "version", "suggestion_count", "seconds", "finished_at",
    )  # fmt: skip
    list_select_related = ("article",)
    list_filter = ("article__corpus",)
    fields = (
        "article", "job", "detector", "version", "config_hash", "threshold", "words",
        "suggestion_count", "seconds", "finished_at",
    )  # fmt: skip
    readonly_fields = ("finished_at",)


class SuggestionAdmin(ReadOnlyAdmin):
    list_display = ("excerpt", "article", "score", "kind", "claimant_name")
    list_select_related = ("article",)
    list_filter = ("article__corpus",)
    search_fields = ("quote",)
    # By the key alone: the model's own order would sort the whole table.
    ordering = ("-id",)
    fields = (
        "article", "run", "start", "end", "quote", "score", "kind", "kind_confidence", "quoted",
        "claimant_name", "claimant_start", "claimant_end", "said", "times", "first_mention", "why",
    )  # fmt: skip
    readonly_fields = ("said", "times", "why")

    @admin.display(description=_("quote"))
    def excerpt(self, suggestion: Suggestion) -> str:
        return Truncator(suggestion.quote).chars(100)

    @admin.display(description=_("attribution"))
    def said(self, suggestion: Suggestion) -> str:
        return pretty(suggestion.attribution)

    @admin.display(description=_("dates"))
    def times(self, suggestion: Suggestion) -> str:
        return pretty(suggestion.dates or None)

    @admin.display(description=_("reasons"))
    def why(self, suggestion: Suggestion) -> str:
        return pretty(suggestion.reasons)


ADMINS: dict[Any, Any] = {
    Claim: ClaimAdmin,
    DetectionRun: DetectionRunAdmin,
    Suggestion: SuggestionAdmin,
}

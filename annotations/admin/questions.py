"""Questions with their answers, to look at. They are changed in the workbench only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from annotations.domain.pages import pages_of
from annotations.models import Answer, Question
from annotations.services.evidence import protected_pages

from .base import ReadOnlyAdmin, ReadOnlyInline, person


class AnswerInline(ReadOnlyInline):
    model = Answer
    fields = (
        "answer_type", "text", "boolean_explanation", "source", "source_medium", "added_by",
        "withdrawn",
    )  # fmt: skip
    readonly_fields = ("source",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Answer]:
        rows = super().get_queryset(request).select_related("added_by")
        # The address of a protected source is for members, wherever it stands.
        seen = Answer.objects.visible_to(person(request)).values("pk")
        self.members_only = set(rows.exclude(pk__in=seen).values_list("pk", flat=True))
        return rows

    @admin.display(description=_("source"))
    def source(self, answer: Answer) -> str:
        if answer.pk in self.members_only and pages_of([answer.source_url]) & protected_pages(
            answer.question.claim.article.corpus
        ):
            return "–"
        return answer.source_url or "–"


class QuestionAdmin(ReadOnlyAdmin):
    list_display = ("excerpt", "article", "asked_by", "withdrawn", "created_at")
    list_select_related = ("claim__article", "asked_by")
    list_filter = ("withdrawn", "claim__article__corpus")
    search_fields = ("text", "answers__text")
    ordering = ("-id",)
    fields = ("claim", "text", "withdrawn", "revision", "asked_by", "created_at", "updated_at")
    readonly_fields = ("revision", "created_at", "updated_at")
    inlines = (AnswerInline,)

    @admin.display(description=_("question"))
    def excerpt(self, question: Question) -> str:
        return Truncator(question.text).chars(100)

    @admin.display(description=_("article"))
    def article(self, question: Question) -> str:
        return str(question.claim.article)


ADMINS: dict[Any, Any] = {Question: QuestionAdmin}

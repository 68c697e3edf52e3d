"""Articles, to look at and to extract again. Their texts never change."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from annotations.models import Article
from annotations.services.jobs import extraction_request

from .base import ReadOnlyAdmin, each, person


class ArticleAdmin(ReadOnlyAdmin):
    list_display = ("title", "corpus", "state", "published", "created_at", "page")
    list_select_related = ("corpus",)
    list_filter = ("state", "corpus")
    search_fields = ("title", "url", "source_name")
    ordering = ("-id",)
    fields = (
        "title", "page", "corpus", "state", "author", "publisher", "url", "published", "dateline",
        "language", "source_name", "current_run", "created_at", "words",
    )  # fmt: skip
    readonly_fields = ("page", "words", "current_run")
    actions = ("extract_again",)

    @admin.display(description=_("page"))
    def page(self, article: Article) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("article", args=[article.pk]), _("open"))

    @admin.display(description=_("text"))
    def words(self, article: Article) -> SafeString:
        # linebreaks escapes what it is given.
        return mark_safe(linebreaks(article.text.text, autoescape=True))  # noqa: S308

    @admin.action(description=_("Extract again"), permissions=["manage"])
    def extract_again(self, request: HttpRequest, queryset: QuerySet[Article]) -> None:
        each(
            self,
            request,
            queryset.select_related("corpus"),
            lambda article: extraction_request(actor=person(request), article=article),
            (
                "%(count)s article will be extracted again.",
                "%(count)s articles will be extracted again.",
            ),
        )


ADMINS: dict[Any, Any] = {Article: ArticleAdmin}

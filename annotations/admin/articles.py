"""Articles, to look at and to extract again, and who is asked to review them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from annotations import policies
from annotations.models import Article, Assignment
from annotations.services.assignments import assignment_add, assignment_remove
from annotations.services.jobs import extraction_request

from .base import ListAdmin, ReadOnlyAdmin, each, person


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
        return format_html(
            '<a href="{}">{}</a>', reverse("article", args=[article.pk]), _("open the page")
        )

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


class AssignmentForm(forms.ModelForm):
    person: Any = None

    def clean_article(self) -> Article:
        article: Article = self.cleaned_data["article"]
        if not policies.can(self.person, "article.assign", article.corpus):
            raise ValidationError(_("You don't administer this article's corpus."))
        return article

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        article, user = found.get("article"), found.get("user")
        if article and user and policies.role_in(user, article.corpus) is None:
            raise ValidationError({"user": _("This person doesn't work in the article's corpus.")})
        return found


class AssignmentAdmin(ListAdmin):
    """Who is asked to review what. Made and taken back, never changed."""

    form = AssignmentForm
    list_display = ("article", "user", "assigned_by", "created_at")
    list_select_related = ("article", "user", "assigned_by")
    list_filter = ("article__corpus",)
    search_fields = ("article__title", "user__username", "user__display_name")
    ordering = ("-id",)
    fields = ("article", "user")
    autocomplete_fields = ("article", "user")
    actions = ("take_off",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or self.has_manage_permission(request)

    def has_manage_permission(self, request: HttpRequest) -> bool:
        return person(request).has_perm("annotations.delete_assignment")

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, *args, **kwargs)
        form.person = person(request)
        return form

    def save_model(self, request: HttpRequest, obj: Assignment, form: Any, change: bool) -> None:
        saved = assignment_add(actor=person(request), article=obj.article, user=obj.user)
        obj.pk, obj._state.adding = saved.pk, False

    @admin.action(description=_("Take the chosen off"), permissions=["manage"])
    def take_off(self, request: HttpRequest, queryset: QuerySet[Assignment]) -> None:
        each(
            self,
            request,
            queryset.select_related("article__corpus", "user"),
            lambda row: assignment_remove(actor=person(request), assignment=row),
            ("%(count)s assignment was taken off.", "%(count)s assignments were taken off."),
        )


ADMINS: dict[Any, Any] = {Article: ArticleAdmin, Assignment: AssignmentAdmin}

"""The history: to read, and nothing else, for anybody."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from annotations.models import Corpus, Event, Evidence

from .base import ReadOnlyAdmin, person, pretty


class TargetFilter(admin.SimpleListFilter):
    """By kind of object. The choices are written down: asking the table would read all of it."""

    title = _("object")
    parameter_name = "target"
    TARGETS = (
        "apitoken", "article", "claim", "claimtype", "corpus", "detectionrun", "errorreport",
        "evidence", "factcheck", "guideline", "job", "membership", "publication", "ratingscale",
        "snapshot", "suggestion", "user", "verdict",
    )  # fmt: skip

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in self.TARGETS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        if self.value() is None:
            return queryset
        return queryset.filter(target_type=self.value())


class ActorFilter(admin.SimpleListFilter):
    title = _("by")
    parameter_name = "by"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("people", _("people")), ("system", _("the system"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        if self.value() is None:
            return queryset
        return queryset.filter(actor__isnull=self.value() == "system")


class EventAdmin(ReadOnlyAdmin):
    list_display = ("at", "kind", "actor", "corpus", "target_type", "target_id", "number")
    list_select_related = ("actor", "corpus")
    list_filter = (TargetFilter, ActorFilter, "corpus")
    search_fields = ("kind", "actor__username", "=target_id")
    ordering = ("-id",)
    fields = (
        "at", "kind", "actor", "corpus", "article", "claim", "target_type", "target_id",
        "old", "new", "undoes", "chain", "number", "previous_hash", "hash",
    )  # fmt: skip
    readonly_fields = ("old", "new")

    def has_manage_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        """Without what names a protected source to somebody who is no member of its corpus."""
        rows = super().get_queryset(request)
        if person(request).is_superuser:
            return rows
        inside = Corpus.objects.visible_to(person(request)).values("pk")
        protected = Evidence.objects.filter(protected=True).values("pk")
        # A page that was fetched may be a source that was protected only afterwards.
        telling = Q(target_type="evidence", target_id__in=protected) | Q(target_type="snapshot")
        return rows.exclude(telling & ~Q(corpus__in=inside))

    @admin.display(description=_("before"))
    def old(self, event: Event) -> str:
        return pretty(event.before)

    @admin.display(description=_("after"))
    def new(self, event: Event) -> str:
        return pretty(event.after)


ADMINS: dict[Any, Any] = {Event: EventAdmin}

"""Memberships, edited inside a corpus or an account, each change through its service."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from annotations.models import Membership
from annotations.services.corpora import membership_remove, membership_set

from .base import person


class MembershipInline(admin.TabularInline):
    model = Membership
    fields = ("corpus", "user", "role")
    extra = 0

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [name for name in ("corpus", "user", "role") if name != self.fk_name]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("corpus", "user")


def save_memberships(request: HttpRequest, formset: Any) -> None:
    """Instead of the formset's own saving, which would leave no events."""
    changed = formset.save(commit=False)
    actor = person(request)
    for membership in formset.deleted_objects:
        membership_remove(actor=actor, membership=membership)
    for membership in changed:
        if membership.pk:
            was = Membership.objects.get(pk=membership.pk)
            if (was.corpus_id, was.user_id) != (membership.corpus_id, membership.user_id):
                membership_remove(actor=actor, membership=was)
        membership_set(
            actor=actor, corpus=membership.corpus, user=membership.user, role=membership.role
        )

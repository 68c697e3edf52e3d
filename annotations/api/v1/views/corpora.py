"""Corpora and their exports."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin

from annotations.models import Corpus

from ..filters import FilterSet, FlagFilter
from ..serializers.corpora import CorpusSerializer, corpus_rows
from .base import ViewSet
from .changes import ChangeActions
from .corpus_admin import CorpusAdminActions
from .exports import ExportActions
from .fact_checks import PublicationActions
from .guidelines import GuidelineActions
from .members import MemberActions
from .releases import ReleaseActions
from .work import WorkActions


class CorpusFilters(FilterSet):
    archived = FlagFilter(method="only_archived")

    def only_archived(self, queryset: Any, name: str, value: bool | None) -> Any:
        return queryset if value is None else queryset.filter(archived_at__isnull=not value)


class CorpusViewSet(
    ChangeActions,
    ExportActions,
    GuidelineActions,
    MemberActions,
    CorpusAdminActions,
    PublicationActions,
    ReleaseActions,
    WorkActions,
    ListModelMixin,
    RetrieveModelMixin,
    ViewSet,
):
    """The corpora that the caller is a member of."""

    serializer_class = CorpusSerializer
    # Having an export written is reading.
    reading = frozenset({"export_create"})
    filterset_class = CorpusFilters
    secret_answers = frozenset({"invitation_create"})

    def get_queryset(self) -> QuerySet[Corpus]:
        if self.action in {"export", "exports", "export_create", "export_counts"}:
            return Corpus.objects.visible_to(self.caller).select_related("rating_scale")
        if self.action == "restore":
            return Corpus.everything.administered_by(self.caller)
        if self.action in {"list", "retrieve"}:
            return corpus_rows(self.caller)
        return Corpus.objects.visible_to(self.caller)

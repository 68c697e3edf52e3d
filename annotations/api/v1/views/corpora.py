"""Corpora and their exports."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin

from annotations.models import Corpus

from ..serializers.corpora import CorpusSerializer, corpus_rows
from .base import ViewSet
from .exports import ExportActions
from .fact_checks import PublicationActions
from .guidelines import GuidelineActions


class CorpusViewSet(
    ExportActions,
    GuidelineActions,
    PublicationActions,
    ListModelMixin,
    RetrieveModelMixin,
    ViewSet,
):
    """The corpora that the caller is a member of."""

    serializer_class = CorpusSerializer

    def get_queryset(self) -> QuerySet[Corpus]:
        if self.action in {"export", "exports", "export_create", "export_counts"}:
            return Corpus.objects.visible_to(self.caller).select_related("rating_scale")
        if self.action in {
            "guidelines",
            "guideline_create",
            "guideline",
            "publication",
            "publication_update",
        }:
            return Corpus.objects.visible_to(self.caller)
        return corpus_rows(self.caller)

"""Names that a corpus has used before, for completion while somebody types."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin

from annotations.models import Claimant, Corpus, Tag

from ..filters import FilterSet, IdFilter, TextFilter
from .base import ViewSet


class NameFilters(FilterSet):
    corpus = IdFilter()
    q = TextFilter(
        field_name="name",
        lookup_expr="icontains",
        max_length=100,
        help_text="Part of the name, in upper or lower case.",
    )


class ClaimantSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    corpus = serializers.IntegerField(source="corpus_id")
    name = serializers.CharField()
    role = serializers.CharField()
    wikidata_id = serializers.CharField()


class TagSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    corpus = serializers.IntegerField(source="corpus_id")
    name = serializers.CharField()


class ClaimantViewSet(ListModelMixin, ViewSet):
    """Those to whom claims were attributed."""

    serializer_class = ClaimantSerializer
    filterset_class = NameFilters

    def get_queryset(self) -> QuerySet[Claimant]:
        return Claimant.objects.filter(corpus__in=Corpus.objects.visible_to(self.caller)).in_use()


class TagViewSet(ListModelMixin, ViewSet):
    serializer_class = TagSerializer
    filterset_class = NameFilters

    def get_queryset(self) -> QuerySet[Tag]:
        return Tag.objects.filter(corpus__in=Corpus.objects.visible_to(self.caller)).in_use()

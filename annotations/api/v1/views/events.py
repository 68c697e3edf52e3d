"""The history."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin

from annotations.models import Event

from ..filters import FilterSet, IdFilter
from ..serializers.events import EventSerializer
from .base import ViewSet


class EventFilters(FilterSet):
    corpus = IdFilter()
    article = IdFilter()
    claim = IdFilter()


class EventViewSet(ListModelMixin, RetrieveModelMixin, ViewSet):
    """Newest first."""

    serializer_class = EventSerializer
    filterset_class = EventFilters
    keyset = "-id"

    def get_queryset(self) -> QuerySet[Event]:
        return Event.objects.visible_to(self.caller).select_related("actor")

"""Suggestions, and what people decide about them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.domain.vocabulary import Outcome
from annotations.models import Claim, Suggestion
from annotations.services.suggestion_bulk import suggestions_decide
from annotations.services.suggestions import (
    suggestion_accept,
    suggestion_reject,
    suggestion_reopen,
)

from ..filters import FilterSet, FlagFilter, IdFilter, ShareFilter, TextFilter, value_filter
from ..serializers.claims import ClaimSerializer, claim_rows
from ..serializers.suggestions import (
    AcceptSerializer,
    BulkResultsSerializer,
    BulkSerializer,
    SuggestionSerializer,
    bulk_answer,
    suggestion_rows,
)
from .base import ViewSet


class SuggestionFilters(FilterSet):
    article = IdFilter()
    corpus = IdFilter(field_name="article__corpus")
    outcome = value_filter(["pending", *Outcome], method="decided")
    score_min = ShareFilter(field_name="score", lookup_expr="gte")
    kind = TextFilter(max_length=30)
    all_runs = FlagFilter(method="nothing", help_text="Default: the current run of each article.")

    def decided(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "pending":
            return queryset.filter(decision=None)
        return queryset.filter(decision__outcome=value)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows = super().filter_queryset(queryset)
        return rows if self.chosen("all_runs", False) else rows.current()


class SuggestionViewSet(ListModelMixin, RetrieveModelMixin, ViewSet):
    """In the order of the text within a run."""

    serializer_class = SuggestionSerializer
    filterset_class = SuggestionFilters

    def get_queryset(self) -> QuerySet[Suggestion]:
        rows = suggestion_rows(Suggestion.objects.visible_to(self.caller))
        if self.action in {"accept", "reject", "reopen"}:
            return rows.select_related("article__corpus", "run__text", "decision__decided_by")
        return rows

    @extend_schema(
        request=AcceptSerializer,
        responses={201: ClaimSerializer, 200: ClaimSerializer},
    )
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Make it a claim. 200 with the same claim when the caller had accepted it before."""
        suggestion = self.get_object()
        uid = self.body(AcceptSerializer).get("uid")
        known = hasattr(suggestion, "decision") or (
            uid is not None and Claim.objects.filter(uid=uid).exists()
        )
        claim = suggestion_accept(actor=self.caller, suggestion=suggestion, uid=uid)
        row = claim_rows(Claim.objects.filter(pk=claim.pk)).get()
        return Response(ClaimSerializer(row).data, status=200 if known else 201)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:
        """Say that it isn't worth checking."""
        suggestion = self.get_object()
        self.body()
        suggestion_reject(actor=self.caller, suggestion=suggestion)
        return self._row(suggestion)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Take a rejection back."""
        suggestion = self.get_object()
        self.body()
        suggestion_reopen(actor=self.caller, suggestion=suggestion)
        return self._row(suggestion)

    @extend_schema(request=BulkSerializer, responses=BulkResultsSerializer, filters=False)
    @action(detail=False, methods=["post"], pagination_class=None)
    def bulk(self, request: Request) -> Response:
        """Accept or reject up to 500 at once; each is answered for itself.

        With `together`, 409 and the same `results` where anything can't be done.
        """
        fields = self.body(BulkSerializer)
        fields["outcome"] = Outcome(fields["outcome"])
        results = suggestions_decide(actor=self.caller, **fields)
        return Response(bulk_answer(results))

    def _row(self, suggestion: Suggestion) -> Response:
        row = suggestion_rows(Suggestion.objects.filter(pk=suggestion.pk)).get()
        return Response(SuggestionSerializer(row).data)

"""Verdicts."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.errors import InvalidInput
from annotations.models import Claim, Rating, Verdict
from annotations.services.verdicts import verdict_give, verdict_retract

from ..filters import FilterSet, FlagFilter, IdFilter
from ..serializers.verdicts import VerdictCreateSerializer, VerdictSerializer, verdict_rows
from .base import ByUid, ViewSet, seen


class VerdictFilters(FilterSet):
    claim = IdFilter()
    article = IdFilter(field_name="claim__article")
    corpus = IdFilter(field_name="claim__article__corpus")
    standing = FlagFilter(
        method="nothing", help_text="Default: true. false adds what was replaced or retracted."
    )

    def filter_queryset(self, queryset: QuerySet[Verdict]) -> QuerySet[Verdict]:
        rows = super().filter_queryset(queryset)
        return rows.standing() if self.chosen("standing", True) else rows


class VerdictViewSet(ByUid, ListModelMixin, RetrieveModelMixin, ViewSet):
    serializer_class = VerdictSerializer
    filterset_class = VerdictFilters

    def get_queryset(self) -> QuerySet[Verdict]:
        return verdict_rows(Verdict.objects.visible_to(self.caller))

    @extend_schema(
        request=VerdictCreateSerializer,
        responses={201: VerdictSerializer, 200: VerdictSerializer},
    )
    def create(self, request: Request) -> Response:
        """Give a verdict on the claim as it stood at ``claim_revision``.

        409 with the ``current`` claim when it was changed since. 200 when the ``uid`` was sent
        before.
        """
        fields = self.body(VerdictCreateSerializer)
        claim = seen(Claim.objects.visible_to(self.caller), fields.pop("claim"), "claim")
        rating = Rating.objects.select_related("scale").filter(pk=fields.pop("rating")).first()
        if rating is None:
            raise InvalidInput({"rating": "expected the id of a rating of the corpus's scale"})
        uid = fields.pop("uid", None)
        known = uid is not None and Verdict.objects.filter(uid=uid).exists()
        verdict = verdict_give(actor=self.caller, claim=claim, rating=rating, uid=uid, **fields)
        return self._row(verdict, 200 if known else 201)

    @extend_schema(request=None, responses=VerdictSerializer)
    @action(detail=True, methods=["post"])
    def retract(self, request: Request, pk: str) -> Response:
        """Take one's own standing verdict back. An earlier one of the same kind stands again."""
        verdict = self.get_object()
        self.body()
        verdict_retract(actor=self.caller, verdict=verdict)
        return self._row(verdict)

    def _row(self, verdict: Verdict, status: int = 200) -> Response:
        row = verdict_rows(Verdict.objects.filter(pk=verdict.pk)).get()
        return Response(VerdictSerializer(row).data, status=status)

"""Evidence on claims."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.domain.vocabulary import Stance
from annotations.models import Claim, Evidence
from annotations.services.evidence import evidence_add, evidence_update, evidence_withdraw

from ..filters import FilterSet, FlagFilter, IdFilter, value_filter
from ..serializers.claims import RevisionSerializer
from ..serializers.evidence import (
    EvidenceCreateSerializer,
    EvidenceSerializer,
    EvidenceUpdateSerializer,
    evidence_rows,
)
from .base import ByUid, ViewSet, seen


class EvidenceFilters(FilterSet):
    claim = IdFilter()
    article = IdFilter(field_name="claim__article")
    corpus = IdFilter(field_name="claim__article__corpus")
    stance = value_filter(Stance)
    include_withdrawn = FlagFilter(method="nothing", help_text="Default: standing evidence only.")

    def filter_queryset(self, queryset: QuerySet[Evidence]) -> QuerySet[Evidence]:
        rows = super().filter_queryset(queryset)
        return rows if self.chosen("include_withdrawn", False) else rows.standing()


class EvidenceViewSet(ByUid, ListModelMixin, RetrieveModelMixin, ViewSet):
    serializer_class = EvidenceSerializer
    filterset_class = EvidenceFilters

    def get_queryset(self) -> QuerySet[Evidence]:
        return evidence_rows(Evidence.objects.visible_to(self.caller))

    @extend_schema(
        request=EvidenceCreateSerializer,
        responses={201: EvidenceSerializer, 200: EvidenceSerializer},
    )
    def create(self, request: Request) -> Response:
        """Add a piece of evidence. 200 when its ``uid`` was sent before."""
        fields = self.body(EvidenceCreateSerializer)
        claim = seen(Claim.objects.visible_to(self.caller), fields.pop("claim"), "claim")
        uid = fields.pop("uid", None)
        known = uid is not None and Evidence.objects.filter(uid=uid).exists()
        evidence = evidence_add(
            actor=self.caller,
            claim=claim,
            fields=fields,  # type: ignore[arg-type]
            uid=uid,
        )
        return self._row(evidence, 200 if known else 201)

    @extend_schema(request=EvidenceUpdateSerializer, responses=EvidenceSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change fields. 409 with the ``current`` evidence when ``revision`` is no longer that."""
        evidence = self.get_object()
        fields = self.body(EvidenceUpdateSerializer)
        revision = fields.pop("revision")
        return self._row(
            evidence_update(
                actor=self.caller,
                evidence=evidence,
                revision=revision,
                fields=fields,  # type: ignore[arg-type]
            )
        )

    @extend_schema(request=RevisionSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take it off its claim; the row stays in the history."""
        evidence = self.get_object()
        revision = self.body(RevisionSerializer)["revision"]
        return self._row(evidence_withdraw(actor=self.caller, evidence=evidence, revision=revision))

    def _row(self, evidence: Evidence, status: int = 200) -> Response:
        row = evidence_rows(Evidence.objects.filter(pk=evidence.pk)).get()
        return Response(EvidenceSerializer(row).data, status=status)

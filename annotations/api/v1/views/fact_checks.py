"""Publishing fact-checks, correcting and withdrawing them; readers' reports; the publisher."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from annotations import policies
from annotations.domain.publishing import FactCheckState, ReportState
from annotations.domain.vocabulary import Scope
from annotations.errors import InvalidInput
from annotations.models import Claim, ErrorReport, FactCheck
from annotations.services.error_reports import (
    report_accept,
    report_dismiss,
    report_forget_contact,
)
from annotations.services.fact_check_content import Guard, claims_to_publish
from annotations.services.fact_checks import (
    fact_check_correct,
    fact_check_differences,
    fact_check_draft,
    fact_check_publish,
    fact_check_withdraw,
)
from annotations.services.publications import publication_of, publication_update

from ..filters import FilterSet, FlagFilter, IdFilter, value_filter
from ..serializers.fact_checks import (
    DraftSerializer,
    FactCheckCorrectSerializer,
    FactCheckCreateSerializer,
    FactCheckDetailSerializer,
    FactCheckSerializer,
    FactCheckWithdrawSerializer,
    PublicationSerializer,
    PublicationUpdateSerializer,
    ReportAcceptSerializer,
    ReportDismissSerializer,
    ReportSerializer,
    fact_check_rows,
    report_rows,
)
from .base import ByUid, ViewSet, seen


class FactCheckFilters(FilterSet):
    corpus = IdFilter()
    claim = IdFilter()
    article = IdFilter(field_name="claim__article")
    state = value_filter(FactCheckState)
    changed = FlagFilter(
        method="nothing",
        help_text="true: those on whose claim somebody worked since; default: all.",
    )

    def filter_queryset(self, queryset: QuerySet[FactCheck]) -> QuerySet[FactCheck]:
        rows: Any = super().filter_queryset(queryset)
        return rows.with_work_since() if self.chosen("changed", False) else rows


class FactCheckViewSet(ByUid, ListModelMixin, RetrieveModelMixin, ViewSet):
    """Newest first."""

    serializer_class = FactCheckSerializer
    filterset_class = FactCheckFilters
    keyset = "-id"

    def get_queryset(self) -> QuerySet[FactCheck]:
        rows = fact_check_rows(FactCheck.objects.visible_to(self.caller))
        # No line of a list shows the whole of its page.
        return rows.defer("current__content") if self.action == "list" else rows

    @extend_schema(responses=FactCheckDetailSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """With all that its page shows."""
        context = self.get_serializer_context()
        return Response(FactCheckDetailSerializer(self.get_object(), context=context).data)

    @extend_schema(
        request=FactCheckCreateSerializer,
        responses={201: FactCheckDetailSerializer, 200: FactCheckDetailSerializer},
    )
    def create(self, request: Request) -> Response:
        """Publish a claim's fact-check as its draft shows it (admins).

        409 when the draft has another ``digest`` by now, when the finding isn't settled, and when
        the corpus has no publisher. 200 when it was published so before.
        """
        fields = self.body(FactCheckCreateSerializer)
        claim = seen(Claim.objects.visible_to(self.caller), fields.pop("claim"), "claim")
        known = FactCheck.objects.filter(claim=claim).exists()
        made = fact_check_publish(actor=self.caller, claim=claim, **fields)
        return self._row(made, 200 if known else 201)

    @extend_schema(request=FactCheckCorrectSerializer, responses=FactCheckDetailSerializer)
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, pk: str) -> Response:
        """Publish the claim as it is now, telling readers ``what`` was changed and ``why``."""
        fact_check = self.get_object()
        fields = self.body(FactCheckCorrectSerializer)
        policies.require(self.caller, "factcheck.publish", fact_check.corpus)
        number = fields.pop("report", None)
        report = ErrorReport.objects.filter(pk=number, fact_check=fact_check).first()
        if number is not None and report is None:
            raise NotFound(f"There is no report {number}.")
        fact_check_correct(actor=self.caller, fact_check=fact_check, report=report, **fields)
        return self._row(fact_check)

    @extend_schema(request=FactCheckWithdrawSerializer, responses=FactCheckDetailSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take it back. Its page stays, and says so, when and why."""
        fact_check = self.get_object()
        fields = self.body(FactCheckWithdrawSerializer)
        fact_check_withdraw(actor=self.caller, fact_check=fact_check, **fields)
        return self._row(fact_check)

    def _row(self, fact_check: FactCheck, status: int = 200) -> Response:
        row = fact_check_rows(FactCheck.objects.filter(pk=fact_check.pk)).get()
        context = self.get_serializer_context()
        return Response(FactCheckDetailSerializer(row, context=context).data, status=status)


class DraftActions:
    """For the view set of claims."""

    @extend_schema(
        responses=DraftSerializer,
        parameters=[
            OpenApiParameter("mask_claimant", bool, description="As it will be chosen."),
            OpenApiParameter("verdict", OpenApiTypes.UUID, description="As it will be chosen."),
        ],
    )
    @action(detail=True, url_path="fact-check")
    def fact_check(self: Any, request: Request, pk: str) -> Response:
        """What would be published of the claim, and how that differs from what is (admins)."""
        (claim,) = claims_to_publish([self.get_object().pk])
        policies.require(self.caller, "factcheck.publish", claim.article.corpus)
        guard = Guard(claim.article.corpus_id)
        known = FactCheck.objects.filter(claim=claim).select_related("current").first()
        draft = fact_check_draft(claim, known, guard, **_choice(request))
        parts = fact_check_differences(known, claim, guard)[1] if known else []
        content = draft.material and {
            key: value for key, value in draft.material.items() if key != "hidden_name"
        }
        return Response(
            DraftSerializer(
                {
                    "claim": claim.pk,
                    "problem": draft.problem,
                    "digest": draft.digest,
                    "content": content,
                    "verdicts": draft.verdicts,
                    "fact_check": known.pk if known else None,
                    "differs_in": parts,
                }
            ).data
        )


def _choice(request: Request) -> dict[str, Any]:
    mask = request.query_params.get("mask_claimant")
    verdict = request.query_params.get("verdict")
    wrong: dict[str, str] = {}
    if mask not in {None, "true", "false"}:
        wrong["mask_claimant"] = "expected true or false"
    try:
        chosen = uuid.UUID(verdict) if verdict else None
    except ValueError:
        wrong["verdict"] = "expected the uid of a verdict"
    if wrong:
        raise InvalidInput(wrong)
    return {"mask_claimant": None if mask is None else mask == "true", "verdict": chosen}


class ReportFilters(FilterSet):
    corpus = IdFilter(field_name="fact_check__corpus")
    fact_check = IdFilter()
    state = value_filter(ReportState)


class ReportViewSet(ListModelMixin, RetrieveModelMixin, ViewSet):
    """Readers' reports of errors, newest first. For the admins of a corpus."""

    serializer_class = ReportSerializer
    filterset_class = ReportFilters
    keyset = "-id"

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        # Readers may have named themselves: a token that only reads doesn't read this.
        policies.require_scope(self.caller, Scope.MANAGE)

    def get_queryset(self) -> QuerySet[ErrorReport]:
        return report_rows(ErrorReport.objects.administered_by(self.caller))

    @extend_schema(request=ReportAcceptSerializer, responses=ReportSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """The reader is right; a correction that names the report is to follow."""
        report = self.get_object()
        fields = self.body(ReportAcceptSerializer)
        return self._row(report_accept(actor=self.caller, report=report, **fields))

    @extend_schema(request=ReportDismissSerializer, responses=ReportSerializer)
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, pk: str) -> Response:
        """Nothing has to be corrected; ``answer`` says why."""
        report = self.get_object()
        fields = self.body(ReportDismissSerializer)
        return self._row(report_dismiss(actor=self.caller, report=report, **fields))

    @extend_schema(request=None, responses=ReportSerializer)
    @action(detail=True, methods=["post"], url_path="forget-contact")
    def forget_contact(self, request: Request, pk: str) -> Response:
        """Remove how to reach the reader, for good."""
        report = self.get_object()
        self.body()
        return self._row(report_forget_contact(actor=self.caller, report=report))

    def _row(self, report: ErrorReport) -> Response:
        row = report_rows(ErrorReport.objects.filter(pk=report.pk)).get()
        return Response(ReportSerializer(row).data)


class PublicationActions:
    """For the view set of corpora."""

    @extend_schema(responses=PublicationSerializer, filters=False)
    @action(detail=True, pagination_class=None)
    def publication(self: Any, request: Request, pk: str) -> Response:
        """Who publishes the corpus's fact-checks, and what is ``missing`` for that."""
        return Response(PublicationSerializer(publication_of(self.get_object())).data)

    @extend_schema(request=PublicationUpdateSerializer, responses=PublicationSerializer)
    @publication.mapping.patch
    def publication_update(self: Any, request: Request, pk: str) -> Response:
        """Set it (admins)."""
        corpus = self.get_object()
        fields = self.body(PublicationUpdateSerializer)
        revision = fields.pop("revision")
        made = publication_update(
            actor=self.caller, corpus=corpus, revision=revision, fields=fields
        )
        return Response(PublicationSerializer(made).data)

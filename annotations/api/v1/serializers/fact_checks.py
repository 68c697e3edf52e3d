"""Published fact-checks, their corrections, and readers' reports of errors."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotations.domain.publishing import CorrectionKind, FactCheckState, ReportState
from annotations.models import Correction, ErrorReport, FactCheck
from annotations.services.claim_reviews import fact_check_url
from annotations.services.fact_check_content import Guard

from ..fields import (
    StrictBoolean,
    StrictInteger,
    StrictString,
    StrictUUID,
    WriteSerializer,
    one_of,
    reference,
    revision,
)
from .people import PersonSerializer

FactCheckStateField = one_of("FactCheckState", FactCheckState)
CorrectionKindField = one_of("CorrectionKind", CorrectionKind)
ReportStateField = one_of("ReportState", ReportState)


def fact_check_rows(rows: QuerySet[FactCheck]) -> QuerySet[FactCheck]:
    """Two queries for all that an answer holds."""
    notices = Correction.objects.select_related("made_by").order_by("id")
    return rows.select_related("current", "rating", "published_by").prefetch_related(
        Prefetch("corrections", notices, to_attr="notices")
    )


def report_rows(rows: QuerySet[ErrorReport]) -> QuerySet[ErrorReport]:
    return rows.select_related("fact_check", "handled_by")


@extend_schema_field(OpenApiTypes.OBJECT)
class ContentField(serializers.JSONField):
    """What the page shows; docs/publishing.md describes its keys."""


class CorrectionSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = CorrectionKindField()
    what = serializers.CharField()
    why = serializers.CharField()
    old_rating = serializers.CharField()
    new_rating = serializers.CharField(help_text="Empty for a withdrawal.")
    made_by = PersonSerializer()
    made_at = serializers.DateTimeField()


class FactCheckSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    uid = serializers.UUIDField()
    corpus = serializers.IntegerField(source="corpus_id")
    claim = serializers.IntegerField(source="claim_id")
    slug = serializers.CharField()
    url = serializers.SerializerMethodField(help_text="The public page's.")
    state = FactCheckStateField()
    title = serializers.CharField()
    rating = serializers.CharField(source="rating.label", help_text="As it is published.")
    version = serializers.IntegerField(source="current.number")
    published_at = serializers.DateTimeField()
    published_by = PersonSerializer()
    updated_at = serializers.DateTimeField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    corrections = CorrectionSerializer(many=True, source="notices")
    revision = serializers.IntegerField()

    def get_url(self, fact_check: FactCheck) -> str:
        request = self.context.get("request")
        base = f"{request.scheme}://{request.get_host()}" if request else ""
        return fact_check_url(fact_check, base)


class FactCheckDetailSerializer(FactCheckSerializer):
    content = serializers.SerializerMethodField()

    @extend_schema_field(ContentField())
    def get_content(self, fact_check: FactCheck) -> dict[str, Any]:
        assert fact_check.current is not None  # noqa: S101
        return Guard(fact_check.corpus_id).content(fact_check.current.content)


class DraftVerdictSerializer(serializers.Serializer[Any]):
    uid = serializers.UUIDField()
    reviewer = PersonSerializer()
    rationale = serializers.CharField()


class DraftSerializer(serializers.Serializer[Any]):
    """What would be published of a claim as it is now."""

    claim = serializers.IntegerField()
    problem = serializers.CharField(help_text="Why nothing can be published; empty where it can.")
    digest = serializers.CharField(help_text="To be sent with what is published.")
    content = ContentField(allow_null=True, help_text="Without title and summary.")
    verdicts = DraftVerdictSerializer(many=True, help_text="Whose rationale can be shown.")
    fact_check = serializers.IntegerField(allow_null=True, help_text="Of the claim, if published.")
    differs_in = serializers.ListField(
        child=serializers.CharField(),
        help_text="Keys of the content in which the claim differs from what is published.",
    )


class ChoiceSerializer(WriteSerializer):
    """What somebody who publishes chooses."""

    digest = StrictString(max_length=64, help_text="Of the draft that was looked at.")
    title = StrictString(
        max_length=FactCheck.MAX_TITLE,
        help_text="The claim as readers read it, without a rating; under 75 characters if it can.",
    )
    summary = StrictString(
        max_length=FactCheck.MAX_SUMMARY, required=False, allow_blank=True, default=""
    )
    mask_claimant = StrictBoolean(
        required=False, help_text="Default: whether the claim is flagged as of a private person."
    )
    verdict = StrictUUID(required=False, help_text="The uid of that whose rationale is shown.")


class FactCheckCreateSerializer(ChoiceSerializer):
    claim = reference()


class FactCheckCorrectSerializer(ChoiceSerializer):
    revision = revision()
    what = StrictString(max_length=Correction.MAX_TEXT)
    why = StrictString(max_length=Correction.MAX_TEXT)
    report = reference(required=False, help_text="The reader's report that led to it.")


class FactCheckWithdrawSerializer(WriteSerializer):
    revision = revision()
    why = StrictString(max_length=Correction.MAX_TEXT)


class ReportSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    fact_check = serializers.IntegerField(source="fact_check_id")
    corpus = serializers.IntegerField(source="fact_check.corpus_id")
    state = ReportStateField()
    text = serializers.CharField()
    contact = serializers.CharField(help_text="As the reader gave it, or empty.")
    answer = serializers.CharField()
    correction = serializers.IntegerField(source="correction_id", allow_null=True)
    created_at = serializers.DateTimeField()
    handled_by = PersonSerializer(allow_null=True)
    handled_at = serializers.DateTimeField(allow_null=True)


class ReportAcceptSerializer(WriteSerializer):
    answer = StrictString(
        max_length=ErrorReport.MAX_ANSWER, required=False, allow_blank=True, default=""
    )


class ReportDismissSerializer(WriteSerializer):
    answer = StrictString(max_length=ErrorReport.MAX_ANSWER, help_text="Why.")


class PublicationSerializer(serializers.Serializer[Any]):
    organisation = serializers.CharField()
    url = serializers.CharField()
    corrections_policy = serializers.CharField()
    methodology = serializers.CharField()
    logo = serializers.CharField()
    licence = serializers.CharField()
    missing = serializers.ListField(
        child=serializers.CharField(), help_text="Without these nothing is published."
    )
    revision = serializers.IntegerField(help_text="0 where nobody has set it yet.")


def _address(**options: Any) -> StrictString:
    return StrictString(max_length=500, required=False, allow_blank=True, **options)


class PublicationUpdateSerializer(WriteSerializer):
    organisation = StrictString(max_length=200, required=False, allow_blank=True)
    url = _address()
    corrections_policy = _address()
    methodology = _address()
    logo = _address()
    licence = _address()
    revision = StrictInteger(min_value=0, max_value=2**31 - 1)

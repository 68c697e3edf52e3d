"""Verdicts: rows that are only ever added."""

from __future__ import annotations

from typing import Any

from django.db import models
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotations.domain.markdown import render
from annotations.domain.vocabulary import Confidence, Strategy, VerdictKind
from annotations.models import Verdict

from ..fields import (
    IdOrUid,
    StrictBoolean,
    StrictString,
    WriteSerializer,
    one_of,
    reference,
    revision,
    uid,
)
from .corpora import RatingSerializer
from .people import PersonSerializer

VerdictKindField = one_of("VerdictKind", VerdictKind)
ConfidenceField = one_of("Confidence", Confidence)
StrategyField = one_of("Strategy", Strategy)
MAX_RATIONALE = 20_000


def verdict_rows(rows: models.QuerySet[Verdict]) -> models.QuerySet[Verdict]:
    taken_back = Verdict.objects.filter(retracts=models.OuterRef("pk"))
    return rows.select_related("rating", "reviewer", "guideline").annotate(
        retracted=models.Exists(taken_back)
    )


class VerdictSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    uid = serializers.UUIDField()
    claim = serializers.IntegerField(source="claim_id")
    kind = VerdictKindField()
    rating = RatingSerializer(allow_null=True, help_text="null for a retraction.")
    rationale = serializers.CharField(help_text="Markdown.")
    rationale_html = serializers.SerializerMethodField(help_text="As it is shown, sanitised.")
    confidence = serializers.SerializerMethodField(
        help_text="How sure the reviewer is; null where they didn't say."
    )
    strategies = serializers.ListField(
        child=StrategyField(), help_text="How the finding was come to, as AVeriTeC names it."
    )
    claim_revision = serializers.IntegerField(help_text="The claim's revision that was judged.")
    guideline_version = serializers.IntegerField(source="guideline.version", allow_null=True)
    reviewer = PersonSerializer()
    created_at = serializers.DateTimeField()
    retracts = serializers.IntegerField(
        source="retracts_id", allow_null=True, help_text="The verdict that this row takes back."
    )
    retracted = serializers.SerializerMethodField()

    def get_rationale_html(self, verdict: Verdict) -> str:
        return render(verdict.rationale)

    @extend_schema_field(ConfidenceField(allow_null=True))
    def get_confidence(self, verdict: Verdict) -> str | None:
        return verdict.confidence or None

    def get_retracted(self, verdict: Verdict) -> bool:
        # The standing verdicts of a claim come without the annotation: none is retracted.
        return getattr(verdict, "retracted", False)


class VerdictCreateSerializer(WriteSerializer):
    claim = IdOrUid()
    rating = reference(help_text="The id of a rating of the corpus's scale.")
    rationale = StrictString(max_length=MAX_RATIONALE)
    claim_revision = revision()
    adjudication = StrictBoolean(default=False)
    confidence = ConfidenceField(required=False, allow_null=True)
    strategies = serializers.ListField(
        child=StrategyField(), required=False, max_length=len(Strategy)
    )
    uid = uid()

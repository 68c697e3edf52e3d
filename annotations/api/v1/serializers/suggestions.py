"""What the detector proposes, and what became of it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from annotations.domain.vocabulary import Outcome
from annotations.models import Suggestion

from ..fields import WriteSerializer, one_of, uid
from .people import PersonSerializer

OutcomeField = one_of("Outcome", Outcome)


def suggestion_rows(rows: QuerySet[Suggestion]) -> QuerySet[Suggestion]:
    return rows.select_related("decision__decided_by")


class ReasonSerializer(serializers.Serializer[Any]):
    feature = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    weight = serializers.FloatField(help_text="Added to the score's logit.")
    spans = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField(), min_length=2, max_length=2)
    )


class SuggestionSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    article = serializers.IntegerField(source="article_id")
    run = serializers.IntegerField(source="run_id")
    start = serializers.IntegerField(help_text="Code points, half-open.")
    end = serializers.IntegerField()
    quote = serializers.CharField()
    score = serializers.FloatField(help_text="Check-worthiness, 0 to 1.")
    kind = serializers.CharField()
    quoted = serializers.BooleanField()
    claimant_name = serializers.CharField()
    reasons = ReasonSerializer(many=True)
    outcome = OutcomeField(source="decision.outcome", allow_null=True)
    claim = serializers.IntegerField(
        source="decision.claim_id", allow_null=True, help_text="The claim that accepting made."
    )
    decided_by = PersonSerializer(source="decision.decided_by", allow_null=True)


class AcceptSerializer(WriteSerializer):
    uid = uid()

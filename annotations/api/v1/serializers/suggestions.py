"""What the detector proposes, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from annotations.domain.vocabulary import Outcome
from annotations.models import Suggestion
from annotations.services.suggestion_bulk import MOST, BulkResult

from ..fields import StrictBoolean, WriteSerializer, one_of, reference, uid
from .people import PersonSerializer

OutcomeField = one_of("Outcome", Outcome)


def suggestion_rows(rows: QuerySet[Suggestion]) -> QuerySet[Suggestion]:
    return rows.select_related("decision__decided_by")


def place(**options: Any) -> serializers.ListField:
    """``[start, end]``, code points."""
    return serializers.ListField(
        child=serializers.IntegerField(), min_length=2, max_length=2, **options
    )


class ReasonSerializer(serializers.Serializer[Any]):
    feature = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    weight = serializers.FloatField(help_text="Added to the score's logit.")
    spans = serializers.ListField(child=place())


class AttributionSerializer(serializers.Serializer[Any]):
    form = serializers.CharField(help_text="direct, indirect, mixed or transcript.")
    source = place(allow_null=True, help_text="The words that name the speaker.")  # type: ignore[assignment]
    cue = place(allow_null=True, help_text="The words that report, such as “said”.")
    content = serializers.ListField(child=place(), help_text="What is attributed, in pieces.")
    confidence = serializers.FloatField(help_text="0 to 1.")


class DatedExpressionSerializer(serializers.Serializer[Any]):
    start = serializers.IntegerField(help_text="Of the words that name the time.")
    end = serializers.IntegerField()
    first = serializers.DateField(
        allow_null=True, help_text="First day meant; null where there is nothing to reckon from."
    )
    last = serializers.DateField(allow_null=True, help_text="Last day meant, included.")
    granularity = serializers.CharField(
        help_text="day, week, month, quarter, season, year, decade or century."
    )
    anchor = serializers.CharField(
        help_text="What it was reckoned from: dateline, published, text (the words alone say it), "
        "or empty where it is unresolved."
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
    kind_confidence = serializers.FloatField(
        allow_null=True, help_text="0 to 1; null in runs of detectors that didn't say."
    )
    quoted = serializers.BooleanField()
    claimant_name = serializers.CharField()
    claimant_mention = place(
        allow_null=True, help_text="The words that the name was resolved from."
    )
    attribution = AttributionSerializer(
        allow_null=True, help_text="Null in the outlet's own voice."
    )
    dates = DatedExpressionSerializer(many=True, help_text="In reading order.")
    first_mention = serializers.IntegerField(
        source="first_mention_id",
        allow_null=True,
        help_text="The earlier suggestion of the run that this one says again.",
    )
    reasons = ReasonSerializer(many=True)
    outcome = OutcomeField(source="decision.outcome", allow_null=True)
    claim = serializers.IntegerField(
        source="decision.claim_id", allow_null=True, help_text="The claim that accepting made."
    )
    decided_by = PersonSerializer(source="decision.decided_by", allow_null=True)


class AcceptSerializer(WriteSerializer):
    uid = uid()


class BulkSerializer(WriteSerializer):
    ids = serializers.ListField(
        child=reference(), min_length=1, max_length=MOST, help_text="Of suggestions."
    )
    outcome = OutcomeField()
    together = StrictBoolean(
        required=False,
        default=False,
        help_text="All or nothing. Default: what can be done is done, an article at a time.",
    )


class BulkProblemSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField(source="message")


class BulkResultSerializer(serializers.Serializer[Any]):
    suggestion = serializers.IntegerField()
    claim = serializers.IntegerField(allow_null=True, help_text="What accepting made.")
    problem = BulkProblemSerializer(
        source="error", allow_null=True, help_text="null: the suggestion is decided as asked."
    )


class BulkResultsSerializer(serializers.Serializer[Any]):
    done = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = BulkResultSerializer(many=True, help_text="In the order of ids.")


def bulk_answer(results: Sequence[BulkResult]) -> dict[str, Any]:
    refused = sum(result.error is not None for result in results)
    found = {"done": len(results) - refused, "refused": refused, "results": results}
    return dict(BulkResultsSerializer(found).data)

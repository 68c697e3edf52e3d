"""Claims with all that a card shows, and what a person may write on them."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet
from rest_framework import serializers

from annotations.domain.spans import MAX_FRAGMENTS
from annotations.domain.transitions import ClaimState
from annotations.domain.vocabulary import Flag
from annotations.models import Claim

from ..fields import (
    MAX_OFFSET,
    IdOrUid,
    StrictDate,
    StrictInteger,
    StrictString,
    WriteSerializer,
    one_of,
    reference,
    revision,
    strings,
    uid,
)
from .discussion import open_threads
from .evidence import EvidenceSerializer
from .people import PersonSerializer
from .questions import QuestionSerializer
from .verdicts import VerdictSerializer

ClaimStateField = one_of("ClaimState", ClaimState)
FlagField = one_of("Flag", Flag)


def claim_rows(rows: QuerySet[Claim]) -> QuerySet[Claim]:
    """Claims with what the serializer reads: one query and one for each kind of row on them."""
    # The number of the text comes by itself, because the text can be a million characters.
    return rows.with_details().annotate(  # type: ignore[attr-defined]
        text_revision=F("text__number"), open_threads=open_threads()
    )


class SpanSerializer(serializers.Serializer[Any]):
    start = serializers.IntegerField(help_text="Code points, half-open.")
    end = serializers.IntegerField()
    quote = serializers.CharField()


class ClaimSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    uid = serializers.UUIDField()
    article = serializers.IntegerField(source="article_id")
    text_revision = serializers.IntegerField()
    spans = SpanSerializer(many=True, source="spans.all")
    quote = serializers.CharField(help_text="The fragments in order, gaps marked.")
    normalised = serializers.CharField()
    types = serializers.SerializerMethodField()
    claimant = serializers.CharField(source="claimant.name", allow_null=True)
    claim_date = serializers.DateField(allow_null=True)
    place = serializers.CharField()
    flag = serializers.CharField(help_text="Why it is set aside; empty: it isn't.")
    flag_note = serializers.CharField()
    tags = serializers.SerializerMethodField()
    state = ClaimStateField()
    suggestion = serializers.IntegerField(source="suggestion_id", allow_null=True)
    created_by = PersonSerializer()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    revision = serializers.IntegerField()
    evidence = EvidenceSerializer(many=True, source="standing_evidence")
    questions = QuestionSerializer(many=True, source="standing_questions")
    verdicts = VerdictSerializer(many=True, source="standing_verdicts")
    open_threads = serializers.IntegerField(help_text="Unresolved discussions; see threads/.")

    def get_types(self, claim: Claim) -> list[str]:
        return [claim_type.key for claim_type in claim.types.all()]

    def get_tags(self, claim: Claim) -> list[str]:
        return [tag.name for tag in claim.tags.all()]


class SpanInputSerializer(WriteSerializer):
    start = StrictInteger(min_value=0, max_value=MAX_OFFSET)
    end = StrictInteger(min_value=1, max_value=MAX_OFFSET)
    quote = StrictString(
        required=False,
        trim_whitespace=False,
        help_text="What stands there: sent, it is checked, and offsets in another unit found out.",
    )


def fragments(**options: Any) -> serializers.ListSerializer[Any]:
    return serializers.ListSerializer(
        child=SpanInputSerializer(), allow_empty=False, max_length=MAX_FRAGMENTS, **options
    )


class ClaimFieldsSerializer(WriteSerializer):
    normalised = StrictString(max_length=Claim.MAX_NORMALISED, required=False, allow_blank=True)
    types = strings(required=False, help_text="Keys of the corpus's claim types.")
    claimant = StrictString(max_length=200, required=False, allow_blank=True, allow_null=True)
    claim_date = StrictDate(required=False, allow_null=True)
    place = StrictString(max_length=200, required=False, allow_blank=True)
    flag = FlagField(required=False, allow_blank=True)
    flag_note = StrictString(max_length=Claim.MAX_FLAG_NOTE, required=False, allow_blank=True)
    tags = strings(required=False, help_text="Names; those that are new are made.")


class ClaimCreateSerializer(ClaimFieldsSerializer):
    article = reference()
    spans = fragments()
    uid = uid()


class ClaimUpdateSerializer(ClaimFieldsSerializer):
    revision = revision()
    spans = fragments(required=False)


class ClaimMergeSerializer(WriteSerializer):
    other = IdOrUid(help_text="The claim that is taken in, by id or uid.")
    other_revision = revision()
    revision = revision()


class ClaimSplitSerializer(WriteSerializer):
    revision = revision()
    spans = fragments()
    rest = fragments(help_text="The words of the new claim.")
    uid = uid()


class RevisionSerializer(WriteSerializer):
    """The body of a withdrawal."""

    revision = revision()

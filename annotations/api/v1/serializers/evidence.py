"""Evidence on a claim."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from annotations.domain.vocabulary import SourceMedium, Stance
from annotations.models import Evidence

from ..fields import IdOrUid, StrictDate, StrictString, WriteSerializer, one_of, revision, uid
from .people import PersonSerializer

StanceField = one_of("Stance", Stance)
SourceMediumField = one_of("SourceMedium", SourceMedium)
MAX_TEXT = 20_000


def evidence_rows(rows: QuerySet[Evidence]) -> QuerySet[Evidence]:
    return rows.select_related("claim", "added_by")


class EvidenceSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    uid = serializers.UUIDField()
    claim = serializers.IntegerField(source="claim_id")
    url = serializers.CharField()
    citation = serializers.CharField()
    title = serializers.CharField()
    publisher = serializers.CharField()
    published = serializers.DateField(allow_null=True)
    quote = serializers.CharField()
    stance = StanceField()
    source_medium = SourceMediumField()
    note = serializers.CharField()
    is_post_claim = serializers.BooleanField(
        allow_null=True, help_text="Published after the claim? null where a date is unknown."
    )
    withdrawn = serializers.BooleanField()
    added_by = PersonSerializer()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    revision = serializers.IntegerField()


class EvidenceFieldsSerializer(WriteSerializer):
    """An address or a citation is needed; addresses are http or https."""

    url = StrictString(max_length=2000, required=False, allow_blank=True)
    citation = StrictString(max_length=MAX_TEXT, required=False, allow_blank=True)
    title = StrictString(max_length=500, required=False, allow_blank=True)
    publisher = StrictString(max_length=300, required=False, allow_blank=True)
    published = StrictDate(required=False, allow_null=True)
    quote = StrictString(max_length=MAX_TEXT, required=False, allow_blank=True)
    source_medium = SourceMediumField(required=False)
    note = StrictString(max_length=MAX_TEXT, required=False, allow_blank=True)


class EvidenceCreateSerializer(EvidenceFieldsSerializer):
    claim = IdOrUid()
    stance = StanceField()
    uid = uid()


class EvidenceUpdateSerializer(EvidenceFieldsSerializer):
    revision = revision()
    stance = StanceField(required=False)

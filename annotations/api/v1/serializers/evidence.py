"""Evidence on a claim."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from annotations.domain.vocabulary import SourceMedium, Stance
from annotations.models import Evidence
from annotations.services.evidence import MOST_SETS

from ..fields import (
    IdOrUid,
    StrictBoolean,
    StrictDate,
    StrictInteger,
    StrictString,
    WriteSerializer,
    one_of,
    reference,
    revision,
    uid,
)
from .jobs import JobStateField
from .people import PersonSerializer

StanceField = one_of("Stance", Stance)
SourceMediumField = one_of("SourceMedium", SourceMedium)
MAX_TEXT = 20_000


def evidence_rows(rows: QuerySet[Evidence]) -> QuerySet[Evidence]:
    return rows.with_details().select_related("claim")  # type: ignore[attr-defined]


class SavedCopySerializer(serializers.Serializer[Any]):
    """Of a saved copy what stands beside the evidence; ``snapshots/{id}/`` has all of it."""

    id = serializers.IntegerField()
    state = JobStateField()
    error = serializers.CharField(source="job.error", default="")
    fetched_at = serializers.DateTimeField(allow_null=True)
    media_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField()


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
    set_number = serializers.IntegerField(
        allow_null=True, help_text="Pieces with one number prove together; null: alone."
    )
    protected = serializers.BooleanField(help_text="Never fetched, and left out of exports.")
    protection_reason = serializers.CharField()
    snapshot = serializers.IntegerField(source="snapshot_id", allow_null=True)
    saved_copy = SavedCopySerializer(source="snapshot", allow_null=True)
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
    set_number = StrictInteger(min_value=1, max_value=MOST_SETS, required=False, allow_null=True)
    protected = StrictBoolean(required=False)
    protection_reason = StrictString(
        max_length=MAX_TEXT,
        required=False,
        allow_blank=True,
        help_text="Needed where the source is protected.",
    )
    snapshot = reference(
        required=False, allow_null=True, help_text="A saved copy that was made for this claim."
    )


class EvidenceCreateSerializer(EvidenceFieldsSerializer):
    claim = IdOrUid()
    stance = StanceField()
    uid = uid()


class EvidenceUpdateSerializer(EvidenceFieldsSerializer):
    revision = revision()
    stance = StanceField(required=False)

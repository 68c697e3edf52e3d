"""Releases: what is asked for, how far it is, and what each is."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotations.exporting import FORMATS
from annotations.models import Release, ReleaseState
from annotations.releasing.plan import BY

from ..fields import (
    StrictBoolean,
    StrictInteger,
    StrictString,
    WriteSerializer,
    one_of,
    uid,
)
from .exports import (
    DayField,
    ExportFormatField,
    LabelsField,
    ObjectField,
    SeveralField,
)
from .people import PersonSerializer

ReleaseStateField = one_of("ReleaseState", ReleaseState)
SplitByField = one_of("SplitBy", BY)


@extend_schema_field({"type": "object", "additionalProperties": {"type": "integer"}})
class SharesField(serializers.JSONField):
    """Part → percent. What may stand there is the plan's business."""


class SplitSerializer(WriteSerializer):
    by = SplitByField()
    shares = SharesField(required=False, help_text="Part → percent; together 100.")
    seed = StrictInteger(required=False, min_value=0, max_value=2**31 - 1)
    until = serializers.ListField(
        child=DayField(),
        required=False,
        max_length=4,
        help_text="By time: the last day of each part but the last, in the place of shares.",
    )


class ReleaseCreateSerializer(WriteSerializer):
    """Filters and options are those of exports, but for names of people."""

    title = StrictString(max_length=Release.MAX_TITLE)
    licence = StrictString(max_length=100, help_text="An SPDX identifier, or a name.")
    licence_text = StrictString(required=False, allow_blank=True, max_length=Release.MAX_TEXT)
    motivation = StrictString(required=False, allow_blank=True, max_length=Release.MAX_TEXT)
    creators = StrictString(required=False, allow_blank=True, max_length=500)
    formats = serializers.ListField(
        child=ExportFormatField(), min_length=1, max_length=len(FORMATS)
    )
    discussions = StrictBoolean(required=False)
    split = SplitSerializer(required=False)
    uid = uid()
    article_state = SeveralField(required=False)
    published_from = DayField(required=False)
    published_until = DayField(required=False)
    q = StrictString(required=False, allow_blank=True)
    claim_q = StrictString(required=False, allow_blank=True)
    claim_state = SeveralField(required=False)
    type = SeveralField(required=False)
    verdict = SeveralField(required=False)
    created_from = DayField(required=False)
    created_until = DayField(required=False)
    score_min = serializers.FloatField(required=False, min_value=0, max_value=1)
    labels = LabelsField(required=False)
    known_only = StrictBoolean(required=False)
    publisher = StrictString(required=False, allow_blank=True)
    publisher_url = StrictString(required=False, allow_blank=True)
    page = StrictString(required=False, allow_blank=True)


class WithdrawSerializer(WriteSerializer):
    reason = StrictString(max_length=Release.MAX_TEXT, help_text="For those who used it.")


class ReleaseLineSerializer(serializers.Serializer[Any]):
    """A release in a list."""

    id = serializers.IntegerField()
    uid = serializers.UUIDField()
    corpus = serializers.IntegerField(source="corpus_id")
    number = serializers.IntegerField()
    title = serializers.CharField()
    licence = serializers.CharField()
    formats = serializers.ListField(child=ExportFormatField())
    state = ReleaseStateField()
    verifying = serializers.BooleanField(source="is_verifying")
    progress = serializers.FloatField(help_text="The share that is made or verified, 0 to 1.")
    error = serializers.CharField(source="job.error", default="")
    frozen_at = serializers.DateTimeField(
        allow_null=True, help_text="The moment that it shows; null until its records are frozen."
    )
    ready_at = serializers.DateTimeField(allow_null=True)
    file_name = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField(help_text="Of the archive.")
    counts = ObjectField(help_text="Empty until it is ready.")
    source_protected_at = serializers.DateTimeField(
        allow_null=True,
        help_text="Since when a source in it is protected, and its archive isn't given out.",
    )
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    withdrawn_reason = serializers.CharField()
    job = serializers.IntegerField(source="job_id", allow_null=True)
    created_by = PersonSerializer(allow_null=True)
    created_at = serializers.DateTimeField()


class ReleaseFileSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()


class ReleaseSerializer(ReleaseLineSerializer):
    """A release with all that is said of it."""

    motivation = serializers.CharField()
    creators = serializers.CharField()
    licence_text = serializers.CharField()
    filters = ObjectField(source="selection", help_text="Those that were chosen.")
    options = ObjectField(help_text="Those that were chosen.")
    split = ObjectField(help_text="Empty: not divided.")
    discussions = serializers.BooleanField()
    previous = serializers.IntegerField(
        source="previous.number", default=None, allow_null=True, help_text="Its number."
    )
    records_sha256 = serializers.CharField(source="source_sha256")
    files = ReleaseFileSerializer(many=True)
    datasheet = ObjectField(source="shown_datasheet", help_text="Empty until it is ready.")
    leakage = ObjectField(
        source="shown_leakage",
        help_text="Empty where it isn't divided; without examples once it isn't given out.",
    )
    software = ObjectField(help_text="What it was made with: name → version.")
    verified_at = serializers.DateTimeField(allow_null=True)
    verification = ObjectField(help_text="What came of making it again.")

"""Exports: what was asked for, how far it is, what came of it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotations.exporting import FORMATS
from annotations.exporting.options import LABELS
from annotations.models import ExportState

from ..fields import StrictBoolean, StrictString, WriteSerializer, one_of, uid
from .imports import CountedField
from .people import PersonSerializer

ExportStateField = one_of("ExportState", ExportState)
ExportFormatField = one_of("ExportFormat", FORMATS)
LabelsField = one_of("ExportLabels", LABELS)


@extend_schema_field({"type": "object", "additionalProperties": True})
class ObjectField(serializers.JSONField):
    """An object whose fields the documentation names."""


@extend_schema_field(
    {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
)
class SeveralField(serializers.Field):
    """One or several names; which there are is the selection's business."""

    def to_internal_value(self, data: Any) -> Any:
        return data

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field({"type": "string", "format": "date"})
class DayField(StrictString):
    """A day; what is wrong with one the selection says."""


class ExportCreateSerializer(WriteSerializer):
    """Filters and options as in the query string of a direct export."""

    format = ExportFormatField()
    uid = uid()
    article_state = SeveralField(required=False)
    published_from = DayField(required=False)
    published_until = DayField(required=False)
    q = StrictString(required=False, allow_blank=True)
    claim_q = StrictString(required=False, allow_blank=True)
    claim_state = SeveralField(required=False)
    type = SeveralField(required=False)
    verdict = SeveralField(required=False)
    person = StrictString(required=False, allow_blank=True)
    created_from = DayField(required=False)
    created_until = DayField(required=False)
    score_min = serializers.FloatField(required=False, min_value=0, max_value=1)
    labels = LabelsField(required=False)
    pseudonyms = StrictBoolean(required=False)
    known_only = StrictBoolean(required=False)
    publisher = StrictString(required=False, allow_blank=True)
    publisher_url = StrictString(required=False, allow_blank=True)
    page = StrictString(required=False, allow_blank=True)


class ExportSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    uid = serializers.UUIDField()
    corpus = serializers.IntegerField(source="corpus_id")
    format = ExportFormatField()
    state = ExportStateField()
    filters = ObjectField(source="selection", help_text="Those that were chosen.")
    options = ObjectField(help_text="Those that were chosen.")
    progress = serializers.FloatField(help_text="The share that is written, 0 to 1.")
    seconds_left = serializers.FloatField(allow_null=True, help_text="An estimate.")
    error = serializers.CharField(source="job.error", default="")
    file_name = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField(help_text="Of the file.")
    exported_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(
        allow_null=True, help_text="When the file will be removed."
    )
    source_protected_at = serializers.DateTimeField(
        allow_null=True, help_text="When its file was removed because a source was protected."
    )
    manifest = ObjectField(help_text="Empty until the file is written.")
    job = serializers.IntegerField(source="job_id", allow_null=True)
    created_by = PersonSerializer(allow_null=True)
    created_at = serializers.DateTimeField()


class ExportCountsSerializer(serializers.Serializer[Any]):
    articles = serializers.IntegerField()
    claims = serializers.IntegerField()
    verdicts = serializers.IntegerField()
    looked_at = serializers.IntegerField(
        help_text="In the first so many articles was looked up what is below."
    )
    written = serializers.IntegerField(
        allow_null=True, help_text="Of the format's unit; null where only writing can tell."
    )
    left_out = CountedField(allow_null=True, help_text="Reason → how often.")
    unit = serializers.CharField()
    loses = serializers.ListField(
        child=serializers.CharField(), help_text="What the format has no room for."
    )

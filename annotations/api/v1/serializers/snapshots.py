"""Saved copies of pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Substr
from rest_framework import serializers

from annotations.models import Snapshot

from ..fields import IdOrUid, StrictString, WriteSerializer, uid
from .jobs import JobStateField
from .people import PersonSerializer

# Characters of the page's words that are shown; the file has them all.
EXCERPT = 1000


def snapshot_rows(rows: QuerySet[Snapshot]) -> QuerySet[Snapshot]:
    """Without the text, which can be a million characters."""
    return (
        rows.select_related("job", "requested_by")
        .defer("text")
        .annotate(excerpt=Substr("text", 1, EXCERPT))
    )


class SnapshotSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    uid = serializers.UUIDField()
    claim = serializers.IntegerField(source="claim_id")
    url = serializers.CharField()
    job = serializers.IntegerField(source="job_id", allow_null=True)
    state = JobStateField(help_text="Where the fetch stands; what is below is found when done.")
    error = serializers.CharField(source="job.error", default="", help_text="Why there is none.")
    attempts = serializers.IntegerField(source="job.attempts", default=0)
    requested_by = PersonSerializer()
    requested_at = serializers.DateTimeField()
    fetched_at = serializers.DateTimeField(allow_null=True)
    final_url = serializers.CharField(help_text="Where the redirects led.")
    media_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField(help_text="Of the file.")
    title = serializers.CharField(help_text="What the page says of itself, as the next three.")
    publisher = serializers.CharField()
    published = serializers.DateField(allow_null=True)
    excerpt = serializers.CharField(help_text=f"The first {EXCERPT:,} characters of its text.")


class SnapshotCreateSerializer(WriteSerializer):
    claim = IdOrUid()
    url = StrictString(max_length=2000)
    uid = uid()

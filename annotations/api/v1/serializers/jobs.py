"""Background jobs."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from .articles import JobStateField
from .people import PersonSerializer


class JobSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    corpus = serializers.IntegerField(source="corpus_id")
    article = serializers.IntegerField(source="article_id", allow_null=True)
    state = JobStateField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    attempts = serializers.IntegerField()
    error = serializers.CharField()
    due_at = serializers.DateTimeField()
    created_by = PersonSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)

"""The history."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from .people import PersonSerializer


class EventSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    number = serializers.IntegerField(help_text="Its place in the corpus's chain.")
    kind = serializers.CharField()
    corpus = serializers.IntegerField(source="corpus_id")
    article = serializers.IntegerField(source="article_id", allow_null=True)
    claim = serializers.IntegerField(source="claim_id", allow_null=True)
    target_type = serializers.CharField()
    target_id = serializers.IntegerField()
    actor = PersonSerializer(allow_null=True, help_text="null: the system itself.")
    before = serializers.DictField(allow_null=True)
    after = serializers.DictField(allow_null=True)
    undoes = serializers.IntegerField(source="undoes_id", allow_null=True)
    at = serializers.DateTimeField()
    hash = serializers.CharField()

"""Assignments: who is asked to review what."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ..fields import WriteSerializer, reference
from .people import PersonSerializer


class AssignmentSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    article = serializers.IntegerField(source="article_id")
    corpus = serializers.IntegerField(source="article.corpus_id")
    user = PersonSerializer()
    assigned_by = PersonSerializer(allow_null=True, help_text="null: the system itself.")
    created_at = serializers.DateTimeField()


class AssignmentCreateSerializer(WriteSerializer):
    article = reference()
    user = reference(help_text="The id of a person who works in the article's corpus.")

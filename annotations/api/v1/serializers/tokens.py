"""The caller's own tokens."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from annotations.domain.vocabulary import Scope

from ..fields import StrictString, WriteSerializer, one_of, reference

ScopeField = one_of("Scope", Scope)


class TokenSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    hint = serializers.CharField(help_text="The key's first characters.")
    scopes = serializers.ListField(child=ScopeField())
    corpus = serializers.IntegerField(
        source="corpus_id", allow_null=True, help_text="The only one it is for; null: all."
    )
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)


class NewTokenSerializer(TokenSerializer):
    key = serializers.CharField(help_text="Shown this once.")


class TokenCreateSerializer(WriteSerializer):
    name = StrictString(max_length=100)
    scopes = serializers.ListField(
        child=ScopeField(),
        required=False,
        max_length=len(Scope),
        help_text="read is always among them. Default: all that the caller has.",
    )
    corpus = reference(required=False, allow_null=True, help_text="Default: all corpora.")
    expires_at = serializers.DateTimeField(required=False, allow_null=True)

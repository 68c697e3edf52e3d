"""The caller's own tokens."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ..fields import StrictString, WriteSerializer


class TokenSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    hint = serializers.CharField(help_text="The key's first characters.")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)


class NewTokenSerializer(TokenSerializer):
    key = serializers.CharField(help_text="Shown this once.")


class TokenCreateSerializer(WriteSerializer):
    name = StrictString(max_length=100)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)

"""People, as others see them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from annotations.domain.vocabulary import Role

from ..fields import one_of

RoleField = one_of("Role", Role)


class PersonSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class MembershipSerializer(serializers.Serializer[Any]):
    corpus = serializers.IntegerField(source="corpus_id")
    corpus_name = serializers.CharField(source="corpus.name")
    role = RoleField()


class MeSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    username = serializers.CharField()
    name = serializers.CharField()
    is_superuser = serializers.BooleanField()
    memberships = MembershipSerializer(many=True, source="memberships.all")

"""Who else is at an article, and who edits which of its claims."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ..fields import StrictBoolean, StrictUUID, WriteSerializer, reference
from .people import PersonSerializer


class PresenceTouchSerializer(WriteSerializer):
    page = StrictUUID(help_text="Chosen by the page when it opens.")
    claim = reference(
        required=False, allow_null=True, help_text="The claim of the article that is open on it."
    )
    editing = StrictBoolean(
        required=False, help_text="Its form was touched since the last request: lease it."
    )
    take_over = StrictBoolean(required=False, help_text="Lease it though somebody else edits it.")
    leaving = StrictBoolean(required=False, help_text="The page is closed: forget it.")


class HereSerializer(serializers.Serializer[Any]):
    person = PersonSerializer()
    claim = serializers.IntegerField(allow_null=True, help_text="The claim that they have open.")


class LeaseSerializer(serializers.Serializer[Any]):
    claim = serializers.IntegerField()
    person = PersonSerializer()
    mine = serializers.BooleanField(help_text="Held by the page that asks.")


class SituationSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField(
        help_text="Grows when somebody else, or the system, changes the article's work."
    )
    others = HereSerializer(many=True, help_text="Others who have the article open.")
    leases = LeaseSerializer(many=True, help_text="Who edits which claim. Refuses nothing.")

"""Webhooks and the log of what they were sent."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from annotations.models import Webhook, WebhookDelivery

from ..fields import StrictBoolean, StrictString, WriteSerializer, one_of, reference, revision
from .people import PersonSerializer

DeliveryStateField = one_of("DeliveryState", [key for key, _ in WebhookDelivery.STATES])


class WebhookSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    corpus = serializers.IntegerField(source="corpus_id")
    url = serializers.CharField()
    kinds = serializers.ListField(child=serializers.CharField(), help_text="Empty: all.")
    active = serializers.BooleanField(source="is_active")
    disabled_at = serializers.DateTimeField(allow_null=True)
    disabled_reason = serializers.CharField(help_text="Empty: an admin did it.")
    failures = serializers.IntegerField(help_text="Since a message arrived.")
    cursor = serializers.IntegerField(help_text="The last event that was seen to.")
    created_by = PersonSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    revision = serializers.IntegerField()


class NewWebhookSerializer(WebhookSerializer):
    secret = serializers.CharField(help_text="Shown this once.")


class SecretSerializer(serializers.Serializer[Any]):
    secret = serializers.CharField(help_text="Shown this once.")


def kinds(**options: Any) -> serializers.ListField:
    return serializers.ListField(
        child=StrictString(max_length=62),
        max_length=Webhook.MAX_KINDS,
        help_text="Of events: claim.created, or claim.* for all of claims. Empty: all.",
        **options,
    )


class WebhookCreateSerializer(WriteSerializer):
    corpus = reference()
    url = StrictString(max_length=2000)
    kinds = kinds(required=False)


class WebhookUpdateSerializer(WriteSerializer):
    revision = revision()
    url = StrictString(max_length=2000, required=False)
    kinds = kinds(required=False)
    active = StrictBoolean(required=False, help_text="true goes on where it stopped.")


class DeliverySerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    uid = serializers.UUIDField(help_text="The header webhook-id.")
    first = serializers.IntegerField(help_text="Number of the first event in it; 0 for a trial.")
    last = serializers.IntegerField()
    state = DeliveryStateField()
    attempts = serializers.IntegerField()
    due_at = serializers.DateTimeField(help_text="While pending: when it is tried next.")
    tried_at = serializers.DateTimeField(allow_null=True)
    status = serializers.IntegerField(allow_null=True, help_text="Of the receiver's answer.")
    excerpt = serializers.CharField(help_text="How that answer begins.")
    error = serializers.CharField(help_text="Why there is no answer.")
    milliseconds = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()

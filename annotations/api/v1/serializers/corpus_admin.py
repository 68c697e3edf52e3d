"""Bodies and answers of what the admins of a corpus do."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from annotations.domain.search_query import MAX_QUERY
from annotations.models import BulkAction, ClaimType, Corpus, Invitation
from annotations.services.bulk_actions import AT_ONCE
from annotations.services.bulk_actions import NEEDS as BULK_ACTIONS
from annotations.services.deletion import purged_at
from annotations.services.queue import MAX_WORDS, NAMES
from annotations.services.statistics import DAYS, MEASURES

from ..fields import (
    StrictBoolean,
    StrictInteger,
    StrictString,
    WriteSerializer,
    one_of,
    reference,
    revision,
)
from .jobs import JobSerializer
from .people import PersonSerializer, RoleField

SchemeField = one_of("ClaimTypeScheme", dict(ClaimType.SCHEMES))
BulkActionField = one_of("BulkActionName", BULK_ACTIONS)


class ThresholdField(serializers.FloatField):
    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            raise serializers.ValidationError("Expected a number from 0 to 1, or null.")
        return super().to_internal_value(data)


class CorpusFields(WriteSerializer):
    description = StrictString(required=False, allow_blank=True, max_length=Corpus.MAX_DESCRIPTION)
    language = StrictString(required=False, max_length=16, help_text="A code of BCP 47.")
    detector = StrictString(
        required=False, allow_blank=True, max_length=100, help_text="Empty: the site's."
    )
    threshold = ThresholdField(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=1,
        help_text="What a score has to reach; null: the detector's own.",
    )
    claim_type_scheme = SchemeField(required=False)
    rating_scale = StrictString(
        required=False,
        max_length=50,
        help_text="The slug of a scale, of which the newest version is meant.",
    )
    requires_evidence = StrictBoolean(required=False)


class CorpusCreateSerializer(CorpusFields):
    name = StrictString(max_length=200)


class CorpusUpdateSerializer(CorpusFields):
    revision = revision()
    name = StrictString(required=False, max_length=200)


class CorpusCloneSerializer(WriteSerializer):
    name = StrictString(max_length=200)
    with_members = StrictBoolean(required=False, help_text="With their roles.")


class ConfirmSerializer(WriteSerializer):
    confirm = StrictString(max_length=200, help_text="The name of the corpus.")


class RestoreSerializer(WriteSerializer):
    name = StrictString(
        required=False, max_length=200, help_text="Another one, if its own was given away."
    )


class DeletedSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    deleted_at = serializers.DateTimeField()
    deleted_by = PersonSerializer(allow_null=True)
    purged_after = serializers.SerializerMethodField(help_text="Until when it can be restored.")

    def get_purged_after(self, row: Any) -> str:
        return purged_at(row.deleted_at).isoformat()


class DeletedCorpusSerializer(DeletedSerializer):
    name = serializers.CharField()


class DeletedArticleSerializer(DeletedSerializer):
    title = serializers.CharField()


class MemberSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(help_text="Of the membership.")
    user = PersonSerializer()
    role = RoleField()
    created_at = serializers.DateTimeField()


class MemberAddSerializer(WriteSerializer):
    name = StrictString(max_length=254, help_text="A user name, or an email address.")
    role = RoleField()


class MemberUpdateSerializer(WriteSerializer):
    role = RoleField()


class InvitationSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    role = RoleField()
    note = serializers.CharField()
    hint = serializers.CharField(help_text="The key's first characters.")
    uses = serializers.IntegerField()
    max_uses = serializers.IntegerField()
    is_usable = serializers.BooleanField()
    created_by = PersonSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)


class NewInvitationSerializer(InvitationSerializer):
    url = serializers.CharField(help_text="The link. It is in this answer and nowhere else.")


class InvitationCreateSerializer(WriteSerializer):
    role = RoleField()
    note = StrictString(required=False, allow_blank=True, max_length=100)
    days = StrictInteger(required=False, min_value=1, max_value=Invitation.MAX_DAYS)
    max_uses = StrictInteger(required=False, min_value=1, max_value=Invitation.MAX_USES)


class InvitationAcceptSerializer(WriteSerializer):
    key = StrictString(max_length=200, help_text="The last part of the link's address.")


class AcceptedSerializer(serializers.Serializer[Any]):
    corpus = serializers.IntegerField(source="corpus_id")
    role = RoleField()


class QueueSerializer(WriteSerializer):
    """The choices of a list of articles, as its address names them."""

    def get_fields(self) -> dict[str, Any]:
        return {
            name: StrictString(required=False, max_length=MAX_QUERY if name == "q" else MAX_WORDS)
            for name in NAMES
        }


class BulkCreateSerializer(WriteSerializer):
    action = BulkActionField()
    articles = serializers.ListField(
        child=reference(),
        required=False,
        max_length=AT_ONCE,
        allow_empty=False,
        help_text=f"Changed at once; up to {AT_ONCE}.",
    )
    queue = QueueSerializer(
        required=False,
        help_text="All articles of this choice, {} for all, by a worker. Instead of articles.",
    )
    person = reference(required=False, help_text="For assign and unassign.")
    confirm = StrictString(
        required=False, max_length=200, help_text="For delete: the name of the corpus."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("articles" in attrs) is ("queue" in attrs):
            raise serializers.ValidationError({"articles": "Expected either articles or a queue."})
        return attrs


class BulkSerializer(serializers.Serializer[Any]):
    """What became of a change: at once, or how far the worker is."""

    id = serializers.IntegerField(allow_null=True, help_text="null: it was done at once.")
    action = BulkActionField()
    changed = serializers.IntegerField()
    left = serializers.IntegerField(help_text="Those that needed no change, or couldn't have it.")
    job = JobSerializer(allow_null=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        if isinstance(instance, BulkAction):
            return dict(super().to_representation(instance))
        return dict(instance)


class BinSerializer(serializers.Serializer[Any]):
    start = serializers.FloatField()
    accepted = serializers.IntegerField()
    rejected = serializers.IntegerField()
    undecided = serializers.IntegerField()


class ScoresSerializer(serializers.Serializer[Any]):
    articles = serializers.IntegerField(help_text="How many, those that came last.")
    bins = BinSerializer(many=True)


class ClaimCountSerializer(serializers.Serializer[Any]):
    type = serializers.CharField(allow_null=True, help_text="null: without one.")
    verdict = serializers.CharField(
        help_text="The label of a rating, or disputed, or open: without a verdict."
    )
    claims = serializers.IntegerField()


class DoneSerializer(serializers.Serializer[Any]):
    day = serializers.DateField()
    user = PersonSerializer()
    measure = one_of("Measure", MEASURES)()
    actions = serializers.IntegerField()


class BacklogSerializer(serializers.Serializer[Any]):
    waiting = serializers.IntegerField()
    extracting = serializers.IntegerField()
    failed = serializers.IntegerField()
    queued_jobs = serializers.IntegerField()
    running_jobs = serializers.IntegerField()
    oldest = serializers.DateTimeField(allow_null=True)
    waiting_articles = serializers.IntegerField()
    waiting_words = serializers.IntegerField()
    articles_per_minute = serializers.FloatField(help_text="In the last five minutes.")
    words_per_second = serializers.FloatField(help_text="In the last five minutes.")
    ends_at = serializers.DateTimeField(allow_null=True, help_text="At this speed.")


class StatisticsSerializer(serializers.Serializer[Any]):
    articles = serializers.DictField(child=serializers.IntegerField(), help_text="By state.")
    claims = serializers.IntegerField()
    scores = ScoresSerializer()
    claims_by_type_and_verdict = ClaimCountSerializer(many=True)
    work = DoneSerializer(many=True)
    extraction = BacklogSerializer()


class StatisticsParameters(serializers.Serializer[Any]):
    days = serializers.ChoiceField(choices=DAYS, required=False, default=28)

"""Threads on claims, and the comments in them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotations.models import Comment, Thread, User
from annotations.services.discussion import comment_html, unread_in

from ..fields import IdOrUid, StrictString, WriteSerializer, revision, uid
from .people import PersonSerializer


def thread_rows(rows: QuerySet[Thread], user: User) -> QuerySet[Thread]:
    return rows.with_details(user)  # type: ignore[attr-defined]


def open_threads() -> Coalesce:
    """Of each claim of a query: how many discussions wait to be resolved."""
    rows = Thread.objects.standing().filter(claim=OuterRef("pk"), resolved_at=None)
    counted = rows.order_by().values("claim").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def comment_rows(rows: QuerySet[Comment]) -> QuerySet[Comment]:
    return rows.select_related("author").prefetch_related("mentions")


class CommentSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    uid = serializers.UUIDField()
    thread = serializers.IntegerField(source="thread_id")
    author = PersonSerializer()
    text = serializers.SerializerMethodField(help_text="Markdown; empty once it is withdrawn.")
    html = serializers.SerializerMethodField(help_text="The text rendered, sanitised.")
    mentions = serializers.SerializerMethodField()
    withdrawn = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    revision = serializers.IntegerField()

    def get_text(self, comment: Comment) -> str:
        return "" if comment.withdrawn else comment.text

    def get_html(self, comment: Comment) -> str:
        return comment_html(comment)

    @extend_schema_field(PersonSerializer(many=True))
    def get_mentions(self, comment: Comment) -> Any:
        people = [] if comment.withdrawn else comment.mentions.all()
        return PersonSerializer(people, many=True).data


class ThreadSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    uid = serializers.UUIDField()
    claim = serializers.IntegerField(source="claim_id")
    article = serializers.IntegerField(source="claim.article_id")
    started_by = PersonSerializer()
    created_at = serializers.DateTimeField()
    resolved_by = PersonSerializer(allow_null=True)
    resolved_at = serializers.DateTimeField(allow_null=True)
    revision = serializers.IntegerField(help_text="Counts resolving and reopening, not comments.")
    unread = serializers.SerializerMethodField(
        help_text="How many comments of others the caller hasn't seen."
    )
    comments = CommentSerializer(many=True, source="all_comments")

    def get_unread(self, thread: Thread) -> int:
        return unread_in(thread, self.context["user"])


class ThreadCreateSerializer(WriteSerializer):
    claim = IdOrUid()
    text = StrictString(max_length=Comment.MAX_TEXT, help_text="The first comment, in Markdown.")
    comment_uid = uid()
    uid = uid()


class ThreadReadSerializer(WriteSerializer):
    comment = IdOrUid(help_text="The last comment that was seen.")


class CommentCreateSerializer(WriteSerializer):
    thread = IdOrUid()
    text = StrictString(max_length=Comment.MAX_TEXT, help_text="Markdown.")
    uid = uid()


class CommentUpdateSerializer(WriteSerializer):
    revision = revision()
    text = StrictString(max_length=Comment.MAX_TEXT, help_text="Markdown.")

"""Threads on claims, and the comments in them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.models import Claim, Comment, Thread
from annotations.services.discussion import (
    comment_add,
    comment_edit,
    comment_withdraw,
    thread_read,
    thread_reopen,
    thread_resolve,
    thread_start,
)

from ..filters import FilterSet, FlagFilter, IdFilter, value_filter
from ..serializers.claims import RevisionSerializer
from ..serializers.discussion import (
    CommentCreateSerializer,
    CommentSerializer,
    CommentUpdateSerializer,
    ThreadCreateSerializer,
    ThreadReadSerializer,
    ThreadSerializer,
    comment_rows,
    thread_rows,
)
from .base import ByUid, ViewSet, seen


class ThreadFilters(FilterSet):
    claim = IdFilter()
    article = IdFilter(field_name="claim__article")
    corpus = IdFilter(field_name="claim__article__corpus")
    resolved = FlagFilter(method="by_resolution")
    unread = FlagFilter(method="by_reading", help_text="Has it comments that you haven't seen?")
    mentioning = value_filter(["me"], method="by_mention")
    involving = value_filter(
        ["me"],
        method="by_part",
        help_text="On a claim that you made, with a comment of yours, or mentioning you.",
    )

    @staticmethod
    def by_resolution(rows: QuerySet[Thread], name: str, value: bool) -> QuerySet[Thread]:
        return rows.filter(resolved_at__isnull=not value)

    def by_reading(self, rows: Any, name: str, value: bool) -> QuerySet[Thread]:
        unread = Thread.objects.unread_by(self.request.user)
        return rows.filter(pk__in=unread) if value else rows.exclude(pk__in=unread)

    def by_mention(self, rows: Any, name: str, value: str) -> QuerySet[Thread]:
        return rows.mentioning(self.request.user)

    def by_part(self, rows: Any, name: str, value: str) -> QuerySet[Thread]:
        return rows.involving(self.request.user)

    def filter_queryset(self, queryset: Any) -> QuerySet[Thread]:
        return super().filter_queryset(queryset).standing()


class ThreadViewSet(ByUid, ListModelMixin, RetrieveModelMixin, ViewSet):
    """Newest first, each with its comments. One whose comments are all withdrawn is not listed."""

    serializer_class = ThreadSerializer
    filterset_class = ThreadFilters
    keyset = "-id"

    def get_queryset(self) -> QuerySet[Thread]:
        rows = Thread.objects.visible_to(self.caller)
        if self.action in {"list", "retrieve"}:
            return thread_rows(rows, self.caller)
        return rows.select_related("claim__article__corpus")

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "user": self.caller}

    @extend_schema(
        request=ThreadCreateSerializer, responses={201: ThreadSerializer, 200: ThreadSerializer}
    )
    def create(self, request: Request) -> Response:
        """Start one on a claim, with its first comment. 200 when its ``uid`` was sent before."""
        fields = self.body(ThreadCreateSerializer)
        claims = Claim.objects.visible_to(self.caller).select_related("article__corpus")
        claim = seen(claims, fields.pop("claim"), "claim")
        uid = fields.get("uid")
        known = uid is not None and Thread.objects.filter(uid=uid).exists()
        thread = thread_start(actor=self.caller, claim=claim, **fields)
        return self._row(thread, 200 if known else 201)

    @extend_schema(request=RevisionSerializer)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: str) -> Response:
        """Say that it is settled."""
        thread = self.get_object()
        fields = self.body(RevisionSerializer)
        return self._row(thread_resolve(actor=self.caller, thread=thread, **fields))

    @extend_schema(request=RevisionSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Say that it isn't settled after all."""
        thread = self.get_object()
        fields = self.body(RevisionSerializer)
        return self._row(thread_reopen(actor=self.caller, thread=thread, **fields))

    @extend_schema(request=ThreadReadSerializer)
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: str) -> Response:
        """Mark as read up to a comment. Leaves no event; it never marks as unread."""
        thread = self.get_object()
        last = self.body(ThreadReadSerializer)["comment"]
        comment = seen(Comment.objects.filter(thread=thread), last, "comment")
        thread_read(actor=self.caller, thread=thread, comment=comment)
        return self._row(thread)

    def _row(self, thread: Thread, status: int = 200) -> Response:
        row = thread_rows(Thread.objects.filter(pk=thread.pk), self.caller).get()
        return Response(self.get_serializer(row).data, status=status)


class CommentFilters(FilterSet):
    thread = IdFilter()
    claim = IdFilter(field_name="thread__claim")
    article = IdFilter(field_name="thread__claim__article")
    corpus = IdFilter(field_name="thread__claim__article__corpus")
    author = IdFilter()
    include_withdrawn = FlagFilter(
        method="nothing", help_text="Default: standing comments only. Withdrawn ones have no words."
    )

    def filter_queryset(self, queryset: QuerySet[Comment]) -> QuerySet[Comment]:
        rows = super().filter_queryset(queryset)
        return rows if self.chosen("include_withdrawn", False) else rows.standing()


class CommentViewSet(ByUid, ListModelMixin, RetrieveModelMixin, ViewSet):
    serializer_class = CommentSerializer
    filterset_class = CommentFilters

    def get_queryset(self) -> QuerySet[Comment]:
        return comment_rows(Comment.objects.visible_to(self.caller))

    @extend_schema(
        request=CommentCreateSerializer, responses={201: CommentSerializer, 200: CommentSerializer}
    )
    def create(self, request: Request) -> Response:
        """Answer in a thread. 200 when its ``uid`` was sent before."""
        fields = self.body(CommentCreateSerializer)
        threads = Thread.objects.visible_to(self.caller).select_related("claim")
        thread = seen(threads, fields.pop("thread"), "thread")
        uid = fields.get("uid")
        known = uid is not None and Comment.objects.filter(uid=uid).exists()
        comment = comment_add(actor=self.caller, thread=thread, **fields)
        return self._row(comment, 200 if known else 201)

    @extend_schema(request=CommentUpdateSerializer, responses=CommentSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change your own. 409 with the ``current`` one when ``revision`` is no longer that."""
        comment = self.get_object()
        fields = self.body(CommentUpdateSerializer)
        return self._row(comment_edit(actor=self.caller, comment=comment, **fields))

    @extend_schema(request=RevisionSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take your own back. Its words are in no answer any more but those of the history."""
        comment = self.get_object()
        fields = self.body(RevisionSerializer)
        return self._row(comment_withdraw(actor=self.caller, comment=comment, **fields))

    @staticmethod
    def _row(comment: Comment, status: int = 200) -> Response:
        row = comment_rows(Comment.objects.filter(pk=comment.pk)).get()
        return Response(CommentSerializer(row).data, status=status)

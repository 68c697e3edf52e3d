"""What people say to each other about a claim. Depends on claims."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull
from django.utils.translation import gettext_lazy as _

from annotations.domain.transitions import ClaimState

from .articles import of_visible_articles
from .claims import Claim
from .people import User


class ThreadQuerySet(models.QuerySet["Thread"]):
    def visible_to(self, user: User) -> ThreadQuerySet:
        """Looked up from each thread, of which there are few. A join might begin with the
        articles."""
        claims = Claim.objects.visible_to(user).filter(pk=models.OuterRef("claim"))
        return self.filter(IsNull(models.Subquery(claims.order_by().values("pk")[:1]), False))

    def standing(self) -> ThreadQuerySet:
        """Threads in which something is said about a claim that stands."""
        said = Comment.objects.standing().filter(thread=models.OuterRef("pk"))
        return self.filter(models.Exists(said)).exclude(claim__state=ClaimState.WITHDRAWN)

    def with_reading(self, user: User) -> ThreadQuerySet:
        """Adds ``read_up_to``, the id of the last comment that the person has seen, or 0."""
        reading = ThreadReading.objects.filter(thread=models.OuterRef("pk"), user=user.pk)
        last = models.Subquery(reading.values("comment")[:1], output_field=models.BigIntegerField())
        return self.annotate(read_up_to=Coalesce(last, 0))

    def unread_by(self, user: User) -> ThreadQuerySet:
        """Threads in which others have said what the person hasn't seen."""
        new = Comment.objects.standing().filter(
            thread=models.OuterRef("pk"), pk__gt=models.OuterRef("read_up_to")
        )
        return self.with_reading(user).filter(models.Exists(new.exclude(author=user)))

    def mentioning(self, user: User) -> ThreadQuerySet:
        named = Comment.objects.standing().filter(mentions=user)
        return self.filter(pk__in=named.values("thread"))

    def involving(self, user: User) -> ThreadQuerySet:
        """Threads that concern the person: on their claim, with a word of theirs, or to them."""
        said = Comment.objects.filter(author=user)
        named = Comment.objects.standing().filter(mentions=user)
        return self.filter(
            models.Q(claim__created_by=user)
            | models.Q(pk__in=said.values("thread"))
            | models.Q(pk__in=named.values("thread"))
        )

    def with_details(self, user: User) -> ThreadQuerySet:
        """All that is shown of threads to one person, in three queries: ``all_comments`` too."""
        comments = Comment.objects.select_related("author").prefetch_related("mentions")
        return (
            self.with_reading(user)
            .select_related("claim", "started_by", "resolved_by")
            .prefetch_related(
                models.Prefetch("comments", comments.order_by("id"), to_attr="all_comments")
            )
        )


class Thread(models.Model):
    """A discussion of one point of a claim; open until somebody resolves it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="threads")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(resolved_by=None, resolved_at=None)
                | models.Q(resolved_by__isnull=False, resolved_at__isnull=False),
                name="thread_resolved_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"thread {self.pk}"


class CommentQuerySet(models.QuerySet["Comment"]):
    def visible_to(self, user: User) -> CommentQuerySet:
        return self.filter(of_visible_articles(user, "thread__claim__article"))

    def standing(self) -> CommentQuerySet:
        return self.filter(withdrawn=False)


class Comment(models.Model):
    """What one person said, in Markdown. Changed only by its author."""

    MAX_TEXT = 5000

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="comments")
    text = models.TextField(_("text"))
    # Members of the corpus whose @name stands in the text.
    mentions = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="mentioned_in", blank=True
    )
    withdrawn = models.BooleanField(_("withdrawn"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text[:80]


class ThreadReading(models.Model):
    """How far a person has read a thread: what comes after ``comment`` is unread."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="readings", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    # The last comment seen. RESTRICT: comments go only with their thread.
    comment = models.ForeignKey(Comment, models.RESTRICT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "user"], name="threadreading_unique")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.thread_id}"

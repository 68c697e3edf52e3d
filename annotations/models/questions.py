"""Questions that a claim raises, and their answers (AVeriTeC). Depends on evidence."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotations.domain.vocabulary import AnswerType, SourceMedium

from .articles import of_visible_articles
from .claims import Claim
from .evidence import Evidence, Snapshot
from .people import User


class QuestionQuerySet(models.QuerySet["Question"]):
    def visible_to(self, user: User) -> QuestionQuerySet:
        return self.filter(of_visible_articles(user, "claim__article"))

    def standing(self) -> QuestionQuerySet:
        return self.filter(withdrawn=False)

    def with_answers(self) -> QuestionQuerySet:
        """Each with its ``standing_answers``, in order: one query more."""
        return self.select_related("asked_by").prefetch_related(
            models.Prefetch(
                "answers",
                Answer.objects.filter(withdrawn=False).with_details().order_by("id"),
                to_attr="standing_answers",
            )
        )


class Question(models.Model):
    """What has to be known to judge the claim. Asked in the order of the ids."""

    MAX_TEXT = 500

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="questions")
    text = models.CharField(_("question"), max_length=MAX_TEXT)
    withdrawn = models.BooleanField(_("withdrawn"), default=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text[:80]


class AnswerQuerySet(models.QuerySet["Answer"]):
    def visible_to(self, user: User) -> AnswerQuerySet:
        return self.filter(of_visible_articles(user, "question__claim__article"))

    def with_details(self) -> AnswerQuerySet:
        """What is shown of an answer, its saved copy included, but for the copy's long text."""
        return self.select_related("added_by", "snapshot__job").defer("snapshot__text")

    def standing(self) -> AnswerQuerySet:
        """An answer is gone with its question."""
        return self.filter(withdrawn=False, question__withdrawn=False)


class Answer(models.Model):
    """One answer to a question, and where it was found."""

    TYPES = [(value.value, value.value) for value in AnswerType]

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    question = models.ForeignKey(Question, models.CASCADE, related_name="answers")
    answer_type = models.CharField(_("answer type"), max_length=12, choices=TYPES)
    # Empty for an unanswerable question; "Yes" or "No" for a Boolean answer.
    text = models.TextField(_("answer"), blank=True)
    boolean_explanation = models.TextField(_("explanation of yes or no"), blank=True)
    source_url = models.URLField(_("address of the source"), max_length=2000, blank=True)
    source_medium = models.CharField(
        _("source medium"), max_length=20, choices=Evidence.MEDIA, default=SourceMedium.WEB_TEXT
    )
    snapshot = models.ForeignKey(
        Snapshot, models.SET_NULL, null=True, blank=True, related_name="answers"
    )
    withdrawn = models.BooleanField(_("withdrawn"), default=False)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(answer_type=AnswerType.BOOLEAN)
                | ~models.Q(boolean_explanation=""),
                name="answer_boolean_explained",
            ),
            models.CheckConstraint(
                condition=models.Q(answer_type=AnswerType.UNANSWERABLE) | ~models.Q(text=""),
                name="answer_has_text",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80] or self.answer_type

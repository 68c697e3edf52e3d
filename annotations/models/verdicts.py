"""Verdicts: append-only. Depends on claims and corpora."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotations.domain.vocabulary import Confidence, VerdictKind

from .articles import of_visible_articles
from .claims import Claim
from .corpora import Guideline, Rating
from .people import User


class VerdictQuerySet(models.QuerySet["Verdict"]):
    def visible_to(self, user: User) -> VerdictQuerySet:
        return self.filter(of_visible_articles(user, "claim__article"))

    def standing(self) -> VerdictQuerySet:
        """Each person's latest verdict of each kind on a claim, unless it was retracted."""
        later = Verdict.objects.filter(
            claim=models.OuterRef("claim"),
            reviewer=models.OuterRef("reviewer"),
            kind=models.OuterRef("kind"),
            pk__gt=models.OuterRef("pk"),
            retraction=None,
        )
        return (
            self.exclude(kind=VerdictKind.RETRACTION)
            .filter(retraction=None)
            .filter(~models.Exists(later))
        )


class Verdict(models.Model):
    """One person's finding on a claim, or the taking back of one.

    Rows are only added: a database trigger refuses to change one. What stands now is
    ``Verdict.objects.standing()``; adjudications come before reviews.
    """

    KINDS = [
        (VerdictKind.REVIEW, _("review")),
        (VerdictKind.ADJUDICATION, _("adjudication")),
        (VerdictKind.RETRACTION, _("retraction")),
    ]

    CONFIDENCES = [
        (Confidence.LOW, _("low")),
        (Confidence.MEDIUM, _("medium")),
        (Confidence.HIGH, _("high")),
    ]

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="verdicts")
    kind = models.CharField(_("kind"), max_length=14, choices=KINDS, default=VerdictKind.REVIEW)
    rating = models.ForeignKey(
        Rating, models.PROTECT, null=True, blank=True, related_name="verdicts"
    )
    # Markdown.
    rationale = models.TextField(_("rationale"), blank=True)
    confidence = models.CharField(
        _("confidence"), max_length=6, choices=CONFIDENCES, blank=True, default=""
    )
    # Values of domain.vocabulary.Strategy, in its order.
    strategies = models.JSONField(_("strategies"), default=list, blank=True)
    retracts = models.OneToOneField(
        "self", models.CASCADE, null=True, blank=True, related_name="retraction"
    )
    # The claim as it was judged, so that a later edit shows.
    claim_revision = models.PositiveIntegerField(_("claim revision"))
    guideline = models.ForeignKey(
        Guideline, models.RESTRICT, null=True, blank=True, related_name="+"
    )
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="verdicts")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = VerdictQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind=VerdictKind.RETRACTION, rating=None, retracts__isnull=False)
                | models.Q(
                    kind__in=[VerdictKind.REVIEW, VerdictKind.ADJUDICATION],
                    rating__isnull=False,
                    retracts=None,
                ),
                name="verdict_rates_or_retracts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.rating or '–'}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("Verdicts are append-only: add another one, or a retraction.")
        super().save(*args, **kwargs)

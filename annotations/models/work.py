"""Who is to do what, and who is at it now. Depends on articles and claims.

Presence and leases are kept for minutes and are no part of the history: nothing is refused
because of them.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .articles import Article
from .claims import Claim


class Assignment(models.Model):
    """An article that a person is asked to review."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="assignments", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="assignments", db_index=False
    )
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["article", "user"], name="assignment_unique")
        ]
        indexes = [models.Index(fields=["user", "article"], name="assignment_user_article")]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.article_id}"


class Presence(models.Model):
    """A page of somebody's that shows an article, and the claim that they have open there."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    # Chosen by the page when it opens: one person may have two.
    page = models.UUIDField(unique=True)
    claim = models.ForeignKey(Claim, models.SET_NULL, null=True, blank=True, related_name="+")
    seen_at = models.DateTimeField(_("seen"), db_index=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.article_id}"


class ClaimLease(models.Model):
    """Who edits a claim now. Soft: others see it and may take over, and it ends by itself."""

    claim = models.OneToOneField(Claim, models.CASCADE, related_name="lease")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    page = models.UUIDField(_("page"))
    expires_at = models.DateTimeField(_("ends"), db_index=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.claim_id}"

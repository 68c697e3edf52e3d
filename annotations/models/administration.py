"""What admins of a corpus do: inviting people, changing many articles. Depends on corpora, jobs."""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .corpora import Corpus, Membership
from .jobs import Job


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def usable(self) -> InvitationQuerySet:
        """Not revoked, not expired, not used up, of a corpus that is there."""
        return self.filter(
            revoked_at=None,
            expires_at__gt=timezone.now(),
            uses__lt=models.F("max_uses"),
            corpus__deleted_at=None,
        )


class Invitation(models.Model):
    """A link that makes whoever follows it a member. Only its hash is kept."""

    MAX_USES = 100
    MAX_DAYS = 30

    corpus = models.ForeignKey(Corpus, models.CASCADE, related_name="invitations")
    role = models.CharField(_("role"), max_length=20, choices=Membership.ROLES)
    # For the admins: who it is for.
    note = models.CharField(_("for whom"), max_length=100, blank=True)
    hint = models.CharField(_("first characters"), max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    max_uses = models.PositiveSmallIntegerField(_("uses"), default=1)
    uses = models.PositiveSmallIntegerField(_("used"), default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(uses__lte=models.F("max_uses")), name="invitation_uses_bounded"
            )
        ]

    def __str__(self) -> str:
        return f"{self.corpus_id} · {self.hint}…"

    @property
    def is_usable(self) -> bool:
        return (
            self.revoked_at is None
            and self.expires_at > timezone.now()
            and self.uses < self.max_uses
        )

    @staticmethod
    def new_key() -> str:
        return secrets.token_urlsafe(32)

    @staticmethod
    def digest_of(key: str) -> str:
        # The key has 256 random bits, so a plain hash can't be guessed back.
        return hashlib.sha256(key.encode()).hexdigest()


class BulkAction(models.Model):
    """One change of many articles, made by a worker chunk by chunk. ``job`` says how it goes on."""

    ACTIONS = [
        ("extract", _("extract again")),
        ("assign", _("assign")),
        ("unassign", _("take off")),
        ("reopen", _("reopen")),
        ("delete", _("delete")),
        ("restore", _("restore")),
    ]

    corpus = models.ForeignKey(Corpus, models.CASCADE, related_name="bulk_actions")
    action = models.CharField(_("action"), max_length=10, choices=ACTIONS)
    job = models.OneToOneField(Job, models.SET_NULL, null=True, related_name="bulk_action")
    # The queue whose articles are meant, as its address; of "restore", empty: all deleted ones.
    queue = models.TextField(blank=True)
    # Whom to assign.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    # By article: the last one dealt with, and the last one that there was when it was asked for.
    at = models.PositiveBigIntegerField(default=0)
    until = models.PositiveBigIntegerField()
    # How many were changed, and how many there was a reason to leave as they are.
    changed = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.corpus_id} · {self.action} · {self.pk}"

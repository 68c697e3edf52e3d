"""Telling other programs what happened in a corpus. Depends on corpora, and events by number."""

from __future__ import annotations

import base64
import secrets
import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from .corpora import Corpus
from .people import User


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def administered_by(self, user: User) -> WebhookQuerySet:
        """Of corpora that the user is an admin of: an address may hold a key of its own."""
        return self.filter(corpus__in=Corpus.objects.administered_by(user))


class Webhook(models.Model):
    """An address that is told what happens in a corpus, and how far it has been told.

    ``cursor`` is the number of the last event that was made a delivery of, or passed over. The
    corpus's chain has no gaps, so nothing is left out, and a write costs nothing more.
    """

    MAX_KINDS = 50
    PREFIX = "whsec_"

    corpus = models.ForeignKey(Corpus, models.CASCADE, related_name="webhooks")
    url = models.URLField(_("address"), max_length=2000)
    # Kinds of events, "claim.created" or "claim.*"; empty: all.
    kinds = models.JSONField(_("kinds of events"), default=list, blank=True)
    # The secret is derived of it and the site's key: who has the database alone can't sign.
    nonce = models.CharField(max_length=64, editable=False)
    cursor = models.PositiveBigIntegerField(default=0, editable=False)
    # Attempts that failed since one succeeded.
    failures = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    due_at = models.DateTimeField(default=timezone.now, editable=False)
    # When a worker was last told; a worker's turn, and when it counts as lost.
    sent_at = models.DateTimeField(null=True, editable=False)
    lease = models.UUIDField(null=True, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)
    disabled_at = models.DateTimeField(_("disabled"), null=True, blank=True)
    # Empty: an admin did it.
    disabled_reason = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(disabled_at=None), name="webhook_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.corpus_id} · {self.pk}"

    @property
    def is_active(self) -> bool:
        return self.disabled_at is None

    @staticmethod
    def new_nonce() -> str:
        return secrets.token_urlsafe(32)

    @property
    def key(self) -> bytes:
        """The 32 bytes that deliveries are signed with."""
        return salted_hmac("annotations.webhook", self.nonce, algorithm="sha256").digest()

    @property
    def secret(self) -> str:
        """The key as its receiver gets it, in the form of standardwebhooks.com."""
        return self.PREFIX + base64.b64encode(self.key).decode()


class WebhookDelivery(models.Model):
    """A message to a webhook, and what became of it."""

    STATES = [
        ("pending", _("to be sent")),
        ("delivered", _("delivered")),
        ("failed", _("given up")),
    ]
    MAX_EXCERPT = 1000

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries", db_index=False)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # The very text that is signed and sent, each time.
    payload = models.TextField(editable=False)
    # Numbers of the first and last event in it; 0 for a trial.
    first = models.PositiveBigIntegerField(editable=False)
    last = models.PositiveBigIntegerField(editable=False)
    state = models.CharField(_("state"), max_length=10, choices=STATES, default="pending")
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(default=timezone.now)
    # Of the last attempt: the receiver's status and how its answer begins, or why there is none.
    status = models.PositiveSmallIntegerField(null=True)
    excerpt = models.CharField(max_length=MAX_EXCERPT, blank=True)
    error = models.CharField(max_length=300, blank=True)
    milliseconds = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    tried_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["webhook", "due_at"],
                condition=models.Q(state="pending"),
                name="webhookdelivery_due",
            ),
            models.Index(fields=["webhook", "-id"], name="webhookdelivery_latest"),
            models.Index(fields=["created_at"], name="webhookdelivery_age"),
        ]

    def __str__(self) -> str:
        return str(self.uid)

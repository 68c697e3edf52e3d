"""Requests that a client may send again, and what they were answered. Depends on people."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class IdempotentRequest(models.Model):
    """A request that was carried out under a key of its client's choice, with its answer.

    It is written in the transaction of what the request did, so there is one exactly where that
    was done; and whoever comes with the same key meanwhile waits for that transaction.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    key = models.CharField(max_length=255)
    # Of the address, the token and the body.
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    content_type = models.CharField(max_length=100, blank=True)
    etag = models.CharField(max_length=100, blank=True)
    # Null: not kept, because it holds a secret or is too large.
    answer = models.BinaryField(null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="idempotentrequest_key_unique")
        ]

    def __str__(self) -> str:
        return self.key

"""Requests that are carried out once, however often they are sent."""

from __future__ import annotations

import datetime as dt

from django.db import models, transaction
from django.utils import timezone

from annotations.models import IdempotentRequest, User

KEPT = dt.timedelta(hours=24)
# An answer that is larger isn't kept; the request is carried out once all the same.
MOST_BYTES = 256_000
# Of one person; what is older goes first.
MOST_KEYS = 20_000
_AT_ONCE = 5_000


def request_begin(*, actor: User, key: str, fingerprint: str) -> tuple[IdempotentRequest, bool]:
    """The request of this key, and whether it is new. Inside the transaction of its work.

    Waits for a transaction that is at work under the same key: what it did is there then, or
    nothing of it is.
    """
    assert transaction.get_connection().in_atomic_block, "it belongs to a write"  # noqa: S101
    rows = IdempotentRequest.objects.filter(user=actor)
    found, new = rows.get_or_create(user=actor, key=key, defaults={"fingerprint": fingerprint})
    if not new and found.created_at < timezone.now() - KEPT:
        found.delete()
        found, new = rows.get_or_create(user=actor, key=key, defaults={"fingerprint": fingerprint})
    return found, new


def request_answered(
    *, request: IdempotentRequest, status: int, content_type: str, etag: str, answer: bytes | None
) -> None:
    """Keep what the request was answered. In the same transaction; None: the answer isn't kept."""
    request.status, request.content_type, request.etag = status, content_type, etag
    request.answer = answer if answer is not None and len(answer) <= MOST_BYTES else None
    request.save(update_fields=["status", "content_type", "etag", "answer"])


def requests_sweep() -> int:
    """Forget what is too old or too much; how many were."""
    old = IdempotentRequest.objects.filter(created_at__lt=timezone.now() - KEPT)
    gone = _delete(old)
    crowded = (
        IdempotentRequest.objects.values("user")
        .annotate(n=models.Count("pk"))
        .filter(n__gt=MOST_KEYS)
        .values_list("user", flat=True)
    )
    for user in list(crowded):
        own = IdempotentRequest.objects.filter(user=user).order_by("-pk")
        bound = own.values_list("pk", flat=True)[MOST_KEYS]
        gone += _delete(own.filter(pk__lte=bound))
    return gone


def _delete(rows: models.QuerySet[IdempotentRequest]) -> int:
    # Some at a time: a transaction of many deletions would keep SQLite's one writer.
    chosen = list(rows.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
    return IdempotentRequest.objects.filter(pk__in=chosen).delete()[0]

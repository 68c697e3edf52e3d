"""Making deliveries of events, and sending them. Only workers do.

A worker takes a webhook under a lease, makes deliveries of the events after its cursor, and sends
what is due, until nothing is left, something fails or its turn is over. Deliveries leave no
events: they would be deliveries themselves.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import time
import uuid
from typing import Any

import structlog
from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from annotations import fetching, jobs
from annotations.fetching import FetchError, Reply
from annotations.models import EventChain, Webhook, WebhookDelivery

from .changes import EventRow, events_after
from .webhooks import payload_of, webhook_disable

log = structlog.get_logger(__name__)

# Events in one message, and messages that wait for one webhook: the rest stays in the history.
BATCH = 100
MOST_PENDING = 100
# Of one message, about five hours; of one webhook, about a day.
MOST_ATTEMPTS = 10
MOST_FAILURES = 30
FIRST_PAUSE, LONGEST_PAUSE = 30, 3600
TURN_SECONDS = 20
LEASE = dt.timedelta(seconds=90)
RESEND = dt.timedelta(seconds=60)
KEPT = dt.timedelta(days=30)
_AT_ONCE = 2000


def webhooks_sweep() -> int:
    """Tell workers of the webhooks that have something to send; how many those are."""
    now = timezone.now()
    end = EventChain.objects.filter(
        key=Concat(
            models.Value("corpus:"),
            Cast(models.OuterRef("corpus_id"), models.CharField(max_length=20)),
        )
    )
    waiting = WebhookDelivery.objects.filter(
        webhook=models.OuterRef("pk"), state="pending", due_at__lte=now
    )
    due = (
        Webhook.objects.filter(disabled_at=None, due_at__lte=now, corpus__deleted_at=None)
        .filter(models.Q(leased_until=None) | models.Q(leased_until__lt=now))
        .filter(models.Q(sent_at=None) | models.Q(sent_at__lt=now - RESEND))
        .annotate(end=models.Subquery(end.values("number")[:1]))
        .filter(models.Q(end__gt=models.F("cursor")) | models.Exists(waiting))
    )
    told = 0
    for pk, sent_at in due.order_by("due_at").values_list("pk", "sent_at")[:100]:
        # Of several workers that sweep at this moment, one sends.
        if Webhook.objects.filter(pk=pk, sent_at=sent_at).update(sent_at=now):
            if not jobs.hurry("annotations.deliver", pk):
                Webhook.objects.filter(pk=pk).update(sent_at=None)
                break
            told += 1
    return told


def webhook_run(*, webhook: int) -> int:
    """A turn at a webhook: how many messages arrived. Nothing where another worker has it."""
    lease = uuid.uuid4()
    now = timezone.now()
    free = models.Q(leased_until=None) | models.Q(leased_until__lt=now)
    rows = Webhook.objects.filter(pk=webhook, disabled_at=None)
    if not rows.filter(free).update(lease=lease, leased_until=now + LEASE):
        return 0
    arrived = 0
    end = time.monotonic() + TURN_SECONDS
    try:
        while time.monotonic() < end:
            delivery = _next(webhook, lease)
            if delivery is None or not _deliver(delivery, lease):
                break
            arrived += 1
    finally:
        Webhook.objects.filter(pk=webhook, lease=lease).update(
            lease=None, leased_until=None, sent_at=None
        )
    return arrived


def deliveries_sweep() -> int:
    """Forget what was sent long ago; how many messages that were."""
    old = WebhookDelivery.objects.filter(created_at__lt=timezone.now() - KEPT)
    chosen = list(old.exclude(state="pending").values_list("pk", flat=True)[:_AT_ONCE])
    return WebhookDelivery.objects.filter(pk__in=chosen).delete()[0]


@transaction.atomic
def _next(webhook: int, lease: uuid.UUID) -> WebhookDelivery | None:
    """The message that is due next; made of the next events if none waits."""
    held = _held(webhook, lease)
    if held is None:
        return None
    pending = WebhookDelivery.objects.filter(webhook=held, state="pending")
    if pending.count() < MOST_PENDING:
        _plan(held)
    due = pending.filter(due_at__lte=timezone.now()).select_related("webhook")
    return due.order_by("due_at", "pk").first()


def _plan(webhook: Webhook) -> None:
    """Make a message of the next events that the webhook wants, and move its cursor on."""
    while events := events_after(corpus=webhook.corpus, since=webhook.cursor, limit=BATCH):
        webhook.cursor = events[-1].number
        wanted = [event for event in events if _wants(webhook, event.kind)]
        if wanted:
            uid = uuid.uuid4()
            WebhookDelivery.objects.create(
                webhook=webhook,
                uid=uid,
                payload=payload_of(webhook, uid, [_said(event) for event in wanted]),
                first=wanted[0].number,
                last=wanted[-1].number,
            )
            break
    webhook.save(update_fields=["cursor"])


def _wants(webhook: Webhook, kind: str) -> bool:
    kinds = webhook.kinds
    return not kinds or kind in kinds or f"{kind.partition('.')[0]}.*" in kinds


def _said(event: EventRow) -> dict[str, Any]:
    return {
        "number": event.number,
        "kind": event.kind,
        "type": event.target_type,
        "id": event.target_id,
        "article": event.article_id,
        "claim": event.claim_id,
        "at": event.at.isoformat().replace("+00:00", "Z"),
    }


def signature(key: bytes, uid: uuid.UUID, timestamp: int, payload: str) -> str:
    """As standardwebhooks.com says: HMAC-SHA256 of id, time and body."""
    signed = f"{uid}.{timestamp}.{payload}".encode()
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def _deliver(delivery: WebhookDelivery, lease: uuid.UUID) -> bool:
    """Send one message and note what became of it. False where the turn is to end."""
    webhook = delivery.webhook
    now = int(time.time())
    headers = {
        "Content-Type": "application/json",
        "webhook-id": str(delivery.uid),
        "webhook-timestamp": str(now),
        "webhook-signature": signature(webhook.key, delivery.uid, now, delivery.payload),
    }
    fetcher = fetching.Fetcher(
        max_bytes=WebhookDelivery.MAX_EXCERPT,
        timeout=settings.WEBHOOK_TIMEOUT_SECONDS,
        allowed=settings.FETCH_ALLOWED_PRIVATE_HOSTS,
    )
    begun = time.monotonic()
    reply, error = None, ""
    # No transaction is open: a slow receiver holds nothing up.
    try:
        reply = fetcher.send(webhook.url, delivery.payload.encode(), headers)
    except FetchError as failed:
        error = failed.message
    except Exception as failed:  # noqa: BLE001  a stranger's server must not hold the webhook
        error = f"It failed: {type(failed).__name__}."
    return _note(delivery, lease, reply, error, int((time.monotonic() - begun) * 1000))


@transaction.atomic
def _note(
    delivery: WebhookDelivery,
    lease: uuid.UUID,
    reply: Reply | None,
    error: str,
    milliseconds: int,
) -> bool:
    held = _held(delivery.webhook_id, lease)
    if held is None:
        # Removed or disabled meanwhile, or another's after all: that one sends it again.
        return False
    now = timezone.now()
    arrived = reply is not None and 200 <= reply.status < 300
    delivery.attempts += 1
    delivery.tried_at, delivery.milliseconds, delivery.error = now, milliseconds, error
    delivery.status = reply.status if reply else None
    delivery.excerpt = reply.excerpt if reply else ""
    if arrived:
        delivery.state, held.failures = "delivered", 0
    else:
        log.warning("webhook_failed", webhook=held.pk, status=delivery.status, error=error)
        held.failures += 1
        delivery.due_at = now + pause(delivery.attempts)
        if delivery.attempts >= MOST_ATTEMPTS:
            delivery.state = "failed"
        # Of an address that doesn't answer, one message at a time is tried.
        held.due_at = now + pause(held.failures)
        held.leased_until = now + LEASE
    delivery.save()
    held.save(update_fields=["failures", "due_at", "leased_until"])
    if reply is not None and reply.status == 410:
        webhook_disable(webhook=held, reason="The receiver says that it is gone (410).")
    elif held.failures >= MOST_FAILURES:
        webhook_disable(webhook=held, reason=f"It failed {held.failures} times in a row.")
    return arrived


def pause(failures: int) -> dt.timedelta:
    """After so many failures: half a minute, doubled up to an hour."""
    seconds = FIRST_PAUSE * 2 ** min(failures - 1, 12)
    return dt.timedelta(seconds=min(seconds, LONGEST_PAUSE))


def _held(webhook: int, lease: uuid.UUID) -> Webhook | None:
    rows = Webhook.objects.select_for_update(of=("self",)).select_related("corpus")
    held = rows.filter(pk=webhook, lease=lease, disabled_at=None, corpus__deleted_at=None).first()
    if held is not None:
        # A turn of slow answers is longer than a lease.
        held.leased_until = timezone.now() + LEASE
        held.save(update_fields=["leased_until"])
    return held

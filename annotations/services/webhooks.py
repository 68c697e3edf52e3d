"""Webhooks: who is told what, set up by the admins of a corpus."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any, TypedDict
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from annotations import policies
from annotations.domain.event_kinds import KINDS, is_kind
from annotations.errors import Conflict, InvalidInput, StaleRevision
from annotations.models import Corpus, User, Webhook, WebhookDelivery

from .events import event_record

MOST = 20


class WebhookFields(TypedDict, total=False):
    """What an admin may change; ``active`` true also forgets the failures."""

    url: str
    kinds: Sequence[str]
    active: bool


@transaction.atomic
def webhook_create(
    *, actor: User, corpus: Corpus, url: str, kinds: Sequence[str] = ()
) -> tuple[Webhook, str]:
    """A new webhook, told of what happens from now on, and its secret.

    ``kinds``: "claim.created" or "claim.*"; none: all.
    """
    policies.require(actor, "corpus.update", corpus)
    if Webhook.objects.filter(corpus=corpus).count() >= MOST:
        raise Conflict(gettext("A corpus has %(most)s webhooks at most.") % {"most": MOST})
    webhook = Webhook(
        corpus=corpus,
        url=_url(url),
        kinds=_kinds(kinds),
        nonce=Webhook.new_nonce(),
        created_by=actor,
    )
    webhook.save()
    event = event_record(
        kind="webhook.created",
        actor=actor,
        target=webhook,
        corpus=corpus,
        before=None,
        after=_snapshot(webhook),
    )
    webhook.cursor = event.number
    webhook.save(update_fields=["cursor"])
    return webhook, webhook.secret


@transaction.atomic
def webhook_update(
    *, actor: User, webhook: Webhook, revision: int, fields: WebhookFields
) -> Webhook:
    """Change address or kinds, stop it, or let it go on where it stopped."""
    locked = _locked(actor, webhook)
    if locked.revision != revision:
        raise StaleRevision(current=locked, expected=revision)
    before = _snapshot(locked)
    if "url" in fields:
        locked.url = _url(fields["url"])
    if "kinds" in fields:
        locked.kinds = _kinds(fields["kinds"])
    active = fields.get("active")
    if active is False and locked.is_active:
        locked.disabled_at, locked.disabled_reason = timezone.now(), ""
    elif active and not locked.is_active:
        locked.disabled_at, locked.disabled_reason = None, ""
        locked.failures, locked.due_at = 0, timezone.now()
    after = _snapshot(locked)
    if before == after and locked.url == webhook.url:
        return locked
    locked.revision += 1
    locked.save()
    _event(actor, locked, "webhook.updated", before, after)
    return locked


@transaction.atomic
def webhook_renew(*, actor: User, webhook: Webhook) -> str:
    """Another secret; the one before is over at once."""
    locked = _locked(actor, webhook)
    locked.nonce = Webhook.new_nonce()
    locked.revision += 1
    locked.save(update_fields=["nonce", "revision"])
    _event(actor, locked, "webhook.renewed", None, None)
    return locked.secret


@transaction.atomic
def webhook_remove(*, actor: User, webhook: Webhook) -> None:
    """For good, with the log of its deliveries."""
    locked = _locked(actor, webhook)
    _event(actor, locked, "webhook.removed", _snapshot(locked), None)
    locked.delete()


@transaction.atomic
def webhook_try(*, actor: User, webhook: Webhook) -> WebhookDelivery:
    """Send a message without changes, to see whether it arrives."""
    locked = _locked(actor, webhook)
    _require_active(locked)
    uid = uuid.uuid4()
    delivery = WebhookDelivery.objects.create(
        webhook=locked, uid=uid, payload=payload_of(locked, uid, []), first=0, last=0
    )
    _at_once(locked)
    return delivery


@transaction.atomic
def delivery_repeat(*, actor: User, delivery: WebhookDelivery) -> WebhookDelivery:
    """Send a message again, under the id that it had: a receiver knows it by that."""
    locked = _locked(actor, delivery.webhook)
    _require_active(locked)
    row = WebhookDelivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
    if row.state != "pending":
        row.state, row.attempts = "pending", 0
    row.due_at = timezone.now()
    row.save(update_fields=["state", "attempts", "due_at"])
    _at_once(locked)
    return row


def payload_of(webhook: Webhook, uid: uuid.UUID, changes: Sequence[dict[str, Any]]) -> str:
    """The text that is sent: ids and kinds, never anything that somebody wrote."""
    body = {"id": str(uid), "corpus": webhook.corpus_id, "changes": list(changes)}
    return json.dumps(body, separators=(",", ":"))


def _locked(actor: User, webhook: Webhook) -> Webhook:
    rows = Webhook.objects.select_for_update(of=("self",)).select_related("corpus")
    locked = rows.filter(pk=webhook.pk).first()
    if locked is None:
        raise Conflict(gettext("The webhook was removed."))
    policies.require(actor, "corpus.update", locked.corpus)
    return locked


def _require_active(webhook: Webhook) -> None:
    if not webhook.is_active:
        raise Conflict(gettext("The webhook is disabled; enable it first."))


def _at_once(webhook: Webhook) -> None:
    webhook.due_at = timezone.now()
    webhook.save(update_fields=["due_at"])


def _url(url: str) -> str:
    url = url.strip()
    try:
        Webhook._meta.get_field("url").clean(url, None)
    except ValidationError as error:
        raise InvalidInput({"url": " ".join(error.messages)}) from error
    if urlsplit(url).scheme not in {"https", "http"}:
        raise InvalidInput({"url": gettext("expected an address that begins with https://")})
    return url


def _kinds(kinds: Sequence[str]) -> list[str]:
    wanted = list(dict.fromkeys(kind.strip() for kind in kinds if kind.strip()))
    if len(wanted) > Webhook.MAX_KINDS:
        most = gettext("%(most)s at most") % {"most": Webhook.MAX_KINDS}
        raise InvalidInput({"kinds": most})
    for kind in wanted:
        if not is_kind(kind):
            known = KINDS.get(kind.partition(".")[0]) or [f"{entity}.*" for entity in KINDS]
            expected = gettext("there is no kind “%(kind)s”; expected one of %(names)s")
            names = ", ".join(known)
            raise InvalidInput({"kinds": expected % {"kind": kind[:50], "names": names}})
    return wanted


def _snapshot(webhook: Webhook) -> dict[str, Any]:
    # Every member reads events, and the rest of an address may be a key.
    host = urlsplit(webhook.url).hostname
    return {"host": host, "kinds": webhook.kinds, "active": webhook.is_active}


def _event(
    actor: User | None,
    webhook: Webhook,
    kind: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    event_record(
        kind=kind,
        actor=actor,
        target=webhook,
        corpus=webhook.corpus,
        before=before,
        after=after,
    )


def webhook_disable(*, webhook: Webhook, reason: str) -> None:
    """The system gives an address up. Inside the transaction that holds its row."""
    before = _snapshot(webhook)
    webhook.disabled_at, webhook.disabled_reason = timezone.now(), reason
    webhook.revision += 1
    webhook.save(update_fields=["disabled_at", "disabled_reason", "revision"])
    _event(None, webhook, "webhook.disabled", before, {**_snapshot(webhook), "reason": reason})

"""Webhooks against a real receiver: what arrives, what is tried again, and what gives up."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
import time_machine
from django.test import override_settings
from django.utils import timezone

from annotations import jobs
from annotations.errors import Conflict, InvalidInput, NotAllowed, StaleRevision
from annotations.fetching import AllowedHosts
from annotations.models import Article, Event, Webhook, WebhookDelivery
from annotations.services import deliveries
from annotations.services.deliveries import (
    MOST_ATTEMPTS,
    MOST_FAILURES,
    deliveries_sweep,
    webhook_run,
    webhooks_sweep,
)
from annotations.services.webhooks import (
    delivery_repeat,
    webhook_create,
    webhook_remove,
    webhook_renew,
    webhook_try,
    webhook_update,
)
from tests import factories
from tests.factories import Cast
from tests.web_server import WebServer, web_server

PATH = "/hook?key=hidden"


@pytest.fixture
def cast(db: None) -> Cast:
    return factories.make_cast()


@pytest.fixture
def article(cast: Cast) -> Article:
    return factories.make_extracted(cast.corpus)


@pytest.fixture
def server() -> Iterator[WebServer]:
    with web_server() as running:
        allowed = AllowedHosts.parse([running.place])
        with override_settings(FETCH_ALLOWED_PRIVATE_HOSTS=allowed):
            running.page(PATH, "thanks")
            yield running


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The webhooks of which workers were told."""
    found: list[int] = []

    def hurry(task: str, number: int) -> bool:
        found.append(number)
        return True

    monkeypatch.setattr(jobs, "hurry", hurry)
    return found


@pytest.fixture
def hook(cast: Cast, article: Article, server: WebServer) -> Webhook:
    return webhook_create(actor=cast.admin, corpus=cast.corpus, url=server.url(PATH))[0]


def answering(server: WebServer, status: int, body: bytes = b"no\x00t now", **more: str) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in more.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    server.pages[PATH] = answer


def later(webhook: Webhook) -> Any:
    """The moment at which a webhook and all its messages are due again."""
    webhook.refresh_from_db()
    due = [
        webhook.due_at,
        *webhook.deliveries.filter(state="pending").values_list("due_at", flat=True),
    ]
    return time_machine.travel(max(due) + dt.timedelta(seconds=1), tick=False)


def test_what_arrives(cast: Cast, article: Article, server: WebServer, hook: Webhook) -> None:
    claim = factories.make_claim(article, cast.reviewer, normalised="A secret wording")
    factories.make_evidence(
        claim, cast.reviewer, protected=True, protection_reason="fear", citation="A secret source"
    )
    assert webhook_run(webhook=hook.pk) == 1
    (body,), ((_, headers),) = server.received, server.asked
    message = json.loads(body)
    delivery = hook.deliveries.get()
    assert (message["id"], message["corpus"]) == (str(delivery.uid), cast.corpus.pk)
    assert [change["kind"] for change in message["changes"]] == ["claim.created", "evidence.added"]
    assert message["changes"][0]["id"] == claim.pk
    assert b"secret" not in body
    assert (delivery.state, delivery.status, delivery.excerpt) == ("delivered", 200, "thanks")
    # What any library for standardwebhooks.com does to check it.
    key = base64.b64decode(hook.secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 60
    assert headers["Content-Type"] == "application/json"
    assert "Cookie" not in headers
    assert webhook_run(webhook=hook.pk) == 0
    hook.refresh_from_db()
    assert hook.cursor == Event.objects.filter(corpus=cast.corpus).count()
    assert (hook.lease, hook.sent_at) == (None, None)


def test_kinds_and_batches(
    cast: Cast, article: Article, server: WebServer, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "BATCH", 3)
    webhook_update(
        actor=cast.admin, webhook=hook, revision=1, fields={"kinds": ["claim.*", "verdict.given"]}
    )
    claims = [factories.make_claim(article, cast.reviewer) for _ in range(4)]
    factories.make_question(claims[0], cast.reviewer)
    factories.make_verdict(claims[0], cast.reviewer)
    assert webhook_run(webhook=hook.pk) == 3
    kinds = [[c["kind"] for c in json.loads(body)["changes"]] for body in server.received]
    assert kinds == [["claim.created"] * 2, ["claim.created"] * 2, ["verdict.given"]]


def test_what_fails_is_tried_again(
    cast: Cast, article: Article, server: WebServer, hook: Webhook, told: list[int]
) -> None:
    factories.make_claim(article, cast.reviewer)
    answering(server, 503)
    assert webhook_run(webhook=hook.pk) == 0
    delivery = hook.deliveries.get()
    assert (delivery.state, delivery.attempts, delivery.status) == ("pending", 1, 503)
    assert delivery.excerpt == "no t now"
    # Not before its time, whoever asks.
    assert webhooks_sweep() == 0
    answering(server, 200)
    with later(hook):
        assert webhooks_sweep() == 1
        assert webhooks_sweep() == 0, "told once"
        assert webhook_run(webhook=hook.pk) == 1
    first, second = server.received
    assert first == second, "the same message, under the same id"
    hook.refresh_from_db()
    assert (told, hook.failures) == ([hook.pk], 0)


@pytest.mark.parametrize("status", [302, 404, 500])
def test_what_counts_as_no(
    article: Article, cast: Cast, server: WebServer, hook: Webhook, status: int
) -> None:
    webhook_try(actor=cast.admin, webhook=hook)
    answering(server, status, Location=server.page("/elsewhere", "x"))
    webhook_run(webhook=hook.pk)
    assert hook.deliveries.get().state == "pending"
    # Redirects aren't followed: the body is for this address alone.
    assert [path for path, _ in server.asked] == [PATH]


def test_one_message_is_given_up_and_the_rest_goes_on(
    cast: Cast, article: Article, server: WebServer, hook: Webhook
) -> None:
    factories.make_claim(article, cast.reviewer)
    answering(server, 500)
    for _ in range(MOST_ATTEMPTS):
        with later(hook):
            webhook_run(webhook=hook.pk)
    bad = hook.deliveries.get()
    assert (bad.state, bad.attempts) == ("failed", MOST_ATTEMPTS)
    answering(server, 204, b"")
    factories.make_claim(article, cast.reviewer)
    with later(hook):
        assert webhook_run(webhook=hook.pk) == 1
    # An admin sends it again.
    delivery_repeat(actor=cast.admin, delivery=bad)
    with later(hook):
        assert webhook_run(webhook=hook.pk) == 1
    bad.refresh_from_db()
    assert (bad.state, bad.attempts) == ("delivered", 1)


def test_an_address_is_given_up(
    cast: Cast, article: Article, server: WebServer, hook: Webhook
) -> None:
    factories.make_claim(article, cast.reviewer)
    answering(server, 500)
    Webhook.objects.update(failures=MOST_FAILURES - 1)
    webhook_run(webhook=hook.pk)
    hook.refresh_from_db()
    assert not hook.is_active
    assert "30 times in a row" in hook.disabled_reason
    event = Event.objects.get(kind="webhook.disabled")
    assert "hidden" not in json.dumps([event.before, event.after])
    with pytest.raises(Conflict):
        webhook_try(actor=cast.admin, webhook=hook)
    assert webhook_run(webhook=hook.pk) == 0
    # Enabled again, it misses nothing.
    answering(server, 200)
    revision = hook.revision
    webhook_update(actor=cast.admin, webhook=hook, revision=revision, fields={"active": True})
    with later(hook):
        assert webhook_run(webhook=hook.pk) == 2
    sent = [c["kind"] for body in server.received for c in json.loads(body)["changes"]]
    assert sent[0] == "claim.created"
    assert sorted(sent[1:]) == ["claim.created", "webhook.disabled", "webhook.updated"]
    answering(server, 410)
    webhook_try(actor=cast.admin, webhook=hook)
    webhook_run(webhook=hook.pk)
    hook.refresh_from_db()
    assert "gone" in hook.disabled_reason


def test_where_it_may_not_go(cast: Cast, article: Article, server: WebServer) -> None:
    with override_settings(FETCH_ALLOWED_PRIVATE_HOSTS=AllowedHosts()):
        for url, said in {
            "https://127.0.0.1/x": "private or reserved",
            "https://169.254.169.254/latest": "private or reserved",
            "http://203.0.113.9/x": "https://",
        }.items():
            hook, _ = webhook_create(actor=cast.admin, corpus=cast.corpus, url=url)
            webhook_try(actor=cast.admin, webhook=hook)
            webhook_run(webhook=hook.pk)
            delivery = hook.deliveries.earliest("pk")
            assert said in delivery.error
            assert delivery.status is None
    assert server.received == []


def test_one_worker_at_a_time(
    cast: Cast, article: Article, server: WebServer, hook: Webhook, told: list[int]
) -> None:
    factories.make_claim(article, cast.reviewer)
    Webhook.objects.update(leased_until=timezone.now() + dt.timedelta(seconds=30))
    assert (webhook_run(webhook=hook.pk), webhooks_sweep()) == (0, 0)
    # The worker that had it died.
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=31)):
        assert webhooks_sweep() == 1
        assert webhook_run(webhook=hook.pk) == 1


def test_a_broker_that_is_away(
    cast: Cast, article: Article, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.make_claim(article, cast.reviewer)
    monkeypatch.setattr(jobs, "hurry", lambda task, number: False)
    assert webhooks_sweep() == 0
    monkeypatch.setattr(jobs, "hurry", lambda task, number: True)
    assert webhooks_sweep() == 1


def test_setting_up(cast: Cast, hook: Webhook) -> None:
    corpus, admin = cast.corpus, cast.admin
    for person in (cast.reviewer, cast.adjudicator, cast.outsider):
        with pytest.raises(NotAllowed):
            webhook_create(actor=person, corpus=corpus, url="https://a.example/")
    for wrong in ("ftp://a.example/", "a.example", "", "https://", "https://a.de/" + "x" * 2000):
        with pytest.raises(InvalidInput) as caught:
            webhook_create(actor=admin, corpus=corpus, url=wrong)
        assert list(caught.value.fields) == ["url"]
    many = [f"claim.{'x' * n}" for n in range(1, 31)] + [f"task.{'x' * n}" for n in range(1, 31)]
    for kinds in (["claim"], ["*"], ["claim.created; x"], ["claim.*.x"], many):
        with pytest.raises(InvalidInput):
            webhook_create(actor=admin, corpus=corpus, url="https://a.example/", kinds=kinds)
    with pytest.raises(StaleRevision):
        webhook_update(actor=admin, webhook=hook, revision=2, fields={})
    before = hook.secret
    assert webhook_renew(actor=admin, webhook=hook) != before
    events = Event.objects.filter(kind__startswith="webhook.")
    assert "hidden" not in json.dumps([[event.before, event.after] for event in events])
    webhook_remove(actor=admin, webhook=hook)
    with pytest.raises(Conflict):
        webhook_try(actor=admin, webhook=hook)


def test_the_log_is_kept_for_a_month(cast: Cast, hook: Webhook) -> None:
    for _ in range(2):
        webhook_try(actor=cast.admin, webhook=hook)
    WebhookDelivery.objects.filter(pk=hook.deliveries.earliest("pk").pk).update(state="failed")
    assert deliveries_sweep() == 0
    with time_machine.travel(timezone.now() + dt.timedelta(days=31)):
        assert deliveries_sweep() == 1
    assert hook.deliveries.get().state == "pending"

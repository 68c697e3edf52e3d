"""The pages of a corpus's webhooks."""

from __future__ import annotations

import pytest
from django.urls import reverse

from annotations.models import Webhook
from tests.factories import Cast

from .conftest import signed_in

pytestmark = pytest.mark.any_database


def test_an_admin_sets_one_up_and_takes_it_away(cast: Cast) -> None:
    client = signed_in(cast.admin)
    address = reverse("webhooks", args=[cast.corpus.pk])
    assert "There are none yet." in client.get(address).content.decode()
    wrong = client.post(address, {"url": "ftp://a.example", "kinds": "claim"})
    assert wrong.status_code == 400
    page = client.post(address, {"url": "https://a.example/x", "kinds": "claim.*, verdict.given"})
    hook = Webhook.objects.get()
    assert hook.kinds == ["claim.*", "verdict.given"]
    # Once.
    assert hook.secret in page.content.decode()
    assert hook.secret not in client.get(address).content.decode()
    one = reverse("webhook", args=[cast.corpus.pk, hook.pk])
    do = reverse("webhook-do", args=[cast.corpus.pk, hook.pk])
    assert "Nothing was sent yet." in client.get(one).content.decode()
    page = client.post(do, {"do": "try"}, follow=True).content.decode()
    assert "A trial message is on its way." in page
    delivery = hook.deliveries.get()
    client.post(do, {"do": "repeat", "delivery": delivery.pk})
    assert client.post(do, {"do": "repeat", "delivery": "9" * 30}).status_code == 404
    page = client.post(do, {"do": "renew"}).content.decode()
    before, hook.nonce = hook.secret, Webhook.objects.get().nonce
    assert hook.secret in page
    assert before != hook.secret
    client.post(do, {"do": "stop"})
    page = client.get(one).content.decode()
    assert "Disabled since" in page
    assert "Send a trial" not in page
    client.post(do, {"do": "start"})
    assert Webhook.objects.get().is_active
    client.post(do, {"do": "remove"})
    assert not Webhook.objects.exists()


def test_nobody_else(cast: Cast) -> None:
    signed_in(cast.admin).post(
        reverse("webhooks", args=[cast.corpus.pk]), {"url": "https://a.example/"}
    )
    hook = Webhook.objects.get()
    for name in ("webhooks", "webhook", "webhook-do"):
        args = [cast.corpus.pk] + [hook.pk] * (name != "webhooks")
        statuses = {
            who: signed_in(user).post(reverse(name, args=args), {"do": "x"}).status_code
            for who, user in cast.everybody.items()
            if who not in {"admin", "superuser"}
        }
        expected = 405 if name == "webhook" else 403
        assert statuses == {
            "reviewer": expected,
            "second_reviewer": expected,
            "adjudicator": expected,
            "outsider": 405 if name == "webhook" else 404,
            "stranger": 405 if name == "webhook" else 404,
        }
        if name == "webhook":
            pages = [signed_in(u).get(reverse(name, args=args)) for u in cast.everybody.values()]
            assert [p.status_code for p in pages] == [403, 403, 403, 200, 200, 404, 404]
    # Another corpus's, by an address of one's own.
    other = reverse("webhook", args=[cast.other_corpus.pk, hook.pk])
    assert signed_in(cast.outsider).get(other).status_code == 404

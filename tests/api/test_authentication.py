"""Tokens and sessions."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import override_settings
from django.utils import timezone

from annotations.api.v1 import urls
from annotations.api.v1.endpoint import Endpoint
from annotations.api.v1.views.unknown import UnknownView
from annotations.models import ApiToken, Article
from annotations.services.tokens import token_create, token_revoke
from tests import factories
from tests.api.conftest import Client
from tests.factories import Cast


def status(authorization: str) -> int:
    """What ``me`` answers to the header; a 401 has to say how to do better."""
    response = Client().get("me/", headers={"Authorization": authorization})
    if response.status_code == 401:
        assert response["WWW-Authenticate"]
        assert response["Content-Type"] == "application/problem+json"
    else:
        assert response.json()["username"] == "rita"
    return int(response.status_code)


@pytest.fixture
def key(cast: Cast) -> str:
    return token_create(actor=cast.reviewer, name="script")[1]


@pytest.mark.parametrize("scheme", ["Token", "Bearer", "bearer", "TOKEN"])
def test_a_usable_key(key: str, scheme: str) -> None:
    assert key.startswith("fct_")
    assert status(f"{scheme} {key}") == 200


@pytest.mark.parametrize(
    "header",
    ["Token {}x", "Token", "Token {} {}", "Token fct_", "Basic {}", "{}", "Bearer \xff", ""],
)
def test_what_is_no_key(key: str, header: str) -> None:
    assert status(header.format(key, key)) == 401


def test_the_hash_of_a_key_is_no_key(key: str) -> None:
    assert status(f"Token {ApiToken.digest_of(key)}") == 401


def test_a_revoked_key(key: str, cast: Cast) -> None:
    token_revoke(actor=cast.reviewer, token=ApiToken.objects.get())
    assert status(f"Token {key}") == 401


def test_an_expired_key(cast: Cast) -> None:
    soon = timezone.now() + dt.timedelta(hours=1)
    _, key = token_create(actor=cast.reviewer, name="short", expires_at=soon)
    assert status(f"Token {key}") == 200
    with time_machine.travel(soon + dt.timedelta(seconds=1), tick=False):
        assert status(f"Token {key}") == 401


def test_the_key_of_an_inactive_person(key: str, cast: Cast) -> None:
    cast.reviewer.is_active = False
    cast.reviewer.save()
    assert status(f"Token {key}") == 401


def test_the_session_of_an_inactive_person(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.reviewer)
    assert client.get("me/").status_code == 200
    cast.reviewer.is_active = False
    cast.reviewer.save()
    assert client.get("me/").status_code == 401


def test_a_key_needs_no_csrf_token(key: str, cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("tokens/", {"name": "y"}, headers={"Authorization": f"Token {key}"})
    assert response.status_code == 201


def test_use_is_noted_once_a_minute(key: str) -> None:
    with time_machine.travel("2027-03-01T10:00:00Z", tick=False) as clock:
        status(f"Token {key}")
        first = ApiToken.objects.get().last_used_at
        assert first == timezone.now()
        clock.shift(30)
        status(f"Token {key}")
        assert ApiToken.objects.get().last_used_at == first
        clock.shift(31)
        status(f"Token {key}")
        assert ApiToken.objects.get().last_used_at == timezone.now()


def test_tokens_through_the_api(cast: Cast, api: Client) -> None:
    later = "2099-01-01T00:00:00Z"
    made = api.post("tokens/", {"name": " my script ", "expires_at": later}).json()
    assert (made["name"], made["expires_at"], made["revoked_at"]) == ("my script", later, None)
    key = made.pop("key")
    assert status(f"Token {key}") == 200
    (listed,) = api.get("tokens/").json()["results"]
    assert listed.pop("last_used_at") is not None
    assert made.pop("last_used_at") is None
    assert listed == made
    assert key not in api.get("tokens/").content.decode()
    revoked = api.post(f"tokens/{made['id']}/revoke/").json()
    assert revoked["revoked_at"]
    assert status(f"Token {key}") == 401


def bearer(key: str) -> Client:
    client = Client()
    client.inner.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


def refused(response: Any) -> bool:
    if response.status_code == 403:
        assert response.json()["code"] == "missing_scope"
    else:
        assert response.status_code < 300, response.content
    return bool(response.status_code == 403)


def test_scopes(cast: Cast, article: Article) -> None:
    """An admin's tokens: the role would allow all of it."""
    claim = factories.make_claim(article, cast.admin)

    def allowed(*scopes: str) -> list[bool]:
        client = bearer(token_create(actor=cast.admin, name="x", scopes=scopes)[1])
        spans = [{"start": 0, "end": 5}]
        return [
            not refused(answer)
            for answer in (
                client.get("claims/"),
                client.get(f"corpora/{cast.corpus.pk}/export/", {"format": "jsonl"}),
                client.post("markdown/", {"text": "*x*"}),
                client.post(f"corpora/{cast.corpus.pk}/exports/", {"format": "csv"}),
                client.post("claims/", {"article": article.pk, "spans": spans}),
                client.post("threads/", {"claim": claim.pk, "text": "Why?"}),
                client.post("articles/", {"corpus": cast.corpus.pk, "text": f"New {scopes}."}),
                client.post("tokens/", {"name": "y"}),
                client.patch("me/preferences/", {"theme": "dark"}),
            )
        ]

    assert allowed("read") == allowed() == [True] * 4 + [False] * 5
    assert allowed("annotate") == [True] * 6 + [False] * 3
    assert allowed("manage") == [True] * 4 + [False] * 2 + [True] * 3
    assert allowed("annotate", "manage") == [True] * 9


def test_a_scope_adds_nothing_to_a_role(cast: Cast) -> None:
    client = bearer(token_create(actor=cast.reviewer, name="x", scopes=["manage"])[1])
    answer = client.post("articles/", {"corpus": cast.corpus.pk, "text": "Words."})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_a_token_for_one_corpus(cast: Cast, article: Article) -> None:
    other = factories.make_extracted(cast.other_corpus)
    # A site's administrator sees both without it.
    client = bearer(token_create(actor=cast.superuser, name="x", corpus=cast.other_corpus)[1])
    assert [row["id"] for row in client.get("articles/").json()["results"]] == [other.pk]
    assert client.get(f"articles/{article.pk}/").status_code == 404
    assert client.post(f"articles/{article.pk}/extract/").status_code == 404
    assert client.post(f"articles/{other.pk}/extract/").status_code == 202
    assert cast.superuser.token is None
    mine = bearer(token_create(actor=cast.outsider, name="x", corpus=cast.corpus)[1])
    assert mine.get("me/").json()["memberships"] == []


def test_a_token_makes_none_that_can_more(cast: Cast) -> None:
    end = timezone.now() + dt.timedelta(days=2)
    _, key = token_create(
        actor=cast.admin, name="x", scopes=["manage"], corpus=cast.corpus, expires_at=end
    )
    client = bearer(key)
    made = client.post("tokens/", {"name": "child"}).json()
    assert made["scopes"] == ["read", "manage"]
    assert made["corpus"] == cast.corpus.pk
    assert dt.datetime.fromisoformat(made["expires_at"]) == end
    for field, value in {
        "scopes": ["annotate"],
        "expires_at": (end + dt.timedelta(days=1)).isoformat(),
    }.items():
        answer = client.post("tokens/", {"name": "child", field: value})
        assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert client.post("tokens/", {"name": "x", "corpus": 987}).status_code == 404


@override_settings(API_REQUESTS_PER_MINUTE=3, API_ANONYMOUS_REQUESTS_PER_MINUTE=2)
def test_throttles(cast: Cast, key: str) -> None:
    cache.clear()
    with time_machine.travel("2027-03-01T10:00:20Z", tick=False) as clock:
        assert [status(f"Token {key}") for _ in range(3)] == [200] * 3
        answer = bearer(key).get("me/")
        assert (answer.status_code, answer["Retry-After"]) == (429, "41")
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == "throttled"
        # Another of the same person's has a count of its own.
        assert bearer(token_create(actor=cast.reviewer, name="y")[1]).get("me/").status_code == 200
        # Guessing keys and asking without one are counted by address, whatever headers say.
        for number, expected in enumerate([401, 401, 429, 429]):
            client = bearer("fct_wrong") if number % 2 else Client()
            answer = client.get("me/", headers={"X-Forwarded-For": f"10.0.0.{number}"})
            assert answer.status_code == expected
        assert Client().get("me/", REMOTE_ADDR="10.1.1.1").status_code == 401
        clock.shift(41)
        assert bearer(key).get("me/").status_code == 200
    cache.clear()


def test_every_address_is_an_endpoint() -> None:
    """So that tokens, limits and conditions are the same everywhere."""
    for pattern in urls.urlpatterns:
        view = pattern.callback
        made_of = getattr(view, "cls", None) or view.view_class
        assert issubclass(made_of, Endpoint | UnknownView), pattern


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"name": "x", "scopes": ["write"]}, "scopes.0"),
        ({"name": "x", "corpus": True}, "corpus"),
        ({}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "x", "expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
        ({"name": "x", "expires_at": "soon"}, "expires_at"),
        ({"name": "x", "expires_at": 5}, "expires_at"),
        ({"name": "x", "user": 1}, "user"),
    ],
)
def test_bad_tokens(api: Client, sent: dict[str, object], field: str) -> None:
    response = api.post("tokens/", sent)
    assert response.status_code == 400
    assert list(response.json()["fields"]) == [field]
    assert not ApiToken.objects.exists()


def test_me(cast: Cast, api: Client) -> None:
    assert api.get("me/").json() == {
        "id": cast.reviewer.pk,
        "username": "rita",
        "name": "Rita Reviewer",
        "is_superuser": False,
        "memberships": [{"corpus": cast.corpus.pk, "corpus_name": "Elections", "role": "reviewer"}],
    }

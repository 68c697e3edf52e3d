"""Tokens and sessions."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from annotations.models import ApiToken
from annotations.services.tokens import token_create, token_revoke
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


@pytest.mark.parametrize(
    ("sent", "field"),
    [
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

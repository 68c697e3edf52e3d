"""The site among other machines: behind a proxy, asked by probes, and with parts of it away."""

from __future__ import annotations

import re
import secrets
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotations.errors import InvalidInput
from annotations.models import Job
from annotations.services.memberships import member_add
from annotations.services.workers import worker_seen
from annotations.web import health
from factcheck import cache as redis_cache
from factcheck.environment import cache as cache_setting
from tests.factories import Cast, make_article
from tests.services_needed import REDIS_URL, needs_redis
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db


def sign_in(name: str, password: str, seen_from: str = "") -> Any:
    """One who is somewhere, through a proxy that is always in the same place."""
    said = {"HTTP_X_FORWARDED_FOR": f"192.0.2.9, {seen_from}"} if seen_from else {}
    fields = {"login": name, "password": password}
    return Client(REMOTE_ADDR="10.0.0.1", **said).post(reverse("account_login"), fields)


def test_who_guesses_behind_a_proxy_keeps_nobody_else_out(cast: Cast, behind_proxy: None) -> None:
    cast.reviewer.set_password("her own words")
    cast.reviewer.save()
    for attempt in range(11):
        answer = sign_in(f"nobody-{attempt}", "guessed", "203.0.113.5")
    assert "Too many failed" in answer.content.decode()
    assert "Too many failed" in sign_in("me", "guessed", "203.0.113.5").content.decode()
    assert sign_in(cast.reviewer.username, "her own words", "203.0.113.6").status_code == 302


# --- Probes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["10.0.0.5", "127.0.0.1:8000", "pod-7", "a_b", ""])
def test_probes_are_answered_by_any_name_and_nothing_else_is(
    settings: Any, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ALLOWED_HOSTS = ["factcheck.example"]
    settings.SECURE_SSL_REDIRECT = True
    machine = Client(HTTP_HOST=host)
    assert machine.get("/healthz").json() == {"status": "ok"}
    assert "checks" in machine.get("/readyz").json()
    assert machine.post("/healthz").status_code == 405
    for path in ("/accounts/login/", "/healthz/", "/readyz.", "/api/v1/me/"):
        assert machine.get(path).status_code == 400


@pytest.fixture
def broker_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_broker", lambda: "ok")


def readiness() -> tuple[int, str, dict[str, str]]:
    answer = Client().get("/readyz")
    return answer.status_code, answer.json()["status"], answer.json()["checks"]


def test_readiness_says_which_workers_there_are(broker_is_there: None) -> None:
    status, said, checks = readiness()
    assert (status, said) == (503, "unavailable")
    assert "no worker" in checks["worker"]
    worker_seen(name="host:1", started_at=timezone.now(), bulk=False)
    status, said, checks = readiness()
    assert (status, said, checks["worker"]) == (200, "degraded", "ok")
    assert "bulk work" in checks["bulk_worker"]
    worker_seen(name="host:2", started_at=timezone.now())
    assert readiness()[:2] == (200, "ok")


def test_pages_say_what_waits_for_a_worker_that_is_not_there(cast: Cast) -> None:
    make_article(cast.corpus)
    reviewer = signed_in(cast.reviewer)
    corpus, progress, dashboard = (
        reverse(name, args=[cast.corpus.pk]) for name in ("corpus", "corpus-progress", "dashboard")
    )
    nobody, no_bulk = "No worker is running, so", "No worker that takes bulk work is running"

    def said() -> tuple[str, list[bool], list[str]]:
        page = reviewer.get(corpus).content.decode()
        lines = re.findall(r'data-missing="(\w+)" *>', page)
        numbers = reviewer.get(dashboard).content.decode()
        missing = reviewer.get(progress).json()["workers_missing"]
        return missing, [words in numbers for words in (nobody, no_bulk)], lines

    assert said() == ("any", [True, False], ["any"])
    worker_seen(name="host:1", started_at=timezone.now(), bulk=False)
    assert said() == ("", [False, False], [])
    Job.objects.update(bulk=True)
    assert said() == ("bulk", [False, True], ["bulk"])
    worker_seen(name="host:2", started_at=timezone.now())
    assert said() == ("", [False, False], [])


# --- Without a cache --------------------------------------------------------------------------


@pytest.fixture
def redis_at(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Has the site take the Redis at an address as its cache, with what the settings make of it."""

    def take(address: str) -> None:
        monkeypatch.setenv("CACHE_URL", address)
        settings.CACHES = {"default": cache_setting("CACHE_URL", "")}

    for known in ("_away_until", "_said_until"):
        monkeypatch.setattr(redis_cache._Client, known, 0.0)
    return take


@pytest.fixture
def dead_port() -> Iterator[int]:
    """One that is taken, so that nobody else takes it, and at which nobody answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_without_its_cache_the_site_goes_on(
    cast: Cast,
    settings: Any,
    redis_at: Callable[[str], None],
    dead_port: int,
    broker_is_there: None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.API_REQUESTS_PER_MINUTE = settings.API_ANONYMOUS_REQUESTS_PER_MINUTE = 1
    redis_at(f"rediscache://127.0.0.1:{dead_port}/0")
    worker_seen(name="host:1", started_at=timezone.now())
    cast.reviewer.set_password("her own words")
    cast.reviewer.save()
    reviewer = signed_in(cast.reviewer)
    for _ in range(3):
        assert reviewer.get("/api/v1/articles/").status_code == 200
        assert reviewer.get("/api/v1/corpora/").status_code == 200
        assert Client().get("/api/v1/corpora/").status_code == 401
        assert sign_in(cast.reviewer.username, "wrong").status_code == 200
    assert sign_in(cast.reviewer.username, "her own words").status_code == 302
    with pytest.raises(InvalidInput, match="nobody can be added"):
        member_add(actor=cast.admin, corpus=cast.corpus, name="nobody", role="reviewer")
    member_add(actor=cast.admin, corpus=cast.corpus, name=cast.outsider.username, role="reviewer")
    # It is said, and isn't a reason to take the site away from people.
    status, said, checks = readiness()
    assert (status, said) == (200, "degraded")
    assert "unreachable" in checks["cache"]
    assert caplog.text.count("cache_unreachable") == 1


def test_every_question_to_a_cache_that_is_away_has_an_answer(
    redis_at: Callable[[str], None], dead_port: int
) -> None:
    redis_at(f"rediscache://127.0.0.1:{dead_port}/0")
    assert cache.add("a", 1) is True
    assert cache.get("a", "default") == "default"
    assert cache.get_or_set("a", lambda: 5) == 5
    assert cache.incr("a") == 1
    assert cache.get_many(["a", "b"]) == {}
    assert cache.set_many({"a": 1}) == []
    assert [cache.has_key("a"), cache.touch("a"), cache.delete("a")] == [False] * 3
    assert [cache.set("a", 1), cache.delete_many(["a"])] == [None, None]


@needs_redis
def test_a_cache_that_comes_back_is_used_again(
    redis_at: Callable[[str], None], dead_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = secrets.token_hex(8)
    redis_at(f"rediscache://127.0.0.1:{dead_port}/0")
    cache.set(key, 1)
    redis_at(REDIS_URL)
    # Not at once: who asks one that is away waits.
    cache.set(key, 1)
    assert redis_cache._Client._away_until
    monkeypatch.setattr(redis_cache, "ASK_AGAIN_SECONDS", 0.0)
    redis_cache._Client._away_until = 0.001
    assert cache.add(key, 1, timeout=60)
    try:
        assert not cache.add(key, 1, timeout=60)
        assert (cache.get(key), cache.incr(key)) == (1, 2)
        assert not redis_cache._Client._away_until
    finally:
        cache.delete(key)

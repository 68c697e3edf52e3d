"""Services that some tests need: is one there, and what to do when it isn't.

``@needs("redis")`` on a test, or ``require("redis")`` in a fixture, skips with how to enable
it. With ``REQUIRE_ALL=1`` (set by ``.ci/run``) the same is a failure, so that nothing is left
untested unseen. ``python -m tests.services_needed postgres`` asks from a shell.
"""

from __future__ import annotations

import functools
import os
import shutil
import sys
from collections.abc import Callable

import pytest

POSTGRES_URL = os.environ.get("POSTGRES_URL") or "postgres://postgres@127.0.0.1:5432/postgres"
REDIS_URL = os.environ.get("REDIS_URL") or "redis://127.0.0.1:6379/15"
RABBITMQ_URL = os.environ.get("RABBITMQ_URL") or "amqp://guest:guest@127.0.0.1:5672//"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# The same browser built without a window, which draws a page for half the processor's time.
WINDOWLESS = ("chromium-headless-shell", "chrome-headless-shell")


def chromium_path(*, windowless: bool = False) -> str | None:
    """The browser to test in; ``windowless``: rather one that nobody could look at."""
    names = (*WINDOWLESS, *BROWSERS) if windowless else (*BROWSERS, *WINDOWLESS)
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def _postgres() -> bool:
    import psycopg

    try:
        psycopg.connect(POSTGRES_URL, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _redis() -> bool:
    import redis

    try:
        with redis.Redis.from_url(REDIS_URL, socket_connect_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def _rabbitmq() -> bool:
    import kombu

    with kombu.Connection(RABBITMQ_URL, connect_timeout=2) as connection:
        try:
            connection.connect()
        except connection.connection_errors:
            return False
    return True


def _chromium() -> bool:
    return chromium_path() is not None


_SERVICES: dict[str, tuple[Callable[[], bool], str]] = {
    "postgres": (
        _postgres,
        "PostgreSQL is not reachable; start one and set POSTGRES_URL=postgres://…"
        " (an account that may create databases)",
    ),
    "redis": (_redis, "Redis is not reachable; start one and set REDIS_URL=redis://…"),
    "rabbitmq": (_rabbitmq, "RabbitMQ is not reachable; start one and set RABBITMQ_URL=amqp://…"),
    "chromium": (
        _chromium,
        "Chromium is not installed; install it (Debian: apt install chromium) or set CHROMIUM=…",
    ),
}


@functools.cache
def missing(name: str) -> str | None:
    """Why the service can't be used and how to enable it; None if it is there."""
    is_there, advice = _SERVICES[name]
    return None if is_there() else advice


def everything_required() -> bool:
    return os.environ.get("REQUIRE_ALL") == "1"


def require(*names: str) -> None:
    for name in names:
        if advice := missing(name):
            if everything_required():
                pytest.fail(f"REQUIRE_ALL=1, and {advice}", pytrace=False)
            pytest.skip(advice)


needs = pytest.mark.needs
needs_postgres = needs("postgres")
needs_redis = needs("redis")
needs_rabbitmq = needs("rabbitmq")
needs_chromium = needs("chromium")


if __name__ == "__main__":
    reasons = [advice for name in sys.argv[1:] if (advice := missing(name))]
    sys.stdout.writelines(f"{reason}\n" for reason in reasons)
    sys.exit(bool(reasons))

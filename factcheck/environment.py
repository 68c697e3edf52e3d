"""Reads the settings' variables, and refuses what can't be one with its name.

What may hold a password, an address with an account, is never repeated in a refusal.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from email.utils import parseaddr
from importlib.util import find_spec
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

# A broker as it begins an address: those whose libraries are installed.
BROKERS = ("amqp", "amqps", "filesystem", "memory", "pyamqp", "redis", "rediss", "sentinel")
DATABASES = ("pgsql", "postgres", "postgresql", "psql", "sqlite")
REDIS_CACHE = "factcheck.cache.Cache"
_ESCAPED = "; in a password, / ? # @ and : are written %2F %3F %23 %40 and %3A"


def flag(name: str, default: bool) -> bool:
    raw = env.str(name, default=str(default)).strip().lower()
    if raw in {"1", "true", "yes", "on"}:
        return True
    if raw in {"0", "false", "no", "off", ""}:
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not {raw!r}.")


def number(name: str, default: int, *, least: int = 0) -> int:
    raw = env.str(name, default=str(default))
    if not raw.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {raw!r}.")
    if int(raw) < least:
        raise ImproperlyConfigured(f"{name} must be {least} or more, not {raw}.")
    return int(raw)


def text(name: str, default: str = "") -> str:
    """Empty is as good as not set, as it is for ``make run``."""
    raw: str = env.str(name, default="").strip()
    return raw or default


def listed(name: str, default: Collection[str] = ()) -> list[str]:
    parts = (part.strip() for part in env.str(name, default=",".join(default)).split(","))
    return [part for part in parts if part]


def level(name: str, default: str) -> str:
    raw = text(name, default).upper()
    known = [key for key, value in logging.getLevelNamesMapping().items() if value]
    if raw not in known:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(known)}, not {raw!r}.")
    return raw


def address(name: str) -> str:
    """Of the web, without a slash at its end; empty where there is none."""
    raw = text(name).rstrip("/")
    if raw and not raw.startswith(("http://", "https://")):
        raise ImproperlyConfigured(
            f"{name} must be an address such as https://factcheck.example, not {raw!r}."
        )
    return raw


def origins(name: str) -> list[str]:
    found = listed(name)
    for origin in found:
        if not origin.startswith(("http://", "https://")):
            raise ImproperlyConfigured(
                f"{name} must list origins such as https://factcheck.example, separated by"
                f" commas, not {origin!r}."
            )
    return found


def sender(name: str, default: str) -> str:
    raw = text(name, default)
    before, at, after = parseaddr(raw)[1].rpartition("@")
    if not (before and at and after):
        raise ImproperlyConfigured(f"{name} must be a mail address, not {raw!r}.")
    return raw


def broker(name: str, default: str) -> str:
    raw = text(name, default)
    scheme, there, _ = raw.partition("://")
    if not there or scheme not in BROKERS:
        raise ImproperlyConfigured(
            f"{name} must be an address such as redis://host/0 or amqp://user:password@host//."
        )
    return raw


def database(name: str, default: str) -> dict[str, Any]:
    raw = text(name, default)
    refusal = ImproperlyConfigured(
        f"{name} must be an address such as postgres://user:password@host/name{_ESCAPED}."
    )
    if raw.partition("://")[0] not in DATABASES:
        raise refusal
    try:
        found: dict[str, Any] = env.db_url_config(raw)
    except ValueError:
        # What stands for a port is none: mostly a piece of a password, and not to be shown.
        raise refusal from None
    return found


def cache(name: str, default: str) -> dict[str, Any]:
    """A Redis is asked through our own backend: the site goes on without one."""
    try:
        found: dict[str, Any] = env.cache_url_config(text(name, default))
    except (ImproperlyConfigured, ValueError):
        raise ImproperlyConfigured(
            f"{name} must be an address such as rediscache://host/1{_ESCAPED}."
        ) from None
    if found["BACKEND"].endswith(".RedisCache"):
        found["BACKEND"] = REDIS_CACHE
    return found


def file_storage() -> dict[str, Any]:
    """Where uploads, saved pages and exports are: a folder, or a bucket that all machines reach."""
    bucket = text("S3_BUCKET")
    if not bucket:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    if find_spec("storages") is None:
        raise ImproperlyConfigured("S3_BUCKET needs requirements-s3.txt installed.")
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": address("S3_ENDPOINT_URL") or None,
            "region_name": text("S3_REGION") or None,
            # Never handed out by address: whoever may read a file gets it from the site.
            "default_acl": None,
            "file_overwrite": False,
            # A larger file is read from a temporary one, not kept in memory.
            "max_memory_size": 5_000_000,
        },
    }

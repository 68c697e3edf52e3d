"""Every setting of the documentation: what it becomes, and how a malformed one is refused."""

from __future__ import annotations

import os
import runpy
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from annotations.apps import look_at_mail
from annotations.fetching import AllowedHosts
from tests.unit.test_docs import ROOT, first_column, read

Read = Callable[..., dict[str, Any]]
NEEDED = {"SECRET_KEY": "k" * 20 + "0123456789abcdefghijklmnopqrstuvwxyz", "ALLOWED_HOSTS": "x.org"}
# Read by the supervisor and the Makefile.
OF_MAKE_RUN = {"HOST", "PORT", "PYTHON"}
# The least that each whole number may be.
NUMBERS = {
    "API_ANONYMOUS_REQUESTS_PER_MINUTE": 0,
    "API_REQUESTS_PER_MINUTE": 0,
    "DELETED_KEEP_DAYS": 0,
    "EMAIL_PORT": 1,
    "EXPORT_KEEP_DAYS": 1,
    "EXTRACTION_BATCH_ARTICLES": 1,
    "EXTRACTION_BATCH_WORDS": 1,
    "EXTRACTION_SLICE_SECONDS": 0,
    "FETCH_MAX_BYTES": 1,
    "FETCH_TIMEOUT_SECONDS": 1,
    "IMPORT_CHECK_COMPARED": 0,
    "IMPORT_CHUNK_ROWS": 1,
    "IMPORT_KEEP_DAYS": 1,
    "IMPORT_MAX_BYTES": 1,
    "IMPORT_MAX_UNPACKED_BYTES": 1,
    "IMPORT_SLICE_SECONDS": 1,
    "JOB_LEASE_SECONDS": 1,
    "JOB_MAX_ATTEMPTS": 1,
    "JOB_MAX_SECONDS": 1,
    "JOB_SWEEP_SECONDS": 1,
    "REPORTS_AN_HOUR": 0,
    "WEBHOOK_TIMEOUT_SECONDS": 1,
    "WEB_PROCESSES": 1,
    "WORKER_SILENCE_SECONDS": 1,
}
FLAGS = {
    "ANYONE_CREATES_CORPORA",
    "BEHIND_PROXY",
    "DEBUG",
    "EMAIL_USE_SSL",
    "EMAIL_USE_TLS",
    "HTTPS",
    "INVITATIONS_MAKE_ACCOUNTS",
}


def _database(settings: Any) -> Any:
    return settings["DATABASES"]["default"]


def _bucket(settings: Any) -> Any:
    return settings["STORAGES"]["default"]["OPTIONS"]


# What is set, where it is found, and as what.
OTHERS: dict[str, tuple[str, Callable[[Any], Any], Any]] = {
    "ALLOWED_HOSTS": ("a.org, b.org", lambda s: s["ALLOWED_HOSTS"], ["a.org", "b.org"]),
    "CACHE_URL": (
        "rediscache://host/1",
        lambda s: s["CACHES"]["default"],
        {"BACKEND": "factcheck.cache.Cache", "LOCATION": "redis://host/1"},
    ),
    "CELERY_BROKER_URL": ("redis://host/0", lambda s: s["CELERY_BROKER_URL"], "redis://host/0"),
    "CELERY_QUEUE": (
        "ours",
        lambda s: [queue.name for queue in s["CELERY_TASK_QUEUES"]],
        ["ours", "ours-bulk"],
    ),
    "CONN_MAX_AGE": ("7", lambda s: _database(s)["CONN_MAX_AGE"], 7),
    "CSRF_TRUSTED_ORIGINS": (
        "https://a.org,https://b.org",
        lambda s: s["CSRF_TRUSTED_ORIGINS"],
        ["https://a.org", "https://b.org"],
    ),
    "DATABASE_URL": (
        "postgres://me:a%2Fb%3F@host/name",
        lambda s: [_database(s)[key] for key in ("USER", "PASSWORD", "HOST", "NAME")],
        ["me", "a/b?", "host", "name"],
    ),
    "DEFAULT_FROM_EMAIL": (
        "Facts <facts@x.org>",
        lambda s: s["DEFAULT_FROM_EMAIL"],
        "Facts <facts@x.org>",
    ),
    "DETECTOR": ("small", lambda s: s["DETECTOR"], "small"),
    "EMAIL_BACKEND": (
        "django.core.mail.backends.smtp.EmailBackend",
        lambda s: s["EMAIL_BACKEND"],
        "django.core.mail.backends.smtp.EmailBackend",
    ),
    "EMAIL_HOST": ("mail.x.org", lambda s: s["EMAIL_HOST"], "mail.x.org"),
    "EMAIL_HOST_PASSWORD": ("secret", lambda s: s["EMAIL_HOST_PASSWORD"], "secret"),
    "EMAIL_HOST_USER": ("me", lambda s: s["EMAIL_HOST_USER"], "me"),
    "FETCH_ALLOWED_PRIVATE_HOSTS": (
        "wiki,10.0.0.5:8443",
        lambda s: s["FETCH_ALLOWED_PRIVATE_HOSTS"],
        AllowedHosts.parse(["wiki", "10.0.0.5:8443"]),
    ),
    "HSTS_SECONDS": ("60", lambda s: s["SECURE_HSTS_SECONDS"], 60),
    "LOG_LEVEL": ("warning", lambda s: s["LOGGING"]["root"]["level"], "WARNING"),
    "S3_BUCKET": ("news", lambda s: _bucket(s)["bucket_name"], "news"),
    "S3_ENDPOINT_URL": ("https://s3.x/", lambda s: _bucket(s)["endpoint_url"], "https://s3.x"),
    "S3_REGION": ("eu-1", lambda s: _bucket(s)["region_name"], "eu-1"),
    "SECRET_KEY": ("s" * 40, lambda s: s["SECRET_KEY"], "s" * 40),
    "SITE_URL": ("https://x.org/", lambda s: s["SITE_URL"], "https://x.org"),
    "VAR_DIR": ("/srv/var", lambda s: str(s["MEDIA_ROOT"]), "/srv/var/media"),
}

REFUSED = [
    *((name, "many") for name in NUMBERS),
    *((name, "") for name in NUMBERS),
    *((name, "-1") for name in NUMBERS),
    *((name, str(least - 1)) for name, least in NUMBERS.items() if least),
    *((name, "perhaps") for name in sorted(FLAGS)),
    ("ALLOWED_HOSTS", "*"),
    ("ALLOWED_HOSTS", "https://x.org"),
    ("CACHE_URL", "nonsense"),
    ("CELERY_BROKER_URL", "nonsense"),
    ("CELERY_BROKER_URL", "sqs://"),
    ("CONN_MAX_AGE", "long"),
    ("CSRF_TRUSTED_ORIGINS", "x.org"),
    ("DATABASE_URL", "nonsense"),
    ("DATABASE_URL", "mysql://me:hidden@host/name"),
    ("DATABASE_URL", "postgres://me:hid/den@host/name"),
    ("DEFAULT_FROM_EMAIL", "nobody"),
    ("DETECTOR", "nosuch"),
    ("FETCH_ALLOWED_PRIVATE_HOSTS", "http://wiki/"),
    ("HSTS_SECONDS", "a year"),
    ("LOG_LEVEL", "LOUD"),
    ("S3_ENDPOINT_URL", "objects.x"),
    ("SECRET_KEY", "short"),
    ("SITE_URL", "x.org"),
]
# Any text is one.
FREE = {
    "CELERY_QUEUE",
    "EMAIL_HOST",
    "EMAIL_HOST_PASSWORD",
    "EMAIL_HOST_USER",
    "S3_BUCKET",
    "S3_REGION",
    "VAR_DIR",
}


@pytest.fixture
def settings_of(monkeypatch: pytest.MonkeyPatch) -> Read:
    """What the settings make of an environment that has nothing but what is named."""

    def read_settings(**env: str) -> dict[str, Any]:
        for name in first_column(read("docs", "settings.md")) & os.environ.keys():
            monkeypatch.delenv(name)
        for name, value in (NEEDED | env).items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(ROOT / "factcheck" / "settings.py"))

    return read_settings


def test_every_documented_setting_is_tried() -> None:
    documented = first_column(read("docs", "settings.md")) - OF_MAKE_RUN
    assert NUMBERS.keys() | FLAGS | OTHERS.keys() == documented
    # The mail backend's refusal comes later, and has a test of its own.
    assert {name for name, _ in REFUSED} | FREE | {"EMAIL_BACKEND"} == documented


@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_a_number_is_read(settings_of: Read, name: str) -> None:
    for value in (NUMBERS[name], 77):
        assert settings_of(**{name: str(value)})[name] == value


@pytest.mark.parametrize("name", sorted(FLAGS))
def test_a_flag_is_read(settings_of: Read, name: str) -> None:
    for said, meant in (("true", True), ("off", False)):
        assert settings_of(**{name: said})[name] is meant


@pytest.mark.parametrize("name", sorted(OTHERS))
def test_a_value_is_read(settings_of: Read, name: str) -> None:
    value, where, expected = OTHERS[name]
    env = {"S3_BUCKET": "news"} if name.startswith("S3_") else {}
    assert where(settings_of(**env | {name: value})) == expected


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_a_malformed_value_is_refused_by_name(settings_of: Read, name: str, value: str) -> None:
    env = {"S3_BUCKET": "news"} if name.startswith("S3_") else {}
    with pytest.raises(ImproperlyConfigured, match=f"^{name} ") as refusal:
        settings_of(**env | {name: value})
    assert not {"hidden", "hid/den"} & set(str(refusal.value).replace(":", "@").split("@"))


def test_mail_is_encrypted_in_one_way(settings_of: Read) -> None:
    assert settings_of()["EMAIL_PORT"] == 25
    assert settings_of(EMAIL_USE_TLS="true")["EMAIL_PORT"] == 587
    assert settings_of(EMAIL_USE_TLS="no", EMAIL_USE_SSL="true")["EMAIL_PORT"] == 465
    with pytest.raises(ImproperlyConfigured, match="EMAIL_USE_TLS and EMAIL_USE_SSL"):
        settings_of(EMAIL_USE_TLS="true", EMAIL_USE_SSL="true")


@pytest.mark.parametrize("name", ["x.y", "django.core.mail.backends.smtp.Nothing", "smtp"])
def test_a_mail_backend_that_is_not_there_is_refused(settings: Any, name: str) -> None:
    settings.EMAIL_BACKEND = name
    with pytest.raises(ImproperlyConfigured, match=r"^EMAIL_BACKEND "):
        look_at_mail()


def test_both_who_count_callers_believe_the_proxy(settings_of: Read) -> None:
    for behind, trusted in (("true", 1), ("false", 0)):
        found = settings_of(BEHIND_PROXY=behind)
        assert found["ALLAUTH_TRUSTED_PROXY_COUNT"] == trusted
        assert found["REST_FRAMEWORK"]["NUM_PROXIES"] == trusted
        assert ("SECURE_PROXY_SSL_HEADER" in found) is bool(trusted)

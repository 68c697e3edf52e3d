"""The cast and an article of it, for the pages."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from annotations.models import Article, User
from tests.factories import Cast, make_cast, make_extracted
from tests.stack import ROOT


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def article(cast: Cast) -> Article:
    return make_extracted(cast.corpus)


def signed_in(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


@pytest.fixture
def behind_proxy(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """With what the settings make of ``BEHIND_PROXY``."""
    cache.clear()
    monkeypatch.setenv("BEHIND_PROXY", "true")
    found = runpy.run_path(str(ROOT / "factcheck" / "settings.py"))
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = found["ALLAUTH_TRUSTED_PROXY_COUNT"]
    yield
    cache.clear()

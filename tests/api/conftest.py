"""Clients of the API, and the cast they act as."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from annotations.models import Article, User
from tests import factories
from tests.factories import Cast

ROOT = "/api/v1/"


class Client:
    """Paths are relative to the API's root; bodies are JSON."""

    def __init__(self, **options: Any) -> None:
        self.inner = APIClient(**options)
        self.force_login = self.inner.force_login

    def get(self, path: str, *args: Any, **kwargs: Any) -> Any:
        return self.inner.get(ROOT + path, *args, **kwargs)

    def post(self, path: str, data: Any = None, **kwargs: Any) -> Any:
        return self.inner.post(ROOT + path, data, **kwargs)

    def patch(self, path: str, data: Any = None, **kwargs: Any) -> Any:
        return self.inner.patch(ROOT + path, data, **kwargs)


@pytest.fixture
def cast(db: None) -> Cast:
    return factories.make_cast()


@pytest.fixture
def as_(db: None) -> Callable[[User | None], Client]:
    """A function that gives a client signed in as a person, or as nobody."""

    def client(user: User | None) -> Client:
        made = Client()
        if user is not None:
            made.force_login(user)
        return made

    return client


@pytest.fixture
def article(cast: Cast) -> Article:
    """Extracted and ready to review; three suggestions."""
    return factories.make_extracted(cast.corpus, published=None)


@pytest.fixture
def api(cast: Cast, as_: Callable[[User | None], Client]) -> Client:
    """The reviewer's client."""
    return as_(cast.reviewer)

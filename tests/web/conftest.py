"""The cast and an article of it, for the pages."""

from __future__ import annotations

import pytest
from django.test import Client

from annotations.models import Article, User
from tests.factories import Cast, make_cast, make_extracted


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

"""Fixtures of the service tests.

A test with ``transaction=True`` empties every table when it ends. Django then makes content types
and permissions anew, and ``_vocabulary`` in ``tests/conftest.py`` the scales and claim types; a
serialized rollback would leave both out for the tests that follow.

Models are imported inside the fixtures: with a path on the command line, pytest loads this
file before Django is set up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

if TYPE_CHECKING:
    from annotations.models import Article, Claim, Corpus

    from .cast import Cast


@pytest.fixture
def cast(db: None) -> Cast:
    from . import cast as people

    return people.make_cast()


@pytest.fixture
def corpus(cast: Cast) -> Corpus:
    from . import cast as people

    return people.make_corpus(cast)


@pytest.fixture
def article(corpus: Corpus) -> Article:
    """Extracted, with three suggestions."""
    from . import cast as people

    article = people.make_article(corpus, url="https://news.example/harbour")
    people.extract(article, "cost 12 million", "sales fell 5%", "Ferries doubled")
    return article


@pytest.fixture
def claim(cast: Cast, article: Article) -> Claim:
    from . import cast as people

    return people.make_claim(cast.reviewer, article)


@pytest.fixture(autouse=True)
def _history_holds(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every test that wrote, the event chains hold."""
    watched = "cast" in request.fixturenames
    if watched:
        # First, so that this looks before the database is put back.
        request.getfixturevalue("cast")
    yield
    if not watched or "without_triggers" in request.fixturenames:
        return
    from annotations.models import EventChain
    from annotations.services.events import events_verify

    for key in EventChain.objects.values_list("pk", flat=True):
        events_verify(chain=key)


@pytest.fixture
def at_once() -> Callable[..., list[Any]]:
    """Call each function in a thread and connection of its own, all at one moment.

    Returns what each returned or raised, in order.
    """

    def run(*functions: Callable[[], Any]) -> list[Any]:
        barrier = Barrier(len(functions))

        def call(function: Callable[[], Any]) -> Any:
            barrier.wait(timeout=30)
            try:
                return function()
            except Exception as error:  # noqa: BLE001  the test looks at what it was
                return error
            finally:
                connection.close()

        with ThreadPoolExecutor(len(functions)) as threads:
            return list(threads.map(call, functions))

    return run


@pytest.fixture
def without_triggers() -> Callable[[], Any]:
    """Somebody with the database's password, who has dropped what guards the tables."""

    @contextmanager
    def opened() -> Iterator[Any]:
        with connection.cursor() as cursor:
            on_table = " ON annotations_event" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER annotations_event_append_only{on_table}")
            yield cursor

    return opened

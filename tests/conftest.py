"""Settings and fixtures of every test.

Django is set up here, with an environment of the tests' own, before any test or other conftest
is imported; so these may import models at their top.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests import environment
from tests.emptying import empty_by_deleting
from tests.services_needed import chromium_path, require
from tests.stack import Stack, running_stack

environment.set_up_django()

# Fixtures by which a test uses the database, whether or not it has the mark.
DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}
SLOW_MARKS = ("slow", "broker", "browser")
BROWSER_FIXTURES = {"page", "context", "browser", "new_context"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark by what a test uses, so that a run can choose: ``-m "db and not browser"``."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or fixtures & DATABASE_FIXTURES:
            item.add_marker("db")
        if fixtures & BROWSER_FIXTURES:
            item.add_marker("browser")
        if fixtures & {"stack", "shared_stack", "make_stack"}:
            item.add_marker("broker")


class SlowFirst:
    """Puts the files with whole sites and browsers before the others.

    Several processes take file after file in this order. So the short ones are left for the end,
    and no process works alone on a long one after the others are done.
    """

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        slow = {item.path for item in items if any(map(item.get_closest_marker, SLOW_MARKS))}
        items.sort(key=lambda item: (item.path not in slow, str(item.path)))


def pytest_configure(config: pytest.Config) -> None:
    # A plugin of its own, because after pytest-django has put transactional tests last.
    config.pluginmanager.register(SlowFirst())


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs"):
        require(*marker.args)
    if item.get_closest_marker("browser"):
        require("chromium")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say at the end what was left out, once for each reason, and how to enable it."""
    reasons: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2].removeprefix("Skipped: ")
        reasons[reason] = reasons.get(reason, 0) + 1
    if reasons:
        terminalreporter.section("left out")
        for reason, count in reasons.items():
            terminalreporter.line(f"{count} tests: {reason}")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        empty_by_deleting()


@pytest.fixture(autouse=True)
def _vocabulary(request: pytest.FixtureRequest) -> None:
    """Put the scales and claim types back that the flush after a transactional test removed.

    Not by a serialized rollback: it restores only before a test that asks for it, and several
    processes run the tests in no certain order; and it keeps the flush from making permissions.
    """
    marker = request.node.get_closest_marker("django_db")
    fixtures = set(request.fixturenames)
    if (marker and marker.kwargs.get("transaction")) or fixtures & {
        "transactional_db",
        "live_server",
    }:
        request.getfixturevalue("transactional_db")
    elif marker or "db" in fixtures:
        request.getfixturevalue("db")
    else:
        return
    from django.apps import apps

    from annotations.models import RatingScale

    if not RatingScale.objects.exists():
        guards = import_module("annotations.migrations.0002_guards_and_vocabulary")
        guards.add_vocabulary(apps, None)
        import_module("annotations.migrations.0014_publishing").add_meanings(apps, None)


@pytest.fixture(autouse=True)
def _tallies_hold(request: pytest.FixtureRequest, _vocabulary: None) -> Iterator[None]:
    """After every test: whatever was written, by whatever way, the kept counts are right."""
    yield
    if not {"db", "transactional_db"} & set(request.fixturenames) and not (
        request.node.get_closest_marker("django_db")
    ):
        return
    from tests.factories import counted, tallied

    assert tallied() == counted()


# --- A real browser ----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium, which looks up nothing outside this machine."""
    return {
        **browser_type_launch_args,
        "executable_path": Path(__file__).with_name("chromium.sh"),
        "env": {**os.environ, "CHROMIUM": chromium_path(windowless=True) or ""},
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
        ],
    }


# --- A real site -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The site as a first ``make run`` leaves it (SQLite, embedded broker), for the session."""
    with running_stack(tmp_path_factory.mktemp("stack")) as site:
        yield site


@pytest.fixture(scope="session")
def shared_stack(
    stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Stack]]:
    """A function that gives the session's site on a database and a broker, started when first
    asked for: ``shared_stack(database="postgres", broker="redis")``. Tests add to it, and leave
    it running and whole; one that breaks or empties its site uses ``make_stack``.
    """
    started: dict[tuple[str, str], Stack] = {("sqlite", "filesystem"): stack}
    with ExitStack() as running:

        def give(*, database: str = "sqlite", broker: str = "filesystem") -> Stack:
            key = (database, broker)
            if key not in started:
                site = running_stack(
                    tmp_path_factory.mktemp("stack"),
                    database=database,
                    broker=broker,
                    first_run=True,
                )
                started[key] = running.enter_context(site)
            return started[key]

        yield give


@pytest.fixture
def make_stack(tmp_path: Path) -> Iterator[Callable[..., Stack]]:
    """A function that starts a site of the test's own: ``make_stack(database=…, broker=…)``."""
    with ExitStack() as running:
        yield lambda **options: running.enter_context(running_stack(tmp_path, **options))

"""What machines ask, and what the site writes for them."""

# The queries are built from numbers of the tests themselves.
# ruff: noqa: S608

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.live import Client, rows, sign_in, wait_until_extracted
from tests.stack import Stack, group_members, running_stack, wait_until

pytestmark = [pytest.mark.broker, pytest.mark.slow]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Its worker is put to sleep, so it is not the site that other tests share."""
    folder = tmp_path_factory.mktemp("health")
    with running_stack(folder, WORKER_SILENCE_SECONDS="3") as site:
        wait_until_extracted(site)
        yield site


@pytest.fixture
def machine(site: Stack) -> Iterator[Client]:
    """Somebody who isn't signed in."""
    with Client(site.base_url) as client:
        wait_until(lambda: client.get("/readyz").status == 200, 30, "the site is ready")
        yield client


def test_all_is_there(machine: Client) -> None:
    alive, ready = machine.get("/healthz"), machine.get("/readyz")
    assert (alive.status, alive.body) == (200, {"status": "ok"})
    parts = ("database", "broker", "worker", "cache", "bulk_worker")
    everything = dict.fromkeys(parts, "ok")
    assert (ready.status, ready.body) == (200, {"status": "ok", "checks": everything})
    for answer in (alive, ready):
        assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_only_read(machine: Client, path: str) -> None:
    assert machine.send("HEAD", path).status == 200
    assert machine.post(path, {}).status in {403, 405}


def test_a_worker_that_hangs_is_named(site: Stack, machine: Client) -> None:
    with site.worker_asleep():
        wait_until(lambda: machine.get("/readyz").status == 503, 20, "the worker is missed")
        checks = machine.get("/readyz").body["checks"]
        assert checks["worker"] != "ok"
        assert (checks["database"], checks["broker"]) == ("ok", "ok")
        # A process that is up is not restarted for want of another one.
        assert machine.get("/healthz").status == 200
    wait_until(lambda: machine.get("/readyz").status == 200, 20, "the worker is back")


def test_a_worker_that_stops_says_so_at_once(site: Stack, machine: Client) -> None:
    """Asked to stop, it signs off, without the silence first."""
    name = "SELECT name FROM annotations_workerheartbeat"
    (before,) = rows(site, name)
    worker = site.worker_pid()
    assert worker
    os.kill(worker, signal.SIGTERM)
    wait_until(lambda: before not in rows(site, name), 20, "the worker has signed off")
    wait_until(lambda: machine.get("/readyz").status == 200, 60, "another one has come")


def test_a_database_that_is_away_is_named(tmp_path: Path) -> None:
    with running_stack(tmp_path, database="postgres") as site, Client(site.base_url) as machine:
        wait_until(lambda: machine.get("/readyz").status == 200, 60, "the site is ready")
        _rename_database(site, gone=True)
        try:
            unready = machine.get("/readyz")
            assert unready.status == 503
            assert unready.body["checks"]["database"] == "unreachable"
            assert machine.get("/healthz").status == 200
        finally:
            _rename_database(site, gone=False)
        # The server and the worker find it again by themselves.
        wait_until(lambda: machine.get("/readyz").status == 200, 30, "the site is ready again")


def _rename_database(site: Stack, *, gone: bool) -> None:
    """Take the database away under the site: nobody can connect to a name that isn't there."""
    import psycopg
    from psycopg import sql

    from tests.services_needed import POSTGRES_URL

    name = site.env["CELERY_QUEUE"]
    there, here = (f"{name}_away", name) if not gone else (name, f"{name}_away")
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    with psycopg.connect(POSTGRES_URL, autocommit=True) as server:
        if gone:
            server.execute(
                sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(there))
            )
            server.execute(ended, [there])
        server.execute(rename.format(sql.Identifier(there), sql.Identifier(here)))
        if not gone:
            server.execute(
                sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(sql.Identifier(here))
            )


def test_a_request_is_found_by_its_id(site: Stack, machine: Client) -> None:
    machine.get("/accounts/login/").ok()
    events = [json.loads(line) for line in lines_of(site.web_log)]
    asked = [e for e in events if e.get("request") == "GET /accounts/login/"]
    assert asked
    by_id = [e for e in events if e.get("request_id") == asked[-1]["request_id"]]
    finished = [e for e in by_id if e["event"] == "request_finished"]
    assert [e["code"] for e in finished] == [200]


def lines_of(log: Path) -> list[str]:
    return [line for line in log.read_text().splitlines() if is_event(line)]


def is_event(line: str) -> bool:
    """One JSON object with what happened, how grave it is, and when."""
    try:
        event = json.loads(line)
    except ValueError:
        return False
    return isinstance(event, dict) and {"event", "level", "timestamp"} <= event.keys()


def test_a_stopped_site_leaves_nothing(site: Stack) -> None:
    groups = [site.web_pid() or 0, site.worker_pid() or 0]
    alive = f"SELECT name FROM annotations_workerheartbeat WHERE pid = {groups[1]}"
    assert len(rows(site, alive)) == 1
    site.stop()
    try:
        assert [group_members(group) for group in groups] == [[], []]
        assert rows(site, alive) == []
    finally:
        site.start()


def test_every_line_is_one_event(site: Stack, machine: Client) -> None:
    """From first start to last stop, through a page, a refusal, an error and a death.

    Last, so that one start of the site is enough for all of these tests.
    """
    cookie = sign_in(site)
    article = rows(site, "SELECT min(id) FROM annotations_article")[0][0]
    with Client(site.base_url, cookie=cookie) as reviewer:
        reviewer.get(f"/articles/{article}/").ok()
        assert reviewer.get("/articles/0/").status == 404
        assert reviewer.get("/api/v1/articles/0/").status == 404
        # Nobody's token: a write without the CSRF token.
        assert reviewer.post(f"/api/v1/articles/{article}/extract/").status == 403
    with Client(site.base_url, "fct_nobody") as stranger:
        assert stranger.get("/api/v1/me/").status == 401
    logged = site.worker_log.stat().st_size
    site.kill_worker()
    site.wait_for_worker(after=logged)
    site.stop()
    offenders = [
        f"{log.name}: {line[:160]}"
        for log in (site.web_log, site.worker_log)
        for line in log.read_text().splitlines()
        if not is_event(line)
    ]
    assert offenders == []

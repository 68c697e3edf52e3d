"""Workers that die in the middle of their work: nothing is lost, nothing is done twice."""

# The queries are built from numbers and names of the tests themselves.
# ruff: noqa: S608

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bench.live import (
    Client,
    another_worker,
    execute,
    import_folder,
    make_keys,
    rows,
    verify_history,
    wait_until_extracted,
    write_articles,
)
from tests.stack import Stack, children, running_stack, wait_until

pytestmark = [pytest.mark.broker, pytest.mark.slow]

# Work for some seconds, so that there is a middle in which to be killed.
ARTICLES = 50
RUNNING = "SELECT DISTINCT worker FROM annotations_job WHERE state = 'running'"
# What people made, as one comparable list.
PEOPLES_WORK = (
    "SELECT c.id, c.revision, c.state, c.normalised, s.start, s.{end}, s.quote"
    " FROM annotations_claim c JOIN annotations_claimspan s ON s.claim_id = c.id"
    " ORDER BY 1, 5"
)


@pytest.fixture(
    scope="module",
    # The others by hand: RECOVERY=all. tests/faults kills all of them, on PostgreSQL.
    params=[("sqlite", "filesystem")]
    + (
        [("postgres", "rabbitmq"), ("postgres", "redis")]
        if os.environ.get("RECOVERY") == "all"
        else []
    ),
    ids="-".join,
)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """A site whose workers are killed: not the one that other tests share."""
    database, broker = request.param
    with running_stack(
        tmp_path_factory.mktemp("recovery"), database=database, broker=broker
    ) as site:
        wait_until_extracted(site)
        yield site


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """The same moments each time for one test, others for another."""
    return random.Random(request.node.name)


def start_work(
    site: Stack, folder: Path, seed: int, count: int = ARTICLES, sentences: int = 60
) -> list[int]:
    """Import articles; their ids. The worker begins with the first while the last are read."""
    names = [path.name for path in write_articles(folder, count, seed=seed, sentences=sentences)]
    assert f"{count} imported" in import_folder(site, folder)
    listed = ", ".join(f"'{name}'" for name in names)
    found = rows(site, f"SELECT id FROM annotations_article WHERE source_name IN ({listed})")
    assert len(found) == count
    return [article for (article,) in found]


def claims_by_people(site: Stack) -> list[tuple[Any, ...]]:
    """Claims of a person on the sample articles: one selected, two accepted."""
    (key,) = make_keys(site, "reviewer")
    with Client(site.base_url, key) as reviewer:
        pending = reviewer.get("/api/v1/suggestions/?outcome=pending").ok()["results"]
        for suggestion in pending[:2]:
            reviewer.post(f"/api/v1/suggestions/{suggestion['id']}/accept/", {}).ok()
        article, text = rows(
            site, "SELECT article_id, text FROM annotations_articletext ORDER BY id LIMIT 1"
        )[0]
        span = {"start": 0, "end": 12, "quote": text[:12]}
        reviewer.post("/api/v1/claims/", {"article": article, "spans": [span]}).ok()
    return peoples_work(site)


def peoples_work(site: Stack) -> list[tuple[Any, ...]]:
    quoted = '"end"'
    return rows(site, PEOPLES_WORK.format(end=quoted))


def in_the_middle(site: Stack, chance: random.Random) -> None:
    """Wait for a moment at which a living worker has jobs."""

    def at_work() -> bool:
        return any(is_alive(int(worker.rpartition(":")[2])) for (worker,) in rows(site, RUNNING))

    wait_until(at_work, 60, "a worker has jobs")
    time.sleep(chance.uniform(0, 0.5))


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def assert_extracted_once(site: Stack, articles: list[int]) -> None:
    """One done job, one run and no suggestion twice, for each of the articles."""
    listed = ", ".join(map(str, articles))
    jobs = rows(
        site,
        "SELECT article_id, count(*), min(state), max(state) FROM annotations_job"
        f" WHERE article_id IN ({listed}) GROUP BY article_id",
    )
    assert sorted(jobs) == [(article, 1, "done", "done") for article in sorted(articles)]
    runs = rows(
        site,
        "SELECT r.article_id, count(*), min(r.suggestion_count), max(r.id)"
        f" FROM annotations_detectionrun r WHERE r.article_id IN ({listed}) GROUP BY r.article_id",
    )
    assert sorted(runs)[0][0] == min(articles)
    assert [(article, n) for article, n, *_ in sorted(runs)] == [(a, 1) for a in sorted(articles)]
    state = rows(
        site, f"SELECT id, state, current_run_id FROM annotations_article WHERE id IN ({listed})"
    )
    current = {article: run for article, _, _, run in runs}
    assert all(run == current[article] for article, _, run in state)
    assert {where for _, where, _ in state} == {"ready"}
    written = rows(
        site,
        "SELECT article_id, count(*), count(DISTINCT run_id * 1000000 + start)"
        f" FROM annotations_suggestion WHERE article_id IN ({listed}) GROUP BY article_id",
    )
    assert all(total == distinct for _, total, distinct in written)
    expected = {article: n for article, _, n, _ in runs if n}
    assert {article: total for article, total, _ in written} == expected
    events = rows(
        site,
        "SELECT article_id, count(*) FROM annotations_event"
        f" WHERE kind = 'run.recorded' AND article_id IN ({listed}) GROUP BY article_id",
    )
    assert sorted(events) == [(article, 1) for article in sorted(articles)]


def left(site: Stack, articles: list[int]) -> int:
    """How many of them are not extracted yet."""
    listed = ", ".join(map(str, articles))
    unfinished = "SELECT count(*) FROM annotations_job WHERE state <> 'done'"
    return int(rows(site, f"{unfinished} AND article_id IN ({listed})")[0][0])


def attempts(site: Stack, articles: list[int]) -> dict[int, int]:
    """How many articles needed how many attempts."""
    listed = ", ".join(map(str, articles))
    return dict(
        rows(
            site,
            "SELECT attempts, count(*) FROM annotations_job"
            f" WHERE article_id IN ({listed}) GROUP BY attempts",
        )
    )


def test_a_killed_worker(site: Stack, chance: random.Random, tmp_path: Path) -> None:
    """Killed twice, with its children and alone, and started again by the supervisor."""
    work = claims_by_people(site)
    articles = start_work(site, tmp_path / "a", seed=1)
    in_the_middle(site, chance)
    log_size = site.worker_log.stat().st_size
    site.kill_worker()
    assert left(site, articles) > 0
    site.wait_for_worker(after=log_size)
    # Then, once it is back, what extracts, as the system does that is short of memory. A worker
    # whose tasks have a process of their own lives on.
    in_the_middle(site, chance)
    worker = site.worker_pid()
    assert worker
    for process in children(worker) or [worker]:
        os.kill(process, signal.SIGKILL)
    wait_until_extracted(site)

    assert_extracted_once(site, articles)
    needed = attempts(site, articles)
    assert sum(needed.values()) == ARTICLES
    assert set(needed) <= {1, 2, 3}
    assert peoples_work(site) == work
    verify_history(site)


def test_one_of_two_workers_is_killed(site: Stack, chance: random.Random, tmp_path: Path) -> None:
    work = peoples_work(site)
    with another_worker(site) as second:
        articles = start_work(site, tmp_path / "b", seed=2)
        in_the_middle(site, chance)
        os.killpg(second.pid, signal.SIGKILL)
        assert left(site, articles) > 0
        wait_until_extracted(site)
    assert_extracted_once(site, articles)
    assert peoples_work(site) == work


def test_two_workers_share_the_work(site: Stack, tmp_path: Path) -> None:
    with another_worker(site, "third"):
        # Enough for the second to come to it at one of its looks, however quick the first is.
        articles = start_work(site, tmp_path / "c", seed=3, count=3 * ARTICLES)
        wait_until_extracted(site)
        listed = ", ".join(map(str, articles))
        workers = rows(
            site, f"SELECT DISTINCT worker FROM annotations_job WHERE article_id IN ({listed})"
        )
        assert len(workers) == 2
    assert_extracted_once(site, articles)
    assert set(attempts(site, articles)) == {1}


def test_the_whole_site_is_killed(site: Stack, chance: random.Random, tmp_path: Path) -> None:
    """As by a power cut: supervisor, web server and worker at once."""
    articles = start_work(site, tmp_path / "d", seed=4)
    in_the_middle(site, chance)
    groups = [site.web_pid(), site.worker_pid()]
    os.kill(site.supervisor_pid, signal.SIGKILL)
    for group in groups:
        assert group
        os.killpg(group, signal.SIGKILL)
    assert left(site, articles) > 0
    site.stop()
    site.start()
    wait_until_extracted(site)
    assert_extracted_once(site, articles)
    verify_history(site)


def test_lost_messages(site: Stack, tmp_path: Path) -> None:
    """The broker forgets everything; the sweeper tells the worker again a minute later."""
    # Asleep, so that it has taken none of the messages when they are lost.
    with site.worker_asleep():
        articles = start_work(site, tmp_path / "e", seed=5, count=8, sentences=20)
        lose_messages(site)
        # A minute passes.
        past = (
            "now() - interval '2 minutes'" if on_postgres(site) else "datetime('now', '-2 minutes')"
        )
        execute(site, f"UPDATE annotations_job SET sent_at = {past} WHERE state = 'queued'")
    wait_until_extracted(site)
    assert_extracted_once(site, articles)


def on_postgres(site: Stack) -> bool:
    return "DATABASE_URL" in site.env


def lose_messages(site: Stack) -> None:
    broker = site.env.get("CELERY_BROKER_URL")
    if broker is None:
        for message in (site.var / "broker" / "messages").iterdir():
            message.unlink()
        return
    import kombu

    with kombu.Connection(broker) as connection:
        connection.default_channel.queue_purge(site.env["CELERY_QUEUE"])

"""Every database with every kind of broker, and what happens while the broker is away."""

# The queries are built from numbers and names of the tests themselves.
# ruff: noqa: S608

from __future__ import annotations

import contextlib
import os
import selectors
import shutil
import signal
import socket
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import stack as stacks
from tests.bench.live import (
    Client,
    execute,
    import_folder,
    make_keys,
    rows,
    sign_in,
    verify_history,
    wait_until_extracted,
    write_articles,
)
from tests.e2e.conftest import Site
from tests.fleet import fleet
from tests.services_needed import RABBITMQ_URL, REDIS_URL, require
from tests.stack import ROOT, Stack, running_stack, wait_until

pytestmark = [pytest.mark.broker, pytest.mark.slow]

SEEDS = len(list((ROOT / "seeds").glob("*.txt")))


@pytest.mark.parametrize(
    ("database", "broker"),
    [
        # Each database and each broker; all six take as long again.
        ("sqlite", "filesystem"),
        ("sqlite", "rabbitmq"),
        ("postgres", "redis"),
    ],
)
def test_the_samples_are_extracted_and_can_be_again(
    shared_stack: Callable[..., Stack], database: str, broker: str
) -> None:
    site = shared_stack(database=database, broker=broker)
    wait_until_extracted(site)
    assert sign_in(site, "admin")
    seeds = rows(
        site,
        "SELECT a.id, a.state, r.suggestion_count FROM annotations_article a"
        " JOIN annotations_detectionrun r ON r.id = a.current_run_id"
        f" WHERE a.source_name IN ({names_of_seeds()})",
    )
    assert len(seeds) == SEEDS
    assert all(count > 0 for _, _, count in seeds)

    (key,) = make_keys(site, "reviewer")
    with Client(site.base_url, key) as reviewer:
        for article, _, count in seeds:
            before = runs(site, article)
            asked = reviewer.post(f"/api/v1/articles/{article}/extract/")
            assert asked.status == 202
            job = asked.body["id"]
            wait_until(
                lambda job=job: reviewer.get(f"/api/v1/jobs/{job}/").ok()["state"] == "done",
                30,
                f"job {job} is done",
            )
            # A run beside the ones before it, with the same suggestions in the same places.
            assert len(runs(site, article)) == len(before) + 1
            listed = reviewer.all(f"/api/v1/suggestions/?article={article}")
            assert len(listed) == count
            assert len({(s["start"], s["end"]) for s in listed}) == count
    verify_history(site)


@pytest.mark.parametrize(("database", "broker"), [("postgres", "redis"), ("postgres", "rabbitmq")])
def test_a_second_worker_joins_a_bulk_run_without_looking_for_it(
    tmp_path: Path, database: str, broker: str
) -> None:
    """One message begins the run, and nobody looks for work before the test is over: that both
    are at it at one time is by the message that each turn begins with."""
    require(*({database, broker} & {"postgres", "redis", "rabbitmq"}))
    write_articles(tmp_path / "texts", 60, seed=9, sentences=20)
    settings = {
        "JOB_SWEEP_SECONDS": "600",
        # A batch a turn, so that what one worker has fetched ahead delays the other by a batch.
        "EXTRACTION_SLICE_SECONDS": "0",
        "EXTRACTION_BATCH_ARTICLES": "2",
    }
    with fleet(tmp_path, database=database, broker=broker, **settings) as site:
        stack = site.stack()
        site.manage("import_corpus", str(tmp_path / "texts"), "--corpus", "Bulk")
        waits = "state = 'queued' AND kind = 'extraction' AND bulk"
        execute(stack, f"UPDATE annotations_job SET due_at = '2999-01-01' WHERE {waits}")
        for name in ("worker0", "worker1"):
            site.worker(name)
        seen = "SELECT count(*) FROM annotations_workerheartbeat"
        wait_until(lambda: rows(stack, seen) == [(2,)], 30, "both have begun to look")
        # Their next look is after the test.
        time.sleep(2)
        execute(stack, f"UPDATE annotations_job SET due_at = '2001-01-01' WHERE {waits}")
        site.shell(
            "from annotations.services.leases import jobs_go_on\n"
            "assert jobs_go_on(kind='extraction')"
        )
        wait_until_extracted(stack)
        taken = rows(
            stack,
            "SELECT worker, started_at, finished_at, attempts FROM annotations_job"
            " WHERE due_at = '2001-01-01' AND kind = 'extraction'",
        )
        runs = "SELECT count(*), count(DISTINCT article_id) FROM annotations_detectionrun"
        assert rows(stack, runs) == [(60, 60)]
    assert len({worker for worker, *_ in taken}) == 2
    assert {attempts for *_, attempts in taken} == {1}
    together = [
        (mine, other)
        for mine, begun, ended, _ in taken
        for other, at, _, _ in taken
        if mine != other and begun < at < ended
    ]
    assert together, "they took turns, and were never at it at one time"


_EXPORT = """
from django.db import transaction
from annotations.exporting import FORMATS, Options, Selection
from annotations.models import Corpus
from annotations.services.exports import export_request
asked = {"selection": Selection(), "options": Options()}
with transaction.atomic():
    corpus = Corpus.objects.get(name="Bulk")
    export_request(actor=None, corpus=corpus, format_=FORMATS["jsonl"], **asked)
"""


def test_an_idle_worker_takes_over_what_a_busy_one_has_fetched_ahead(tmp_path: Path) -> None:
    require("postgres", "redis")
    write_articles(tmp_path / "texts", 60, seed=10, sentences=200)
    # All in one batch, so that the first worker has enough to do, and nothing is left to tell of.
    settings = {"EXTRACTION_BATCH_WORDS": "1000000", "WORKER_SILENCE_SECONDS": "300"}
    with fleet(tmp_path, broker="redis", **settings) as site:
        stack = site.stack()
        site.worker("busy")
        site.manage("import_corpus", str(tmp_path / "texts"), "--corpus", "Bulk")
        under_way = "SELECT count(*) FROM annotations_job WHERE state = 'running'"
        wait_until(lambda: rows(stack, under_way)[0][0] > 0, 30, "the batch is under way")
        site.shell(_EXPORT)
        time.sleep(2)
        busy = site.processes["busy"]
        os.kill(busy.pid, signal.SIGSTOP)
        assert rows(stack, under_way)[0][0] > 0, "it is in the middle of it"
        site.worker("idle")
        state = "SELECT state FROM annotations_job WHERE kind = 'export'"
        # Long before a message counts as lost, which is a minute.
        wait_until(lambda: rows(stack, state) == [("done",)], 40, "the export is written")
        assert rows(stack, under_way)[0][0] > 0
        os.kill(busy.pid, signal.SIGCONT)
        wait_until_extracted(stack)
        runs = "SELECT count(*), count(DISTINCT article_id) FROM annotations_detectionrun"
        assert rows(stack, runs) == [(60, 60)]


def names_of_seeds() -> str:
    return ", ".join(f"'{path.name}'" for path in (ROOT / "seeds").glob("*.txt"))


def runs(site: Stack, article: int) -> list[int]:
    found = rows(site, f"SELECT id FROM annotations_detectionrun WHERE article_id = {article}")
    return [run for (run,) in found]


# --- A broker that goes away ---------------------------------------------------------------


class Line:
    """A line to a server that can be cut and mended: a small TCP forwarder."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self._selector = selectors.DefaultSelector()
        self._ended = False
        self.port = 0
        self.mend()
        self._thread = threading.Thread(target=self._forward, daemon=True)
        self._thread.start()

    def mend(self) -> None:
        with self._lock:
            if self._listener:
                return
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", self.port))
            listener.listen(64)
            self.port = listener.getsockname()[1]
            self._listener = listener
            self._selector.register(listener, selectors.EVENT_READ)

    def cut(self) -> None:
        """Whoever is connected is cut off, and whoever connects is refused."""
        with self._lock:
            if self._listener:
                self._selector.unregister(self._listener)
                self._listener.close()
                self._listener = None
            for side in list(self._pairs):
                self._close(side)

    def end(self) -> None:
        self.cut()
        self._ended = True
        self._thread.join(timeout=5)

    def _close(self, side: socket.socket) -> None:
        other = self._pairs.pop(side, None)
        for end in (side, other):
            if end is not None:
                self._pairs.pop(end, None)
                with contextlib.suppress(KeyError, ValueError):
                    self._selector.unregister(end)
                end.close()

    def _forward(self) -> None:
        while not self._ended:
            ready = self._selector.select(timeout=0.05)
            with self._lock:
                for key, _ in ready:
                    self._one(key.fileobj)  # type: ignore[arg-type]

    def _one(self, end: socket.socket) -> None:
        with contextlib.suppress(OSError, KeyError):
            if end is self._listener:
                client, _ = end.accept()
                server = socket.create_connection(self._target, timeout=5)
                for one, other in ((client, server), (server, client)):
                    self._pairs[one] = other
                    self._selector.register(one, selectors.EVENT_READ)
                return
            try:
                data = end.recv(65536)
                if data:
                    self._pairs[end].sendall(data)
                    return
            except OSError:
                pass
            self._close(end)


@contextlib.contextmanager
def line_to(name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """Sites started inside reach that broker over a line of their own."""
    constant, url = {
        "redis": ("REDIS_URL", REDIS_URL),
        "rabbitmq": ("RABBITMQ_URL", RABBITMQ_URL),
    }[name]
    require(name)
    address = urllib.parse.urlsplit(url)
    assert address.hostname
    assert address.port
    line = Line(address.hostname, address.port)
    try:
        user, at, _ = address.netloc.rpartition("@")
        over = address._replace(netloc=f"{user}{at}127.0.0.1:{line.port}")
        monkeypatch.setattr(stacks, constant, over.geturl())
        yield line
    finally:
        line.end()


@pytest.fixture(
    params=[("postgres", "redis"), ("sqlite", "rabbitmq")],
    ids="-".join,
)
def cuttable(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Stack, Line]]:
    """A site, and the line to its broker."""
    database, broker = request.param
    with contextlib.ExitStack() as running:
        line = running.enter_context(line_to(broker, monkeypatch))
        site = running.enter_context(running_stack(tmp_path, database=database, broker=broker))
        try:
            yield site, line
        finally:
            # What the site leaves on the broker is removed over the line.
            line.mend()


def test_while_the_broker_is_away_work_waits_and_nobody_sees_an_error(
    cuttable: tuple[Stack, Line], tmp_path: Path
) -> None:
    site, broker = cuttable
    wait_until_extracted(site)
    admin_key, key = make_keys(site, "admin", "reviewer")
    texts = [path.read_text() for path in write_articles(tmp_path / "new", 4, seed=7, sentences=20)]
    worker = site.worker_pid()
    with Client(site.base_url, admin_key) as admin, Client(site.base_url, key) as reviewer:
        corpus = admin.get("/api/v1/corpora/").ok()["results"][0]["id"]
        ready = admin.get("/readyz")
        assert (ready.status, ready.body["checks"]["broker"]) == (200, "ok")

        broker.cut()
        unready = admin.get("/readyz")
        assert (unready.status, unready.body["checks"]["broker"]) == (503, "unreachable")
        assert unready.body["checks"]["database"] == "ok"
        assert admin.get("/healthz").status == 200
        created, slowest = [], 0.0
        for text in texts:
            begun = time.monotonic()
            answer = admin.post("/api/v1/articles/", {"corpus": corpus, "text": text})
            slowest = max(slowest, time.monotonic() - begun)
            assert answer.status == 201, answer.body
            created.append(answer.body["id"])
        # Nobody waits for the broker either.
        assert slowest < 2
        assert "imported" in import_folder(site, write_lot(tmp_path), "Sample")
        again = reviewer.post(f"/api/v1/articles/{oldest(site)}/extract/")
        assert again.status == 202
        for article in created:
            status = reviewer.get(f"/api/v1/articles/{article}/status/").ok()
            assert status["job"]["state"] in {"queued", "running", "done"}

        broker.mend()
        wait_until_extracted(site)
        wait_until(lambda: admin.get("/readyz").status == 200, 30, "the site is ready again")
        for article in created:
            assert reviewer.get(f"/api/v1/articles/{article}/").ok()["state"] == "ready"
            assert len(runs(site, article)) == 1
        # And what comes afterwards goes its usual way.
        after = reviewer.post(f"/api/v1/articles/{created[0]}/extract/").ok()["id"]
        wait_until(
            lambda: reviewer.get(f"/api/v1/jobs/{after}/").ok()["state"] == "done",
            30,
            "the broker's messages arrive again",
        )
    assert site.worker_pid() == worker, "the worker had to be started again"
    verify_history(site)


def write_lot(folder: Path) -> Path:
    write_articles(folder / "lot", 3, seed=8, sentences=20)
    return folder / "lot"


def oldest(site: Stack) -> int:
    return int(rows(site, "SELECT min(id) FROM annotations_article")[0][0])


def test_a_site_starts_without_its_broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its pages are there, its work waits, and is done when the broker comes."""
    with line_to("redis", monkeypatch) as line:
        line.cut()
        try:
            with running_stack(tmp_path, broker="redis", worker=False, first_run=True) as site:
                with Client(site.base_url) as anybody:
                    assert anybody.get("/healthz").status == 200
                    unready = anybody.get("/readyz")
                    assert unready.status == 503
                    assert unready.body["checks"]["broker"] == "unreachable"
                line.mend()
                site.wait_for_worker()
                wait_until_extracted(site)
                assert rows(site, "SELECT count(*) FROM annotations_detectionrun") == [(SEEDS,)]
        finally:
            # What the site leaves on the broker is removed over the line.
            line.mend()


class TestEmbeddedBroker:
    """A new article still comes through: by its message, since the sweeper's takes a minute."""

    @pytest.mark.parametrize("content", [b"", b"{", b'{"body": 1}', b"\xff\xfe\x00"])
    def test_a_broken_message_stops_nothing(self, stack: Stack, site: Site, content: bytes) -> None:
        """As a process leaves it that is killed while it writes."""
        wait_until_extracted(stack)
        worker, queue = stack.worker_pid(), stack.env["CELERY_QUEUE"]
        broken = stack.var / "broker" / "messages" / f"0_broken.{queue}.msg"
        broken.write_bytes(content)
        wait_until(lambda: not broken.exists(), 20, "the worker has taken the message")
        site.article()
        assert stack.worker_pid() == worker

    def test_a_deleted_folder_is_made_again(self, stack: Stack, site: Site) -> None:
        wait_until_extracted(stack)
        worker = stack.worker_pid()
        shutil.rmtree(stack.var / "broker")
        site.article()
        assert stack.worker_pid() == worker

    def test_a_broken_table_is_mended_at_the_next_start(self, stack: Stack, site: Site) -> None:
        wait_until_extracted(stack)
        for table in (stack.var / "broker" / "control").iterdir():
            table.write_bytes(b"")
        stack.restart()
        site.article()

    def test_leaves_no_file_behind(self, stack: Stack, site: Site) -> None:
        site.article()
        messages = stack.var / "broker" / "messages"
        wait_until(lambda: not list(messages.iterdir()), 10, "all messages are taken")

"""A whole site as ``make run`` starts it, for the tests that need the real thing.

The real supervisor, web server and worker, in a folder of the test's own, on a free port, with
the database and the broker asked for. Fixtures in ``conftest.py`` start and stop it.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import json
import os
import re
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.environment import CHOSEN
from tests.services_needed import POSTGRES_URL, RABBITMQ_URL, REDIS_URL, require

ROOT = Path(__file__).resolve().parent.parent
SUPERVISOR = [sys.executable, "-I", str(ROOT / "factcheck" / "supervisor.py")]
START_SECONDS = 150


# Runs scripts, one a line as JSON; answers with what each printed and what went wrong.
_LISTENER = f"""
import contextlib, io, json, sys, traceback
from django.db import close_old_connections
sys.path.insert(0, {str(ROOT)!r})
for line in sys.stdin:
    printed, failed = io.StringIO(), ""
    try:
        with contextlib.redirect_stdout(printed):
            exec(json.loads(line), {{}})
    except Exception:
        failed = traceback.format_exc()
    close_old_connections()
    print(json.dumps([printed.getvalue(), failed]), flush=True)
"""


def clean_environment(**changes: str) -> dict[str, str]:
    """This process's environment without what the tests have set for themselves."""
    left = {name: value for name, value in os.environ.items() if name not in CHOSEN}
    for name in ("HOST", "PORT", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
        left.pop(name, None)
    return left | changes


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"Not within {seconds:.0f} s: {what}")
        time.sleep(0.05)


def group_members(group: int) -> list[int]:
    """The living processes of a process group."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,pgid=,stat="], capture_output=True, text=True, check=True
    )
    rows = [line.split() for line in listed.stdout.splitlines()]
    return [int(pid) for pid, pgid, state in rows if int(pgid) == group and state[0] != "Z"]


@dataclass
class Stack:
    """One site. ``start`` and ``stop`` may alternate: what it keeps stays."""

    var: Path
    env: dict[str, str] = field(default_factory=dict)
    command: list[str] = field(default_factory=lambda: list(SUPERVISOR))
    cwd: Path = ROOT
    base_url: str = ""
    start_seconds: float = 0.0
    _process: subprocess.Popen[bytes] | None = None
    _output_start: int = 0
    _shell: subprocess.Popen[str] | None = None

    def __post_init__(self) -> None:
        self.env = clean_environment(**({"VAR_DIR": str(self.var), "PORT": "0"} | self.env))
        self._output = self.var.parent / f"{self.var.name}.out"
        self._output.touch()

    # --- what it says and keeps -----------------------------------------------------------

    @property
    def output(self) -> str:
        """What the command has printed since its last start."""
        return self._output.read_text()[self._output_start :]

    @property
    def web_log(self) -> Path:
        return self.var / "log" / "web.log"

    @property
    def worker_log(self) -> Path:
        return self.var / "log" / "worker.log"

    @property
    def passwords(self) -> dict[str, str]:
        """The first passwords, by name: ``admin`` and ``reviewer``."""
        lines = (self.var / "first-passwords.txt").read_text().splitlines()
        return dict(line.split() for line in lines)

    # --- its life ---------------------------------------------------------------------------

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the command without waiting for anything."""
        self._output_start = len(self._output.read_text())
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                self.command,
                env=self.env,
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # Signals sent to its group, as a terminal does, must not reach pytest.
                start_new_session=True,
            )
        return self._process

    def start(self, *, worker: bool = True) -> Stack:
        """Start, and wait for the web server's first answer and, if asked, for the worker."""
        begun = time.monotonic()
        worker_log_start = self._size(self.worker_log)
        process = self.launch()
        wait_until(
            lambda: "is running at" in self.output or process.poll() is not None,
            START_SECONDS,
            f"the web server answers; it said: {self.output}",
        )
        self.start_seconds = time.monotonic() - begun
        if process.poll() is not None:
            raise AssertionError(f"The site ended with {process.returncode}:\n{self.output}")
        found = re.search(r"is running at (http://\S+?)/?\n", self.output)
        assert found
        self.base_url = found[1]
        if worker:
            self.wait_for_worker(worker_log_start)
        return self

    def wait_for_worker(self, after: int = 0) -> None:
        """Wait until a worker has said, past that byte of its log, that it takes tasks."""

        def ready() -> bool:
            if not self.worker_log.exists():
                return False
            with self.worker_log.open("rb") as log:
                log.seek(after)
                return b" ready." in log.read()

        wait_until(ready, START_SECONDS, f"the worker is ready; see {self.worker_log}")

    def stop(self, number: int = signal.SIGTERM, *, group: bool = False) -> int:
        """Ask it to stop and wait; returns its exit code. ``group``: as Ctrl-C in a terminal."""
        process = self._process
        if process is None:
            return 0
        if process.poll() is None:
            if group:
                os.killpg(process.pid, number)
            else:
                process.send_signal(number)
        try:
            return process.wait(timeout=30)
        finally:
            self._process = None

    def restart(self, *, worker: bool = True) -> Stack:
        self.stop()
        return self.start(worker=worker)

    def destroy(self) -> None:
        """Stop at once and by any means; for the end of a test that may have failed anywhere."""
        if self._shell:
            self._shell.kill()
            self._shell.communicate()
        groups = [pid for pid in (self.web_pid(), self.worker_pid()) if pid]
        if self._process and self._process.poll() is None:
            # A second signal stops it without waiting for its work.
            self._process.terminate()
            time.sleep(0.2)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.stop()
        for group in groups:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)

    # --- its processes ------------------------------------------------------------------------

    @property
    def supervisor_pid(self) -> int:
        """The supervisor's process id; under ``make`` it is a descendant of the command."""
        assert self._process
        pid = self._process.pid
        while True:
            below = children(pid)
            named = [child for child in below if "supervisor.py" in command_line(child)]
            if not named:
                return pid
            pid = named[0]

    def _child(self, part: str) -> int | None:
        if self._process is None:
            return None
        below = children(self.supervisor_pid)
        return next((pid for pid in below if part in command_line(pid)), None)

    def web_pid(self) -> int | None:
        """The web server's first process, which leads its process group."""
        return self._child("manage.py start")

    def worker_pid(self) -> int | None:
        """The worker's first process, which leads its process group."""
        return self._child("celery")

    def kill_worker(self) -> None:
        """``kill -9`` to the worker's whole group, as an out-of-memory kill or a power cut."""
        pid = self.worker_pid()
        assert pid, "no worker is running"
        os.killpg(pid, signal.SIGKILL)

    @contextlib.contextmanager
    def worker_asleep(self) -> Iterator[None]:
        """The worker's group stopped, but not while it holds SQLite's one lock for writing."""
        pid = self.worker_pid()
        assert pid, "no worker is running"
        os.killpg(pid, signal.SIGSTOP)
        try:
            while self._is_locked():
                os.killpg(pid, signal.SIGCONT)
                time.sleep(0.1)
                os.killpg(pid, signal.SIGSTOP)
            yield
        finally:
            os.killpg(pid, signal.SIGCONT)

    def _is_locked(self) -> bool:
        path = self.var / "db.sqlite3"
        if "DATABASE_URL" in self.env or not path.exists():
            return False
        with contextlib.closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as held:
            try:
                held.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
            held.execute("ROLLBACK")
        return False

    def manage(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a management command on this site."""
        done = subprocess.run(
            [*SUPERVISOR, "manage", *arguments],
            env=self.env,
            cwd=self.cwd,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"manage {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done

    def shell(self, script: str) -> str:
        """Run Python on this site, with the tests' modules; what it printed.

        In one process for all scripts, because each would take seconds to load the site.
        """
        if self._shell is None:
            self._shell = subprocess.Popen(
                [*SUPERVISOR, "manage", "shell", "--no-imports", "-v0", "-c", _LISTENER],
                env=self.env,
                cwd=self.cwd,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._shell.stdin
        assert self._shell.stdout
        self._shell.stdin.write(json.dumps(script) + "\n")
        self._shell.stdin.flush()
        printed, failed = json.loads(self._shell.stdout.readline())
        assert not failed, failed
        return str(printed)

    @staticmethod
    def _size(path: Path) -> int:
        return path.stat().st_size if path.exists() else 0


def children(pid: int) -> list[int]:
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    rows = [line.split() for line in listed.stdout.splitlines()]
    return [int(child) for child, parent in rows if int(parent) == pid]


def command_line(pid: int) -> str:
    listed = subprocess.run(
        ["ps", "-ww", "-p", str(pid), "-o", "args="], capture_output=True, text=True, check=False
    )
    return listed.stdout.strip()


@contextlib.contextmanager
def running_stack(
    folder: Path,
    *,
    database: str = "sqlite",
    broker: str = "filesystem",
    worker: bool = True,
    first_run: bool = False,
    **env: str,
) -> Iterator[Stack]:
    """A started site on the database (sqlite, postgres) and broker (filesystem, redis, rabbitmq).

    On SQLite it begins as a first run left it, its samples extracted; with ``first_run``, and on
    PostgreSQL, it makes its tables and samples itself. What it makes on a shared server has a
    name of its own, and is removed at the end.
    """
    name = f"factcheck_{secrets.token_hex(4)}"
    with contextlib.ExitStack() as after:
        env = {"CELERY_QUEUE": name, "JOB_SWEEP_SECONDS": "1", **env}
        if database == "postgres":
            env["DATABASE_URL"] = after.enter_context(postgres_database(name))
        if broker == "redis":
            env["CELERY_BROKER_URL"] = after.enter_context(redis_keys(name))
        elif broker == "rabbitmq":
            env["CELERY_BROKER_URL"] = after.enter_context(rabbitmq_queues(name))
        stack = Stack(folder / name, env)
        after.callback(stack.destroy)
        made = _first_site()
        given = ASSETS if first_run or database != "sqlite" else (*ASSETS, *ESTATE)
        _copy(made, stack.var, given)
        stack.start(worker=worker)
        yield stack


# What a site keeps, of which others may begin. Page assets take seconds to make, and so do tables.
# Should the assets be out of date, their stamp shows it.
ASSETS = ("static", "static.stamp")
ESTATE = ("db.sqlite3", "secret_key", "first-passwords.txt")
# Of this run: its processes, and what they start, find one folder here. Who makes it removes it.
_RUN = "FACTCHECK_TESTS_FOLDER"
if not os.environ.get(_RUN):
    os.environ[_RUN] = tempfile.mkdtemp(prefix="factcheck-first-site-")
    atexit.register(shutil.rmtree, os.environ[_RUN], ignore_errors=True)


def _first_site() -> Path:
    """The folder of a site that ran once, to its end, and then stopped; made by whoever is first.

    The others wait: it takes them less time than making their own beside it.
    """
    folder = Path(os.environ[_RUN])
    var = folder / "var"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            shutil.rmtree(var, ignore_errors=True)
            stack = Stack(var)
            try:
                stack.start()
                wait_until(lambda: _extracted(var), START_SECONDS, "the samples are extracted")
                assert stack.stop() == 0
            finally:
                stack.destroy()
            (folder / "made").touch()
    return var


def copy_assets(var: Path) -> bool:
    """Give a site the page assets of the first one, if that was made already."""
    folder = Path(os.environ[_RUN])
    if not (folder / "made").exists():
        return False
    _copy(folder / "var", var, ASSETS)
    return True


def _extracted(var: Path) -> bool:
    """Whether no job of the site is left to do."""
    with contextlib.closing(sqlite3.connect(var / "db.sqlite3", timeout=30)) as database:
        done = database.execute("SELECT count(*), sum(state = 'done') FROM annotations_job")
        total, finished = done.fetchone()
    return bool(total) and total == finished


def _copy(source: Path, target: Path, names: Sequence[str]) -> None:
    target.mkdir(mode=0o700, exist_ok=True)
    for name in names:
        copy = shutil.copytree if (source / name).is_dir() else shutil.copy2
        copy(source / name, target / name)


@contextlib.contextmanager
def postgres_database(name: str) -> Iterator[str]:
    import psycopg
    from psycopg import sql

    require("postgres")
    with psycopg.connect(POSTGRES_URL, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            address, _, options = POSTGRES_URL.partition("?")
            url = f"{address.rpartition('/')[0]}/{name}"
            yield f"{url}?{options}" if options else url
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            connection.execute(drop.format(sql.Identifier(name)))


@contextlib.contextmanager
def redis_keys(name: str) -> Iterator[str]:
    import redis

    require("redis")
    try:
        yield REDIS_URL
    finally:
        with redis.Redis.from_url(REDIS_URL) as client:
            for key in client.scan_iter(match=f"*{name}*"):
                client.delete(key)


@contextlib.contextmanager
def rabbitmq_queues(name: str) -> Iterator[str]:
    import kombu

    require("rabbitmq")
    try:
        yield RABBITMQ_URL
    finally:
        with kombu.Connection(RABBITMQ_URL) as connection:
            channel = connection.channel()
            for queue in (name, f"{name}-bulk"):
                channel.queue_delete(queue)
            channel.exchange_delete(name)

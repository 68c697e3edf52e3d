"""A site of several processes, as ``docs/deployment.md`` describes one: gunicorn, and workers that
take from one queue or both, on a shared database and broker.

``tests/stack.py`` has the site of ``make run``; this one has no supervisor, so that a test may
start, kill and freeze each process by itself.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.stack import (
    ROOT,
    Stack,
    clean_environment,
    copy_assets,
    postgres_database,
    rabbitmq_queues,
    redis_keys,
    wait_until,
)

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass
class Fleet:
    """The processes by name; each leads a process group of its own."""

    name: str
    var: Path
    env: dict[str, str]
    base_url: str = ""
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise AssertionError(f"manage {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done

    def shell(self, script: str) -> str:
        return self.manage("shell", "--no-imports", "-c", script).stdout

    def log(self, name: str) -> Path:
        return self.var / f"{name}.log"

    def web(self, name: str = "web", *, processes: int = 1) -> None:
        """Start gunicorn, and wait for its first answer."""
        self.base_url = self.base_url or f"http://127.0.0.1:{free_port()}"
        bind = self.base_url.removeprefix("http://")
        command = [sys.executable, "-m", "gunicorn", "factcheck.wsgi", "--bind", bind]
        command += ["--worker-class", "gthread", "--threads", "8", "--workers", str(processes)]
        self._start(name, command)
        wait_until(lambda: self.answers("/healthz"), 60, f"{name} answers; see {self.log(name)}")

    def answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(self.base_url + path, timeout=5) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except OSError:
            return False

    def worker(
        self,
        name: str,
        *,
        queues: Sequence[str] = ("prompt", "bulk"),
        threads: int = 1,
        core: int | None = None,
        wait: bool = True,
    ) -> None:
        """Start a worker; wait until it takes tasks. ``core``: the only one that it may use."""
        names = {"prompt": self.env["CELERY_QUEUE"], "bulk": self.env["CELERY_QUEUE"] + "-bulk"}
        command = [sys.executable, "-m", "celery", "-A", "factcheck", "-q", "worker"]
        command += ["-n", f"{name}-{self.name}@%h", "--pool=threads", f"--concurrency={threads}"]
        command += ["-Q", ",".join(names[queue] for queue in queues), "--loglevel=INFO"]
        command += ["--without-gossip", "--without-mingle"]
        begun = self.log(name).stat().st_size if self.log(name).exists() else 0
        process = self._start(name, command)
        if core is not None:
            os.sched_setaffinity(process.pid, {core})

        def ready() -> bool:
            return b" ready." in self.log(name).read_bytes()[begun:]

        if wait:
            wait_until(ready, 120, f"{name} is ready; see {self.log(name)}")

    def command(self, name: str, line: str) -> None:
        """Start what a command line of ``compose.yaml`` starts, on this site's port and queues,
        under the name that it has there."""
        words = shlex.split(line)
        if words[0] == "gunicorn":
            self.base_url = self.base_url or f"http://127.0.0.1:{free_port()}"
            words[words.index("--bind") + 1] = self.base_url.removeprefix("http://")
        else:
            at = words.index("-Q") + 1
            words[at] = words[at].replace("factcheck", self.env["CELERY_QUEUE"])
            # A name of this site's own, since other tests are on the same broker.
            at = words.index("-n") + 1
            words[at] = words[at].replace("@", f"-{self.name}@")
            words.append("--loglevel=INFO")
        self._start(name, [sys.executable, "-m", *words])

    def _start(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        with self.log(name).open("ab") as output:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.processes[name] = process
        return process

    def end(self, name: str, number: signal.Signals = signal.SIGTERM) -> None:
        """A signal to the process and all below it, and wait until it is gone."""
        process = self.processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def kill(self, name: str) -> None:
        self.end(name, signal.SIGKILL)

    def stack(self) -> Stack:
        """The same for helpers that read a site's database or call its API."""
        stack = Stack(self.var, self.env)
        stack.base_url = self.base_url
        return stack


@contextlib.contextmanager
def fleet(
    folder: Path, *, database: str = "postgres", broker: str = "rabbitmq", **env: str
) -> Iterator[Fleet]:
    """The database with its tables, the broker's queues, and no process yet.

    ``database`` is postgres or sqlite, or an address; so is ``broker``: redis, rabbitmq,
    filesystem. What is made on a shared server is removed at the end.
    """
    name = f"factcheck_{secrets.token_hex(4)}"
    var = folder / name
    var.mkdir(mode=0o700)
    with contextlib.ExitStack() as after:
        given = {
            "VAR_DIR": str(var),
            "SECRET_KEY": secrets.token_urlsafe(40),
            "ALLOWED_HOSTS": "127.0.0.1",
            "HTTPS": "false",
            "CELERY_QUEUE": name,
            "JOB_SWEEP_SECONDS": "1",
            **ONE_THREAD,
        }
        if database == "postgres":
            given["DATABASE_URL"] = after.enter_context(postgres_database(name))
        elif database != "sqlite":
            given["DATABASE_URL"] = database
        if broker == "redis":
            given["CELERY_BROKER_URL"] = after.enter_context(redis_keys(name))
        elif broker == "rabbitmq":
            given["CELERY_BROKER_URL"] = after.enter_context(rabbitmq_queues(name))
        elif broker != "filesystem":
            given["CELERY_BROKER_URL"] = broker
        site = Fleet(name, var, clean_environment(**(given | env)))
        try:
            site.manage("migrate", "--verbosity", "0")
            if not copy_assets(var):
                site.manage("collectstatic", "--no-input", "--verbosity", "0")
            yield site
        finally:
            for running in list(site.processes):
                site.kill(running)

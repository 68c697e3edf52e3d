"""A PostgreSQL and a broker of our own, on free ports in a folder of ours, to be killed."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path

from tests.fleet import free_port
from tests.stack import children, wait_until


def postgres_programs() -> Path | None:
    """Where ``initdb`` and ``postgres`` are; None where PostgreSQL's server isn't installed."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@dataclass
class Server(ABC):
    """A process with a port, that can be killed with all below it and started again."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=self.environment(),
                **self.account(),
            )
        wait_until(self.is_there, 60, f"the server answers; see {self.folder / 'log'}")

    def kill(self) -> None:
        """As a power cut: the process and everything below it, with nothing said to any."""
        assert self.process
        for pid in [self.process.pid, *_below(self.process.pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    @property
    @abstractmethod
    def url(self) -> str:
        """Its address, as settings name it."""

    @abstractmethod
    def make(self) -> None:
        """Put down what it needs before its first start."""

    @abstractmethod
    def command(self) -> list[str]:
        """The command line that starts it in the foreground."""

    def environment(self) -> dict[str, str]:
        return dict(os.environ)

    def account(self) -> dict[str, object]:
        return {}

    def is_there(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def _below(pid: int) -> list[int]:
    found = children(pid)
    return found + [deeper for child in found for deeper in _below(child)]


def _give(folder: Path, name: str) -> None:
    """Under root: a folder to a server's own account, which can come in from above."""
    if os.geteuid() != 0:
        return
    owner = pwd.getpwnam(name)
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    for above in (folder.parent, folder.parent.parent):
        above.chmod(above.stat().st_mode | 0o011)


class Postgres(Server):
    """A cluster of its own. Under root it runs as ``postgres``, which will not run as root."""

    @property
    def url(self) -> str:
        return f"postgres://factcheck@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        programs = postgres_programs()
        assert programs, "PostgreSQL's server programs are not installed"
        self.folder.mkdir(parents=True)
        _give(self.folder, "postgres")
        subprocess.run(
            [programs / "initdb", "-D", self.folder / "data", "-U", "factcheck", "-A", "trust"],
            check=True,
            capture_output=True,
            **self.account(),  # type: ignore[call-overload]
        )

    def command(self) -> list[str]:
        programs = postgres_programs()
        assert programs
        options = [f"port={self.port}", "listen_addresses=127.0.0.1", "max_connections=60"]
        options += [f"unix_socket_directories={self.folder}", "logging_collector=off"]
        chosen = [part for option in options for part in ("-c", option)]
        return [str(programs / "postgres"), "-D", str(self.folder / "data"), *chosen]

    def account(self) -> dict[str, object]:
        return {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}

    def is_there(self) -> bool:
        import psycopg

        try:
            with psycopg.connect(self.url, connect_timeout=2) as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            time.sleep(0.1)
            return False
        return True


class Redis(Server):
    """One that keeps nothing on disk: killed, it has lost every message."""

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def make(self) -> None:
        self.folder.mkdir(parents=True)

    def command(self) -> list[str]:
        return [
            *("redis-server", "--port", str(self.port), "--bind", "127.0.0.1"),
            *("--save", "", "--appendonly", "no", "--dir", str(self.folder)),
        ]


class RabbitMQ(Server):
    """A node of its own. Its queues are durable, so a killed one may deliver a message twice."""

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def make(self) -> None:
        self.folder.mkdir(parents=True)
        (self.folder / "plugins").write_text("[].\n")
        (self.folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\nlog.console = true\n"
        )
        self.distribution = free_port()
        # Under root Debian's script runs it as this one.
        _give(self.folder, "rabbitmq")

    def command(self) -> list[str]:
        return ["rabbitmq-server"]

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "RABBITMQ_NODENAME": f"faults{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(self.distribution),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "logs"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "ERL_CRASH_DUMP": str(self.folder / "crash.dump"),
            "HOME": str(self.folder),
        }

    def is_there(self) -> bool:
        import kombu

        with kombu.Connection(self.url, connect_timeout=2) as connection:
            try:
                connection.connect()
            except (OSError, *connection.connection_errors):
                time.sleep(0.2)
                return False
        return True


BROKERS = {"redis": Redis, "rabbitmq": RabbitMQ}

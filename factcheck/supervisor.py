"""Runs the site on one machine: the web server and a worker, as one foreground command.

``make run`` starts this file with the virtual environment's Python. It stays resident, so it
imports the standard library only, and is run by its path: as a module it would import the
package, and with it Celery. The settings refuse to start without a key and host names; this is
where one machine gets them, before Django is loaded.

    python -I factcheck/supervisor.py                 run the site until Ctrl-C or SIGTERM
    python -I factcheck/supervisor.py manage COMMAND … run a management command on the same site

Exit codes: 0 stopped as asked, 1 something failed, 2 something to put right first.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import NoReturn

BASE_DIR = Path(__file__).resolve().parent.parent
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# A web server that has not answered by then never will; a first run migrates and compresses.
START_SECONDS = 180
# What running work gets to come to an end. A killed job is taken up again: the database knows it.
STOP_SECONDS = 10
# A child that ran this long is healthy: its next death is restarted after one second again.
HEALTHY_SECONDS = 60
LONGEST_WAIT = 30
LOG_BYTES = 10 * 1024 * 1024
# One process that loads the model once and runs its tasks in a thread: a third less memory than
# a parent and a child, and it stops sooner. If it dies, it is started again and loses nothing.
WORKER_POOL = ("--pool=threads", "--concurrency=1")


class Refused(Exception):
    """Something the person who started us has to put right; the message is one line."""


def say(line: str = "") -> None:
    # The reader may have closed its end (``make run | head``); that is no reason to stop.
    with contextlib.suppress(BrokenPipeError):
        print(line, flush=True)


# --- What is there before Django is ------------------------------------------------------


def var_dir() -> Path:
    return Path(os.environ.get("VAR_DIR") or BASE_DIR / "var").resolve()


def shown(path: Path) -> str:
    """A path as short as it can be typed from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def make_var(var: Path) -> None:
    """The folder of everything the site keeps, for its owner only."""
    probe = var / f".write-{os.getpid()}"
    try:
        if not var.is_dir():
            var.mkdir(mode=0o700, parents=True)
        (var / "log").mkdir(mode=0o700, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Refused(
            f"Cannot write to {var} ({error.strerror}); give this account write permission"
            " there, or choose another folder with VAR_DIR=/some/folder."
        ) from error


def secret_key(var: Path) -> str:
    """The installation's own key, made once. Exclusive creation: two first runs share one."""
    path = var / "secret_key"
    try:
        with contextlib.suppress(FileExistsError):
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_urlsafe(48))
        path.chmod(0o600)
        return path.read_text().strip()
    except OSError as error:
        raise Refused(f"Cannot use the key in {path}: {error.strerror}.") from error


def own_names(host: str) -> list[str]:
    """The names this site may be called by; nothing is sent over the network to learn them."""
    names = ["localhost", "127.0.0.1", "[::1]"]
    if host in {"0.0.0.0", "::", ""}:
        names.append(socket.gethostname().lower())
        for family, elsewhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
            # Connecting a datagram socket sends nothing: it only picks our own address.
            with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((elsewhere, 9))
                names.append(bracketed(probe.getsockname()[0]))
    else:
        names.append(bracketed(host))
    return list(dict.fromkeys(names))


def environment(var: Path, host: str) -> dict[str, str]:
    """The children's environment. What the user has set wins over every default here."""
    defaults = {
        "DJANGO_SETTINGS_MODULE": "factcheck.settings",
        "VAR_DIR": str(var),
        "ALLOWED_HOSTS": ",".join(own_names(host)),
        # One machine talking to itself has no certificate.
        "HTTPS": "false",
    }
    env = {**defaults, **{name: value for name, value in os.environ.items() if value}}
    if "SECRET_KEY" not in env:
        env["SECRET_KEY"] = secret_key(var)
    return env


# --- The address -------------------------------------------------------------------------


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def wanted_address() -> tuple[str, int]:
    host = (os.environ.get("HOST") or "127.0.0.1").strip("[]")
    port = os.environ.get("PORT") or "8000"
    if not port.isdecimal() or int(port) > 65535:
        raise Refused(f"PORT must be a number from 1 to 65535 (0: any free one), not {port!r}.")
    return host, int(port)


def listen(host: str, port: int) -> socket.socket:
    """The listening socket, held here for as long as the site runs.

    The web server inherits it: nobody can take the port between a check and its use, and a
    visitor waits for a web server that is being restarted instead of being refused.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind)
    except OSError as error:
        raise Refused(f"HOST={host} is no address of this machine.") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            other = port + 1 if port < 65535 else port - 1
            message = f"Port {port} on {host} is taken; choose another with PORT={other} make run"
        elif error.errno == errno.EACCES:
            message = f"Port {port} needs an administrator; choose another with PORT=8000 make run"
        else:
            message = f"HOST={host} is no address of this machine ({error.strerror})."
        raise Refused(message) from error
    return listener


def addresses(listener: socket.socket, host: str) -> list[str]:
    """The addresses to show, the one on this machine first."""
    port = listener.getsockname()[1]
    if host in {"0.0.0.0", "::"}:
        local = "127.0.0.1" if host == "0.0.0.0" else "[::1]"
        others = [
            name for name in own_names(host) if name not in {"localhost", "127.0.0.1", "[::1]"}
        ]
        return [f"http://{name}:{port}/" for name in (local, *others)]
    return [f"http://{bracketed(host)}:{port}/"]


# --- Signals -----------------------------------------------------------------------------


class Signals:
    """Signals as something to wait for, beside sockets. Nothing runs inside a handler."""

    def __init__(self) -> None:
        self.reader, self._writer = socket.socketpair()
        self.reader.setblocking(False)
        self._writer.setblocking(False)
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        for number in (*STOP_SIGNALS, signal.SIGCHLD):
            signal.signal(number, self._ignored)

    @staticmethod
    def _ignored(number: int, frame: FrameType | None) -> None:
        """The wake-up pipe carries the number; a handler must exist for it to be written."""

    def wait(
        self, seconds: float | None, *others: socket.socket
    ) -> tuple[set[int], list[socket.socket]]:
        """Wait; the stop signals that came, and which of the other sockets can be read."""
        ready, _, _ = select.select([self.reader, *others], [], [], seconds)
        came: set[int] = set()
        if self.reader in ready:
            with contextlib.suppress(BlockingIOError):
                came = set(self.reader.recv(4096))
        return came & set(STOP_SIGNALS), [item for item in ready if item is not self.reader]


# --- Children ----------------------------------------------------------------------------


def stop_with_parent(parent: int) -> None:
    """Runs in a child before its program: on Linux, ask for SIGTERM when the parent dies.

    Covers ``kill -9`` of the supervisor. Elsewhere this does nothing. ctypes is imported here,
    in the child, so that the parent never holds it.
    """
    os.setpgid(0, 0)
    if sys.platform == "linux":
        import ctypes

        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, int(signal.SIGTERM))
        if os.getppid() != parent:
            os._exit(1)


class Child:
    """One of our two processes, in a process group of its own, with its log file."""

    def __init__(
        self,
        name: str,
        argv: list[str],
        env: Mapping[str, str],
        log: Path,
        fds: tuple[int, ...] = (),
    ) -> None:
        self.name = name
        self.log = log
        self._argv = argv
        self._env = env
        self._fds = fds
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._log_start = 0
        self._deaths = 0
        self.restart_at: float | None = None
        # Until then, an exit with an error means it can't run at all.
        self.proven = False

    def start(self) -> None:
        self.restart_at = None
        parent = os.getpid()
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(
                self._argv,
                env=dict(self._env),
                cwd=BASE_DIR,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=self._fds,
                # Safe: this process has one thread.
                preexec_fn=lambda: stop_with_parent(parent),
            )
        self._started = time.monotonic()

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def age(self) -> float:
        return time.monotonic() - self._started

    @property
    def exit_code(self) -> int:
        return self._process.returncode if self._process else 0

    def ending(self) -> str:
        code = self.exit_code
        return (
            f"was killed by {signal.Signals(-code).name}"
            if code < 0
            else f"ended with exit code {code}"
        )

    def plan_restart(self) -> float:
        """Clear away what the dead process left behind, and say in how many seconds it returns."""
        self.kill()
        self._deaths = 1 if self.age > HEALTHY_SECONDS else self._deaths + 1
        wait = min(2.0 ** (self._deaths - 1), LONGEST_WAIT)
        self.restart_at = time.monotonic() + wait
        return wait

    def terminate(self) -> None:
        if self.running and self._process:
            self._process.terminate()

    def kill(self) -> None:
        """Kill the whole group: also what outlived the process that led it."""
        if self._process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def last_lines(self, count: int = 8) -> list[str]:
        """The end of what it has logged since its start."""
        with self.log.open("rb") as log:
            log.seek(max(self._log_start, self.log.stat().st_size - 8192))
            return log.read().decode(errors="replace").splitlines()[-count:]


def log_file(var: Path, name: str) -> Path:
    path = var / "log" / f"{name}.log"
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path


# --- The site ----------------------------------------------------------------------------


class Stopped(Exception):
    """Somebody asked us to stop."""


class Site:
    """The web server and the worker, from first start to the end of both."""

    def __init__(self, var: Path, env: dict[str, str], host: str, listener: socket.socket) -> None:
        self._var = var
        self._env = env
        self._host = host
        self._listener = listener
        self._signals = Signals()
        # A name for each installation: two workers of one name on a shared broker are an error.
        node = f"factcheck-{zlib.crc32(os.fsencode(var)):08x}@%h"
        celery = [sys.executable, "-m", "celery", "-A", "factcheck", "-q", "worker", "-n", node]
        self.web = Child(
            "web server",
            [sys.executable, "manage.py", "start", "--fd", str(listener.fileno())],
            env,
            log_file(var, "web"),
            fds=(listener.fileno(),),
        )
        self.worker = Child(
            "worker",
            [*celery, *WORKER_POOL, "--without-gossip", "--without-mingle", "--loglevel=INFO"],
            env,
            log_file(var, "worker"),
        )

    def run(self) -> int:
        passwords = self._var / "first-passwords.txt"
        new_here = not passwords.exists()
        if new_here and not (self._var / "db.sqlite3").exists() and "DATABASE_URL" not in self._env:
            say("First run: making the database, the page assets and the sample corpus…")
        try:
            self.web.start()
            if not self._web_answers():
                return 1
            # The web server has migrated the database, so the worker finds its tables.
            self.worker.start()
            self._greet(passwords, new_here and passwords.exists())
            return self._watch()
        except Stopped:
            return 0
        finally:
            self._stop()

    def _wait(self, seconds: float | None, *others: socket.socket) -> list[socket.socket]:
        stop, ready = self._signals.wait(seconds, *others)
        if stop:
            raise Stopped
        return ready

    def _web_answers(self) -> bool:
        """Wait until /healthz answers 200. The connection queues on our own socket until then."""
        address = list(self._listener.getsockname())
        address[0] = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address[0], address[0])
        name = self._env["ALLOWED_HOSTS"].split(",")[0].strip().lstrip(".")
        request = f"GET /healthz HTTP/1.0\r\nHost: {name}\r\n\r\n".encode()
        deadline = time.monotonic() + START_SECONDS
        answer = b""
        while time.monotonic() < deadline:
            with socket.socket(self._listener.family, socket.SOCK_STREAM) as client:
                client.connect(tuple(address))
                client.sendall(request)
                while self.web.running:
                    if self._wait(1, client):
                        with contextlib.suppress(OSError):
                            answer = client.recv(64)
                        break
            if not self.web.running:
                self._complain(f"The web server {self.web.ending()}.", self.web)
                return False
            if answer.partition(b" ")[2].startswith(b"200"):
                self.web.proven = True
                return True
            self._wait(0.3)
        status = answer.partition(b"\r\n")[0].decode(errors="replace")
        self._complain(
            f"The web server does not answer /healthz with 200 ({status or 'nothing'}).", self.web
        )
        return False

    def _greet(self, passwords: Path, first: bool) -> None:
        shown_addresses = addresses(self._listener, self._host)
        say(f"Factcheck is running at {shown_addresses[0]}")
        for other in shown_addresses[1:]:
            say(f"  for others on the network: {other} (not encrypted)")
        if first:
            say("Sign in with a name and its first password:")
            for line in passwords.read_text().splitlines():
                say(f"  {line}")
            say(f"They are kept in {shown(passwords)}; delete it when you have changed them.")
        elif passwords.exists():
            say(
                "Sign in as admin or reviewer; first passwords are in"
                f" {shown(passwords)} (delete it when you have changed them)."
            )
        say(f"Logs: {shown(self.web.log)} and {shown(self.worker.log)}. Stop with Ctrl-C.")

    def _watch(self) -> int:
        """Sleep until told to stop; restart what dies."""
        while True:
            due = [child.restart_at for child in (self.web, self.worker) if child.restart_at]
            if not self.worker.proven:
                due.append(time.monotonic() + 5)
            self._wait(max(0.0, min(due) - time.monotonic()) if due else None)
            for child in (self.web, self.worker):
                if child.restart_at:
                    if child.restart_at <= time.monotonic():
                        child.start()
                elif child.running:
                    child.proven = child.proven or child.age > 10
                elif child.exit_code > 0 and not child.proven:
                    self._complain(f"The {child.name} {child.ending()}.", child)
                    return 1
                else:
                    wait = child.plan_restart()
                    say(
                        f"The {child.name} {child.ending()}; starting it again in {wait:.0f} s"
                        f" ({shown(child.log)})."
                    )

    def _complain(self, line: str, child: Child) -> None:
        say(f"{line} The last lines of {shown(child.log)}:")
        for logged in child.last_lines():
            say(f"  {logged[:300]}")

    def _stop(self) -> None:
        """Let both finish their work; kill what hasn't after a while, or at a second ask."""
        children = [self.web, self.worker]
        if any(child.running for child in children):
            say("Stopping…")
        for child in children:
            child.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while any(child.running for child in children) and time.monotonic() < deadline:
            stop, _ = self._signals.wait(min(0.5, max(0.0, deadline - time.monotonic())))
            if stop:
                break
        for child in children:
            if child.running:
                say(
                    f"The {child.name} was still busy and has been killed;"
                    " its job is taken up at the next start."
                )
            child.kill()
        self._listener.close()


def main(arguments: list[str]) -> int:
    # Texts, passwords and the database are for the owner of the installation.
    os.umask(0o077)
    host, port = wanted_address()
    var = var_dir()
    make_var(var)
    if arguments[:1] == ["manage"]:
        os.chdir(BASE_DIR)
        manage(arguments[1:], environment(var, host))
    if arguments:
        raise Refused(
            f"Unknown argument {arguments[0]!r}; see the first lines of {shown(Path(__file__))}."
        )
    listener = listen(host, port)
    return Site(var, environment(var, host), host, listener).run()


def manage(arguments: list[str], env: dict[str, str]) -> NoReturn:
    os.execve(sys.executable, [sys.executable, "manage.py", *arguments], env)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Refused as refusal:
        sys.stderr.write(f"{refusal}\n")
        sys.exit(2)

"""``make run``: first and later runs, stopping, dying, and what stands in its way."""

from __future__ import annotations

import ctypes
import http.cookiejar
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.live import wait_until_extracted
from tests.stack import (
    ROOT,
    SUPERVISOR,
    Stack,
    clean_environment,
    group_members,
    running_stack,
    wait_until,
)

pytestmark = [pytest.mark.broker, pytest.mark.slow]

COPIED = ("Makefile", "manage.py", "requirements.txt", "factcheck", "annotations", "seeds")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code in a folder with spaces in its name, with this environment's packages."""
    tree = tmp_path_factory.mktemp("a checkout") / "fact check"
    tree.mkdir()
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name)
        else:
            shutil.copy2(source, tree / name)
    environment = tree / ".venv"
    environment.symlink_to(Path(sys.prefix))
    return tree


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, tree: Path) -> Iterator[Stack]:
    """A site started by ``make run`` itself; tests of this module stop and start it."""
    stack = Stack(tmp_path_factory.mktemp("site") / "var", command=["make", "run"], cwd=tree)
    try:
        yield stack
    finally:
        stack.destroy()


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A site without ``make`` around it, for the tests that start it themselves."""
    with running_stack(tmp_path_factory.mktemp("own"), worker=False) as stack:
        yield stack


@pytest.fixture
def started(site: Stack) -> Stack:
    return site if site.base_url and site.worker_pid() else site.start()


def run(*command: str, cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=cwd,
        env=clean_environment(**env),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """What was said, which must be one line (``make`` adds its own about the exit code)."""
    said = (done.stdout + done.stderr).splitlines()
    lines = [line for line in said if not line.startswith("make")]
    assert len(lines) == 1, lines
    return lines[0]


def signs_in(base_url: str, username: str, password: str) -> bool:
    """Sign in as a browser does: the form, its token, the redirect."""
    cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    browser = urllib.request.build_opener(cookies)
    address = f"{base_url}/accounts/login/"
    form = browser.open(address, timeout=10).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
    assert token, form
    fields = {"csrfmiddlewaretoken": token[1], "login": username, "password": password}
    data = urllib.parse.urlencode(fields).encode()
    answer = browser.open(urllib.request.Request(address, data), timeout=10)  # noqa: S310
    return "/accounts/login" not in answer.url


class TestFirstRun:
    def test_prints_the_address_and_passwords_that_work(self, site: Stack) -> None:
        site.start()
        assert f"Factcheck is running at {site.base_url}/" in site.output
        for name in ("admin", "reviewer"):
            printed = re.search(rf"^  {name} +(\S+)$", site.output, re.MULTILINE)
            assert printed, site.output
            assert printed[1] == site.passwords[name]
            assert len(printed[1]) >= 16
            assert signs_in(site.base_url, name, printed[1])
        assert not signs_in(site.base_url, "reviewer", "not the password")
        print(f"first run, from the command to the first answer: {site.start_seconds:.2f} s")  # noqa: T201

    def test_says_nothing_more_than_needed(self, started: Stack) -> None:
        assert len(started.output.splitlines()) <= 8, started.output

    def test_loads_the_sample_corpus_and_its_members(self, started: Stack) -> None:
        counted = started.manage(
            "shell",
            "--no-imports",
            "-c",
            "from annotations.models import *\n"
            "c = Corpus.objects.get(name='Sample')\n"
            "print(c.articles.count() > 0,"
            " *c.memberships.order_by('user').values_list('user__username', 'role'))",
        )
        assert counted.stdout.strip() == "True ('admin', 'admin') ('reviewer', 'reviewer')"

    @pytest.mark.parametrize("name", ["secret_key", "first-passwords.txt", "db.sqlite3"])
    def test_keeps_secrets_to_the_owner(self, started: Stack, name: str) -> None:
        assert stat.S_IMODE((started.var / name).stat().st_mode) == 0o600
        assert stat.S_IMODE(started.var.stat().st_mode) == 0o700

    def test_no_secret_reaches_a_log(self, started: Stack) -> None:
        logs = started.web_log.read_text() + started.worker_log.read_text()
        for secret in (*started.passwords.values(), (started.var / "secret_key").read_text()):
            assert secret not in logs


class TestLaterRun:
    def test_starts_quickly_and_keeps_everything(self, started: Stack) -> None:
        key, passwords = (started.var / "secret_key").read_text(), started.passwords
        started.manage(
            "shell",
            "--no-imports",
            "-c",
            "from annotations.models import User\n"
            "User.objects.filter(username='reviewer').update(display_name='Kept')",
        )
        started.restart(worker=False)
        urllib.request.urlopen(f"{started.base_url}/accounts/login/", timeout=10).close()  # noqa: S310
        print(f"later run, from the command to the first answer: {started.start_seconds:.2f} s")  # noqa: T201
        assert started.start_seconds < 10
        assert (started.var / "secret_key").read_text() == key
        assert started.passwords == passwords
        assert "Sign in as admin or reviewer; first passwords are in" in started.output
        assert passwords["admin"] not in started.output
        assert signs_in(started.base_url, "admin", passwords["admin"])
        kept = started.manage(
            "shell",
            "--no-imports",
            "-c",
            "from annotations.models import *\n"
            "print(User.objects.count(), Corpus.objects.count(),"
            " User.objects.filter(display_name='Kept').count())",
        )
        assert kept.stdout.split() == ["2", "1", "1"]


class TestStopping:
    @pytest.mark.parametrize(
        ("number", "group"),
        [(signal.SIGINT, True), (signal.SIGTERM, False)],
        ids=["Ctrl-C", "SIGTERM"],
    )
    def test_under_make_leaves_no_process(self, started: Stack, number: int, group: bool) -> None:
        # A worker that is reading an article may be killed with it, should that take too long.
        wait_until_extracted(started)
        groups = [started.web_pid(), started.worker_pid()]
        started.stop(number, group=group)
        assert all(groups)
        assert [group_members(leader or 0) for leader in groups] == [[], []]
        assert "killed" not in started.output

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_exit_code_is_zero(self, own: Stack, number: int) -> None:
        own.restart()
        groups = [own.web_pid(), own.worker_pid()]
        assert own.stop(number) == 0
        assert all(groups)
        assert [group_members(leader or 0) for leader in groups] == [[], []]

    def test_stops_while_it_is_starting(self, tmp_path: Path) -> None:
        site = Stack(tmp_path / "var")
        site.launch()
        try:
            wait_until(lambda: site.web_pid() is not None, 10, "the web server is started")
            assert site.stop(signal.SIGHUP) == 0
        finally:
            site.destroy()

    @pytest.mark.skipif(
        sys.platform != "linux", reason="only Linux tells a child of its parent's end"
    )
    def test_children_of_a_killed_supervisor_stop(self, own: Stack) -> None:
        site = own.restart()
        groups = [site.web_pid() or 0, site.worker_pid() or 0]
        os.kill(site.supervisor_pid, signal.SIGKILL)
        wait_until(lambda: not any(map(group_members, groups)), 20, "the children have stopped")


class TestDying:
    def test_a_killed_worker_comes_back(self, started: Stack) -> None:
        before, log = started.worker_pid(), started.worker_log.stat().st_size
        started.kill_worker()
        started.wait_for_worker(after=log)
        assert started.worker_pid() not in {None, before}
        assert "The worker was killed by SIGKILL; starting it again in 1 s" in started.output

    def test_a_killed_web_server_comes_back_and_refuses_nobody(self, started: Stack) -> None:
        leader = started.web_pid()
        assert leader
        os.killpg(leader, signal.SIGKILL)
        # The connection waits in the queue of the socket that the supervisor holds.
        with urllib.request.urlopen(f"{started.base_url}/healthz", timeout=30) as answer:  # noqa: S310
            assert answer.status == 200
        assert started.web_pid() not in {None, leader}

    def test_a_web_server_that_cannot_start_is_named_with_its_log(self, tmp_path: Path) -> None:
        done = run(*SUPERVISOR, VAR_DIR=str(tmp_path / "var"), PORT="0", HSTS_SECONDS="soon")
        assert done.returncode == 1
        assert "The web server ended with exit code 1. The last lines of" in done.stdout
        assert "HSTS_SECONDS must be a whole number, not 'soon'." in done.stdout


class TestRefusals:
    def test_taken_port(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            done = run(*SUPERVISOR, VAR_DIR=str(tmp_path / "var"), PORT=str(port))
            assert done.returncode == 2
            expected = f"Port {port} on 127.0.0.1 is taken; choose another with PORT={port + 1}"
            assert expected in one_line(done)
            under_make = run("make", "run", VAR_DIR=str(tmp_path / "var"), PORT=str(port))
            assert under_make.returncode == 2
            assert expected in one_line(under_make)

    @pytest.mark.parametrize("port", ["http", "65536", "-1"])
    def test_port_that_is_none(self, tmp_path: Path, port: str) -> None:
        done = run(*SUPERVISOR, VAR_DIR=str(tmp_path / "var"), PORT=port)
        assert done.returncode == 2
        assert f"not {port!r}" in one_line(done)

    def test_host_that_is_not_ours(self, tmp_path: Path) -> None:
        done = run(*SUPERVISOR, VAR_DIR=str(tmp_path / "var"), PORT="0", HOST="192.0.2.1")
        assert done.returncode == 2
        assert "HOST=192.0.2.1 is no address of this machine" in one_line(done)

    def test_folder_without_write_permission(self, tmp_path: Path) -> None:
        var = tmp_path / "var"
        var.mkdir(mode=0o500)
        done = subprocess.run(
            SUPERVISOR,
            env=clean_environment(VAR_DIR=str(var), PORT="0"),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            preexec_fn=obey_permissions,
        )
        assert done.returncode == 2
        assert f"Cannot write to {var} (Permission denied)" in one_line(done)

    def test_python_that_is_too_old(self, tmp_path: Path, tree: Path) -> None:
        old = tmp_path / "python3"
        old.write_text('#!/bin/sh\ncase "$2" in *stdout*) printf 3.9.18;; *) exit 1;; esac\n')
        old.chmod(0o755)
        bare = tmp_path / "bare"
        shutil.copytree(tree, bare, ignore=shutil.ignore_patterns(".venv", "var"))
        done = run("make", "run", f"PYTHON={old}", cwd=bare)
        assert done.returncode == 2
        assert "Python 3.11 or newer is needed; found 3.9.18" in one_line(done)
        assert not (bare / ".venv").exists()

    def test_python_that_is_not_there(self, tmp_path: Path, tree: Path) -> None:
        bare = tmp_path / "bare"
        shutil.copytree(tree, bare, ignore=shutil.ignore_patterns(".venv", "var"))
        done = run("make", "run", "PYTHON=no-such-python", cwd=bare)
        assert done.returncode == 2
        assert "found none as 'no-such-python'" in one_line(done)


class TestAddresses:
    @pytest.mark.parametrize("host", ["::1", "0.0.0.0"])  # noqa: S104
    def test_host_is_honoured(self, tmp_path: Path, host: str) -> None:
        if ":" in host and not has_ipv6():
            pytest.skip("this machine has no IPv6; enable it on the loopback interface")
        with running_stack(tmp_path, worker=False, HOST=host) as site:
            urllib.request.urlopen(f"{site.base_url}/healthz", timeout=10).close()  # noqa: S310

    def test_port_is_honoured(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        with running_stack(tmp_path, worker=False, PORT=str(port)) as site:
            assert site.base_url == f"http://127.0.0.1:{port}"

    def test_an_unknown_host_name_is_refused(self, started: Stack) -> None:
        request = urllib.request.Request(  # noqa: S310
            f"{started.base_url}/accounts/login/", headers={"Host": "elsewhere.example"}
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=10)  # noqa: S310
        assert refused.value.code == 400


class TestSettings:
    """A site that somebody runs in another way than ``make run`` must not start half-secured."""

    @pytest.mark.parametrize(
        ("env", "said"),
        [
            ({"ALLOWED_HOSTS": "example.org"}, "SECRET_KEY must be set"),
            ({"ALLOWED_HOSTS": "example.org", "SECRET_KEY": "short"}, "SECRET_KEY must be set"),
            ({"SECRET_KEY": "x" * 50}, "ALLOWED_HOSTS must list"),
            ({"SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS must list"),
        ],
    )
    def test_refuses_to_start_without(self, env: dict[str, str], said: str) -> None:
        done = run(sys.executable, "manage.py", "check", **env)
        assert done.returncode != 0
        assert said in done.stderr

    def test_the_users_own_environment_wins(self, tmp_path: Path) -> None:
        var = tmp_path / "var"
        done = run(
            *SUPERVISOR,
            "manage",
            "shell",
            "--no-imports",
            "-c",
            "from django.conf import settings as s\nprint(s.SECRET_KEY, s.ALLOWED_HOSTS, s.HTTPS)",
            VAR_DIR=str(var),
            SECRET_KEY="k" * 40,
            ALLOWED_HOSTS="example.org",
            HTTPS="true",
        )
        assert done.stdout.strip() == f"{'k' * 40} ['example.org'] True"
        assert not (var / "secret_key").exists()


def has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def obey_permissions() -> None:
    """Make root subject to file permissions, in the child that is about to run."""
    if os.geteuid() == 0:
        drop_from_bounding_set, override_permissions = 24, 1
        libc = ctypes.CDLL(None)
        assert libc.prctl(drop_from_bounding_set, override_permissions, 0, 0, 0) == 0


def test_time_is_not_wasted_on_an_unchanged_environment(tree: Path) -> None:
    begun = time.monotonic()
    done = run("sh", "factcheck/venv.sh", sys.executable, "requirements.txt", cwd=tree)
    assert done.returncode == 0
    assert done.stdout == ""
    assert time.monotonic() - begun < 2

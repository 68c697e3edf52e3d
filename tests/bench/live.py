"""What the whole-site tests and the benchmarks share: people at the API, rows, articles.

Everything goes through the running site, or reads its database beside it; nothing here loads
Django.
"""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tests.stack import ROOT, Stack, wait_until

T = TypeVar("T")


# --- People at the API ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any
    size: int
    headers: dict[str, str]

    def ok(self) -> Any:
        """The body of an answer that must have succeeded."""
        assert self.status < 300, (self.status, self.body)
        return self.body


class Client:
    """One kept-alive connection, with the least work a request that Python can do.

    Not for two threads at once.
    """

    def __init__(self, base_url: str, key: str = "", cookie: str = "") -> None:
        address = urllib.parse.urlsplit(base_url)
        assert address.hostname
        self._link = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        self._headers = {"Accept-Encoding": "gzip"}
        if key:
            self._headers["Authorization"] = f"Token {key}"
        if cookie:
            self._headers["Cookie"] = cookie

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._link.close()

    def send(self, method: str, path: str, body: Any = None) -> Answer:
        headers, data = self._headers, None
        if body is not None:
            headers = {**headers, "Content-Type": "application/json"}
            data = json.dumps(body).encode()
        try:
            answer = self._exchange(method, path, data, headers)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            # The server ended an idle connection; a new one is what a browser would open.
            self._link.close()
            answer = self._exchange(method, path, data, headers)
        return answer

    def _exchange(
        self, method: str, path: str, data: bytes | None, headers: dict[str, str]
    ) -> Answer:
        self._link.request(method, path, data, headers)
        response = self._link.getresponse()
        raw = response.read()
        size, kind = len(raw), response.headers.get("Content-Type", "")
        if response.headers.get("Content-Encoding") == "gzip":
            raw = gzip.decompress(raw)
        body = json.loads(raw) if "json" in kind and raw else raw.decode(errors="replace")
        return Answer(response.status, body, size, dict(response.headers))

    def get(self, path: str) -> Answer:
        return self.send("GET", path)

    def post(self, path: str, body: Any = None) -> Answer:
        return self.send("POST", path, body)

    def patch(self, path: str, body: Any) -> Answer:
        return self.send("PATCH", path, body)

    def all(self, path: str) -> list[Any]:
        """Every row of a list, page after page."""
        rows: list[Any] = []
        following: str | None = path
        while following:
            page = self.get(following).ok()
            rows += page["results"]
            address = urllib.parse.urlsplit(page["next"] or "")
            following = page["next"] and f"{address.path}?{address.query}"
        return rows


def make_keys(site: Stack, *usernames: str) -> list[str]:
    """An API key for each name; names that nobody has yet become reviewers of every corpus."""
    script = (
        "import json\n"
        "from annotations.domain.vocabulary import Role\n"
        "from annotations.models import Corpus, User\n"
        "from annotations.services.corpora import membership_set\n"
        "from annotations.services.tokens import token_create\n"
        "keys = []\n"
        f"for name in {list(usernames)!r}:\n"
        "    user = User.objects.filter(username=name).first()\n"
        "    if user is None:\n"
        "        user = User.objects.create_user(name)\n"
        "    for corpus in Corpus.objects.exclude(memberships__user=user):\n"
        "        membership_set(actor=None, corpus=corpus, user=user, role=Role.REVIEWER)\n"
        "    keys.append(token_create(actor=user, name='test')[1])\n"
        "print(json.dumps(keys))\n"
    )
    done = site.manage("shell", "--no-imports", "-c", script)
    keys: list[str] = json.loads(done.stdout.splitlines()[-1])
    return keys


def sign_in(site: Stack, username: str = "reviewer") -> str:
    """Sign in as a browser does; the cookies of the session as a header."""
    jar: dict[str, str] = {}
    with Client(site.base_url) as client:
        form = client.get("/accounts/login/")
        jar |= _cookies(form)
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.body)
        assert found, form.body
        fields = {
            "csrfmiddlewaretoken": found[1],
            "login": username,
            "password": site.passwords[username],
        }
        address = urllib.parse.urlsplit(site.base_url)
        assert address.hostname
        link = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        with contextlib.closing(link):
            link.request(
                "POST",
                "/accounts/login/",
                urllib.parse.urlencode(fields),
                {
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Cookie": "; ".join(f"{name}={value}" for name, value in jar.items()),
                },
            )
            response = link.getresponse()
            response.read()
            assert response.status == 302, response.status
            for line in response.headers.get_all("Set-Cookie") or []:
                name, _, value = line.partition(";")[0].partition("=")
                jar[name] = value
    return "; ".join(f"{name}={value}" for name, value in jar.items())


def _cookies(answer: Answer) -> dict[str, str]:
    name, _, value = answer.headers.get("Set-Cookie", "").partition(";")[0].partition("=")
    return {name: value} if name else {}


def at_once(actions: Sequence[Callable[[], T]]) -> list[T]:
    """Do all of them at one moment, each in a thread of its own; their results in order."""
    barrier = threading.Barrier(len(actions))

    def run(action: Callable[[], T]) -> T:
        barrier.wait(timeout=30)
        return action()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


# --- What the database says ------------------------------------------------------------------


def rows(site: Stack, query: str) -> list[tuple[Any, ...]]:
    """Ask the site's database beside the site, whichever it is."""
    return _execute(site, query, fetch=True)


def execute(site: Stack, statement: str) -> None:
    """Change the site's database behind its back; for what only time would bring about."""
    _execute(site, statement, fetch=False)


def _execute(site: Stack, statement: str, *, fetch: bool) -> list[tuple[Any, ...]]:
    url = site.env.get("DATABASE_URL", "")
    if url:
        import psycopg

        with psycopg.connect(url) as server:
            cursor = server.execute(statement.encode())
            return cursor.fetchall() if fetch else []
    with contextlib.closing(sqlite3.connect(site.var / "db.sqlite3", timeout=30)) as file, file:
        found = file.execute(statement)
        return found.fetchall() if fetch else []


def verify_history(site: Stack) -> None:
    """Fails, naming the event, if any corpus's chain of events does not hold."""
    # The checks of Django's that come before take as long again; ``make test`` runs them.
    site.manage("verify_events", "--skip-checks")


def wait_until_extracted(site: Stack, seconds: float = 60, *, every: float = 0.1) -> None:
    """Wait until no job is queued or running. ``every``: seconds between looks, each of which
    takes a connection of its own."""
    unfinished = "SELECT count(*) FROM annotations_job WHERE state IN ('queued', 'running')"
    deadline = time.monotonic() + seconds
    while left := rows(site, unfinished)[0][0]:
        if time.monotonic() > deadline:
            states = rows(
                site, "SELECT state, attempts, count(*) FROM annotations_job GROUP BY 1, 2"
            )
            raise AssertionError(f"{left} jobs are unfinished after {seconds:.0f} s: {states}")
        time.sleep(every)


# --- Articles ----------------------------------------------------------------------------------


def write_articles(folder: Path, count: int, *, seed: int, sentences: int = 60) -> list[Path]:
    """Text files, no two alike, mixed from the samples' sentences with new figures in them."""
    chance = random.Random(seed)
    source = "\n".join(path.read_text() for path in sorted((ROOT / "seeds").glob("*.txt")))
    known = [s.strip() for s in re.split(r"(?<=[.!?”\"])\s+", source) if 30 < len(s) < 400]
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for number in range(count):
        chosen = [
            re.sub(r"\d+", lambda _: str(chance.randrange(2, 9_000)), chance.choice(known))
            for _ in range(sentences)
        ]
        paragraphs = [" ".join(chosen[i : i + 5]) for i in range(0, sentences, 5)]
        path = folder / f"article-{seed}-{number:04}.txt"
        path.write_text(f"Article {number} of lot {seed}\n\n" + "\n\n".join(paragraphs) + "\n")
        files.append(path)
    return files


def import_folder(site: Stack, folder: Path, corpus: str = "Sample") -> str:
    return site.manage("import_corpus", str(folder), "--corpus", corpus, "--skip-checks").stdout


# --- More workers --------------------------------------------------------------------------------


@contextlib.contextmanager
def another_worker(site: Stack, name: str = "second") -> Iterator[subprocess.Popen[bytes]]:
    """A worker beside the supervisor's own, as on another machine; leads its process group."""
    log = site.var / "log" / f"{name}.log"
    env = {
        **site.env,
        "DJANGO_SETTINGS_MODULE": "factcheck.settings",
        "SECRET_KEY": (site.var / "secret_key").read_text(),
        "ALLOWED_HOSTS": "127.0.0.1",
        "HTTPS": "false",
    }
    command = [sys.executable, "-m", "celery", "-A", "factcheck", "-q", "worker"]
    command += ["-n", f"{name}-{site.var.name}@%h", "--pool=prefork", "--concurrency=1"]
    command += ["--without-gossip", "--without-mingle", "--loglevel=INFO"]
    with log.open("ab") as output:
        worker = subprocess.Popen(
            command, env=env, cwd=ROOT, stdout=output, stderr=output, start_new_session=True
        )
    try:
        wait_until(lambda: b" ready." in log.read_bytes(), 60, f"{name} worker is ready; see {log}")
        yield worker
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(worker.pid, 9)
        worker.wait()

"""A run of extractions in which processes are killed at random moments, and what must hold after.

Killed are workers, the web server, the broker and the database, each with everything below it and
without a word, and started again as a supervisor would. A person works on meanwhile through the
API, as a browser does: what fails is sent again, under the name that it was given first.
"""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import Any

from tests.bench.live import Client, execute, rows, write_articles
from tests.faults.servers import BROKERS, Postgres, Server
from tests.fleet import Fleet, fleet
from tests.stack import Stack

VICTIMS = ("worker0", "worker1", "web", "broker", "database")
RECOVERY_SECONDS = 120
Tell = Callable[[str], None]


@dataclass
class Outcome:
    """What a run was like; ``problems`` is empty where everything held."""

    killed: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    # Articles that workers had at each kill.
    at_hand: list[int] = field(default_factory=list)
    articles: int = 0
    claims: int = 0
    attempts: dict[int, int] = field(default_factory=dict)
    seconds: float = 0.0


class Person(threading.Thread):
    """Makes claims one after the other. ``acknowledged``: those that the server said it has."""

    def __init__(self, site: Fleet, key: str, article: int, text: str) -> None:
        super().__init__(name="person", daemon=True)
        self.site, self.key, self.article, self.text = site, key, article, text
        self.acknowledged: list[str] = []
        self.ended = threading.Event()

    def run(self) -> None:
        at = 0
        while not self.ended.is_set():
            uid = str(uuid.uuid4())
            span = {"start": at, "end": at + 5, "quote": self.text[at : at + 5]}
            body = {"uid": uid, "article": self.article, "spans": [span]}
            while not self._send(body) and not self.ended.wait(0.2):
                pass
            at = (at + 7) % 200
            self.ended.wait(0.1)

    def _send(self, body: dict[str, Any]) -> bool:
        try:
            with Client(self.site.base_url, self.key) as client:
                answer = client.post("/api/v1/claims/", body)
        except (OSError, ValueError, EOFError):
            return False
        except Exception as error:  # noqa: BLE001  whatever a server that is killed answers
            return bool(str(error) == "never")
        if answer.status in (200, 201):
            self.acknowledged.append(body["uid"])
            return True
        # Refused for good, such as a span of spaces.
        return answer.status == 400


def run(
    folder: Path,
    *,
    seed: int,
    rounds: int = 20,
    articles: int = 1000,
    sentences: int = 20,
    broker: str = "redis",
    tell: Tell = lambda _: None,
) -> Outcome:
    """``rounds`` kills in one run of ``articles``; the same seed kills the same, in one order."""
    chance = random.Random(seed)
    outcome, began = Outcome(), time.monotonic()
    database = Postgres(folder / "postgres")
    messages: Server = BROKERS[broker](folder / "broker")
    servers: dict[str, Server] = {"database": database, "broker": messages}
    for server in servers.values():
        server.make()
        server.start()
    try:
        with fleet(folder, database=database.url, broker=messages.url) as site:
            person = _begin(site, folder, seed, articles, sentences)
            person.start()
            for number in range(rounds):
                victim = chance.choice(VICTIMS)
                _release(site, ceil(articles / rounds))
                time.sleep(chance.uniform(0.3, 2.0))
                down = chance.uniform(0.0, 1.0)
                at_hand = _count(site, "state = 'running'")
                outcome.at_hand.append(at_hand)
                tell(f"{number + 1}/{rounds}: {victim}, {at_hand} at hand, {down:.1f} s more down")
                _kill(site, servers, victim)
                time.sleep(down)
                _start(site, servers, victim)
                outcome.killed[victim] += 1
            tell("the last was started again; recovering")
            person.ended.set()
            person.join()
            _recover(site, outcome)
            _check(site, person, outcome)
    finally:
        for server in servers.values():
            server.kill()
    outcome.seconds = time.monotonic() - began
    return outcome


# Those that still wait come in portions, so that there is work at each kill on any machine.
_PUT_OFF = "UPDATE annotations_job SET due_at = now() + interval '1 day'"
_RELEASE = (
    "UPDATE annotations_job SET due_at = now() WHERE id IN (SELECT id FROM annotations_job"
    " WHERE due_at > now() + interval '1 hour' ORDER BY id LIMIT {count})"
)
_PERSON = (
    "from annotations.domain.vocabulary import Role\n"
    "from annotations.models import Corpus, User\n"
    "from annotations.services.articles import article_create\n"
    "from annotations.services.corpora import membership_set\n"
    "from annotations.services.tokens import token_create\n"
    "corpus = Corpus.objects.get(name='Faults')\n"
    "user = User.objects.create_user('rita')\n"
    "membership_set(actor=None, corpus=corpus, user=user, role=Role.REVIEWER)\n"
    "article = article_create(actor=None, corpus=corpus, title='Hers', text='word ' * 60)\n"
    "print(token_create(actor=user, name='faults')[1], article.pk)\n"
)


def _begin(site: Fleet, folder: Path, seed: int, articles: int, sentences: int) -> Person:
    texts = folder / "texts"
    write_articles(texts, articles - 1, seed=seed, sentences=sentences)
    site.manage("import_corpus", str(texts), "--corpus", "Faults", "--no-near-duplicates")
    execute(_stack(site), _PUT_OFF)
    key, article = site.shell(_PERSON).split()[-2:]
    site.web()
    for name in ("worker0", "worker1"):
        site.worker(name)
    return Person(site, key, int(article), "word " * 60)


def _release(site: Fleet, count: int) -> None:
    execute(_stack(site), _RELEASE.format(count=count))


def _kill(site: Fleet, servers: dict[str, Server], victim: str) -> None:
    if victim in servers:
        servers[victim].kill()
    else:
        site.kill(victim)


def _start(site: Fleet, servers: dict[str, Server], victim: str) -> None:
    if victim in servers:
        servers[victim].start()
    elif victim == "web":
        site.web()
    else:
        site.worker(victim, wait=False)
    # What ends by itself because something else is away, a supervisor starts again.
    for name, process in list(site.processes.items()):
        if process.poll() is not None:
            del site.processes[name]
            site.web() if name == "web" else site.worker(name, wait=False)


def _count(site: Fleet, condition: str) -> int:
    query = f"SELECT count(*) FROM annotations_job WHERE {condition}"  # noqa: S608  our own
    return int(rows(_stack(site), query)[0][0])


def _stack(site: Fleet) -> Stack:
    return site.stack()


def _recover(site: Fleet, outcome: Outcome) -> None:
    deadline = time.monotonic() + RECOVERY_SECONDS
    while left := _count(site, "state IN ('queued', 'running')"):
        if time.monotonic() > deadline:
            states = rows(
                _stack(site), "SELECT state, attempts, count(*) FROM annotations_job GROUP BY 1, 2"
            )
            outcome.problems.append(f"{left} jobs hang after {RECOVERY_SECONDS} s: {states}")
            return
        time.sleep(0.5)


def _check(site: Fleet, person: Person, outcome: Outcome) -> None:
    stack = _stack(site)

    def expect(what: str, query: str) -> None:
        """The query finds what must not be."""
        if found := rows(stack, query):
            outcome.problems.append(f"{what}: {found[:5]}")

    failed = "SELECT id, article_id, attempts, error FROM annotations_job WHERE state <> 'done'"
    expect("jobs that aren't done", failed)
    expect(
        "articles without exactly one run a job",
        "SELECT a.id, count(r.id), (SELECT count(*) FROM annotations_job j WHERE j.article_id ="
        " a.id AND j.kind = 'extraction') AS jobs FROM annotations_article a LEFT JOIN"
        " annotations_detectionrun r ON r.article_id = a.id GROUP BY a.id HAVING count(r.id) <>"
        " (SELECT count(*) FROM annotations_job j WHERE j.article_id = a.id AND j.kind ="
        " 'extraction')",
    )
    expect(
        "runs whose suggestions aren't all there",
        "SELECT r.id, r.suggestion_count, count(s.id) FROM annotations_detectionrun r LEFT JOIN"
        " annotations_suggestion s ON s.run_id = r.id GROUP BY r.id HAVING count(s.id) <>"
        " r.suggestion_count",
    )
    expect(
        "articles that don't stand as extracted",
        "SELECT id, state FROM annotations_article WHERE current_run_id IS NULL"
        " OR state NOT IN ('ready', 'in_review')",
    )
    expect(
        "runs without exactly one event",
        "SELECT r.id, count(e.id) FROM annotations_detectionrun r LEFT JOIN annotations_event e"
        " ON e.target_type = 'detectionrun' AND e.target_id = r.id GROUP BY r.id"
        " HAVING count(e.id) <> 1",
    )
    claims = {str(uid) for (uid,) in rows(stack, "SELECT uid FROM annotations_claim")}
    lost = [uid for uid in person.acknowledged if uid not in claims]
    if lost:
        outcome.problems.append(f"{len(lost)} claims were acknowledged and are gone: {lost[:5]}")
    expect(
        "claims that somebody else changed",
        "SELECT id, revision, state FROM annotations_claim WHERE revision <> 1 OR state <> 'open'",
    )
    try:
        site.manage("verify_events")
    except AssertionError as error:
        outcome.problems.append(f"the history doesn't hold: {error}")
    outcome.articles = rows(stack, "SELECT count(*) FROM annotations_article")[0][0]
    outcome.claims = len(person.acknowledged)
    outcome.attempts = dict(
        rows(stack, "SELECT attempts, count(*) FROM annotations_job GROUP BY 1 ORDER BY 1")
    )

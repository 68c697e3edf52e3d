"""A run of extractions in which processes are killed at random moments, and what must hold after.

Killed are workers, the web server, the broker and the database, each with everything below it and
without a word, and started again as a supervisor would. A person works on meanwhile (``person``),
in the articles that are being extracted.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path

from tests.bench.live import execute, rows, write_articles
from tests.faults.person import Person
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
    # Of a person: claims that the server said it has, those of them that an extraction came after,
    # suggestions decided, and articles that she asked to be read again.
    claims: int = 0
    met: int = 0
    decided: int = 0
    asked: int = 0
    attempts: dict[int, int] = field(default_factory=dict)
    seconds: float = 0.0


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
            person = _begin(site, folder, seed, articles, sentences, ceil(articles / rounds))
            person.start()
            for number in range(rounds):
                victim = chance.choice(VICTIMS)
                _release(site, person.ahead)
                person.reached += person.ahead
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
_PUT_OFF = "UPDATE annotations_job SET due_at = now() + interval '1 day' WHERE state = 'queued'"
_RELEASE = (
    "UPDATE annotations_job SET due_at = now() WHERE id IN (SELECT id FROM annotations_job"
    " WHERE due_at > now() + interval '1 hour' ORDER BY id LIMIT {count})"
)
_PERSON = (
    "from annotations.domain.vocabulary import Role\n"
    "from annotations.models import Corpus, User\n"
    "from annotations.services.corpora import membership_set\n"
    "from annotations.services.tokens import token_create\n"
    "user = User.objects.create_user('rita')\n"
    "corpus = Corpus.objects.get(name='Faults')\n"
    "membership_set(actor=None, corpus=corpus, user=user, role=Role.REVIEWER)\n"
    "print(token_create(actor=user, name='faults')[1])\n"
)
# In the order in which they are let go.
_ARTICLES = (
    "SELECT j.article_id, left(t.text, 300) FROM annotations_job j"
    " JOIN annotations_articletext t ON t.article_id = j.article_id ORDER BY j.id"
)


def _begin(
    site: Fleet, folder: Path, seed: int, articles: int, sentences: int, portion: int
) -> Person:
    texts = folder / "texts"
    write_articles(texts, articles, seed=seed, sentences=sentences)
    site.manage("import_corpus", str(texts), "--corpus", "Faults", "--no-near-duplicates")
    execute(_stack(site), _PUT_OFF)
    key = site.shell(_PERSON).split()[-1]
    site.web()
    for name in ("worker0", "worker1"):
        site.worker(name)
    return Person(site, key, rows(_stack(site), _ARTICLES), portion, seed)


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


_MET = (
    "SELECT count(*) FROM annotations_claim c WHERE c.created_at <"
    " (SELECT max(finished_at) FROM annotations_detectionrun r WHERE r.article_id = c.article_id)"
)


def _check(site: Fleet, person: Person, outcome: Outcome) -> None:
    stack = _stack(site)

    def expect(what: str, query: str) -> None:
        """The query finds what must not be."""
        if found := rows(stack, query):
            outcome.problems.append(f"{what}: {found[:5]}")

    failed = "SELECT id, article_id, attempts, error FROM annotations_job WHERE state <> 'done'"
    expect("jobs that aren't done", failed)
    expect(
        "articles that have other jobs than the import's, and one for each time it was asked for",
        "SELECT a.id, j.count, e.count FROM annotations_article a"
        " CROSS JOIN LATERAL (SELECT count(*) FROM annotations_job WHERE article_id = a.id) j"
        " CROSS JOIN LATERAL (SELECT count(*) FROM annotations_event WHERE article_id = a.id"
        " AND kind = 'job.requested') e WHERE j.count <> 1 + e.count",
    )
    expect(
        "jobs without exactly one run",
        "SELECT j.id, j.article_id, count(r.id) FROM annotations_job j"
        " LEFT JOIN annotations_detectionrun r ON r.job_id = j.id AND r.article_id = j.article_id"
        " WHERE j.kind = 'extraction' GROUP BY j.id HAVING count(r.id) <> 1",
    )
    expect(
        "runs of no job",
        "SELECT id, article_id FROM annotations_detectionrun WHERE job_id IS NULL",
    )
    expect(
        "runs whose suggestions aren't all there",
        "SELECT r.id, r.suggestion_count, count(s.id) FROM annotations_detectionrun r LEFT JOIN"
        " annotations_suggestion s ON s.run_id = r.id GROUP BY r.id HAVING count(s.id) <>"
        " r.suggestion_count",
    )
    expect(
        "articles that don't stand as extracted",
        "SELECT id, state FROM annotations_article a WHERE state NOT IN ('ready', 'in_review') OR"
        " current_run_id IS DISTINCT FROM"
        " (SELECT max(id) FROM annotations_detectionrun WHERE article_id = a.id)",
    )
    expect(
        "runs without exactly one event",
        "SELECT r.id, count(e.id) FROM annotations_detectionrun r LEFT JOIN annotations_event e"
        " ON e.target_type = 'detectionrun' AND e.target_id = r.id GROUP BY r.id"
        " HAVING count(e.id) <> 1",
    )
    expect(
        "decisions that don't hold for the same words of the article's latest run",
        "SELECT d.id, s.id, d.outcome FROM annotations_suggestiondecision d"
        " JOIN annotations_suggestion o ON o.id = d.suggestion_id"
        " JOIN annotations_article a ON a.id = d.article_id"
        " JOIN annotations_suggestion s ON s.run_id = a.current_run_id"
        ' AND s.start = o.start AND s."end" = o."end"'
        " LEFT JOIN annotations_suggestiondecision c ON c.suggestion_id = s.id"
        " AND c.outcome = d.outcome AND c.claim_id IS NOT DISTINCT FROM d.claim_id"
        " WHERE d.carried_from_id IS NULL AND c.id IS NULL",
    )
    outcome.problems += person.problems()
    try:
        site.manage("verify_events")
    except AssertionError as error:
        outcome.problems.append(f"the history doesn't hold: {error}")
    outcome.articles = rows(stack, "SELECT count(*) FROM annotations_article")[0][0]
    outcome.claims, outcome.met = len(person.acknowledged), rows(stack, _MET)[0][0]
    outcome.decided, outcome.asked = person.decided, person.asked
    outcome.attempts = dict(
        rows(stack, "SELECT attempts, count(*) FROM annotations_job GROUP BY 1 ORDER BY 1")
    )

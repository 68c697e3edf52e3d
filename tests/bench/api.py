"""Lists and the change feed of the API in a corpus of 100,000 articles and a million events.

Each figure is a whole request in the server's process, by a token, from the first line of Django
to the rendered answer; the pages are anywhere in the list. What is paged through is made by the
database itself.

    python -m tests.bench.api
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.bench.report import Table, median, percentile
from tests.services_needed import missing
from tests.stack import ROOT, clean_environment, postgres_database

ARTICLES = 100_000
EVENTS = 1_000_000
ROUNDS = 60
LIST_AIM_MS = 40
FEED_AIM_MS = 50
NUMBERS = {
    "postgresql": "SELECT n FROM generate_series(1, {}) AS n",
    "sqlite": "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {})"
    " SELECT n FROM s",
}
UUID = {"postgresql": "gen_random_uuid()", "sqlite": "lower(hex(randomblob(16)))"}


def measure(folder: Path, *, tiny: bool = False) -> Table:
    articles, events = (200, 500) if tiny else (ARTICLES, EVENTS)
    table = Table(
        f"API, {articles:,} articles and {events:,} events",
        ["", "queries", "median ms", "p95 ms", "aim"],
    )
    if (reason := missing("postgres")) is not None:
        table.figures["left_out"] = f"PostgreSQL: {reason}"
    for database in ["sqlite"] + ["postgres"] * (reason is None):
        with ExitStack() as after:
            address = f"sqlite:///{folder / 'api.sqlite3'}"
            if database == "postgres":
                address = after.enter_context(postgres_database(f"factcheck_api_{os.getpid()}"))
            for name, (queries, times) in _child(folder, address, articles, events, tiny).items():
                _add(table, database, name, queries, times)
    return table


def _add(table: Table, database: str, name: str, queries: int, times: list[float]) -> None:
    aim = FEED_AIM_MS if name.startswith("changes") else LIST_AIM_MS
    middle, most = median(times), percentile(times, 0.95)
    table.rows.append(
        [f"{database}, {name}", queries, f"{middle:.1f}", f"{most:.1f}", f"<= {aim} ms"]
    )
    figure = f"{database}_{name.replace(' ', '_').replace(',', '')}"
    table.figures |= {
        f"{figure}_ms": round(middle, 1),
        f"{figure}_p95_ms": round(most, 1),
        f"{figure}_queries": queries,
    }


def _child(
    folder: Path, address: str, articles: int, events: int, tiny: bool
) -> dict[str, tuple[int, list[float]]]:
    """In a process of its own, whose settings name the database."""
    counts = [str(articles), str(events), str(tiny)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.api", "--measure", *counts],
        env=clean_environment(
            DATABASE_URL=address,
            ALLOWED_HOSTS="testserver",
            API_REQUESTS_PER_MINUTE="0",
            DEBUG="false",
            HTTPS="false",
            SECRET_KEY="only-for-this-benchmark-" + "x" * 40,
            DJANGO_SETTINGS_MODULE="factcheck.settings",
            VAR_DIR=str(folder),
            LOG_LEVEL="WARNING",
        ),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, tuple[int, list[float]]] = json.loads(done.stdout.splitlines()[-1])
    return found


# --- In the process that has the database ------------------------------------------------------


def _run(articles: int, events: int, rounds: int) -> dict[str, tuple[int, list[float]]]:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, skip_checks=True)
    corpus, key = _fill(articles, events)
    places = random.Random(1)

    def articles_at() -> str:
        place = places.randrange(articles - 120)
        return f"articles/?page_size=100&cursor={quote(b64encode(f'p={place}'.encode()).decode())}"

    def changes_at(limit: int) -> str:
        return f"corpora/{corpus}/changes/?since={places.randrange(events - limit)}&limit={limit}"

    asked: dict[str, Callable[[], str]] = {
        "100 articles": articles_at,
        "100 articles of one corpus": lambda: f"{articles_at()}&corpus={corpus}",
        "changes, 100": lambda: changes_at(100),
        "changes, 500": lambda: changes_at(min(500, events // 2)),
    }
    return {name: _measured(key, path, rounds) for name, path in asked.items()}


def _measured(key: str, path: Callable[[], str], rounds: int) -> tuple[int, list[float]]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from rest_framework.test import APIClient

    client = APIClient(headers={"Authorization": f"Token {key}"})

    def ask() -> None:
        response: Any = client.get(f"/api/v1/{path()}")
        assert response.status_code == 200, response.content
        assert len(response.json()["results"]) >= 100

    # What a first request loads stays.
    ask()
    counts, times = set(), []
    for _ in range(min(rounds, 5)):
        with CaptureQueriesContext(connection) as queries:
            ask()
        counts.add(len(queries))
    # The number is fixed: the same wherever the page is.
    assert len(counts) == 1, counts
    for _ in range(rounds):
        begun = time.perf_counter()
        ask()
        times.append((time.perf_counter() - begun) * 1000)
    return counts.pop(), times


def _fill(articles: int, events: int) -> tuple[int, str]:
    """A corpus with nine of ten articles, a claim on every third, and all the events."""
    from django.db import connection
    from django.utils import timezone

    from annotations.models import User
    from annotations.services.changes import last_number
    from annotations.services.corpora import corpus_create, membership_set
    from annotations.services.tokens import token_create

    reader = User.objects.create_user("reader", password=None)
    corpus, other = (corpus_create(actor=None, name=name) for name in ("Read", "Other"))
    membership_set(actor=None, corpus=corpus, user=reader, role="reviewer")
    _, key = token_create(actor=reader, name="bench")
    now, nothing = f"'{timezone.now().isoformat()}'", "'" + "0" * 64 + "'"
    digest = "'" + "0" * 57 + "' || (1000000 + n)"

    def insert(table: str, count: int, **columns: str) -> None:
        names, values = ", ".join(columns), ", ".join(columns.values())
        numbers = NUMBERS[connection.vendor].format(count)
        # Names and values of our own.
        cursor.execute(
            f"INSERT INTO annotations_{table} ({names}) SELECT {values} FROM ({numbers}) AS numbers"  # noqa: S608
        )

    claims, made = articles // 3, last_number(corpus)
    with connection.cursor() as cursor:
        insert(
            "article",
            articles,
            id="n",
            corpus_id=f"CASE WHEN n % 10 = 0 THEN {other.pk} ELSE {corpus.pk} END",
            title="'Article ' || n || ' on the price of bread'",
            **dict.fromkeys(("author", "publisher", "url", "dateline", "source_name"), "''"),
            language="'en'",
            content_hash=digest,
            state="'ready'",
            created_at=now,
            revision="1",
        )
        insert(
            "articletext",
            articles,
            id="n",
            article_id="n",
            number="1",
            text="'Bread cost ' || n || ' crowns.'",
            content_hash=digest,
            created_at=now,
        )
        insert(
            "claim",
            claims,
            id="n",
            uid=UUID[connection.vendor],
            article_id="3 * n",
            text_id="3 * n",
            normalised="'Bread cost ' || n || ' crowns.'",
            **dict.fromkeys(("place", "flag", "flag_note"), "''"),
            state="'open'",
            created_by_id=str(reader.pk),
            created_at=now,
            updated_at=now,
            revision="1",
        )
        insert(
            "event",
            events - made,
            chain=f"'corpus:{corpus.pk}'",
            number=f"n + {made}",
            kind="CASE WHEN n % 2 = 0 THEN 'claim.updated' ELSE 'article.updated' END",
            corpus_id=str(corpus.pk),
            article_id=f"1 + n % {articles}",
            claim_id=f"CASE WHEN n % 2 = 0 THEN 1 + n % {claims} END",
            target_type="CASE WHEN n % 2 = 0 THEN 'claim' ELSE 'article' END",
            target_id=f"1 + n % (CASE WHEN n % 2 = 0 THEN {claims} ELSE {articles} END)",
            actor_id=str(reader.pk),
            **dict.fromkeys(("before", "after"), "'{}'"),
            at=now,
            previous_hash=nothing,
            hash=nothing,
        )
        cursor.execute(
            "UPDATE annotations_eventchain SET number = %s WHERE key = %s",
            [events, f"corpus:{corpus.pk}"],
        )
        cursor.execute("ANALYZE")
    return corpus.pk, key


def main() -> None:
    if sys.argv[1:2] == ["--measure"]:
        articles, events, tiny = sys.argv[2:]
        print(json.dumps(_run(int(articles), int(events), 3 if tiny == "True" else ROUNDS)))
        return
    import tempfile

    with tempfile.TemporaryDirectory(prefix="factcheck-api-") as folder:
        table = measure(Path(folder))
    print(table.text())
    print(json.dumps({"bench": "api", **table.figures}))


if __name__ == "__main__":
    main()

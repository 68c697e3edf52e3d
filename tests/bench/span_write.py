"""Moving a claim's span through the API, with one client and with 32 at once.

Each client edits a claim of its own over a kept-alive connection, as the page does. The
baseline is ``/healthz`` over the same connections: what the server and this client cost when
there is nothing to do. Both share the machine's cores with the client.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.live import Client, make_keys, rows, wait_until_extracted
from tests.bench.report import Table, percentile
from tests.services_needed import missing
from tests.stack import Stack, running_stack

CLIENTS = (1, 32)
SECONDS = 8.0
COLUMNS = ["", "p50 ms", "p95 ms", "a second", "/healthz p50 ms", "ratio", "errors"]


def measure(folder: Path, *, tiny: bool = False) -> Table:
    seconds = 0.5 if tiny else SECONDS
    databases = ["sqlite"]
    if (reason := missing("postgres")) is None:
        databases.append("postgres")
    table = Table(f"PATCH of a claim's span, {seconds:g} s each", COLUMNS)
    if reason:
        table.figures["left_out"] = f"PostgreSQL: {reason}"
    for database in databases:
        with running_stack(folder, database=database) as site:
            wait_until_extracted(site)
            keys = make_keys(site, *(f"writer{n}" for n in range(max(CLIENTS))))
            article, text = rows(
                site,
                "SELECT article_id, text FROM annotations_articletext ORDER BY id LIMIT 1",
            )[0]
            for count in CLIENTS:
                _row(table, database, count, *_both(site, keys[:count], article, text, seconds))
    return table


def _row(
    table: Table, database: str, count: int, write: dict[str, Any], bare: dict[str, Any]
) -> None:
    ratio = write["p50"] / bare["p50"]
    clients = "1 client" if count == 1 else f"{count} clients"
    figures = [f"{write['p50']:.1f}", f"{write['p95']:.1f}", f"{write['rate']:.0f}"]
    errors = write["errors"] + bare["errors"]
    table.rows.append(
        [f"{database}, {clients}", *figures, f"{bare['p50']:.1f}", f"{ratio:.1f}", errors]
    )
    table.figures |= {
        f"{database}_{count}_p50_ms": round(write["p50"], 2),
        f"{database}_{count}_p95_ms": round(write["p95"], 2),
        f"{database}_{count}_per_second": round(write["rate"], 1),
        f"{database}_{count}_ratio": round(ratio, 2),
        f"{database}_{count}_errors": errors,
    }


def _both(
    site: Stack, keys: list[str], article: int, text: str, seconds: float
) -> tuple[dict[str, Any], dict[str, Any]]:
    clients = [Client(site.base_url, key) for key in keys]
    claims = []
    for number, client in enumerate(clients):
        span = _span(text, number)
        claim = client.post("/api/v1/claims/", {"article": article, "spans": [span]}).ok()
        claims.append(claim["id"])

    def write(number: int) -> Callable[[], bool]:
        client, address = clients[number], f"/api/v1/claims/{claims[number]}/"
        revision = 1

        def once() -> bool:
            nonlocal revision
            # Never the span that it has: that would be no write.
            span = _span(text, number + revision)
            answer = client.patch(address, {"revision": revision, "spans": [span]})
            if answer.status != 200:
                return False
            revision = answer.body["revision"]
            return True

        return once

    def ask(number: int) -> Callable[[], bool]:
        return lambda: clients[number].get("/healthz").status == 200

    bare = _load([ask(n) for n in range(len(keys))], seconds / 2)
    written = _load([write(n) for n in range(len(keys))], seconds)
    for client in clients:
        client.close()
    return written, bare


def _span(text: str, number: int) -> dict[str, Any]:
    start = text.index(" ", 10 * (number % 100)) + 1
    end = text.index(" ", start + 30)
    return {"start": start, "end": end, "quote": text[start:end]}


def _load(actions: list[Callable[[], bool]], seconds: float) -> dict[str, Any]:
    """Let each thread do its action again and again; the time of each, in milliseconds."""
    times: list[float] = []
    errors = 0
    ready = threading.Barrier(len(actions) + 1)
    lock = threading.Lock()

    def run(action: Callable[[], bool]) -> None:
        nonlocal errors
        own, failed = [], 0
        action()
        ready.wait()
        end = time.perf_counter() + seconds
        while (begun := time.perf_counter()) < end:
            failed += not action()
            own.append((time.perf_counter() - begun) * 1000)
        with lock:
            times.extend(own)
            errors += failed

    threads = [threading.Thread(target=run, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    ready.wait()
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - begun
    return {
        "p50": percentile(times, 0.5),
        "p95": percentile(times, 0.95),
        "rate": len(times) / took,
        "errors": errors,
    }

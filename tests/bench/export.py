"""JSONL of a large corpus: articles a second, and what memory it takes.

The baseline reads the same rows with cursors alone, and makes nothing of them. Where others use
the machine too, the figure of the process's own processor time says more than the clock's.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.report import Table, median
from tests.services_needed import missing

ROOT = Path(__file__).resolve().parents[2]
POSTGRES = os.environ.get("POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")
AIM = 8000
ARTICLES, CLAIMS, ROUNDS = 10_000, 8, 3


def measure(folder: Path, *, tiny: bool = False) -> Table:
    articles = 40 if tiny else ARTICLES
    table = Table(
        f"JSONL of {articles:,} articles with {CLAIMS} claims each, median of {ROUNDS}",
        ["", "articles/s", "of its CPU", "x reading", "MiB", "MiB of a tenth"],
    )
    databases = {"SQLite": f"sqlite:///{folder / 'db.sqlite3'}"}
    if missing("postgres") is None and not tiny:
        databases["PostgreSQL"] = POSTGRES
    for database, address in databases.items():
        for judged in (True,) if tiny else (False, True):
            name = f"{database}, claims {'judged' if judged else 'alone'}"
            whole = _run(folder, address, articles, judged)
            tenth = whole if tiny else _run(folder, address, articles // 10, judged)
            speed = articles / whole["seconds"]
            ratio = whole["cpu_seconds"] / whole["bare_seconds"]
            table.rows.append(
                [
                    name,
                    f"{speed:,.0f}",
                    f"{articles / whole['cpu_seconds']:,.0f}",
                    f"{ratio:.1f}",
                    f"{whole['most_mib']:.0f}",
                    f"{tenth['most_mib']:.0f}",
                ]
            )
            key = f"{database.lower()}_{'judged' if judged else 'alone'}"
            table.figures |= {
                f"{key}_articles_s": round(speed),
                f"{key}_articles_cpu_s": round(articles / whole["cpu_seconds"]),
                f"{key}_ratio": round(ratio, 2),
                f"{key}_mib": round(whole["most_mib"], 1),
                f"{key}_tenth_mib": round(tenth["most_mib"], 1),
            }
    table.rows.append(["aim", f">= {AIM:,}", "", "", "the same", ""])
    return table


def _run(folder: Path, address: str, articles: int, judged: bool) -> dict[str, float]:
    """In a process of its own, whose memory is the export's."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.export", str(articles), str(int(judged))],
        env={**os.environ, "TEST_DATABASE_URL": address},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    figures: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


# --- In the process of its own ----------------------------------------------------------


def main(articles: int, judged: bool) -> None:
    from tests.environment import set_up_django

    set_up_django()
    from django.db import connection

    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        print(json.dumps(_measured(articles, judged)))
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def _measured(articles: int, judged: bool) -> dict[str, float]:
    from annotations.exporting import FORMATS, export
    from annotations.exporting.reading import chunks
    from annotations.exporting.selection import EVERYTHING
    from tests.bench.export_corpus import corpus_of

    corpus = corpus_of(articles, CLAIMS, judged=judged)
    gc.collect()
    bare, seconds, cpu, size = [], [], [], 0
    for _ in range(ROUNDS):
        started = time.process_time()
        for _chunk in chunks(EVERYTHING.articles(corpus), EVERYTHING):
            pass
        bare.append(time.process_time() - started)
    memory = _resident()
    most = memory
    for _ in range(ROUNDS):
        started, worked, size = time.perf_counter(), time.process_time(), 0
        for piece in export(corpus, FORMATS["jsonl"]):
            size += len(piece)
        seconds.append(time.perf_counter() - started)
        cpu.append(time.process_time() - worked)
        most = max(most, _resident())
    return {
        "seconds": median(seconds),
        "cpu_seconds": median(cpu),
        "bare_seconds": median(bare),
        "bytes": size,
        "grown_mib": most - memory,
        "most_mib": most,
    }


def _resident() -> float:
    """MiB of this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    main(int(sys.argv[1]), bool(int(sys.argv[2])))

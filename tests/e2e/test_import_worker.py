"""Imports on a running site: through the web server, its worker and its broker."""

# The queries are built from numbers and names of the tests themselves.
# ruff: noqa: S608

from __future__ import annotations

import json
import time
from pathlib import Path

import httpx
import pytest

from tests.bench.live import make_keys, rows, verify_history
from tests.stack import Stack, wait_until

pytestmark = [pytest.mark.broker, pytest.mark.slow]

# Three chunks, so that there is a middle in which to be killed.
ROWS = 4000


def import_of(site: Stack, name: str) -> tuple[str, float, dict[str, int]]:
    """State of its job, progress and counts."""
    ((state, progress, counts),) = rows(
        site,
        "SELECT j.state, i.progress, i.counts FROM annotations_import i"
        f" JOIN annotations_job j ON j.id = i.job_id WHERE i.file_name = '{name}'",
    )
    return state, progress, json.loads(counts) if isinstance(counts, str) else counts


def test_sent_started_and_watched(stack: Stack) -> None:
    corpus = rows(stack, "SELECT id FROM annotations_corpus WHERE name = 'Sample'")[0][0]
    (key,) = make_keys(stack, "admin")
    headers = {"Authorization": f"Token {key}"}
    with httpx.Client(base_url=f"{stack.base_url}/api/v1/", headers=headers, timeout=30) as client:
        files = [
            ("file", ("one.txt", b"Wages rose by 3 percent in 2025, the office said.")),
            ("file", ("two.txt", "Grüße aus Köln.".encode("latin-1"))),
        ]
        made = client.post("imports/", data={"corpus": corpus}, files=files)
        assert made.status_code == 201, made.text
        at = f"imports/{made.json()['id']}/"
        assert client.post(f"{at}start/").status_code == 202
        wait_until(lambda: client.get(at).json()["state"] == "done", 60, "the import is done")
        found = client.get(at).json()
        assert (found["counts"]["articles"], found["progress"]) == (2, 1.0)
        assert found["encodings"] == {"utf-8": 1, "cp1252 (guessed)": 1}
        articles = client.get("articles/", params={"source_import": found["id"]}).json()["results"]
        assert [article["title"] for article in articles][1] == "Grüße aus Köln."
        wait_until(
            lambda: client.get(f"articles/{articles[0]['id']}/status/").json()["state"] == "ready",
            60,
            "the detector has read it",
        )


def test_a_killed_worker_loses_nothing_and_doubles_nothing(stack: Stack, tmp_path: Path) -> None:
    file = tmp_path / "many.jsonl"
    words = "The ferry to the island costs more than it did a year ago, they say. " * 12
    with file.open("w") as target:
        for n in range(ROWS):
            row = {"text": f"Letter {n}. {words}", "label": [[0, 6, "letter"]]}
            target.write(json.dumps(row) + "\n")
    stack.manage(
        *("import_corpus", str(file), "--corpus", "Letters", "--background", "--no-extract")
    )
    killed = time.time() + 120
    while True:
        state, progress, _ = import_of(stack, file.name)
        if 0 < progress < 1 and state == "running":
            stack.kill_worker()
            break
        assert state in {"queued", "running"}, "it was done before the worker could be killed"
        assert time.time() < killed
        time.sleep(0.02)
    wait_until(lambda: import_of(stack, file.name)[0] == "done", 120, "the import is done")
    _, _, counts = import_of(stack, file.name)
    assert (counts["articles"], counts["claims"], counts["items"]) == (ROWS, ROWS, ROWS)
    for table, where in (
        ("article", "a"),
        ("claim", "a JOIN annotations_claim c ON c.article_id = a.id"),
    ):
        ((count,),) = rows(
            stack,
            f"SELECT COUNT(*) FROM annotations_article {where} WHERE a.corpus_id ="
            " (SELECT id FROM annotations_corpus WHERE name = 'Letters')",
        )
        assert count == ROWS, table
    verify_history(stack)

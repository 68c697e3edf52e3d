"""Many people at once, over real connections to the real server."""

# The queries are built from numbers and names of the tests themselves.
# ruff: noqa: S608

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.bench.live import (
    Answer,
    Client,
    at_once,
    import_folder,
    make_keys,
    rows,
    verify_history,
    wait_until_extracted,
    write_articles,
)
from tests.stack import Stack

pytestmark = [pytest.mark.broker, pytest.mark.slow]

PEOPLE = 20


@pytest.fixture(params=["sqlite", "postgres"], scope="module")
def site(request: pytest.FixtureRequest, shared_stack: Callable[..., Stack]) -> Stack:
    return shared_stack(database=request.param)


@pytest.fixture(scope="module")
def keys(site: Stack) -> list[str]:
    """Ten people with two connections each, and last the administrator."""
    *own, admin = make_keys(site, *(f"person{number}" for number in range(PEOPLE // 2)), "admin")
    return [*own, *own, admin]


@pytest.fixture
def clients(site: Stack, keys: list[str]) -> list[Client]:
    clients = [Client(site.base_url, key) for key in keys[:PEOPLE]]
    for client in clients:
        # Connected, so that what follows really comes at one moment.
        client.get("/api/v1/me/").ok()
    return clients


@pytest.fixture
def article(site: Stack, keys: list[str], tmp_path: Path) -> dict[str, Any]:
    """A new article with its suggestions."""
    (seed,) = rows(site, "SELECT 1000 + count(*) FROM annotations_article")[0]
    (file,) = write_articles(tmp_path, 1, seed=seed, sentences=30)
    (corpus,) = rows(site, "SELECT id FROM annotations_corpus WHERE name = 'Sample'")[0]
    with Client(site.base_url, keys[-1]) as admin:
        body = {"corpus": corpus, "text": file.read_text()}
        number = admin.post("/api/v1/articles/", body).ok()["id"]
    wait_until_extracted(site)
    (found,) = rows(
        site,
        "SELECT a.id, t.text, a.current_run_id FROM annotations_article a"
        f" JOIN annotations_articletext t ON t.article_id = a.id WHERE a.id = {number}",
    )
    return dict(zip(("id", "text", "run"), found, strict=True))


def trimmed(text: str, number: int) -> dict[str, int | str]:
    """A span of the text, another for each number, from one word's beginning to one's end."""
    start = text.index(" ", 40 * number) + 1
    end = text.index(" ", start + 20)
    return {"start": start, "end": end, "quote": text[start:end]}


def test_of_twenty_edits_of_one_claim_one_is_accepted(
    site: Stack, clients: list[Client], article: dict[str, Any]
) -> None:
    span = trimmed(article["text"], 3)
    claim = clients[0].post("/api/v1/claims/", {"article": article["id"], "spans": [span]}).ok()
    address = f"/api/v1/claims/{claim['id']}/"
    revision = claim["revision"]
    for round_ in range(3):
        answers = at_once(
            [
                partial(
                    client.patch,
                    address,
                    {"revision": revision, "normalised": f"Wording {n}, round {round_}."},
                )
                for n, client in enumerate(clients)
            ]
        )
        assert Counter(answer.status for answer in answers) == {200: 1, 409: PEOPLE - 1}
        accepted = next(answer.body for answer in answers if answer.status == 200)
        for answer in answers:
            if answer.status == 409:
                assert answer.body["code"] == "stale_revision"
                # Whole, and as the next edit needs it.
                assert answer.body["current"] == accepted
        revision += 1
        assert accepted["revision"] == revision

    now = clients[0].get(address).ok()
    assert now == accepted
    history = rows(
        site,
        "SELECT kind, before, after FROM annotations_event"
        f" WHERE claim_id = {claim['id']} ORDER BY number",
    )
    assert [kind for kind, _, _ in history] == ["claim.created"] + ["claim.updated"] * 3
    # Each change begins where the one before it ended, and the last is what stands there.
    states = [tuple(map(decoded, (before, after))) for _, before, after in history]
    assert all(later[0] == earlier[1] for earlier, later in pairwise(states))
    assert states[-1][1]["normalised"] == now["normalised"]


def decoded(value: Any) -> dict[str, Any]:
    """JSON comes as text from SQLite, and as itself from PostgreSQL."""
    return json.loads(value) if isinstance(value, str) else value


def test_twenty_edits_of_twenty_claims_are_all_accepted(
    site: Stack, clients: list[Client], article: dict[str, Any]
) -> None:
    def create(n: int) -> Answer:
        body = {"article": article["id"], "spans": [trimmed(article["text"], n)]}
        return clients[n].post("/api/v1/claims/", body)

    created = at_once([partial(create, n) for n in range(PEOPLE)])
    assert Counter(answer.status for answer in created) == {201: PEOPLE}
    claims = [answer.body for answer in created]
    assert len({claim["id"] for claim in claims}) == PEOPLE

    def edit(n: int) -> list[int]:
        address, revision = f"/api/v1/claims/{claims[n]['id']}/", 1
        statuses = []
        for turn in range(5):
            body = {
                "revision": revision,
                "spans": [trimmed(article["text"], n + turn)],
                "claimant": f"Speaker {turn}",
            }
            answer = clients[n].patch(address, body)
            statuses.append(answer.status)
            revision += 1
        return statuses

    edited = at_once([partial(edit, n) for n in range(PEOPLE)])
    assert Counter(status for statuses in edited for status in statuses) == {200: 5 * PEOPLE}
    # A name that ten people write at the same moment is one claimant.
    counted = rows(
        site,
        "SELECT name, count(*) FROM annotations_claimant"
        " WHERE name LIKE 'Speaker %' GROUP BY name HAVING count(*) > 1",
    )
    assert counted == []


def test_edits_beside_a_running_import_meet_no_lock(
    site: Stack, clients: list[Client], article: dict[str, Any], tmp_path: Path
) -> None:
    """The writers that people meet most: an import, and the worker that extracts it."""
    span = trimmed(article["text"], 1)
    (seed,) = rows(site, "SELECT 2000 + count(*) FROM annotations_article")[0]
    folder = tmp_path / "beside"
    write_articles(folder, 12, seed=seed)
    claims = [
        client.post("/api/v1/claims/", {"article": article["id"], "spans": [span]}).ok()
        for client in clients[:8]
    ]

    def edit(n: int) -> Counter[int]:
        statuses: Counter[int] = Counter()
        revision = 1
        for turn in range(15):
            body = {"revision": revision, "normalised": f"Wording {turn}."}
            answer = clients[n].patch(f"/api/v1/claims/{claims[n]['id']}/", body)
            statuses[answer.status] += 1
            revision += 1
        return statuses

    def bring_in() -> Counter[int]:
        import_folder(site, folder)
        return Counter()

    told = at_once([bring_in, *(partial(edit, n) for n in range(8))])
    assert sum(told, Counter()) == {200: 8 * 15}
    wait_until_extracted(site)


def test_of_two_who_accept_one_suggestion_one_is_told(
    site: Stack, clients: list[Client], article: dict[str, Any]
) -> None:
    found = rows(
        site,
        f"SELECT id FROM annotations_suggestion WHERE run_id = {article['run']} ORDER BY start",
    )
    assert len(found) >= 3
    for (suggestion,) in found[:3]:
        address = f"/api/v1/suggestions/{suggestion}/accept/"
        # clients[0] and clients[1] are two people.
        answers = at_once([partial(client.post, address, {}) for client in clients[:2]])
        assert sorted(answer.status for answer in answers) == [201, 409]
        refused = next(answer.body for answer in answers if answer.status == 409)
        assert refused["code"] == "conflict"
        assert "accepted" in refused["detail"]
        made = rows(site, f"SELECT id FROM annotations_claim WHERE suggestion_id = {suggestion}")
        assert len(made) == 1


def test_one_person_accepting_twice_gets_one_claim(
    site: Stack, clients: list[Client], article: dict[str, Any]
) -> None:
    (suggestion,) = rows(
        site,
        f"SELECT id FROM annotations_suggestion WHERE run_id = {article['run']}"
        " ORDER BY start LIMIT 1",
    )[0]
    address = f"/api/v1/suggestions/{suggestion}/accept/"
    # One person's two connections: a click that the browser sends twice.
    twice = [clients[0], clients[PEOPLE // 2]]
    answers = at_once([partial(client.post, address, {}) for client in twice])
    assert {answer.status for answer in answers} <= {200, 201}
    assert len({answer.body["id"] for answer in answers}) == 1


def test_five_extractions_asked_for_at_once_are_one_job(
    site: Stack, clients: list[Client], article: dict[str, Any]
) -> None:
    before = rows(site, f"SELECT count(*) FROM annotations_job WHERE article_id = {article['id']}")
    address = f"/api/v1/articles/{article['id']}/extract/"
    answers = at_once([partial(client.post, address) for client in clients[:5]])
    assert {answer.status for answer in answers} == {202}
    wait_until_extracted(site)
    after = rows(site, f"SELECT id, state FROM annotations_job WHERE article_id = {article['id']}")
    # More than one only if the worker was done with one before the next was asked for.
    assert {state for _, state in after} == {"done"}
    assert {answer.body["id"] for answer in answers} <= {job for job, _ in after}
    runs = rows(
        site,
        f"SELECT job_id, count(*) FROM annotations_detectionrun"
        f" WHERE article_id = {article['id']} GROUP BY job_id",
    )
    assert len(after) > before[0][0]
    assert sorted(runs) == sorted((job, 1) for job, _ in after)


def test_after_all_that_the_history_holds(site: Stack) -> None:
    verify_history(site)


def test_after_all_that_no_log_line_tells_of_a_lock(site: Stack) -> None:
    for log in (site.web_log, site.worker_log):
        text = log.read_text()
        assert "database is locked" not in text
        assert "Internal Server Error" not in text
        assert "deadlock" not in text.lower()

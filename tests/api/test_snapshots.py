"""Saved copies over the API: asked for, watched, taken as files that can do no harm."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from annotations.models import Article, Claim, Snapshot
from annotations.services.leases import job_fail, jobs_claim
from tests import factories
from tests.api.conftest import Client
from tests.api.test_problems import problem
from tests.factories import Cast

EVIL = b"<script>alert(document.cookie)</script>"


@pytest.fixture
def claim(article: Article, cast: Cast) -> Claim:
    return factories.make_claim(article, cast.reviewer)


def test_a_copy_from_asking_to_its_file(api: Client, claim: Claim, cast: Cast) -> None:
    body = {"claim": claim.pk, "url": "https://a.example/1", "uid": str(uuid.uuid4())}
    answer = api.post("snapshots/", body)
    assert answer.status_code == 202
    asked = answer.json()
    assert (asked["state"], asked["fetched_at"], asked["error"]) == ("queued", None, "")
    assert asked["requested_by"]["id"] == cast.reviewer.pk
    assert api.post("snapshots/", body).json() == asked
    assert Snapshot.objects.count() == 1
    path = f"snapshots/{asked['id']}/"
    problem(api.get(f"{path}file/"), 404, "not_found")

    done = factories.make_snapshot(
        claim, cast.reviewer, b"words", uid=body["uid"], url=body["url"],
        title="Figures", text="w" * 5000, final_url="https://a.example/2",
    )  # fmt: skip
    assert done.pk == asked["id"]
    found = api.get(path).json()
    assert (found["state"], found["title"], found["final_url"]) == (
        "done",
        "Figures",
        "https://a.example/2",
    )
    assert found["sha256"] == hashlib.sha256(b"words").hexdigest()
    assert (found["size"], len(found["excerpt"])) == (5, 1000)


def test_the_file_is_never_shown(api: Client, claim: Claim, cast: Cast) -> None:
    snapshot = factories.make_snapshot(claim, cast.reviewer, EVIL)
    browser = Browser()
    browser.force_login(cast.reviewer)
    # As a browser asks for a page, and through all of the middleware.
    answer = browser.get(
        f"/api/v1/snapshots/{snapshot.pk}/file/",
        headers={"Accept": "text/html", "Sec-Fetch-Dest": "document"},
    )
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == EVIL  # type: ignore[attr-defined]
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_a_file_that_got_lost_is_not_there(api: Client, claim: Claim, cast: Cast) -> None:
    snapshot = factories.make_snapshot(claim, cast.reviewer)
    snapshot.file.storage.delete(snapshot.file.name)
    problem(api.get(f"snapshots/{snapshot.pk}/file/"), 404, "not_found")


def test_why_it_failed(api: Client, claim: Claim) -> None:
    asked = api.post("snapshots/", {"claim": claim.pk, "url": "https://a.example/1"}).json()
    (held,) = jobs_claim(worker="test:1", first=asked["job"], kind="fetch")
    job_fail(job=held, error="There is no such page (404).", permanent=True)
    found = api.get(f"snapshots/{asked['id']}/").json()
    assert (found["state"], found["error"]) == ("failed", "There is no such page (404).")


def test_cancelling(api: Client, claim: Claim) -> None:
    asked = api.post("snapshots/", {"claim": claim.pk, "url": "https://a.example/1"}).json()
    assert api.post(f"snapshots/{asked['id']}/cancel/").json()["state"] == "cancelled"
    problem(api.post(f"snapshots/{asked['id']}/cancel/"), 409, "conflict")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("claim", 0),
        ("claim", None),
        ("claim", "1"),
        ("url", ""),
        ("url", 5),
        ("url", "ftp://a.example/"),
        ("url", "https://a.example/" + "x" * 2000),
        ("url", "https://a.example/\0"),
        ("uid", "x"),
        ("follow", True),
    ],
)
def test_bad_values(api: Client, claim: Claim, name: str, value: Any) -> None:
    sent = {"claim": claim.pk, "url": "https://a.example/", name: value}
    assert set(problem(api.post("snapshots/", sent), 400, "invalid")["fields"]) == {name}
    assert not Snapshot.objects.exists()


def test_a_claim_of_others_is_not_there(
    as_: Callable[..., Client], claim: Claim, cast: Cast
) -> None:
    sent = {"claim": claim.pk, "url": "https://a.example/"}
    problem(as_(cast.outsider).post("snapshots/", sent), 404, "not_found")


def test_evidence_shows_its_copy(api: Client, claim: Claim, cast: Cast) -> None:
    snapshot = factories.make_snapshot(claim, cast.reviewer)
    made = api.post(
        "evidence/",
        {"claim": claim.pk, "url": snapshot.url, "stance": "REFUTES", "snapshot": snapshot.pk,
         "set_number": 1},
    ).json()  # fmt: skip
    assert (made["snapshot"], made["set_number"]) == (snapshot.pk, 1)
    copy = made["saved_copy"]
    assert (copy["id"], copy["state"], copy["sha256"]) == (snapshot.pk, "done", snapshot.sha256)
    kept = api.get(f"claims/{claim.pk}/").json()["evidence"]
    assert kept[0]["saved_copy"] == copy


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("set_number", 0),
        ("set_number", 100),
        ("set_number", "1"),
        ("set_number", True),
        ("protected", 1),
        ("protected", "yes"),
        ("protected", None),
        ("protection_reason", 5),
        ("snapshot", 0),
        ("snapshot", "1"),
        ("snapshot", 10**15),
    ],
)
def test_bad_values_of_evidence(api: Client, claim: Claim, name: str, value: Any) -> None:
    sent = {"claim": claim.pk, "url": "https://a.example/", "stance": "REFUTES", name: value}
    assert set(problem(api.post("evidence/", sent), 400, "invalid")["fields"]) == {name}


def test_a_protected_source_says_why(api: Client, claim: Claim) -> None:
    sent = {"claim": claim.pk, "citation": "A clerk", "stance": "REFUTES", "protected": True}
    fields = problem(api.post("evidence/", sent), 400, "invalid")["fields"]
    assert fields == {"protection_reason": "say why the source is protected"}
    made = api.post("evidence/", {**sent, "protection_reason": "Fears for work."})
    assert made.status_code == 201
    assert made.json()["protection_reason"] == "Fears for work."

"""Exports by workers over HTTP: counted, asked for, watched, fetched."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from annotations.models import Article, Export
from annotations.services.export_runs import export_run
from annotations.services.tokens import token_create
from tests import factories
from tests.api.conftest import Client
from tests.factories import Cast


def test_from_the_counts_to_the_file(
    api: Client, as_: Callable[..., Client], cast: Cast, article: Article
) -> None:
    factories.make_verdict(factories.make_claim(article, cast.reviewer), cast.reviewer)
    factories.make_claim(article, cast.reviewer, phrase="The café closed")
    path = f"corpora/{cast.corpus.pk}/exports/"
    counts = api.get(f"{path}counts/", {"format": "fever"}).json()
    assert {name: counts[name] for name in ("articles", "claims", "verdicts", "written")} == {
        "articles": 1, "claims": 2, "verdicts": 1, "written": 1,
    }  # fmt: skip
    assert counts["left_out"] == {"claims without a verdict": 1}
    assert "discussions" in counts["loses"]
    narrowed = api.get(f"{path}counts/", {"format": "csv", "verdict": "False"}).json()
    assert narrowed["claims"] == 1
    body = {"format": "fever", "uid": str(uuid.uuid4()), "verdict": ["False"], "pseudonyms": True}
    response = api.post(path, body)
    assert response.status_code == 202, response.content
    export = response.json()
    assert (export["state"], export["filters"], export["options"]) == (
        "queued",
        {"verdict": ["False"]},
        {"pseudonyms": True},
    )
    assert api.post(path, body).json()["id"] == export["id"]
    address = f"exports/{export['id']}/"
    assert api.get(f"{address}file/").status_code == 404
    assert api.get(f"{address}manifest/").status_code == 404
    assert api.post(f"{address}cancel/").json()["state"] == "cancelled"
    resumed = api.post(f"{address}resume/")
    assert (resumed.status_code, resumed.json()["state"]) == (202, "queued")
    export_run(first=export["job"])
    done = api.get(address).json()
    assert (done["state"], done["progress"], done["error"]) == ("done", 1.0, "")
    file = api.get(f"{address}file/", headers={"Accept": "image/png"})
    assert file["Content-Disposition"].startswith('attachment; filename="elections-fever-')
    assert file["X-Content-Type-Options"] == "nosniff"
    (line,) = b"".join(file.streaming_content).splitlines()
    assert json.loads(line)["label"] == "REFUTES"
    manifest = api.get(f"{address}manifest/")
    assert manifest["Content-Disposition"].startswith("attachment;")
    assert manifest.json()["sha256"] == done["sha256"]
    assert manifest.json() == done["manifest"]
    for rows in (api.get(path), api.get("exports/", {"corpus": cast.corpus.pk})):
        assert [row["id"] for row in rows.json()["results"]] == [export["id"]]
    outsider = as_(cast.outsider)
    assert outsider.get("exports/").json()["results"] == []
    for way in (path, address, f"{address}file/", f"{address}manifest/"):
        assert outsider.get(way).status_code == 404


@pytest.mark.any_database
def test_bad_requests(api: Client, cast: Cast) -> None:
    path = f"corpora/{cast.corpus.pk}/exports/"
    for body, field in [
        ({}, "format"),
        ({"format": "xlsx"}, "format"),
        ({"format": "csv", "verdict": "Splendid"}, "verdict"),
        ({"format": "csv", "published_from": "1.3.2026"}, "published_from"),
        ({"format": "csv", "score_min": 3}, "score_min"),
        ({"format": "csv", "labels": "some"}, "labels"),
        ({"format": "csv", "page": "https://ex.org/"}, "page"),
        ({"format": "csv", "salt": "x"}, "salt"),
        ({"format": "csv", "q": "state:asleep"}, "q"),
        # Who was chosen is told in the file.
        ({"format": "jsonl", "person": "rita", "pseudonyms": True}, "person"),
    ]:
        given: dict[str, Any] = body
        response = api.post(path, given)
        assert response.status_code == 400, (body, response.content)
        assert list(response.json()["fields"]) == [field]
    named = {"format": "jsonl", "person": "rita", "pseudonyms": "true"}
    for way in ("export/", "exports/counts/"):
        response = api.get(f"corpora/{cast.corpus.pk}/{way}", named)
        assert (response.status_code, list(response.json()["fields"])) == (400, ["person"])
    # What needs a library that the web server doesn't load.
    response = api.get(f"corpora/{cast.corpus.pk}/export/", {"format": "parquet"})
    assert "worker" in response.json()["fields"]["format"]


@pytest.mark.any_database
def test_a_direct_export_with_filters(api: Client, cast: Cast, article: Article) -> None:
    factories.make_claim(article, cast.reviewer)
    path = f"corpora/{cast.corpus.pk}/export/"
    query = {"format": "jsonl", "claim_state": "verified", "pseudonyms": "true"}
    response = api.get(path, query)
    lines = b"".join(response.streaming_content).splitlines()
    assert len(lines) == 1
    assert json.loads(lines[0])["chosen"] == {"claim_state": ["verified"], "pseudonyms": True}
    assert list(api.get(path, {**query, "person": "x" * 201}).json()["fields"]) == ["person"]


def test_who_may_only_read_may_have_an_export_written(cast: Cast, article: Article) -> None:
    _, key = token_create(actor=cast.reviewer, name="reads", scopes=["read"])
    client = APIClient(headers={"Authorization": f"Token {key}"})
    path = f"/api/v1/corpora/{cast.corpus.pk}/exports/"
    made = client.post(path, {"format": "csv"}, format="json")
    assert made.status_code == 202, made.content
    export = Export.objects.get(pk=made.json()["id"])
    assert export_run(first=export.job_id) == 1
    address = f"/api/v1/exports/{export.pk}/"
    assert b"".join(client.get(f"{address}file/")).startswith(b"article_id,")  # type: ignore[arg-type]
    # And stop it, where it is one's own.
    again = client.post(path, {"format": "csv"}, format="json").json()["id"]
    assert client.post(f"/api/v1/exports/{again}/cancel/", {}, format="json").status_code == 200


def test_a_source_was_protected_since(api: Client, cast: Cast, article: Article) -> None:
    """Also by undo and redo over HTTP; what was written since is given."""
    claim = factories.make_claim(article, cast.reviewer)
    piece = factories.make_evidence(claim, cast.reviewer, url="https://whistle.example/")
    path = f"corpora/{cast.corpus.pk}/exports/"

    def written() -> str:
        export = api.post(path, {"format": "jsonl"}).json()
        export_run(first=export["job"])
        address = f"exports/{export['id']}/"
        assert api.get(f"{address}file/").status_code == 200
        assert api.get(address).json()["source_protected_at"] is None
        return address

    def refused(address: str) -> None:
        found = api.get(address).json()
        assert (found["state"], found["expires_at"]) == ("expired", None)
        assert found["source_protected_at"]
        answer = api.get(f"{address}file/")
        assert answer.status_code == 404
        assert answer.json()["detail"] == (
            "A source has been protected since this file was made; export it again."
        )

    first = written()
    body = {"revision": piece.revision, "protected": True, "protection_reason": "Asked."}
    assert api.patch(f"evidence/{piece.pk}/", body).status_code == 200
    refused(first)
    second = written()
    api.post(f"articles/{article.pk}/undo/")
    third = written()
    assert api.get(f"{second}file/").status_code == 200
    assert api.post(f"articles/{article.pk}/redo/").status_code == 200
    refused(third)

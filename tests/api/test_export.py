"""Exports over HTTP: what comes out is what the API was told."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from annotations.models import Article
from tests import factories
from tests.api.conftest import Client
from tests.factories import Cast


def exported(api: Client, cast: Cast, name: str) -> tuple[Any, str]:
    response = api.get(f"corpora/{cast.corpus.pk}/export/", {"format": name})
    assert response.status_code == 200, response.content
    assert response.streaming
    return response, b"".join(response.streaming_content).decode()


@pytest.fixture
def done(api: Client, as_: Callable[..., Client], cast: Cast, article: Article) -> list[Any]:
    """The claims, as the API shows them, of a review that was made through it alone."""

    def send(client: Client, path: str, body: dict[str, Any] | None = None) -> Any:
        response = client.post(path, body)
        assert response.status_code in {200, 201}, response.content
        return response.json()

    first, second, _ = factories.suggestions_of(article)
    claim = send(api, f"suggestions/{first.pk}/accept/")
    send(api, f"suggestions/{second.pk}/reject/")
    spans = [{"start": 97, "end": 103}, {"start": 104, "end": 108}]
    own = send(api, "claims/", {"article": article.pk, "spans": spans, "normalised": "Up"})
    gone = send(api, "claims/", {"article": article.pk, "spans": spans})
    send(api, f"claims/{gone['id']}/withdraw/", {"revision": 1})
    evidence = {"claim": claim["id"], "url": "https://a.example/1", "stance": "REFUTES"}
    send(api, "evidence/", evidence)
    for client, label in ((api, "False"), (as_(cast.second_reviewer), "True")):
        verdict = {
            "claim": claim["id"],
            "rating": factories.rating_of(cast.corpus, label).pk,
            "rationale": f"{label}, by the figures.",
            "claim_revision": 1,
        }
        send(client, "verdicts/", verdict)
    return [api.get(f"claims/{one['id']}/").json() for one in (claim, own)]


def test_jsonl_is_what_the_api_was_told(
    api: Client, cast: Cast, article: Article, done: list[Any]
) -> None:
    response, text = exported(api, cast, "jsonl")
    assert response["Content-Type"] == "application/x-ndjson"
    header, line = map(json.loads, text.splitlines())
    assert header["corpus"]["name"] == "Elections"
    whole = api.get(f"articles/{article.pk}/").json()
    for field in ("id", "title", "text", "text_revision", "state", "created_at"):
        assert line[field] == whole[field], field
    assert line["run"]["sentences"] == whole["sentences"]
    assert len(line["claims"]) == len(done)
    same = ("uid", "text_revision", "quote", "normalised", "types", "claimant", "claim_date")
    for found, told in zip(line["claims"], done, strict=True):
        for field in (*same, "state", "created_at", "updated_at", "revision"):
            assert found[field] == told[field], field
        spans = [{k: span[k] for k in ("start", "end", "quote")} for span in found["spans"]]
        assert spans == told["spans"]
        for one, other in zip(found["evidence"], told["evidence"], strict=True):
            # Whether it was known at the time, and what the copy is, are the export's own.
            for field in one.keys() - {"added_by", "was_known", "snapshot"}:
                assert one[field] == other[field], field
        for one, other in zip(found["verdicts"], told["verdicts"], strict=True):
            assert one["stands"] is True
            assert one["rating"] == other["rating"]["label"]
            assert one["reviewer"]["name"] == other["reviewer"]["name"]
            for field in ("uid", "kind", "rationale", "created_at", "claim_revision"):
                assert one[field] == other[field], field
    shown = api.get("suggestions/", {"article": article.pk}).json()["results"]
    for one, other in zip(line["suggestions"], shown, strict=True):
        for field in ("start", "end", "quote", "score", "kind", "outcome", "reasons"):
            assert one[field] == other[field], field
    assert line["claims"][0]["verdict"]["tie"] is True


def test_csv_has_the_claims(api: Client, cast: Cast, done: list[Any]) -> None:
    response, text = exported(api, cast, "csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["claim_uid"] for row in rows] == [claim["uid"] for claim in done]
    assert [row["state"] for row in rows] == ["disputed", "open"]


def test_w3c_has_the_claims(api: Client, cast: Cast, done: list[Any]) -> None:
    response, text = exported(api, cast, "w3c")
    assert response["Content-Type"] == "application/ld+json"
    items = json.loads(text)["first"]["items"]
    assert [item["id"] for item in items] == [f"urn:uuid:{claim['uid']}" for claim in done]


@pytest.mark.parametrize(
    ("name", "ending"), [("jsonl", "jsonl"), ("csv", "csv"), ("w3c", "jsonld")]
)
def test_it_is_a_file_to_keep(api: Client, cast: Cast, name: str, ending: str) -> None:
    cast.corpus.name = 'Wählen\r\n"; x=../1'
    cast.corpus.save()
    response, _ = exported(api, cast, name)
    disposition = response["Content-Disposition"]
    assert disposition.startswith('attachment; filename="wahlen-x1-')
    assert disposition.endswith(f'.{ending}"')
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("query", [{}, {"format": "xlsx"}, {"format": ""}, {"format": "json"}])
def test_unknown_formats(api: Client, cast: Cast, query: dict[str, str]) -> None:
    response = api.get(f"corpora/{cast.corpus.pk}/export/", query)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    reason = response.json()["fields"]["format"]
    assert all(name in reason for name in ("jsonl", "csv", "w3c"))


def test_whatever_the_client_accepts(api: Client, cast: Cast) -> None:
    path = f"corpora/{cast.corpus.pk}/export/"
    response = api.get(path, {"format": "csv"}, headers={"Accept": "text/csv"})
    assert response.status_code == 200

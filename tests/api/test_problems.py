"""Errors: each leaves as a problem document that says what its caller has to know."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import override_settings

from annotations.api.v1 import problems
from annotations.models import Article, Claim
from tests import factories
from tests.api.conftest import ROOT, Client
from tests.factories import Cast


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """The problem document of a response, its members checked."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body["code"] == code
    assert body["type"] == f"/problems/{code}"
    assert body["title"] == problems.TITLES[code]
    assert body["detail"]
    return body


@pytest.fixture
def claim(article: Article, cast: Cast) -> Claim:
    return factories.make_claim(article, cast.reviewer)


def test_unknown_field(api: Client, article: Article) -> None:
    body = problem(
        api.post("claims/", {"article": article.pk, "spans": [], "normalized": "x"}),
        400,
        "invalid",
    )
    assert list(body["fields"]) == ["normalized"]
    assert "normalised" in body["fields"]["normalized"]


def test_unknown_field_in_the_body_of_an_action_without_one(api: Client, article: Article) -> None:
    body = problem(api.post(f"articles/{article.pk}/submit/", {"force": True}), 400, "invalid")
    assert "force" in body["fields"]
    article.refresh_from_db()
    assert article.state == "ready"


def test_nested_fields_are_named_with_their_place(api: Client, article: Article) -> None:
    spans = [{"start": 0, "end": 3}, {"start": "5", "end": 9, "kind": "x"}]
    body = problem(api.post("claims/", {"article": article.pk, "spans": spans}), 400, "invalid")
    assert list(body["fields"]) == ["spans.1.kind"]
    spans = [{"start": 0, "end": 3}, {"start": "5", "end": 9}]
    body = problem(api.post("claims/", {"article": article.pk, "spans": spans}), 400, "invalid")
    assert list(body["fields"]) == ["spans.1.start"]


def test_what_a_service_finds_wrong(api: Client, article: Article) -> None:
    spans = [{"start": 3, "end": 9, "quote": "employ"}]
    body = problem(api.post("claims/", {"article": article.pk, "spans": spans}), 400, "invalid")
    assert "Unempl" in body["fields"]["spans"]


def test_stale_revision_carries_the_current_claim(api: Client, claim: Claim) -> None:
    path = f"claims/{claim.pk}/"
    assert api.patch(path, {"revision": 1, "normalised": "Mine"}).status_code == 200
    body = problem(api.patch(path, {"revision": 1, "normalised": "Theirs"}), 409, "stale_revision")
    assert body["current"] == api.get(path).json()
    assert body["current"]["normalised"] == "Mine"
    assert body["current"]["revision"] == 2


def test_stale_revision_carries_the_current_evidence(api: Client, claim: Claim, cast: Cast) -> None:
    evidence = factories.make_evidence(claim, cast.reviewer)
    path = f"evidence/{evidence.pk}/"
    api.patch(path, {"revision": 1, "note": "Mine"})
    body = problem(api.patch(path, {"revision": 1, "note": "Theirs"}), 409, "stale_revision")
    assert body["current"] == api.get(path).json()
    assert body["current"]["note"] == "Mine"


def test_stale_verdict_carries_the_current_claim(api: Client, claim: Claim, cast: Cast) -> None:
    factories.make_evidence(claim, cast.reviewer)
    api.patch(f"claims/{claim.pk}/", {"revision": 1, "normalised": "Reworded"})
    rating = factories.rating_of(cast.corpus, "True").pk
    verdict = {"claim": claim.pk, "rating": rating, "rationale": "x", "claim_revision": 1}
    body = problem(api.post("verdicts/", verdict), 409, "stale_revision")
    assert body["current"]["normalised"] == "Reworded"


def test_not_allowed(api: Client, cast: Cast) -> None:
    body = problem(
        api.post("articles/", {"corpus": cast.corpus.pk, "text": "x"}), 403, "not_allowed"
    )
    assert "admin" in body["detail"]


def test_conflict(api: Client, article: Article) -> None:
    problem(api.post(f"articles/{article.pk}/undo/"), 409, "conflict")


def test_already_there_names_the_article(
    as_: Callable[..., Client], cast: Cast, article: Article
) -> None:
    sent = {"corpus": cast.corpus.pk, "text": article.text.text}
    body = problem(as_(cast.admin).post("articles/", sent), 409, "already_there")
    assert body["article_id"] == article.pk


def test_not_signed_in(as_: Callable[..., Client], db: None) -> None:
    response = as_(None).get("claims/")
    problem(response, 401, "not_authenticated")
    assert response["WWW-Authenticate"] == 'Token realm="api"'


@pytest.mark.parametrize(
    "path",
    [
        "claims/99999/",
        "claims/999999999999999999/",
        f"claims/{'9' * 30}/",
        "claims/one/",
        "claims",
        "nowhere/",
        "",
        "claims/1/../../x",
    ],
)
def test_not_found(api: Client, path: str) -> None:
    problem(api.get(path), 404, "not_found")


@pytest.mark.parametrize("sent", [2**63 - 1, 987_654])
def test_a_body_that_names_nothing(api: Client, sent: int) -> None:
    body = {"article": sent, "spans": [{"start": 0, "end": 3}]}
    assert str(sent) in problem(api.post("claims/", body), 404, "not_found")["detail"]


def test_method_not_allowed(api: Client, claim: Claim) -> None:
    problem(api.post(f"claims/{claim.pk}/", {}), 405, "method_not_allowed")


def test_not_acceptable(api: Client) -> None:
    problem(api.get("claims/", headers={"Accept": "text/html"}), 406, "not_acceptable")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"{", "not JSON"),
        (b'{"revision": NaN}', "not JSON"),
        (b'{"revision": ' + b"9" * 5000 + b"}", "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
    ],
)
def test_bodies_that_can_not_be_read(api: Client, claim: Claim, raw: bytes, said: str) -> None:
    response = api.patch(f"claims/{claim.pk}/", raw, content_type="application/json")
    assert said in problem(response, 400, "parse_error")["detail"]


@pytest.mark.parametrize("raw", [b"[]", b'"x"', b"null", b"1"])
def test_bodies_that_are_no_object(api: Client, claim: Claim, raw: bytes) -> None:
    response = api.patch(f"claims/{claim.pk}/", raw, content_type="application/json")
    assert list(problem(response, 400, "invalid")["fields"]) in (["body"], ["revision"])


def test_unsupported_media_type(api: Client, claim: Claim) -> None:
    path = f"claims/{claim.pk}/withdraw/"
    response = api.post(path, "revision=1", content_type="application/x-www-form-urlencoded")
    problem(response, 415, "unsupported_media_type")


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1000)
def test_too_large(api: Client, claim: Claim) -> None:
    body = json.dumps({"revision": 1, "normalised": "x" * 1000})
    response = api.patch(f"claims/{claim.pk}/", body, content_type="application/json")
    problem(response, 413, "too_large")


def test_csrf(cast: Cast, claim: Claim) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.reviewer)
    response = client.post(f"claims/{claim.pk}/withdraw/", {"revision": 1})
    assert "CSRF" in problem(response, 403, "permission_denied")["detail"]
    claim.refresh_from_db()
    assert claim.state == "open"


def test_an_accident_is_signalled_and_told_without_its_trace(
    cast: Cast, article: Article, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(**_: Any) -> None:
        raise RuntimeError("the secret is 42")

    monkeypatch.setattr("annotations.api.v1.views.articles.article_submit", broken)
    client = Client(raise_request_exception=False)
    client.force_login(cast.reviewer)
    with caplog.at_level("ERROR", logger="django.request"):
        response = client.post(f"articles/{article.pk}/submit/")
    assert "secret" not in json.dumps(problem(response, 500, "error"))
    (record,) = [r for r in caplog.records if r.name == "django.request"]
    assert record.exc_info is not None
    # What monitoring hooks into: the test client raises through it.
    loud = Client()
    loud.force_login(cast.reviewer)
    with pytest.raises(RuntimeError):
        loud.post(f"articles/{article.pk}/submit/")


def test_every_code_is_documented() -> None:
    from django.conf import settings

    page = (settings.BASE_DIR / "docs" / "api.md").read_text()
    for code, title in problems.TITLES.items():
        assert f"`{code}`" in page, code
        assert title in page, code
    assert ROOT in page

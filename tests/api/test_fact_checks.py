"""Publishing over the API: draft, publish, correct, withdraw; what stale and wrong requests get."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from annotations.domain.vocabulary import Scope
from annotations.models import Article, Claim, User
from annotations.services.error_reports import report_receive
from annotations.services.tokens import token_create
from tests.api.conftest import Client
from tests.factories import Cast, make_claim, make_verdict
from tests.services.publishing import PUBLISHER, publish, set_publisher

pytestmark = pytest.mark.any_database
As = Callable[[User | None], Client]


@pytest.fixture
def claim(cast: Cast, article: Article) -> Claim:
    claim = make_claim(article, cast.reviewer, claimant="The minister")
    make_verdict(claim, cast.reviewer)
    return claim


def test_a_fact_check_is_published_corrected_and_withdrawn(
    cast: Cast, claim: Claim, as_: As
) -> None:
    api = as_(cast.admin)
    unset = api.get(f"corpora/{cast.corpus.pk}/publication/").json()
    assert (unset["revision"], len(unset["missing"])) == (0, 4)
    draft = api.get(f"claims/{claim.uid}/fact-check/").json()
    assert (draft["problem"], draft["fact_check"]) == ("", None)
    body: dict[str, Any] = {"claim": claim.pk, "title": "Nobody knows", "digest": draft["digest"]}
    refused = api.post("fact-checks/", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert "corrections policy" in refused.json()["detail"]
    set_to = api.patch(f"corpora/{cast.corpus.pk}/publication/", {**PUBLISHER, "revision": 0})
    assert set_to.json()["missing"] == []
    bad = api.post("fact-checks/", {**body, "title": "False: nobody knows"})
    assert list(bad.json()["fields"]) == ["title"]
    made = api.post("fact-checks/", body)
    assert made.status_code == 201
    found = made.json()
    assert found["url"] == "http://testserver/fact-checks/nobody-knows/"
    assert found["content"]["claimant"]["name"] == "The minister"
    assert api.post("fact-checks/", body).status_code == 200
    make_verdict(claim, cast.reviewer, "Half True")
    assert [r["id"] for r in api.get("fact-checks/?changed=true").json()["results"]] == [
        found["id"]
    ]
    now = api.get(f"claims/{claim.pk}/fact-check/").json()
    assert {"rating", "rationale"} <= set(now["differs_in"])
    path = f"fact-checks/{found['id']}/"
    words = {"title": "Nobody knows", "digest": now["digest"], "what": "Rating.", "why": "News."}
    stale = api.post(f"{path}correct/", {**words, "revision": 9})
    assert (stale.status_code, stale.json()["current"]["revision"]) == (409, 1)
    corrected = api.post(f"{path}correct/", {**words, "revision": 1}).json()
    assert (corrected["rating"], corrected["version"]) == ("Half True", 2)
    assert corrected["corrections"][0]["new_rating"] == "Half True"
    gone = api.post(f"{path}withdraw/", {"revision": 2, "why": "Another claim."}).json()
    assert (gone["state"], gone["corrections"][1]["kind"]) == ("withdrawn", "withdrawal")
    assert api.get("fact-checks/?state=published").json()["results"] == []


def test_a_choice_of_masking_is_part_of_the_draft(cast: Cast, claim: Claim, as_: As) -> None:
    set_publisher(cast.corpus)
    api = as_(cast.admin)
    masked = api.get(f"claims/{claim.pk}/fact-check/?mask_claimant=true").json()
    assert (masked["content"]["claimant"], "hidden_name" in masked["content"]) == (None, False)
    body = {"claim": claim.pk, "title": "Nobody", "digest": masked["digest"]}
    assert api.post("fact-checks/", body).status_code == 409
    assert api.post("fact-checks/", {**body, "mask_claimant": True}).status_code == 201
    # What was chosen holds for a correction too, where nothing else is said.
    assert api.get(f"claims/{claim.pk}/fact-check/").json()["digest"] == masked["digest"]
    for wrong in ("mask_claimant=perhaps", "verdict=1"):
        assert api.get(f"claims/{claim.pk}/fact-check/?{wrong}").status_code == 400


def test_reports_are_decided(cast: Cast, claim: Claim, as_: As) -> None:
    set_publisher(cast.corpus)
    fact_check = publish(cast.admin, claim)
    report = report_receive(fact_check=fact_check, text="It is wrong, see page 4.", contact="me")
    api = as_(cast.admin)
    (listed,) = api.get("reports/?state=new").json()["results"]
    assert (listed["id"], listed["contact"]) == (report.pk, "me")
    assert api.post(f"reports/{report.pk}/forget-contact/").json()["contact"] == ""
    assert api.post(f"reports/{report.pk}/dismiss/", {"answer": " "}).status_code == 400
    assert api.post(f"reports/{report.pk}/accept/").json()["state"] == "accepted"
    assert api.post(f"reports/{report.pk}/dismiss/", {"answer": "No."}).status_code == 409
    late = api.patch(f"corpora/{cast.corpus.pk}/publication/", {"revision": 0})
    assert (late.status_code, late.json()["current"]["organisation"]) == (409, "Ex News")


def test_a_token_that_only_reads_reads_no_reports(cast: Cast, claim: Claim) -> None:
    set_publisher(cast.corpus)
    report_receive(fact_check=publish(cast.admin, claim), text="It is wrong, see page 4.")
    found = {}
    for scope in (Scope.READ, Scope.MANAGE):
        _token, key = token_create(actor=cast.admin, name=scope, scopes=[scope])
        api = Client(HTTP_AUTHORIZATION=f"Token {key}")
        found[scope] = (api.get("fact-checks/").status_code, api.get("reports/").status_code)
    assert found == {Scope.READ: (200, 403), Scope.MANAGE: (200, 200)}

"""ETags and keys of repeated requests, as a client of any kind meets them."""

from __future__ import annotations

import datetime as dt
import json
import threading
import uuid
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from annotations.models import ApiToken, Article, Claim, Event, IdempotentRequest, Import
from annotations.services import idempotency
from annotations.services.idempotency import requests_sweep
from annotations.services.suggestions import suggestion_reject
from annotations.services.tokens import token_create
from tests import factories
from tests.api.conftest import Client
from tests.factories import Cast


@pytest.fixture
def claim(article: Article, cast: Cast) -> Claim:
    return factories.make_claim(article, cast.reviewer)


def span(number: int = 0) -> list[dict[str, int]]:
    return [{"start": number, "end": number + 5}]


# --- ETag ---------------------------------------------------------------------------------


def test_an_answer_that_one_has_is_not_sent_again(api: Client, cast: Cast, claim: Claim) -> None:
    path = f"claims/{claim.pk}/"
    first = api.get(path)
    tag = first["ETag"]
    assert tag.startswith('"1-')
    assert first["Cache-Control"] == "private, no-cache"
    for sent in (tag, f"W/{tag}", f'"x", {tag}'):
        again = api.get(path, headers={"If-None-Match": sent})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    # What stands on the claim is part of the answer, and no revision of the claim.
    factories.make_evidence(claim, cast.reviewer)
    changed = api.get(path, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed["ETag"].startswith('"1-')
    listed = api.get("claims/")
    had = api.get("claims/", headers={"If-None-Match": listed["ETag"]})
    assert had.status_code == 304
    assert api.get("claims/?page_size=1", headers={"If-None-Match": '"other"'}).status_code == 200


def test_if_match_stands_for_the_revision(api: Client, claim: Claim) -> None:
    path = f"claims/{claim.pk}/"
    tag = api.get(path)["ETag"]
    changed = api.patch(path, {"normalised": "Prices rose."}, headers={"If-Match": tag})
    assert changed.json()["revision"] == 2
    assert changed["ETag"].startswith('"2-')
    stale = api.patch(path, {"normalised": "Prices fell."}, headers={"If-Match": tag})
    assert stale.status_code == 412
    body = stale.json()
    assert (body["status"], body["code"]) == (412, "stale_revision")
    assert body["current"]["normalised"] == "Prices rose."
    # In the body it is 409, as ever; the tag may be weak, or the bare revision.
    assert api.patch(path, {"revision": 1, "place": "Riga"}).status_code == 409
    weak = api.patch(path, {"place": "Riga"}, headers={"If-Match": f"W/{changed['ETag']}"})
    assert weak.json()["place"] == "Riga"
    gone = api.post(f"{path}withdraw/", headers={"If-Match": '"3"'})
    assert gone.json()["state"] == "withdrawn"


@pytest.mark.parametrize("sent", ["*", "3", '"x"', '"0-ab"', '"1-ab", "2-ab"', '"99999999999"', ""])
def test_what_is_no_tag(api: Client, claim: Claim, sent: str) -> None:
    answer = api.patch(f"claims/{claim.pk}/", {"place": "x"}, headers={"If-Match": sent})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["If-Match"])


def test_a_condition_is_never_passed_over(api: Client, cast: Cast, claim: Claim) -> None:
    path = f"claims/{claim.pk}/"
    both = api.patch(path, {"revision": 2, "place": "x"}, headers={"If-Match": '"1"'})
    assert list(both.json()["fields"]) == ["If-Match"]
    same = api.patch(path, {"revision": 1, "place": "x"}, headers={"If-Match": '"1"'})
    assert same.status_code == 200
    neither = api.patch(path, {"place": "y"})
    assert neither.json()["fields"] == {"revision": "Required, here or as If-Match."}
    verdict = factories.make_verdict(claim, cast.reviewer)
    answer = api.post(f"verdicts/{verdict.pk}/retract/", headers={"If-Match": '"1"'})
    assert list(answer.json()["fields"]) == ["If-Match"]


# --- Idempotency-Key ----------------------------------------------------------------------


def once(api: Client, path: str, body: Any, key: str = "k-1", **kwargs: Any) -> Any:
    return api.post(path, body, headers={"Idempotency-Key": key}, **kwargs)


def test_a_repeat_does_nothing_and_is_answered_the_same(
    api: Client, cast: Cast, article: Article
) -> None:
    body = {"article": article.pk, "spans": span()}
    first = once(api, "claims/", body)
    assert first.status_code == 201
    assert "Idempotency-Replayed" not in first
    events = Event.objects.count()
    again = once(api, "claims/", dict(reversed(body.items())))
    assert (again.status_code, again.content) == (201, first.content)
    assert (again["Idempotency-Replayed"], again["ETag"]) == ("true", first["ETag"])
    assert again["Content-Type"] == first["Content-Type"]
    assert (Claim.objects.count(), Event.objects.count()) == (1, events)
    # A key is its person's; another body, address or token is another request.
    other = once(api, "claims/", {**body, "spans": span(8)})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert once(api, f"articles/{article.pk}/submit/", None).status_code == 422
    _, key = token_create(actor=cast.reviewer, name="x")
    by_token = {"Authorization": f"Token {key}", "Idempotency-Key": "k-1"}
    assert Client().post("claims/", body, headers=by_token).status_code == 422
    colleague = Client()
    colleague.force_login(cast.second_reviewer)
    assert once(colleague, "claims/", body).status_code == 201
    assert once(api, f"claims/{first.json()['id']}/withdraw/", {"revision": 1}, "k-2").json() == (
        once(api, f"claims/{first.json()['id']}/withdraw/", {"revision": 1}, "k-2").json()
    )


def test_an_error_leaves_the_key_free(api: Client, article: Article) -> None:
    body = {"article": article.pk, "spans": [{"start": 5, "end": 1}]}
    assert once(api, "claims/", body).status_code == 400
    assert not IdempotentRequest.objects.exists()
    assert once(api, "claims/", {**body, "spans": span()}).status_code == 201
    for key in ("", " ", "a b", "é", "x" * 256):
        answer = once(api, "claims/", {**body, "spans": span(8)}, key)
        assert list(answer.json()["fields"]) == ["Idempotency-Key"], key
    assert once(Client(), "claims/", body).status_code == 401
    assert Claim.objects.count() == 1


def test_a_key_is_kept_for_a_day(api: Client, cast: Cast, article: Article) -> None:
    body = {"article": article.pk, "spans": span()}
    once(api, "claims/", body)
    with time_machine.travel(timezone.now() + dt.timedelta(hours=23)):
        assert requests_sweep() == 0
        assert once(api, "claims/", body)["Idempotency-Replayed"]
    with time_machine.travel(timezone.now() + dt.timedelta(hours=25)):
        # Nobody need have swept for it to be over.
        assert "Idempotency-Replayed" not in once(api, "claims/", body)
        assert Claim.objects.count() == 2
    with time_machine.travel(timezone.now() + dt.timedelta(hours=50)):
        assert requests_sweep() == 1


def test_what_is_kept_is_bounded(
    api: Client, article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "MOST_KEYS", 2)
    for number in range(4):
        once(api, "markdown/", {"text": "x"}, f"k{number}")
    assert requests_sweep() == 2
    assert [row.key for row in IdempotentRequest.objects.order_by("pk")] == ["k2", "k3"]
    monkeypatch.setattr(idempotency, "MOST_BYTES", 10)
    body = {"article": article.pk, "spans": span()}
    assert once(api, "claims/", body, "large").status_code == 201
    again = once(api, "claims/", body, "large")
    assert (again.status_code, again.json()["code"]) == (409, "idempotency_answer_not_kept")
    assert Claim.objects.count() == 1


def test_a_secret_is_not_kept(api: Client) -> None:
    made = once(api, "tokens/", {"name": "x"})
    assert made.json()["key"].startswith("fct_")
    assert once(api, "tokens/", {"name": "x"}).json()["code"] == "idempotency_answer_not_kept"
    assert ApiToken.objects.count() == 1
    assert IdempotentRequest.objects.get().answer is None


def test_files(cast: Cast, as_: Any) -> None:
    def send(content: bytes) -> Any:
        body = {"corpus": cast.corpus.pk, "file": SimpleUploadedFile("a.txt", content)}
        return once(as_(cast.admin), "imports/", body, format="multipart")

    first = send(b"Ferries doubled.")
    assert send(b"Ferries doubled.").content == first.content
    assert send(b"Ferries tripled!").status_code == 422
    assert Import.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_repeats_at_the_same_moment(cast: Cast, article: Article) -> None:
    """All eight wait for one transaction, and are answered what it was."""
    _, key = token_create(actor=cast.reviewer, name="x")
    headers = {"Authorization": f"Token {key}", "Idempotency-Key": str(uuid.uuid4())}
    answers: list[Any] = []
    start = threading.Barrier(8)

    def send() -> None:
        start.wait()
        body = {"article": article.pk, "spans": span()}
        answers.append(Client().post("claims/", body, headers=headers))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotency-Replayed" not in answer for answer in answers) == 1
    assert Claim.objects.count() == 1


# --- Many suggestions ---------------------------------------------------------------------


def test_many_suggestions_at_once(api: Client, cast: Cast, article: Article) -> None:
    other = factories.make_extracted(cast.corpus)
    hidden = factories.suggestions_of(factories.make_extracted(cast.other_corpus))[0].pk
    mine = [row.pk for row in factories.suggestions_of(article)]
    theirs = factories.suggestions_of(other)
    suggestion_reject(actor=cast.admin, suggestion=theirs[0])
    ids = [theirs[0].pk, *mine, hidden, theirs[1].pk, mine[0]]
    answer = api.post("suggestions/bulk/", {"ids": ids, "outcome": "accepted"}).json()
    assert (answer["done"], answer["refused"]) == (4, 2)
    rows = {row["suggestion"]: row for row in answer["results"]}
    assert list(rows) == ids[:-1]
    assert rows[hidden]["problem"]["code"] == "not_found"
    assert rows[theirs[0].pk]["problem"]["code"] == "conflict"
    claims = {row["claim"] for row in rows.values()} - {None}
    assert claims == set(Claim.objects.values_list("pk", flat=True))
    assert Event.objects.filter(kind="suggestion.accepted").count() == 4
    # Again: the same claims.
    again = api.post("suggestions/bulk/", {"ids": mine, "outcome": "accepted"}).json()
    assert {row["claim"] for row in again["results"]} <= claims
    done = api.post("suggestions/bulk/", {"ids": [theirs[2].pk], "outcome": "rejected"}).json()
    assert done["results"] == [{"suggestion": theirs[2].pk, "claim": None, "problem": None}]


def test_all_or_nothing(api: Client, cast: Cast, article: Article) -> None:
    ids = [row.pk for row in factories.suggestions_of(article)]
    suggestion_reject(actor=cast.admin, suggestion=factories.suggestions_of(article)[2])
    body = {"ids": ids, "outcome": "accepted", "together": True}
    refused = api.post("suggestions/bulk/", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "bulk_refused")
    assert [bool(row["problem"]) for row in refused.json()["results"]] == [False, False, True]
    assert not Claim.objects.exists()
    body["ids"] = ids[:2]
    assert api.post("suggestions/bulk/", body).json()["done"] == 2
    outsider = Client()
    outsider.force_login(cast.outsider)
    assert outsider.post("suggestions/bulk/", body).json()["code"] == "bulk_refused"
    for wrong in ({"ids": []}, {"ids": [1] * 501}, {"outcome": "pending"}, {"together": 1}):
        answer = api.post("suggestions/bulk/", {**body, **wrong})
        assert answer.status_code == 400, json.dumps(wrong)

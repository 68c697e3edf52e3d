"""Writing through the API: what is made, what the same request makes twice, who comes second."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from annotations.models import Article, Claim
from annotations.services.workers import worker_seen
from tests import factories
from tests.api.conftest import Client
from tests.factories import TEXT, Cast


def ok(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.content
    return response.json()


@pytest.fixture
def claim(article: Article, cast: Cast) -> Claim:
    return factories.make_claim(article, cast.reviewer)


def test_an_article_is_read_like_a_file(as_: Callable[..., Client], cast: Cast) -> None:
    admin = as_(cast.admin)
    text = "date 2026-03-02 \r\nThe cafe\u0301 closed.\r\nPrices rose 👩🏽‍🚀.  "
    made = ok(admin.post("articles/", {"corpus": cast.corpus.pk, "text": text}), 201)
    assert (made["published"], made["title"], made["state"]) == (
        "2026-03-02",
        "The café closed.",
        "waiting",
    )
    whole = ok(admin.get(f"articles/{made['id']}/"))
    assert whole["text"] == "The café closed.\nPrices rose 👩🏽‍🚀."
    assert (whole["run"], whole["sentences"], whole["text_revision"]) == (None, [], 1)
    sent = {
        "corpus": cast.corpus.pk,
        "text": "Other words.",
        "title": "T",
        "url": "https://a.example/",
    }
    made = ok(admin.post("articles/", {**sent, "published": "2026-01-05"}), 201)
    assert [made[k] for k in ("title", "url", "published")] == [
        "T",
        "https://a.example/",
        "2026-01-05",
    ]


@pytest.mark.parametrize("text", ["", " \n", "date 2026-02-30\nWords.", "\0", "x" * 1_000_001])
def test_texts_that_become_no_article(as_: Callable[..., Client], cast: Cast, text: str) -> None:
    response = as_(cast.admin).post("articles/", {"corpus": cast.corpus.pk, "text": text})
    assert response.status_code == 400
    assert list(response.json()["fields"]) == ["text"]
    assert not Article.objects.exists()


def test_the_status_of_an_article_that_waits(api: Client, cast: Cast) -> None:
    first, second = (factories.make_article(cast.corpus) for _ in range(2))
    factories.make_article(cast.corpus)
    status = ok(api.get(f"articles/{second.pk}/status/"))
    job = status.pop("job")
    assert status == {
        "state": "waiting",
        "run": None,
        "workers_alive": 0,
        "suggestion_count": 0,
    }
    assert (job["id"], job["state"], job["ahead"]) == (second.jobs.get().pk, "queued", 1)
    worker_seen(name="host:1", started_at=second.created_at, bulk=False)
    assert ok(api.get(f"articles/{second.pk}/status/"))["workers_alive"] == 1
    second.jobs.update(bulk=True)
    # It takes no such work.
    assert ok(api.get(f"articles/{second.pk}/status/"))["workers_alive"] == 0
    second.jobs.update(bulk=False)
    run = factories.run_detector(first)
    assert ok(api.get(f"articles/{second.pk}/status/"))["job"]["ahead"] == 0
    status = ok(api.get(f"articles/{first.pk}/status/"))
    assert (status["state"], status["run"], status["suggestion_count"]) == ("ready", run.pk, 3)
    assert status["workers_alive"] == 1
    assert status["job"]["state"] == "done"


def test_a_whole_article(api: Client, article: Article) -> None:
    whole = ok(api.get(f"articles/{article.pk}/"))
    assert whole["text"] == article.text.text
    assert whole["sentences"] == [[0, TEXT.index("\n")]]
    assert whole["run"]["detector"] == "made-up"
    assert whole["run"]["text_revision"] == 1


def test_offsets_are_code_points(api: Client, article: Article) -> None:
    text = ok(api.get(f"articles/{article.pk}/"))["text"]
    for suggestion in ok(api.get("suggestions/", {"article": article.pk}))["results"]:
        assert text[suggestion["start"] : suggestion["end"]] == suggestion["quote"]
    start = text.index("while prices rose")
    span = {"start": start, "end": start + 17, "quote": "while prices rose"}
    made = ok(api.post("claims/", {"article": article.pk, "spans": [span]}), 201)
    assert made["spans"] == [span]
    # In UTF-16 the same words are further on, and that is found out.
    moved = {**span, "start": start + 4, "end": start + 21}
    response = api.post("claims/", {"article": article.pk, "spans": [moved]})
    assert response.status_code == 400


def test_a_claim_from_a_suggestion(api: Client, cast: Cast, article: Article) -> None:
    suggestion, *_ = factories.suggestions_of(article)
    path = f"suggestions/{suggestion.pk}/accept/"
    uid = str(uuid.uuid4())
    made = ok(api.post(path, {"uid": uid}), 201)
    assert made["uid"] == uid
    assert made["quote"] == suggestion.quote
    assert (made["types"], made["claimant"]) == (["quantity"], "the minister")
    assert made["suggestion"] == suggestion.pk
    assert made["created_by"] == {"id": cast.reviewer.pk, "name": "Rita Reviewer"}
    # The same again, with or without the uid, is the same claim.
    assert ok(api.post(path, {"uid": uid})) == made
    assert ok(api.post(path)) == made
    assert ok(api.get(f"suggestions/{suggestion.pk}/"))["claim"] == made["id"]
    assert Claim.objects.count() == 1


def test_who_comes_second_is_told_who_was_first(
    api: Client, as_: Callable[..., Client], cast: Cast, article: Article
) -> None:
    first, second, _ = factories.suggestions_of(article)
    ok(api.post(f"suggestions/{first.pk}/accept/"), 201)
    rejected = ok(api.post(f"suggestions/{second.pk}/reject/"))
    assert rejected["outcome"] == "rejected"
    assert rejected["decided_by"]["id"] == cast.reviewer.pk
    other = as_(cast.second_reviewer)
    for path in (f"suggestions/{first.pk}/reject/", f"suggestions/{second.pk}/accept/"):
        response = other.post(path)
        assert response.status_code == 409
        assert "Rita Reviewer" in response.json()["detail"]
    # A rejection can be taken back by somebody else; an acceptance is a claim now.
    assert ok(other.post(f"suggestions/{second.pk}/reopen/"))["outcome"] is None
    assert other.post(f"suggestions/{first.pk}/reopen/").status_code == 409


def test_uid_of_a_claim(
    api: Client, as_: Callable[..., Client], cast: Cast, article: Article
) -> None:
    sent = {
        "article": article.pk,
        "spans": [{"start": 3, "end": 15}],
        "normalised": "  Unemployment\n doubled ",
        "types": ["quantity"],
        "claimant": "A. Person",
        "claim_date": "2026-03-01",
        "uid": str(uuid.uuid4()),
    }
    made = ok(api.post("claims/", sent), 201)
    assert made["normalised"] == "Unemployment doubled"
    assert [made[k] for k in ("types", "claimant", "claim_date", "state", "revision")] == [
        ["quantity"],
        "A. Person",
        "2026-03-01",
        "open",
        1,
    ]
    assert ok(api.post("claims/", sent)) == made
    assert Claim.objects.count() == 1
    # Somebody else's request under the same uid is not the same request.
    assert as_(cast.second_reviewer).post("claims/", sent).status_code == 403
    # Nor is it under another article.
    elsewhere = factories.make_article(cast.corpus)
    assert api.post("claims/", {**sent, "article": elsewhere.pk}).status_code == 403


def test_uid_of_evidence_and_verdict(api: Client, cast: Cast, claim: Claim) -> None:
    sent = {
        "claim": claim.pk,
        "citation": "Yearbook 2025, p. 3",
        "stance": "REFUTES",
        "uid": str(uuid.uuid4()),
    }
    made = ok(api.post("evidence/", sent), 201)
    assert ok(api.post("evidence/", sent)) == made
    sent = {
        "claim": claim.pk,
        "rating": factories.rating_of(cast.corpus, "False").pk,
        "rationale": "It didn't.",
        "claim_revision": 1,
        "uid": str(uuid.uuid4()),
    }
    given = ok(api.post("verdicts/", sent), 201)
    assert ok(api.post("verdicts/", sent)) == given
    card = ok(api.get(f"claims/{claim.pk}/"))
    assert card["evidence"] == [made]
    assert card["verdicts"] == [given]
    assert card["state"] == "verified"


def test_changing_a_claim(api: Client, claim: Claim) -> None:
    path = f"claims/{claim.pk}/"
    changed = ok(api.patch(path, {"revision": 1, "claimant": "The mayor"}))
    assert (changed["revision"], changed["claimant"]) == (2, "The mayor")
    # A field that isn't sent stays; null takes the claimant and the date away.
    changed = ok(api.patch(path, {"revision": 2, "normalised": "Nobody knows"}))
    assert (changed["revision"], changed["claimant"]) == (3, "The mayor")
    changed = ok(api.patch(path, {"revision": 3, "claimant": None, "claim_date": None}))
    assert changed["claimant"] is None
    # What changes nothing makes no revision.
    assert ok(api.patch(path, {"revision": 4}))["revision"] == 4


def test_dates_tell_what_was_known(api: Client, claim: Claim) -> None:
    def evidence(published: str | None) -> int:
        sent = {"claim": claim.pk, "citation": "x", "stance": "REFUTES", "published": published}
        return ok(api.post("evidence/", sent), 201)["id"]

    before, after, unknown = map(evidence, ("2026-03-01", "2026-03-03", None))
    assert ok(api.get(f"evidence/{after}/"))["is_post_claim"] is None
    ok(api.patch(f"claims/{claim.pk}/", {"revision": 1, "claim_date": "2026-03-02"}))
    card = ok(api.get(f"claims/{claim.pk}/"))
    assert {e["id"]: e["is_post_claim"] for e in card["evidence"]} == {
        before: False,
        after: True,
        unknown: None,
    }
    assert ok(api.get(f"evidence/{after}/"))["is_post_claim"] is True


def test_dispute_and_adjudication(
    api: Client, as_: Callable[..., Client], cast: Cast, claim: Claim
) -> None:
    factories.make_evidence(claim, cast.reviewer)

    def give(client: Client, label: str, status: int = 201, **more: Any) -> Any:
        rating = factories.rating_of(cast.corpus, label).pk
        sent = {"claim": claim.pk, "rating": rating, "rationale": "So.", "claim_revision": 1}
        return ok(client.post("verdicts/", {**sent, **more}), status)

    def state() -> str:
        return str(ok(api.get(f"claims/{claim.pk}/"))["state"])

    give(api, "False")
    give(as_(cast.second_reviewer), "True")
    assert state() == "disputed"
    final = give(as_(cast.adjudicator), "Half True", adjudication=True)
    assert (final["kind"], final["rating"]["number"]) == ("adjudication", 3)
    assert state() == "adjudicated"
    assert len(ok(api.get(f"claims/{claim.pk}/"))["verdicts"]) == 3
    retracted = ok(as_(cast.adjudicator).post(f"verdicts/{final['id']}/retract/"))
    assert retracted["retracted"] is True
    assert state() == "disputed"


def test_a_verdict_needs_evidence_where_the_corpus_says_so(
    api: Client, cast: Cast, claim: Claim
) -> None:
    rating = factories.rating_of(cast.corpus, "False").pk
    sent = {"claim": claim.pk, "rating": rating, "rationale": "So.", "claim_revision": 1}
    assert list(api.post("verdicts/", sent).json()["fields"]) == ["evidence"]


def test_jobs(as_: Callable[..., Client], api: Client, cast: Cast, article: Article) -> None:
    queued = ok(api.post(f"articles/{article.pk}/extract/"), 202)
    assert ok(api.post(f"articles/{article.pk}/extract/"), 202)["id"] == queued["id"]
    admin = as_(cast.admin)
    assert ok(admin.post(f"jobs/{queued['id']}/cancel/"))["state"] == "cancelled"
    assert admin.post(f"jobs/{queued['id']}/cancel/").status_code == 409
    assert ok(admin.post(f"jobs/{queued['id']}/retry/"))["state"] == "queued"
    assert admin.post(f"jobs/{queued['id']}/retry/").status_code == 409


def test_a_corpus_says_what_may_be_said_in_it(api: Client, cast: Cast) -> None:
    corpus = ok(api.get(f"corpora/{cast.corpus.pk}/"))
    assert corpus["role"] == "reviewer"
    first = corpus["rating_scale"]["ratings"][0]
    assert first.keys() == {"id", "label", "number", "meaning", "retired"}
    assert [r["label"] for r in corpus["rating_scale"]["ratings"]][-1] == "Pants on Fire"
    assert corpus["claim_types"][0] == {
        "key": "personal_experience",
        "label": "Personal experience",
    }
    assert (corpus["requires_evidence"], corpus["claim_types_are_several"]) == (True, False)

"""Undo through the API: every kind of action that a person can take is taken back whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from annotations.models import Answer, Article, Claim, Comment, Evidence, Question, Thread
from annotations.services.articles import article_submit
from annotations.services.suggestions import suggestion_accept, suggestion_reject
from annotations.services.undo import MOVERS
from tests import factories
from tests.api.conftest import Client
from tests.factories import Cast

REVISED = (Answer, Claim, Comment, Evidence, Question, Thread)


class Desk:
    """The reviewer at an article in review: a claim with evidence, a rejected suggestion."""

    def __init__(self, cast: Cast, api: Client) -> None:
        self.cast, self.api = cast, api
        article = factories.make_extracted(cast.corpus)
        accepted, rejected, self.pending = factories.suggestions_of(article)
        claim = suggestion_accept(actor=cast.reviewer, suggestion=accepted)
        factories.make_evidence(claim, cast.reviewer, url="https://a.example/before")
        suggestion_reject(actor=cast.reviewer, suggestion=rejected)
        self.article, self.claim, self.rejected = article, claim.pk, rejected

    def send(self, path: str, body: dict[str, Any] | None = None, method: str = "post") -> Any:
        response = getattr(self.api, method)(path, body)
        assert response.status_code in {200, 201}, response.content
        return response.json()

    def one(self, path: str) -> Any:
        (row,) = self.api.get(path, {"article": self.article.pk}).json()["results"]
        return row

    def give_verdict(self) -> Any:
        rating = factories.rating_of(self.cast.corpus, "False").pk
        sent = {"claim": self.claim, "rating": rating, "rationale": "No.", "claim_revision": 1}
        sent |= {"confidence": "high", "strategies": ["Consultation"]}
        return self.send("verdicts/", sent)

    def talk(self, *, resolved: bool = False) -> None:
        thread = self.send("threads/", {"claim": self.claim, "text": "Which year, @sam?"})
        if resolved:
            self.send(f"threads/{thread['id']}/resolve/", {"revision": 1})

    def ask(self) -> None:
        self.send("questions/", {"claim": self.claim, "text": "Since when?"})

    def answer_it(self) -> None:
        question = self.one("questions/")["id"]
        self.send("answers/", {"question": question, "answer_type": "Unanswerable"})

    def answer(self) -> None:
        self.ask()
        self.answer_it()

    def shown(self) -> dict[str, Any]:
        """What a person sees of the article, without ids and times of rows that come again."""

        def rows(path: str) -> list[Any]:
            return self.api.get(path, {"article": self.article.pk}).json()["results"]

        return {
            "state": self.api.get(f"articles/{self.article.pk}/status/").json()["state"],
            "suggestions": [(s["id"], s["outcome"], s["claim"]) for s in rows("suggestions/")],
            "claims": [
                {
                    **{k: c[k] for k in ("id", "spans", "normalised", "types", "state")},
                    "claimant": (c["claimant"], c["claim_date"]),
                    "evidence": [(e["id"], e["url"], e["note"]) for e in c["evidence"]],
                    "questions": [
                        (q["id"], q["text"], [(a["id"], a["text"]) for a in q["answers"]])
                        for q in c["questions"]
                    ],
                    "verdicts": [
                        (v["rating"], v["rationale"], v["confidence"], v["strategies"])
                        for v in c["verdicts"]
                    ],
                }
                for c in rows("claims/")
            ],
            "threads": [
                (
                    t["id"],
                    t["resolved_by"],
                    t["resolved_at"],
                    [
                        (c["id"], c["html"], c["mentions"], c["edited_at"])
                        for c in t["comments"]
                        if not c["withdrawn"]
                    ],
                )
                for t in rows("threads/")
            ],
        }


# Kind → (what is done before, the action through the API).
Step = Callable[[Desk], Any]
ACTIONS: dict[str, tuple[Step | None, Step]] = {
    "suggestion.accepted": (None, lambda d: d.send(f"suggestions/{d.pending.pk}/accept/")),
    "suggestion.rejected": (None, lambda d: d.send(f"suggestions/{d.pending.pk}/reject/")),
    "suggestion.reopened": (None, lambda d: d.send(f"suggestions/{d.rejected.pk}/reopen/")),
    "claim.created": (
        None,
        lambda d: d.send(
            "claims/", {"article": d.article.pk, "spans": [{"start": 97, "end": 103}]}
        ),
    ),
    "claim.updated": (
        None,
        lambda d: d.send(
            f"claims/{d.claim}/",
            {
                "revision": 1,
                "normalised": "Unemployment in Exland doubled",
                "types": ["causation"],
                "claimant": "A. Person",
                "claim_date": "2026-03-02",
                "spans": [{"start": 3, "end": 15}, {"start": 16, "end": 23}],
            },
            "patch",
        ),
    ),
    "claim.split": (
        None,
        lambda d: d.send(
            f"claims/{d.claim}/split/",
            {
                "revision": 1,
                "spans": [{"start": 3, "end": 15}],
                "rest": [{"start": 16, "end": 23}],
            },
        ),
    ),
    "claim.merged": (
        lambda d: d.send(
            "claims/",
            {"article": d.article.pk, "spans": [{"start": 60, "end": 68}], "tags": ["more"]},
        ),
        lambda d: d.send(
            f"claims/{d.claim}/merge/",
            {
                "revision": 1,
                "other": Claim.objects.latest("pk").pk,
                "other_revision": 1,
            },
        ),
    ),
    "claim.withdrawn": (None, lambda d: d.send(f"claims/{d.claim}/withdraw/", {"revision": 1})),
    "evidence.added": (
        None,
        lambda d: d.send(
            "evidence/", {"claim": d.claim, "citation": "Yearbook", "stance": "SUPPORTS"}
        ),
    ),
    "evidence.updated": (
        None,
        lambda d: d.send(
            f"evidence/{d.one('evidence/')['id']}/",
            {"revision": 1, "note": "p. 3", "published": None},
            "patch",
        ),
    ),
    "evidence.withdrawn": (
        None,
        lambda d: d.send(f"evidence/{d.one('evidence/')['id']}/withdraw/", {"revision": 1}),
    ),
    "question.asked": (
        None,
        lambda d: d.send("questions/", {"claim": d.claim, "text": "Since when?"}),
    ),
    "question.updated": (
        lambda d: d.ask(),
        lambda d: d.send(
            f"questions/{d.one('questions/')['id']}/",
            {"revision": 1, "text": "Since which year?"},
            "patch",
        ),
    ),
    "question.withdrawn": (
        lambda d: d.answer(),
        lambda d: d.send(f"questions/{d.one('questions/')['id']}/withdraw/", {"revision": 1}),
    ),
    "answer.added": (lambda d: d.ask(), lambda d: d.answer_it()),
    "answer.updated": (
        lambda d: d.answer(),
        lambda d: d.send(
            f"answers/{d.one('answers/')['id']}/",
            {
                "revision": 1,
                "answer_type": "Abstractive",
                "text": "Since 2024",
                "source_url": "https://a.example/when",
            },
            "patch",
        ),
    ),
    "answer.withdrawn": (
        lambda d: d.answer(),
        lambda d: d.send(f"answers/{d.one('answers/')['id']}/withdraw/", {"revision": 1}),
    ),
    "verdict.given": (None, lambda d: d.give_verdict()),
    "verdict.retracted": (
        lambda d: d.give_verdict(),
        lambda d: d.send(f"verdicts/{d.one('verdicts/')['id']}/retract/"),
    ),
    "thread.started": (
        None,
        lambda d: d.send("threads/", {"claim": d.claim, "text": "Which year, @sam?"}),
    ),
    "thread.resolved": (
        lambda d: d.talk(),
        lambda d: d.send(f"threads/{d.one('threads/')['id']}/resolve/", {"revision": 1}),
    ),
    "thread.reopened": (
        lambda d: d.talk(resolved=True),
        lambda d: d.send(f"threads/{d.one('threads/')['id']}/reopen/", {"revision": 2}),
    ),
    "comment.added": (
        lambda d: d.talk(),
        lambda d: d.send("comments/", {"thread": d.one("threads/")["id"], "text": "2025."}),
    ),
    "comment.edited": (
        lambda d: d.talk(),
        lambda d: d.send(
            f"comments/{d.one('comments/')['id']}/", {"revision": 1, "text": "And @ada?"}, "patch"
        ),
    ),
    "comment.withdrawn": (
        lambda d: d.talk(),
        lambda d: d.send(f"comments/{d.one('comments/')['id']}/withdraw/", {"revision": 1}),
    ),
    "article.submitted": (None, lambda d: d.send(f"articles/{d.article.pk}/submit/")),
    "article.reopened": (
        lambda d: article_submit(actor=d.cast.admin, article=d.article),
        lambda d: d.send(f"articles/{d.article.pk}/reopen/"),
    ),
}


@pytest.fixture
def desk(cast: Cast, api: Client) -> Desk:
    return Desk(cast, api)


def test_every_kind_is_tried() -> None:
    assert set(ACTIONS) == set(MOVERS)


def standing_target(action: dict[str, Any]) -> dict[str, Any] | None:
    """What has a revision, with the one that it has now."""
    kinds = {model.__name__.lower(): model for model in REVISED}
    model = kinds.get(action["target_type"])
    if model is None:
        return None
    row = model._default_manager.get(pk=action["target_id"])
    return {"uid": str(row.uid), "revision": row.revision}


@pytest.mark.parametrize("kind", list(ACTIONS))
def test_undo(kind: str, desk: Desk) -> None:
    prepare, act = ACTIONS[kind]
    if prepare:
        prepare(desk)
    before = desk.shown()
    act(desk)
    assert desk.shown() != before
    answer = desk.send(f"articles/{desk.article.pk}/undo/")
    assert answer["undone"]["kind"] == kind
    assert answer["undone"]["target_type"] == kind.split(".")[0]
    assert desk.shown() == before
    assert answer["target"] == standing_target(answer["undone"])
    # What was done before it comes next, and not the same again.
    assert answer["next"]["id"] < answer["undone"]["id"]
    event = desk.api.get("events/", {"article": desk.article.pk}).json()["results"][0]
    assert (event["kind"], event["undoes"]) == ("action.undone", answer["undone"]["id"])


def test_undo_until_there_is_nothing_left(desk: Desk) -> None:
    kinds = []
    path = f"articles/{desk.article.pk}/undo/"
    while True:
        answer = desk.send(path)
        kinds.append(answer["undone"]["kind"])
        if answer["next"] is None:
            break
    assert kinds == ["suggestion.rejected", "evidence.added", "suggestion.accepted"]
    assert desk.api.post(path).status_code == 409
    shown = desk.shown()
    assert shown["claims"] == []
    assert [outcome for _, outcome, _ in shown["suggestions"]] == [None, None, None]


def test_what_others_built_on_stays(
    desk: Desk, cast: Cast, as_: Callable[..., Client], article: Article
) -> None:
    desk.send(f"suggestions/{desk.pending.pk}/accept/")
    claim = desk.shown()["claims"][-1]["id"]
    other = as_(cast.second_reviewer)
    sent = {"claim": claim, "url": "https://a.example/", "stance": "REFUTES"}
    assert other.post("evidence/", sent).status_code == 201
    before = desk.shown()
    response = desk.api.post(f"articles/{desk.article.pk}/undo/")
    assert response.status_code == 409
    assert "sam" in response.json()["detail"]
    assert desk.shown() == before


def test_the_target_is_named_only_while_nobody_else_changed_it(
    desk: Desk, cast: Cast, as_: Callable[..., Client]
) -> None:
    claim = desk.send(f"claims/{desk.claim}/", {"revision": 1, "place": "Port Ellis"}, "patch")
    sent = {"uid": "6a1d7c1e-58a5-4c0c-9a3e-0d3e6b7c1a11"}
    path = f"articles/{desk.article.pk}/undo/"
    target = {"uid": claim["uid"], "revision": claim["revision"] + 1}
    assert desk.send(path, sent)["target"] == target
    # Asked again because the answer was lost, it is the same.
    assert desk.send(path, sent)["target"] == target
    other = as_(cast.second_reviewer)
    changed = {"revision": target["revision"], "place": "Wyland"}
    assert other.patch(f"claims/{desk.claim}/", changed).status_code == 200
    assert desk.send(path, sent)["target"] is None

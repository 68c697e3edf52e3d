"""Undo: every kind of action, one after the other back to the start, and never over somebody."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from annotations.errors import Conflict, FactcheckError, NotAllowed
from annotations.models import (
    Answer,
    Article,
    Claim,
    Comment,
    Event,
    Evidence,
    Question,
    Suggestion,
    SuggestionDecision,
    Thread,
    User,
    Verdict,
)
from annotations.services.answers import answer_snapshot, answer_update, answer_withdraw
from annotations.services.articles import article_reopen, article_submit
from annotations.services.claim_fields import claim_snapshot
from annotations.services.claim_parts import claim_merge, claim_split
from annotations.services.claims import claim_update, claim_withdraw
from annotations.services.discussion import (
    comment_add,
    comment_edit,
    comment_html,
    comment_withdraw,
    thread_reopen,
    thread_resolve,
    thread_snapshot,
    thread_start,
)
from annotations.services.events import events_verify
from annotations.services.evidence import (
    evidence_restore,
    evidence_snapshot,
    evidence_update,
    evidence_withdraw,
)
from annotations.services.questions import (
    question_snapshot,
    question_update,
    question_withdraw,
)
from annotations.services.snapshots import snapshot_request
from annotations.services.suggestions import (
    suggestion_accept,
    suggestion_reject,
    suggestion_reopen,
)
from annotations.services.undo import MOVERS, action_redo, action_undo, last_action
from annotations.services.verdicts import verdict_retract, verdict_words

from .cast import (
    TEXT,
    Cast,
    at,
    extract,
    judge,
    last_event,
    make_answer,
    make_claim,
    make_evidence,
    make_question,
    suggestion_of,
)


def snapshot(article: Article) -> dict[str, Any]:
    """What a reader sees of the article's review, whichever rows hold it."""
    article.refresh_from_db()
    return {
        "article": article.state,
        "decisions": sorted(
            (d.suggestion.start, d.outcome, d.decided_by_id)
            for d in SuggestionDecision.objects.filter(
                suggestion__run=article.current_run
            ).select_related("suggestion")
        ),
        "claims": {
            claim.pk: (claim.state, claim_snapshot(claim))
            for claim in Claim.objects.standing().filter(article=article)
        },
        "evidence": {
            e.pk: (e.claim_id, evidence_snapshot(e))
            for e in Evidence.objects.standing().filter(
                claim__article=article, claim__in=Claim.objects.standing()
            )
        },
        "questions": {
            q.pk: (question_snapshot(q), [answer_snapshot(a) for a in q.answers.standing()])
            for q in Question.objects.standing().filter(
                claim__article=article, claim__in=Claim.objects.standing()
            )
        },
        "verdicts": sorted(
            (v.claim_id, v.reviewer_id, v.kind, *map(str, verdict_words(v)))
            for v in Verdict.objects.standing().filter(claim__article=article)
        ),
        "threads": {
            thread.pk: thread_snapshot(thread)
            for thread in Thread.objects.standing().filter(claim__article=article)
        },
        "comments": {
            comment.pk: (comment_html(comment), comment.edited_at)
            for comment in Comment.objects.standing().filter(
                thread__in=Thread.objects.standing().filter(claim__article=article)
            )
        },
    }


class Walk:
    """Random actions of one person, each possible one as likely as another."""

    def __init__(self, actor: User, article: Article, seed: int) -> None:
        self.actor, self.article = actor, article
        self.random = random.Random(seed)

    def step(self) -> str:
        name = self.random.choice(
            [
                "accept", "reject", "reopen", "create", "update", "respan", "withdraw",
                "evidence", "evidence_update", "evidence_withdraw", "ask", "reword", "unask",
                "answer", "answer_update", "answer_withdraw", "judge", "rejudge", "retract",
                "submit", "reopen_article", "merge", "split", "describe",
            ]
        )  # fmt: skip
        try:
            getattr(self, name)()
        except FactcheckError:
            return f"({name})"
        return name

    def _any(self, rows: Any) -> Any:
        found = list(rows.order_by("pk"))
        if not found:
            raise Conflict("nothing to act on")
        return self.random.choice(found)

    def suggestion(self) -> Suggestion:
        rows: Suggestion = self._any(Suggestion.objects.current().filter(article=self.article))
        return rows

    def claim(self) -> Claim:
        rows: Claim = self._any(Claim.objects.standing().filter(article=self.article))
        return rows

    def piece(self) -> Evidence:
        rows: Evidence = self._any(
            Evidence.objects.standing().filter(
                claim__article=self.article, claim__in=Claim.objects.standing()
            )
        )
        return rows

    def accept(self) -> None:
        suggestion_accept(actor=self.actor, suggestion=self.suggestion())

    def reject(self) -> None:
        suggestion_reject(actor=self.actor, suggestion=self.suggestion())

    def reopen(self) -> None:
        suggestion_reopen(actor=self.actor, suggestion=self.suggestion())

    def create(self) -> None:
        make_claim(self.actor, self.article, self.random.choice(["The harbour", "pay for itself"]))

    def update(self) -> None:
        claim = self.claim()
        claim_update(
            actor=self.actor,
            claim=claim,
            revision=claim.revision,
            fields={
                "normalised": f"Wording {self.random.randrange(5)}.",
                "types": self.random.choice([[], ["quantity"], ["law"]]),
                "claimant": self.random.choice([None, "Ilse Vorn", "A family"]),
                "claim_date": self.random.choice([None, dt.date(2021, 12, 1)]),
            },
        )

    def respan(self) -> None:
        claim = self.claim()
        words = self.random.sample(["The harbour", "Ferries", "12 million", "שלום street"], 2)
        claim_update(
            actor=self.actor,
            claim=claim,
            revision=claim.revision,
            fields={"spans": [at(TEXT, word) for word in words]},
        )

    def withdraw(self) -> None:
        claim = self.claim()
        claim_withdraw(actor=self.actor, claim=claim, revision=claim.revision)

    def describe(self) -> None:
        claim = self.claim()
        claim_update(
            actor=self.actor,
            claim=claim,
            revision=claim.revision,
            fields={
                "place": self.random.choice(["", "Port Ellis"]),
                "flag": self.random.choice(["", "unclear", "other"]),
                "flag_note": self.random.choice(["", "Which sales?"]),
                "tags": self.random.choice([[], ["trade"], ["Trade", "boats"]]),
            },
        )

    def merge(self) -> None:
        claim, other = self.claim(), self.claim()
        if self.random.random() < 0.5:
            make_evidence(self.actor, other, title="It moves over")
            raise Conflict("only the evidence, this time")
        claim_merge(
            actor=self.actor,
            claim=claim,
            revision=claim.revision,
            other=other,
            other_revision=other.revision,
        )

    def split(self) -> None:
        claim = self.claim()
        spans = [(s.start, s.end, s.quote) for s in claim.spans.all()]
        if len(spans) < 2:
            start, end, _ = spans[0]
            spans = [(start, start + 4, None), (start + 4, end, None)]
        claim_split(
            actor=self.actor,
            claim=claim,
            revision=claim.revision,
            spans=spans[:1],
            rest=spans[1:],
        )

    def evidence(self) -> None:
        make_evidence(self.actor, self.claim(), title=f"Source {self.random.randrange(99)}")

    def evidence_update(self) -> None:
        piece = self.piece()
        evidence_update(
            actor=self.actor,
            evidence=piece,
            revision=piece.revision,
            fields={
                "note": f"Note {self.random.randrange(5)}",
                "published": self.random.choice([None, dt.date(2020, 1, 1)]),
                "set_number": self.random.choice([None, 1, 2]),
                "protected": self.random.choice([True, False]),
                "protection_reason": "Fears for work.",
            },
        )

    def evidence_withdraw(self) -> None:
        piece = self.piece()
        evidence_withdraw(actor=self.actor, evidence=piece, revision=piece.revision)

    def question(self) -> Question:
        rows: Question = self._any(
            Question.objects.standing().filter(
                claim__article=self.article, claim__in=Claim.objects.standing()
            )
        )
        return rows

    def an_answer(self) -> Answer:
        rows: Answer = self._any(Answer.objects.standing().filter(question=self.question()))
        return rows

    def ask(self) -> None:
        make_question(self.actor, self.claim(), f"Question {self.random.randrange(99)}?")

    def reword(self) -> None:
        question = self.question()
        question_update(
            actor=self.actor,
            question=question,
            revision=question.revision,
            text=f"Question {self.random.randrange(5)}?",
        )

    def unask(self) -> None:
        question = self.question()
        question_withdraw(actor=self.actor, question=question, revision=question.revision)

    def answer(self) -> None:
        make_answer(self.actor, self.question(), text=f"{self.random.randrange(99)} million")

    def answer_update(self) -> None:
        answer = self.an_answer()
        fields: Any = self.random.choice(
            [
                {"answer_type": "Unanswerable", "text": "", "source_url": ""},
                {"answer_type": "Abstractive", "text": "Much", "source_url": "https://a.example"},
            ]
        )
        answer_update(actor=self.actor, answer=answer, revision=answer.revision, fields=fields)

    def answer_withdraw(self) -> None:
        answer = self.an_answer()
        answer_withdraw(actor=self.actor, answer=answer, revision=answer.revision)

    def judge(self) -> None:
        judge(
            self.actor,
            self.claim(),
            self.random.choice(["True", "False"]),
            confidence=self.random.choice([None, "low", "high"]),
            strategies=self.random.choice([[], ["Consultation"]]),
        )

    rejudge = judge

    def retract(self) -> None:
        standing = Verdict.objects.standing().filter(
            claim__article=self.article, reviewer=self.actor
        )
        verdict_retract(actor=self.actor, verdict=self._any(standing))

    def submit(self) -> None:
        article_submit(actor=self.actor, article=self.article)

    def reopen_article(self) -> None:
        article_reopen(actor=self.actor, article=self.article)


@pytest.mark.parametrize("seed", range(4))
def test_undoing_everything_leads_back_to_the_start(
    cast: Cast, article: Article, seed: int
) -> None:
    # Begun already: that an article was opened once is not taken back.
    make_claim(cast.second, article, "sales fell 5%")
    first = last_event()
    start, seen, done = snapshot(article), [], []
    walk = Walk(cast.reviewer, article, seed)
    for number in range(40):
        before, events = snapshot(article), Event.objects.count()
        done.append(walk.step())
        if Event.objects.count() > events:
            seen.append(before)
        if number == 20:
            extract(article, "cost 12 million", "sales fell 5%", "Ferries doubled")
        if walk.random.random() < 0.25 and seen:
            action_undo(actor=cast.reviewer, article=article)
            assert snapshot(article) == seen.pop(), done
    undone = []
    while seen:
        undone.append(snapshot(article))
        action_undo(actor=cast.reviewer, article=article)
        assert snapshot(article) == seen.pop(), done
    assert snapshot(article) == start
    # Forth and back again, some of it twice.
    for turns in (len(undone), len(undone) // 2):
        back = []
        for state in list(reversed(undone))[:turns]:
            back.append(snapshot(article))
            action_redo(actor=cast.reviewer, article=article)
            assert snapshot(article) == state, done
        for state in reversed(back):
            action_undo(actor=cast.reviewer, article=article)
            assert snapshot(article) == state, done
    assert snapshot(article) == start
    with pytest.raises(Conflict, match="done nothing"):
        action_undo(actor=cast.reviewer, article=article)
    # The history kept all of it.
    since = Event.objects.filter(article=article, pk__gt=first.pk)
    actions = since.filter(actor=cast.reviewer, undoes=None)
    taken = since.filter(kind="action.undone").count() - since.filter(kind="action.redone").count()
    assert actions.count() == taken > 0
    assert events_verify(chain=f"corpus:{article.corpus_id}") > 0


def actions(cast: Cast, article: Article) -> dict[str, Callable[[], Any]]:
    """One way to each kind of event that can be undone; each begins from the one before it."""
    me = cast.reviewer
    made: dict[str, Any] = {}

    def keep(name: str, value: Any) -> None:
        made[name] = value

    return {
        "suggestion.accepted": lambda: suggestion_accept(
            actor=me, suggestion=suggestion_of(article, "cost 12 million")
        ),
        "suggestion.rejected": lambda: suggestion_reject(
            actor=me, suggestion=suggestion_of(article, "Ferries doubled")
        ),
        "suggestion.reopened": lambda: suggestion_reopen(
            actor=me, suggestion=suggestion_of(article, "Ferries doubled")
        ),
        "claim.created": lambda: keep("claim", make_claim(me, article)),
        "claim.updated": lambda: claim_update(
            actor=me, claim=made["claim"], revision=1, fields={"normalised": "x"}
        ),
        "evidence.added": lambda: keep("evidence", make_evidence(me, made["claim"])),
        "evidence.updated": lambda: evidence_update(
            actor=me, evidence=made["evidence"], revision=1, fields={"note": "x"}
        ),
        "question.asked": lambda: keep("question", make_question(me, made["claim"])),
        "question.updated": lambda: question_update(
            actor=me, question=made["question"], revision=1, text="How much was it?"
        ),
        "answer.added": lambda: keep("answer", make_answer(me, made["question"])),
        "answer.updated": lambda: answer_update(
            actor=me, answer=made["answer"], revision=1, fields={"text": "12 million"}
        ),
        "answer.withdrawn": lambda: answer_withdraw(actor=me, answer=made["answer"], revision=2),
        "question.withdrawn": lambda: question_withdraw(
            actor=me, question=made["question"], revision=2
        ),
        "verdict.given": lambda: keep("verdict", judge(me, made["claim"])),
        "verdict.retracted": lambda: verdict_retract(actor=me, verdict=made["verdict"]),
        "evidence.withdrawn": lambda: evidence_withdraw(
            actor=me, evidence=made["evidence"], revision=2
        ),
        "thread.started": lambda: keep(
            "thread", thread_start(actor=me, claim=made["claim"], text="Is it so?")
        ),
        "comment.added": lambda: keep(
            "comment", comment_add(actor=me, thread=made["thread"], text="Ask @sven.")
        ),
        "comment.edited": lambda: comment_edit(
            actor=me, comment=made["comment"], revision=1, text="Ask @alma."
        ),
        "comment.withdrawn": lambda: comment_withdraw(
            actor=me, comment=made["comment"], revision=2
        ),
        "thread.resolved": lambda: thread_resolve(actor=me, thread=made["thread"], revision=1),
        "thread.reopened": lambda: thread_reopen(actor=me, thread=made["thread"], revision=2),
        "claim.split": lambda: keep(
            "other",
            claim_split(
                actor=me,
                claim=made["claim"],
                revision=2,
                spans=[at(TEXT, "cost")],
                rest=[at(TEXT, "12 million")],
            ),
        ),
        "claim.merged": lambda: claim_merge(
            actor=me, claim=made["claim"], revision=3, other=made["other"], other_revision=1
        ),
        "claim.withdrawn": lambda: claim_withdraw(actor=me, claim=made["claim"], revision=4),
        "article.submitted": lambda: article_submit(actor=me, article=article),
        "article.reopened": lambda: article_reopen(actor=me, article=article),
    }


def test_every_kind_is_undone_in_turn(cast: Cast, article: Article) -> None:
    make_claim(cast.second, article)
    steps = actions(cast, article)
    assert set(steps) == set(MOVERS)
    states = []
    for kind, act in steps.items():
        states.append(snapshot(article))
        act()
        assert last_event().kind == kind
    for kind in reversed(steps):
        event = last_action(actor=cast.reviewer, article=article)
        assert event is not None
        assert event.kind == kind
        undo = action_undo(actor=cast.reviewer, article=article)
        assert (undo.kind, undo.undoes, undo.actor) == ("action.undone", event, cast.reviewer)
        assert (undo.before, undo.after) == (event.after, event.before)
        assert snapshot(article) == states.pop(), kind


def test_redo_does_again_what_was_undone_last(cast: Cast, article: Article) -> None:
    claim = make_claim(cast.reviewer, article)
    for words in ("one", "two"):
        claim = claim_update(
            actor=cast.reviewer,
            claim=claim,
            revision=claim.revision,
            fields={"normalised": words},
        )

    def wording() -> str:
        return Claim.objects.get(pk=claim.pk).normalised

    action_undo(actor=cast.reviewer, article=article)
    action_undo(actor=cast.reviewer, article=article)
    assert wording() == ""
    first = action_redo(actor=cast.reviewer, article=article)
    assert (first.kind, wording()) == ("action.redone", "one")
    # The redoing is the last action now, and is undone as the action itself would be.
    action_undo(actor=cast.reviewer, article=article)
    assert wording() == ""
    action_redo(actor=cast.reviewer, article=article)
    action_redo(actor=cast.reviewer, article=article)
    assert wording() == "two"
    with pytest.raises(Conflict, match="taken back nothing"):
        action_redo(actor=cast.reviewer, article=article)


def test_something_new_ends_redo(cast: Cast, article: Article) -> None:
    claim = make_claim(cast.reviewer, article)
    action_undo(actor=cast.reviewer, article=article)
    make_claim(cast.reviewer, article, "Ferries")
    with pytest.raises(Conflict, match="taken back nothing"):
        action_redo(actor=cast.reviewer, article=article)
    assert not Claim.objects.standing().filter(pk=claim.pk).exists()


def test_redo_is_refused_where_somebody_was_faster(cast: Cast, article: Article) -> None:
    suggestion = suggestion_of(article, "cost 12 million")
    suggestion_accept(actor=cast.reviewer, suggestion=suggestion)
    action_undo(actor=cast.reviewer, article=article)
    suggestion_reject(actor=cast.second, suggestion=suggestion)
    with pytest.raises(Conflict, match="changed by somebody"):
        action_redo(actor=cast.reviewer, article=article)


def test_one_request_takes_back_one_action_however_often_it_is_sent(
    cast: Cast, article: Article
) -> None:
    make_claim(cast.reviewer, article)
    make_claim(cast.reviewer, article, "Ferries")
    uid = uuid.uuid4()
    first = action_undo(actor=cast.reviewer, article=article, uid=uid)
    assert action_undo(actor=cast.reviewer, article=article, uid=uid) == first
    assert Claim.objects.standing().filter(article=article).count() == 1
    uid = uuid.uuid4()
    again = action_redo(actor=cast.reviewer, article=article, uid=uid)
    assert action_redo(actor=cast.reviewer, article=article, uid=uid) == again


def test_undo_is_about_ones_own_actions(cast: Cast, article: Article) -> None:
    make_claim(cast.reviewer, article)
    with pytest.raises(Conflict, match="done nothing"):
        action_undo(actor=cast.second, article=article)
    with pytest.raises(NotAllowed):
        action_undo(actor=cast.outsider, article=article)


# --- Refused, because somebody built on it ------------------------------------------------


def refused(cast: Cast, article: Article) -> None:
    before = snapshot(article)
    with pytest.raises(Conflict):
        action_undo(actor=cast.reviewer, article=article)
    assert snapshot(article) == before


def test_a_claim_that_somebody_changed(cast: Cast, article: Article) -> None:
    claim = suggestion_accept(
        actor=cast.reviewer, suggestion=suggestion_of(article, "cost 12 million")
    )
    claim_update(actor=cast.second, claim=claim, revision=1, fields={"normalised": "Theirs."})
    refused(cast, article)


def test_a_claim_that_somebody_changed_to_the_same(cast: Cast, claim: Claim) -> None:
    claim_update(actor=cast.reviewer, claim=claim, revision=1, fields={"normalised": "Mine."})
    claim_update(actor=cast.second, claim=claim, revision=2, fields={"normalised": "Theirs."})
    claim_update(actor=cast.second, claim=claim, revision=3, fields={"normalised": "Mine."})
    refused(cast, claim.article)


def test_what_somebody_did_and_took_back_doesnt_count(cast: Cast, claim: Claim) -> None:
    claim_update(actor=cast.second, claim=claim, revision=1, fields={"normalised": "Theirs."})
    action_undo(actor=cast.second, article=claim.article)
    action_undo(actor=cast.reviewer, article=claim.article)
    claim.refresh_from_db()
    assert claim.state == "withdrawn"


def test_a_claim_with_somebodys_evidence(cast: Cast, claim: Claim) -> None:
    make_evidence(cast.second, claim)
    refused(cast, claim.article)


def test_an_edit_that_somebody_judged(cast: Cast, claim: Claim) -> None:
    make_evidence(cast.reviewer, claim)
    claim_update(actor=cast.reviewer, claim=claim, revision=1, fields={"normalised": "Mine."})
    judge(cast.second, claim)
    refused(cast, claim.article)


def test_evidence_that_somebodys_verdict_rests_on(cast: Cast, claim: Claim) -> None:
    make_evidence(cast.reviewer, claim)
    verdict = judge(cast.second, claim)
    refused(cast, claim.article)
    verdict_retract(actor=cast.second, verdict=verdict)
    action_undo(actor=cast.reviewer, article=claim.article)
    assert not claim.evidence.standing().exists()


def test_evidence_that_somebody_changed(cast: Cast, claim: Claim) -> None:
    evidence = make_evidence(cast.reviewer, claim)
    evidence_update(actor=cast.second, evidence=evidence, revision=1, fields={"note": "x"})
    refused(cast, claim.article)


def test_a_rejection_that_is_somebody_elses_now(cast: Cast, article: Article) -> None:
    suggestion = suggestion_of(article, "Ferries doubled")
    suggestion_reject(actor=cast.reviewer, suggestion=suggestion)
    suggestion_reopen(actor=cast.second, suggestion=suggestion)
    refused(cast, article)
    suggestion_reject(actor=cast.second, suggestion=suggestion)
    refused(cast, article)


def test_a_rejection_that_came_back_is_still_its_makers(cast: Cast, article: Article) -> None:
    suggestion = suggestion_of(article, "Ferries doubled")
    suggestion_reject(actor=cast.reviewer, suggestion=suggestion)
    suggestion_reopen(actor=cast.second, suggestion=suggestion)
    action_undo(actor=cast.second, article=article)
    assert SuggestionDecision.objects.get().decided_by == cast.reviewer
    action_undo(actor=cast.reviewer, article=article)
    assert not SuggestionDecision.objects.exists()


def test_a_reopened_suggestion_that_somebody_decided(cast: Cast, article: Article) -> None:
    suggestion = suggestion_of(article, "Ferries doubled")
    suggestion_reject(actor=cast.reviewer, suggestion=suggestion)
    suggestion_reopen(actor=cast.reviewer, suggestion=suggestion)
    suggestion_accept(actor=cast.second, suggestion=suggestion)
    refused(cast, article)


def test_a_submission_that_somebody_reopened_and_repeated(cast: Cast, article: Article) -> None:
    article_submit(actor=cast.reviewer, article=article)
    article_reopen(actor=cast.second, article=article)
    refused(cast, article)
    article_submit(actor=cast.second, article=article)
    refused(cast, article)


def test_undo_survives_a_new_run(cast: Cast, article: Article) -> None:
    claim = suggestion_accept(
        actor=cast.reviewer, suggestion=suggestion_of(article, "cost 12 million")
    )
    extract(article, "cost 12 million")
    action_undo(actor=cast.reviewer, article=article)
    claim.refresh_from_db()
    assert claim.state == "withdrawn"
    assert not SuggestionDecision.objects.exists()


def test_what_a_source_was_comes_back_whole(cast: Cast, claim: Claim) -> None:
    copy = snapshot_request(actor=cast.reviewer, claim=claim, url="https://ledger.example/2021")
    piece = make_evidence(cast.reviewer, claim, set_number=3, snapshot=copy.pk)
    fields: Any = {"protected": True, "protection_reason": "Fears for work.", "set_number": None}
    evidence_update(actor=cast.reviewer, evidence=piece, revision=1, fields=fields)
    action_undo(actor=cast.reviewer, article=claim.article)
    piece.refresh_from_db()
    assert (piece.set_number, piece.snapshot, piece.protected) == (3, copy, False)
    assert piece.protection_reason == ""


def test_an_event_that_knows_less_is_undone_all_the_same(cast: Cast, claim: Claim) -> None:
    """One that was written before a field was there."""
    piece = make_evidence(cast.reviewer, claim)
    evidence_update(actor=cast.reviewer, evidence=piece, revision=1, fields={"note": "x"})
    event = last_event()
    later = {"set_number", "protected", "protection_reason", "snapshot"}
    for state in (event.before, event.after):
        for name in later:
            del state[name]
    evidence_restore(piece, event.before)
    piece.save()
    assert (piece.note, piece.set_number) == ("", None)

"""Questions that a claim raises. Their answers are ``answers``."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from annotations import policies
from annotations.domain.transitions import ClaimState
from annotations.errors import Conflict, InvalidInput, StaleRevision
from annotations.models import Claim, Question, User

from .claims import claim_lock
from .events import event_record
from .requests import made_before


def question_snapshot(question: Question) -> dict[str, Any]:
    """The question's editable state as JSON values: what an event keeps and undo restores."""
    return {"text": question.text, "withdrawn": question.withdrawn}


@transaction.atomic
def question_ask(*, actor: User, claim: Claim, text: str, uid: uuid.UUID | None = None) -> Question:
    """A new question, after those there are. The same ``uid`` again returns what it made first.

    A claim that has verdicts may still get questions.
    """
    locked = claim_lock(claim)
    policies.require(actor, "question.write", locked.article.corpus)
    taken = gettext("This uid is taken by another question.")
    # By its article: the claim may have been merged since, and the question with it.
    known = made_before(
        Question.objects, uid, taken, asked_by=actor, claim__article=locked.article_id
    )
    if known is not None:
        return known
    if locked.state == ClaimState.WITHDRAWN:
        raise Conflict(gettext("The claim is withdrawn."))
    question = Question(uid=uid or uuid.uuid4(), claim=locked, asked_by=actor, text=_text(text))
    question.save()
    _record("question.asked", actor, question, None)
    return question


@transaction.atomic
def question_update(*, actor: User, question: Question, revision: int, text: str) -> Question:
    """Reword a question that is still at ``revision``; ``StaleRevision`` when it isn't."""
    locked = question_lock(question)
    policies.require(actor, "question.write", locked.claim.article.corpus)
    _check_revision(locked, revision)
    if locked.withdrawn:
        raise Conflict(gettext("The question is withdrawn; undo that first."))
    if locked.claim.state == ClaimState.WITHDRAWN:
        raise Conflict(gettext("The claim is withdrawn."))
    before = question_snapshot(locked)
    locked.text = _text(text)
    if question_snapshot(locked) == before:
        return locked
    locked.revision += 1
    locked.save()
    _record("question.updated", actor, locked, before)
    return locked


@transaction.atomic
def question_withdraw(*, actor: User, question: Question, revision: int) -> Question:
    """Take a question off its claim, with its answers; the rows stay in the history.

    ``Conflict`` when somebody else has answered it.
    """
    locked = question_lock(question)
    policies.require(actor, "question.write", locked.claim.article.corpus)
    if locked.withdrawn:
        return locked
    _check_revision(locked, revision)
    _others_answers(locked, actor)
    before = question_snapshot(locked)
    locked.withdrawn = True
    locked.revision += 1
    locked.save()
    _record("question.withdrawn", actor, locked, before)
    return locked


def question_restore(
    *, pk: int, now: dict[str, Any], then: dict[str, Any], actor: User
) -> Question:
    """From one snapshot to another, without an event: part of a larger write.

    ``Conflict`` when it isn't as ``now`` any more, or when taking it away would take somebody
    else's answer with it.
    """
    question = question_lock(Question.objects.get(pk=pk))
    if question_snapshot(question) != now:
        raise Conflict(gettext("The question was changed by somebody since."))
    if then["withdrawn"] and not now["withdrawn"]:
        _others_answers(question, actor)
    question.text, question.withdrawn = then["text"], then["withdrawn"]
    question.revision += 1
    question.save()
    return question


def question_lock(question: Question) -> Question:
    """The question as it is now, locked with its claim until the transaction ends.

    With its claim, so that the claim isn't withdrawn, or judged on this question, meanwhile.
    """
    claim_lock(question.claim)
    return (
        Question.objects.select_for_update(of=("self",))
        .select_related("claim__article__corpus")
        .get(pk=question.pk)
    )


def _others_answers(question: Question, actor: User) -> None:
    answers = question.answers.standing().exclude(added_by=actor)
    if (answer := answers.select_related("added_by").first()) is not None:
        raise Conflict(
            gettext("%(added_by)s has answered this question.") % {"added_by": answer.added_by}
        )


def _check_revision(question: Question, revision: int) -> None:
    if question.revision != revision:
        raise StaleRevision(current=question, expected=revision)


def _text(text: str) -> str:
    words = " ".join(text.split())
    if not words:
        raise InvalidInput({"text": gettext("write the question")})
    if len(words) > Question.MAX_TEXT:
        raise InvalidInput(
            {"text": gettext("%(max_text)s characters at most") % {"max_text": Question.MAX_TEXT}}
        )
    return words


def _record(kind: str, actor: User, question: Question, before: dict[str, Any] | None) -> None:
    event_record(
        kind=kind,
        actor=actor,
        target=question,
        corpus=question.claim.article.corpus,
        article=question.claim.article,
        claim=question.claim,
        before=before,
        after=question_snapshot(question),
    )

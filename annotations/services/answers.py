"""Answers to the questions that a claim raises, by AVeriTeC's rules."""

from __future__ import annotations

import uuid
from typing import Any, NotRequired, TypedDict
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext

from annotations import policies
from annotations.domain.pages import same_page
from annotations.domain.transitions import ClaimState
from annotations.domain.vocabulary import AnswerType
from annotations.errors import Conflict, InvalidInput, StaleRevision
from annotations.models import Answer, Question, Snapshot, User

from .events import event_record
from .questions import question_lock
from .requests import made_before


class AnswerFields(TypedDict):
    """What a person may set on an answer; a key that is absent stays as it is."""

    answer_type: NotRequired[str]
    text: NotRequired[str]
    boolean_explanation: NotRequired[str]
    source_url: NotRequired[str]
    source_medium: NotRequired[str]
    # A saved copy's id, of one made for the same claim. Without it a new source has none.
    snapshot: NotRequired[int | None]


FIELDS = list(AnswerFields.__annotations__)
_COLUMNS = {"snapshot": "snapshot_id"}
YES_OR_NO = ("Yes", "No")


def answer_snapshot(answer: Answer) -> dict[str, Any]:
    """The answer's editable state as JSON values: what an event keeps and undo restores."""
    return {
        **{name: str(getattr(answer, name)) for name in FIELDS if name != "snapshot"},
        "snapshot": answer.snapshot_id,
        "withdrawn": answer.withdrawn,
    }


@transaction.atomic
def answer_add(
    *, actor: User, question: Question, fields: AnswerFields, uid: uuid.UUID | None = None
) -> Answer:
    """A new answer, beside those there are. The same ``uid`` again returns what it made first."""
    locked = question_lock(question)
    policies.require(actor, "question.write", locked.claim.article.corpus)
    taken = gettext("This uid is taken by another answer.")
    known = made_before(Answer.objects, uid, taken, added_by=actor, question=locked)
    if known is not None:
        return known
    _check_stands(locked)
    answer = Answer(uid=uid or uuid.uuid4(), question=locked, added_by=actor)
    _assign(answer, fields)
    _check(answer)
    answer.save()
    _record("answer.added", actor, answer, None)
    return answer


@transaction.atomic
def answer_update(*, actor: User, answer: Answer, revision: int, fields: AnswerFields) -> Answer:
    """Change an answer that is still at ``revision``; ``StaleRevision`` when it isn't."""
    locked = answer_lock(answer)
    policies.require(actor, "question.write", locked.question.claim.article.corpus)
    _check_revision(locked, revision)
    if locked.withdrawn:
        raise Conflict(gettext("The answer is withdrawn; undo that first."))
    _check_stands(locked.question)
    before = answer_snapshot(locked)
    _assign(locked, fields)
    if answer_snapshot(locked) == before:
        return locked
    _check(locked)
    locked.revision += 1
    locked.save()
    _record("answer.updated", actor, locked, before)
    return locked


@transaction.atomic
def answer_withdraw(*, actor: User, answer: Answer, revision: int) -> Answer:
    """Take an answer off its question; the row stays in the history."""
    locked = answer_lock(answer)
    policies.require(actor, "question.write", locked.question.claim.article.corpus)
    if locked.withdrawn:
        return locked
    _check_revision(locked, revision)
    before = answer_snapshot(locked)
    locked.withdrawn = True
    locked.revision += 1
    locked.save()
    _record("answer.withdrawn", actor, locked, before)
    return locked


def answer_restore(*, pk: int, now: dict[str, Any], then: dict[str, Any]) -> Answer:
    """From one snapshot to another, without an event: part of a larger write.

    ``Conflict`` when it isn't as ``now`` any more, or when its question is gone.
    """
    answer = answer_lock(Answer.objects.get(pk=pk))
    # What an older event doesn't know isn't compared, and stays.
    if {name: answer_snapshot(answer)[name] for name in now} != now:
        raise Conflict(gettext("The answer was changed by somebody since."))
    if not then["withdrawn"]:
        _check_stands(answer.question)
    for name in (*FIELDS, "withdrawn"):
        if name in then:
            setattr(answer, _COLUMNS.get(name, name), then[name])
    answer.revision += 1
    answer.save()
    return answer


def answer_lock(answer: Answer) -> Answer:
    """The answer as it is now, locked with its question and claim until the transaction ends."""
    question = question_lock(answer.question)
    locked = Answer.objects.select_for_update(of=("self",)).get(pk=answer.pk)
    locked.question = question
    return locked


def _check_stands(question: Question) -> None:
    if question.withdrawn:
        raise Conflict(gettext("The question is withdrawn."))
    if question.claim.state == ClaimState.WITHDRAWN:
        raise Conflict(gettext("The claim is withdrawn."))


def _check_revision(answer: Answer, revision: int) -> None:
    if answer.revision != revision:
        raise StaleRevision(current=answer, expected=revision)


def _assign(answer: Answer, fields: AnswerFields) -> None:
    source = answer.source_url
    for name in FIELDS:
        if name in fields and name != "snapshot":
            setattr(answer, name, str(fields[name]).strip())  # type: ignore[literal-required]
    if "snapshot" in fields:
        answer.snapshot_id = fields["snapshot"]
    elif answer.source_url != source:
        answer.snapshot_id = None


def _check(answer: Answer) -> None:
    wrong = {**_wrong_words(answer), **_wrong_source(answer), **_wrong_copy(answer)}
    if not wrong:
        try:
            answer.clean_fields(exclude=["question", "added_by", "uid", "snapshot"])
        except ValidationError as error:
            wrong = {name: " ".join(reasons) for name, reasons in error.message_dict.items()}
    if wrong:
        raise InvalidInput(wrong)


def _wrong_words(answer: Answer) -> dict[str, str]:
    wrong: dict[str, str] = {}
    kind = answer.answer_type
    if kind not in set(AnswerType):
        return {"answer_type": f"expected one of {', '.join(AnswerType)}"}
    if kind == AnswerType.UNANSWERABLE:
        if answer.text:
            wrong["text"] = gettext("a question that can't be answered has no answer")
    elif kind == AnswerType.BOOLEAN:
        if answer.text not in YES_OR_NO:
            wrong["text"] = gettext("expected Yes or No")
        if not answer.boolean_explanation:
            wrong["boolean_explanation"] = gettext(
                "say why it is so: a bare yes or no convinces nobody"
            )
    elif not answer.text:
        wrong["text"] = gettext("write the answer")
    elif answer.text.rstrip(".!").casefold() in {"yes", "no"}:
        wrong["text"] = gettext("a bare yes or no is a Boolean answer, with an explanation")
    if kind != AnswerType.BOOLEAN and answer.boolean_explanation:
        wrong["boolean_explanation"] = gettext("only a Boolean answer has an explanation")
    return wrong


def _wrong_source(answer: Answer) -> dict[str, str]:
    url, kind = answer.source_url, answer.answer_type
    if kind == AnswerType.UNANSWERABLE:
        return {"source_url": "a question that can't be answered has no source"} if url else {}
    if not url:
        needed = kind in {AnswerType.EXTRACTIVE, AnswerType.ABSTRACTIVE}
        return {"source_url": "the address where this is found is needed"} if needed else {}
    try:
        if urlsplit(url).scheme not in {"http", "https"}:
            return {"source_url": "expected an address that begins with http:// or https://"}
        if same_page(url, answer.question.claim.article.url):
            return {"source_url": "the article being checked can't answer for its own claims"}
    except ValueError:
        return {"source_url": "not an address that a browser could open"}
    return {}


def _wrong_copy(answer: Answer) -> dict[str, str]:
    if answer.snapshot_id is None:
        return {}
    if not answer.source_url:
        return {"snapshot": gettext("an answer without a source has no saved copy")}
    copies = Snapshot.objects.filter(pk=answer.snapshot_id, claim=answer.question.claim_id)
    return {} if copies.exists() else {"snapshot": gettext("this claim has no such saved copy")}


def _record(kind: str, actor: User, answer: Answer, before: dict[str, Any] | None) -> None:
    claim = answer.question.claim
    event_record(
        kind=kind,
        actor=actor,
        target=answer,
        corpus=claim.article.corpus,
        article=claim.article,
        claim=claim,
        before=before,
        after=answer_snapshot(answer),
    )

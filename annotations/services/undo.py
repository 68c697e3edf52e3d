"""Taking back one's last action in an article, and doing again what was taken back.

The history says what an action changed, so undoing it means: what it left behind is still
there unchanged, so put back what was there before. Redoing is undoing the undoing. If somebody
has built on it since, that is refused and said.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext

from annotations import policies
from annotations.domain.transitions import ClaimState
from annotations.domain.vocabulary import Outcome, VerdictKind
from annotations.errors import Conflict
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

from .answers import answer_restore
from .claim_fields import CHANGED, claim_fields, claim_snapshot, unchanged
from .claim_parts import merged_move, split_move
from .claims import (
    claim_lock,
    claim_set_withdrawn,
    claim_write,
    decision_carry,
    decision_of,
    others_work,
)
from .discussion_undo import comment_restore, thread_restore
from .events import event_record
from .evidence import evidence_lock, evidence_restore, evidence_snapshot
from .protection import sources_changed
from .questions import question_restore
from .suggestions import decision_remove
from .verdicts import retraction_add, verdict_repeat, verdict_words

UNDONE, REDONE = "action.undone", "action.redone"


@dataclass(frozen=True)
class Step:
    """From the state that an action left behind (``now``) to the one wanted instead (``then``).

    States are what the action's event keeps; None: the object wasn't there.
    """

    target: int
    now: Any
    then: Any
    actor: User


def last_action(*, actor: User, article: Article) -> Event | None:
    """The actor's latest action in the article that stands: undo takes it back."""
    return (
        Event.objects.filter(
            actor=actor, article=article, kind__in=[*MOVERS, REDONE], undone_by=None
        )
        .order_by("-id")
        .first()
    )


def last_undone(*, actor: User, article: Article) -> Event | None:
    """The actor's latest undoing in the article: redo does again what it took back.

    None once the actor did something new, as everywhere else.
    """
    own = Event.objects.filter(actor=actor, article=article)
    fresh = own.filter(kind__in=MOVERS).aggregate(last=models.Max("pk"))["last"] or 0
    return own.filter(kind=UNDONE, undone_by=None, pk__gt=fresh).order_by("-id").first()


def action_undo(*, actor: User, article: Article, uid: uuid.UUID | None = None) -> Event:
    """Take back the actor's last action in the article; the event that did so.

    ``Conflict`` when there is none, or when it can't be taken back without breaking what
    somebody else did since. The same ``uid`` again returns the same event.
    """
    return _reverse(actor, article, uid, undo=True)


def action_redo(*, actor: User, article: Article, uid: uuid.UUID | None = None) -> Event:
    """Do again what the actor took back last; otherwise as ``action_undo``."""
    return _reverse(actor, article, uid, undo=False)


@transaction.atomic
def _reverse(actor: User, article: Article, uid: uuid.UUID | None, *, undo: bool) -> Event:
    policies.require(actor, "article.review", article.corpus)
    # Two presses of the key undo two actions, never one action twice.
    Article.objects.select_for_update(of=("self",), no_key=True).get(pk=article.pk)
    if uid is not None:
        known = Event.objects.filter(actor=actor, article=article, request=uid).first()
        if known is not None:
            return known
    find = last_action if undo else last_undone
    event = find(actor=actor, article=article)
    if event is None:
        raise Conflict(
            gettext("You have done nothing in this article that could be undone.")
            if undo
            else gettext("You have taken back nothing in this article that could be done again.")
        )
    kind = action_of(event).kind
    _nothing_built(event, kind, actor)
    target = MOVERS[kind](Step(event.target_id, event.after, event.before, actor))
    return event_record(
        kind=UNDONE if undo else REDONE,
        actor=actor,
        target=target,
        corpus=article.corpus,
        article=article,
        claim=event.claim,
        before=event.after,
        after=event.before,
        undoes=event,
        request=uid,
    )


def action_of(event: Event) -> Event:
    """The action that an undoing or redoing is about, however often it went to and fro."""
    while event.undoes is not None:
        event = event.undoes
    return event


# What has a revision, which a write names; by the type that events call it.
_REVISED: dict[str, type[models.Model]] = {
    "claim": Claim,
    "evidence": Evidence,
    "question": Question,
    "answer": Answer,
    "thread": Thread,
    "comment": Comment,
}


def revision_left(event: Event) -> dict[str, Any] | None:
    """``uid`` and ``revision`` of the event's object, as the event left it.

    None where the object has no revision, and where anybody changed it since.
    """
    model = _REVISED.get(event.target_type)
    if model is None:
        return None
    # In this order: a change in between has an event.
    row = model._default_manager.filter(pk=event.target_id).values("uid", "revision").first()
    later = Event.objects.filter(
        target_type=event.target_type, target_id=event.target_id, pk__gt=event.pk
    )
    return None if later.exists() else row


def _nothing_built(event: Event, kind: str, actor: User) -> None:
    """Refuse what somebody else acted on since, even if they left it looking the same.

    An action of theirs that is taken back, and the taking back, don't count.
    """
    since = Event.objects.filter(
        target_type=event.target_type, target_id=event.target_id, pk__gt=event.pk
    )
    if since.exclude(kind=UNDONE).filter(undone_by=None).exclude(actor=actor).exists():
        raise Conflict(gettext(CHANGED))
    if kind.startswith(("claim.", "evidence.", "question.", "answer.")):
        verdict = (
            Verdict.objects.standing()
            .filter(
                # Having been merged, what the claim had is looked at with the one it is in.
                models.Q(claim=event.claim_id) | models.Q(claim__merged=event.claim_id),
                created_at__gt=event.at,
            )
            .exclude(reviewer=actor)
            .select_related("reviewer")
            .first()
        )
        if verdict is not None:
            raise Conflict(
                gettext("%(reviewer)s has given a verdict on this claim since.")
                % {"reviewer": verdict.reviewer}
            )


def _suggestion(step: Step) -> Suggestion:
    suggestion = Suggestion.objects.select_related("run", "article").get(pk=step.target)
    decision = decision_of(suggestion)
    if step.then["outcome"] is None:
        _take_decision(step, decision)
    elif decision is not None:
        raise Conflict(gettext(CHANGED))
    elif step.then["outcome"] == Outcome.ACCEPTED:
        claim = claim_lock(Claim.objects.get(pk=step.then["claim"]))
        unchanged(claim_snapshot(claim), {**step.then["state"], "withdrawn": True})
        claim_set_withdrawn(claim, withdrawn=False)
    else:
        decision_carry(
            SuggestionDecision.objects.create(
                suggestion=suggestion,
                article_id=suggestion.article_id,
                outcome=Outcome.REJECTED,
                # Whose rejection it was, which needn't be the person who took it back.
                decided_by_id=step.then.get("decided_by", step.actor.pk),
            )
        )
    return suggestion


def _take_decision(step: Step, decision: SuggestionDecision | None) -> None:
    if (
        decision is None
        or decision.outcome != step.now["outcome"]
        or decision.decided_by_id != step.now.get("decided_by", step.actor.pk)
    ):
        raise Conflict(gettext(CHANGED))
    if decision.claim is None:
        decision_remove(decision)
        return
    claim = claim_lock(decision.claim)
    unchanged(claim_snapshot(claim), step.now["state"])
    others_work(claim, step.actor)
    claim_set_withdrawn(claim, withdrawn=True)


def present(step: Step) -> tuple[dict[str, Any], dict[str, Any]]:
    """``now`` and ``then`` of an object that is withdrawn where it wasn't there."""
    now, then = step.now, step.then
    return (
        {**then, "withdrawn": True} if now is None else now,
        {**now, "withdrawn": True} if then is None else then,
    )


def _merged(step: Step) -> Claim:
    return merged_move(target=step.target, now=step.now, then=step.then, actor=step.actor)


def _split(step: Step) -> Claim:
    return split_move(target=step.target, now=step.now, then=step.then, actor=step.actor)


def _claim(step: Step) -> Claim:
    now, then = present(step)
    claim = claim_lock(Claim.objects.get(pk=step.target))
    unchanged(claim_snapshot(claim), now)
    if then["withdrawn"] == now["withdrawn"]:
        claim_write(claim, claim_fields(then))
        claim.revision += 1
        claim.save()
        return claim
    # Whether its making is undone or its withdrawal done again: it may have grown meanwhile.
    if then["withdrawn"]:
        others_work(claim, step.actor)
    claim_set_withdrawn(claim, withdrawn=then["withdrawn"])
    return claim


def _evidence(step: Step) -> Evidence:
    now, then = present(step)
    evidence = evidence_lock(Evidence.objects.get(pk=step.target))
    unchanged(evidence_snapshot(evidence), now)
    evidence_restore(evidence, then)
    evidence.revision += 1
    evidence.save()
    sources_changed(actor=step.actor, evidence=evidence, before=now)
    return evidence


def _question(step: Step) -> Question:
    now, then = present(step)
    return question_restore(pk=step.target, now=now, then=then, actor=step.actor)


def _answer(step: Step) -> Answer:
    now, then = present(step)
    return answer_restore(pk=step.target, now=now, then=then)


def _verdict(step: Step) -> Verdict:
    given = Verdict.objects.select_related("claim").get(pk=step.target)
    claim = claim_lock(given.claim)
    if step.then is not None and step.then["verdict"] == given.pk:
        if claim.state == ClaimState.WITHDRAWN:
            raise Conflict(gettext(CHANGED))
        if given.kind == VerdictKind.ADJUDICATION:
            # Whoever settled it then may be a reviewer like others now.
            policies.require(step.actor, "verdict.adjudicate", claim.article.corpus)
        verdict_repeat(claim, given)
        return given
    # Not by its key: having been retracted and that undone, it stands as a repeated row.
    verdict = claim.verdicts.standing().filter(reviewer=given.reviewer_id, kind=given.kind).first()
    if verdict is None or verdict_words(verdict) != verdict_words(given):
        raise Conflict(gettext(CHANGED))
    retraction_add(claim, verdict)
    return given


def _comment(step: Step) -> Comment:
    now, then = present(step)
    return comment_restore(now=now, then=then)


def _thread_start(step: Step) -> Thread:
    # A thread is there with its first comment, and gone with its last one.
    return _comment(step).thread


def _thread(step: Step) -> Thread:
    return thread_restore(pk=step.target, now=step.now, then=step.then)


def _article(step: Step) -> Article:
    article = Article.objects.get(pk=step.target)
    if article.state != step.now["state"]:
        raise Conflict(gettext(CHANGED))
    article.state = step.then["state"]
    article.save(update_fields=["state"])
    return article


# Returns the object that it was told of, so that its events stay about one object.
Mover = Callable[[Step], models.Model]

# Each kind of action that a person can take back and do again, and what moves its object.
MOVERS: dict[str, Mover] = {
    "suggestion.accepted": _suggestion,
    "suggestion.rejected": _suggestion,
    "suggestion.reopened": _suggestion,
    "claim.created": _claim,
    "claim.updated": _claim,
    "claim.withdrawn": _claim,
    "claim.merged": _merged,
    "claim.split": _split,
    "evidence.added": _evidence,
    "evidence.updated": _evidence,
    "evidence.withdrawn": _evidence,
    "question.asked": _question,
    "question.updated": _question,
    "question.withdrawn": _question,
    "answer.added": _answer,
    "answer.updated": _answer,
    "answer.withdrawn": _answer,
    "verdict.given": _verdict,
    "verdict.retracted": _verdict,
    "thread.started": _thread_start,
    "thread.resolved": _thread,
    "thread.reopened": _thread,
    "comment.added": _comment,
    "comment.edited": _comment,
    "comment.withdrawn": _comment,
    "article.submitted": _article,
    "article.reopened": _article,
}

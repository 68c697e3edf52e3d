"""Taking back one's last action in an article, whichever it was.

The history says what an action changed, so undoing it means: what it left behind is still
there unchanged, so put back what was there before. If somebody has built on it since, that
is refused and said.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import transaction

from annotations import policies
from annotations.domain.vocabulary import Outcome
from annotations.errors import Conflict
from annotations.models import (
    Article,
    Claim,
    Event,
    Evidence,
    Suggestion,
    SuggestionDecision,
    User,
    Verdict,
)

from .claims import (
    ClaimFields,
    claim_lock,
    claim_set_withdrawn,
    claim_snapshot,
    claim_write,
    decision_carry,
    decision_of,
    others_work,
)
from .events import event_record
from .evidence import FIELDS as EVIDENCE_FIELDS
from .evidence import evidence_lock, evidence_snapshot
from .suggestions import decision_remove
from .verdicts import retraction_add, verdict_repeat

CHANGED = "This was changed by somebody since, so it can't be undone any more."


def last_action(*, actor: User, article: Article) -> Event | None:
    """The actor's latest action in the article that is not undone yet."""
    return (
        Event.objects.filter(
            actor=actor, article=article, kind__in=UNDOERS, undoes=None, undone_by=None
        )
        .order_by("-id")
        .first()
    )


@transaction.atomic
def action_undo(*, actor: User, article: Article) -> Event:
    """Take back the actor's last action in the article; the event that did so.

    ``Conflict`` when there is none, or when it can't be taken back without breaking what
    somebody else did since.
    """
    policies.require(actor, "article.review", article.corpus)
    # Two presses of the key undo two actions, never one action twice.
    Article.objects.select_for_update(of=("self",)).get(pk=article.pk)
    event = last_action(actor=actor, article=article)
    if event is None:
        raise Conflict("You have done nothing in this article that could be undone.")
    _nothing_built(event, actor)
    target = UNDOERS[event.kind](event, actor)
    return event_record(
        kind="action.undone",
        actor=actor,
        target=target,
        corpus=article.corpus,
        article=article,
        claim=event.claim,
        before=event.after,
        after=event.before,
        undoes=event,
    )


def _nothing_built(event: Event, actor: User) -> None:
    """Refuse what somebody else acted on since, even if they left it looking the same.

    An action of theirs that is taken back, and the taking back, don't count.
    """
    since = Event.objects.filter(
        target_type=event.target_type, target_id=event.target_id, pk__gt=event.pk
    )
    if since.filter(undoes=None, undone_by=None).exclude(actor=actor).exists():
        raise Conflict(CHANGED)
    if event.kind.startswith(("claim.", "evidence.")):
        verdict = (
            Verdict.objects.standing()
            .filter(claim=event.claim_id, created_at__gt=event.at)
            .exclude(reviewer=actor)
            .select_related("reviewer")
            .first()
        )
        if verdict is not None:
            raise Conflict(f"{verdict.reviewer} has given a verdict on this claim since.")


def _suggestion_decided(event: Event, actor: User) -> Suggestion:
    suggestion = Suggestion.objects.select_related("article").get(pk=event.target_id)
    after: Any = event.after
    decision = decision_of(suggestion)
    if (
        decision is None
        or decision.outcome != after["outcome"]
        or decision.decided_by_id != actor.pk
    ):
        raise Conflict(CHANGED)
    if decision.claim is None:
        decision_remove(decision)
        return suggestion
    claim = claim_lock(decision.claim)
    if claim_snapshot(claim) != after["state"]:
        raise Conflict(CHANGED)
    others_work(claim, actor)
    claim_set_withdrawn(claim, withdrawn=True)
    return suggestion


def _suggestion_reopened(event: Event, actor: User) -> Suggestion:
    suggestion = Suggestion.objects.select_related("run").get(pk=event.target_id)
    if decision_of(suggestion) is not None:
        raise Conflict(CHANGED)
    before: Any = event.before
    decision_carry(
        SuggestionDecision.objects.create(
            suggestion=suggestion,
            article_id=suggestion.article_id,
            outcome=Outcome.REJECTED,
            # Whose rejection it was, which needn't be the person who took it back.
            decided_by_id=before["decided_by"],
        )
    )
    return suggestion


def _claim(event: Event, actor: User) -> Claim:
    claim = claim_lock(Claim.objects.get(pk=event.target_id))
    if claim_snapshot(claim) != event.after:
        raise Conflict(CHANGED)
    before: Any = event.before
    after: Any = event.after
    if before is None:
        others_work(claim, actor)
        claim_set_withdrawn(claim, withdrawn=True)
    elif before["withdrawn"] != after["withdrawn"]:
        claim_set_withdrawn(claim, withdrawn=before["withdrawn"])
    else:
        claim_write(claim, _claim_fields(before))
        claim.revision += 1
        claim.save()
    return claim


def _claim_fields(state: dict[str, Any]) -> ClaimFields:
    date = state["claim_date"]
    return {
        "spans": [(start, end, None) for start, end in state["spans"]],
        "normalised": state["normalised"],
        "types": state["types"],
        "claimant": state["claimant"],
        "claim_date": dt.date.fromisoformat(date) if date else None,
    }


def _evidence(event: Event, actor: User) -> Evidence:
    evidence = evidence_lock(Evidence.objects.get(pk=event.target_id))
    if evidence_snapshot(evidence) != event.after:
        raise Conflict(CHANGED)
    before = event.before
    if before is None:
        evidence.withdrawn = True
    else:
        for name in EVIDENCE_FIELDS:
            setattr(evidence, name, before[name])
        published = before["published"]
        evidence.published = dt.date.fromisoformat(published) if published else None
        evidence.withdrawn = before["withdrawn"]
    evidence.revision += 1
    evidence.save()
    return evidence


def _verdict_given(event: Event, actor: User) -> Verdict:
    given = Verdict.objects.select_related("claim").get(pk=event.target_id)
    claim = claim_lock(given.claim)
    # Not by its key: having been retracted and that undone, it stands as a repeated row.
    verdict = claim.verdicts.standing().filter(reviewer=given.reviewer_id, kind=given.kind).first()
    if verdict is None or (verdict.rating_id, verdict.rationale) != (
        given.rating_id,
        given.rationale,
    ):
        raise Conflict(CHANGED)
    retraction_add(claim, verdict)
    return verdict


def _verdict_retracted(event: Event, actor: User) -> Verdict:
    verdict = Verdict.objects.select_related("claim").get(pk=event.target_id)
    return verdict_repeat(claim_lock(verdict.claim), verdict)


def _article(event: Event, actor: User) -> Article:
    article = Article.objects.get(pk=event.target_id)
    before: Any = event.before
    after: Any = event.after
    if article.state != after["state"]:
        raise Conflict(CHANGED)
    article.state = before["state"]
    article.save(update_fields=["state"])
    return article


Undoer = Callable[[Event, User], Article | Claim | Evidence | Suggestion | Verdict]

# Each kind of action that a person can take back, and how.
UNDOERS: dict[str, Undoer] = {
    "suggestion.accepted": _suggestion_decided,
    "suggestion.rejected": _suggestion_decided,
    "suggestion.reopened": _suggestion_reopened,
    "claim.created": _claim,
    "claim.updated": _claim,
    "claim.withdrawn": _claim,
    "evidence.added": _evidence,
    "evidence.updated": _evidence,
    "evidence.withdrawn": _evidence,
    "verdict.given": _verdict_given,
    "verdict.retracted": _verdict_retracted,
    "article.submitted": _article,
    "article.reopened": _article,
}

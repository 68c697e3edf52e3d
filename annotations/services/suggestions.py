"""What people decide about the detector's suggestions."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils.translation import gettext

from annotations import policies
from annotations.domain.vocabulary import Outcome
from annotations.errors import Conflict
from annotations.models import Article, Claim, ClaimType, Suggestion, SuggestionDecision, User

from .articles import article_touch
from .claim_fields import ClaimFields, claim_snapshot
from .claims import claim_insert, claim_of_request, decision_carry, decision_of
from .events import event_record


@transaction.atomic
def suggestion_accept(
    *, actor: User, suggestion: Suggestion, uid: uuid.UUID | None = None
) -> Claim:
    """Make the suggestion a claim: the actor's statement, which points back at it.

    Accepting again what one has accepted returns the same claim; what somebody else
    decided meanwhile is a ``Conflict``.
    """
    decision = _decision(actor, suggestion)
    if decision is not None:
        if decision.claim is not None and decision.decided_by_id == actor.pk:
            return decision.claim
        raise _decided(decision)
    if uid is not None and (known := claim_of_request(uid, actor, suggestion.article)):
        return known
    corpus = suggestion.article.corpus
    fields: ClaimFields = {
        "spans": [(suggestion.start, suggestion.end, suggestion.quote)],
        "claimant": suggestion.claimant_name or None,
        "types": list(
            ClaimType.objects.filter(
                scheme=corpus.claim_type_scheme, key=suggestion.kind
            ).values_list("key", flat=True)
        ),
    }
    claim = claim_insert(
        actor=actor, article=suggestion.article, fields=fields, uid=uid, suggestion=suggestion
    )
    _decide(actor, suggestion, Outcome.ACCEPTED, claim)
    event_record(
        kind="suggestion.accepted",
        actor=actor,
        target=suggestion,
        corpus=corpus,
        article=suggestion.article,
        claim=claim,
        before={"outcome": None},
        after={"outcome": "accepted", "claim": claim.pk, "state": claim_snapshot(claim)},
    )
    return claim


@transaction.atomic
def suggestion_reject(*, actor: User, suggestion: Suggestion) -> SuggestionDecision:
    """Say that the suggestion isn't worth checking."""
    decision = _decision(actor, suggestion)
    if decision is not None:
        if decision.outcome == Outcome.REJECTED:
            return decision
        raise _decided(decision)
    decision = _decide(actor, suggestion, Outcome.REJECTED, None)
    event_record(
        kind="suggestion.rejected",
        actor=actor,
        target=suggestion,
        corpus=suggestion.article.corpus,
        article=suggestion.article,
        before={"outcome": None},
        after={"outcome": "rejected"},
    )
    return decision


@transaction.atomic
def suggestion_reopen(*, actor: User, suggestion: Suggestion) -> None:
    """Take a rejection back, whoever made it, so that the suggestion can be decided again."""
    decision = _decision(actor, suggestion)
    if decision is None:
        return
    if decision.outcome != Outcome.REJECTED:
        raise Conflict(gettext("The suggestion is a claim now; withdraw the claim instead."))
    decision_remove(decision)
    event_record(
        kind="suggestion.reopened",
        actor=actor,
        target=suggestion,
        corpus=suggestion.article.corpus,
        article=suggestion.article,
        before={"outcome": "rejected", "decided_by": decision.decided_by_id},
        after={"outcome": None},
    )


def decision_remove(decision: SuggestionDecision) -> None:
    """Remove a decision with all that later runs inherited from it."""
    root = decision.carried_from or decision
    root.delete()


def _decision(actor: User, suggestion: Suggestion) -> SuggestionDecision | None:
    policies.require(actor, "suggestion.decide", suggestion.article.corpus)
    # One decision at a time in an article: the second of two waits here and then sees the first.
    Article.objects.select_for_update(of=("self",), no_key=True).get(pk=suggestion.article_id)
    return decision_of(suggestion)


def _decide(
    actor: User, suggestion: Suggestion, outcome: Outcome, claim: Claim | None
) -> SuggestionDecision:
    decision = SuggestionDecision.objects.create(
        suggestion=suggestion,
        article=suggestion.article,
        outcome=outcome,
        claim=claim,
        decided_by=actor,
    )
    decision_carry(decision)
    article_touch(suggestion.article)
    return decision


def _decided(decision: SuggestionDecision) -> Conflict:
    return Conflict(
        gettext("%(decided_by)s has %(outcome)s this suggestion already.")
        % {"decided_by": decision.decided_by, "outcome": decision.get_outcome_display()}
    )

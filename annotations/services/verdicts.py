"""Verdicts: each reviewer's finding, and the adjudicator's. Rows are only ever added."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from annotations import policies
from annotations.domain.transitions import ClaimState
from annotations.domain.vocabulary import Confidence, Strategy, VerdictKind
from annotations.errors import Conflict, InvalidInput, NotAllowed
from annotations.models import Answer, Claim, Rating, User, Verdict

from .claims import claim_check_revision, claim_lock, claim_refresh_state
from .events import event_record
from .requests import made_before


def verdict_snapshot(verdict: Verdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {
        "verdict": verdict.pk,
        "kind": str(verdict.kind),
        "rating": verdict.rating.label if verdict.rating else None,
        "rationale": verdict.rationale,
        "confidence": str(verdict.confidence),
        "strategies": list(verdict.strategies),
    }


def verdict_words(verdict: Verdict) -> tuple[Any, ...]:
    """What a verdict says, by which a repeated row is known for the same verdict."""
    return verdict.rating_id, verdict.rationale, verdict.confidence, verdict.strategies


@transaction.atomic
def verdict_give(
    *,
    actor: User,
    claim: Claim,
    rating: Rating,
    rationale: str,
    claim_revision: int,
    adjudication: bool = False,
    confidence: str | None = None,
    strategies: Iterable[str] = (),
    uid: uuid.UUID | None = None,
) -> Verdict:
    """Add a verdict on the claim as it stood at ``claim_revision``.

    ``confidence`` is a value of ``Confidence``, or nothing; ``strategies`` are of ``Strategy``
    and stored in that order, each once.

    ``StaleRevision`` when the claim was changed since: a verdict is about words that its
    reviewer has read. An adjudicator may not settle a claim that they judged themselves, nor
    judge one that they settled; what they took back doesn't count.
    """
    locked = claim_lock(claim)
    corpus = locked.article.corpus
    policies.require(actor, "verdict.adjudicate" if adjudication else "verdict.give", corpus)
    taken = gettext("This uid is taken by another verdict.")
    # Verdicts stay with the claim that they are about, also when it is merged.
    known = made_before(Verdict.objects, uid, taken, reviewer=actor, claim=locked)
    if known is not None:
        return known
    if locked.state == ClaimState.WITHDRAWN:
        raise Conflict(gettext("The claim is withdrawn."))
    claim_check_revision(locked, claim_revision)
    strategies = list(strategies)
    _check(locked, rating, rationale, confidence, strategies)
    kind = VerdictKind.ADJUDICATION if adjudication else VerdictKind.REVIEW
    standing = locked.verdicts.standing()
    if adjudication:
        reviews = standing.filter(kind=VerdictKind.REVIEW)
        if not reviews.exists():
            raise Conflict(gettext("There is no verdict to adjudicate yet."))
        if reviews.filter(reviewer=actor).exists():
            raise NotAllowed(
                gettext("You gave a verdict on this claim; somebody else has to adjudicate.")
            )
    elif standing.filter(kind=VerdictKind.ADJUDICATION, reviewer=actor).exists():
        raise NotAllowed(
            gettext("You settled this claim; it is for others to give the verdicts on it.")
        )
    previous = standing.filter(kind=kind, reviewer=actor).first()
    verdict = Verdict(
        uid=uid or uuid.uuid4(),
        claim=locked,
        kind=kind,
        rating=rating,
        rationale=rationale.strip(),
        confidence=confidence or "",
        strategies=[strategy.value for strategy in Strategy if strategy in strategies],
        claim_revision=locked.revision,
        guideline=corpus.guidelines.order_by("-version").first(),
        reviewer=actor,
    )
    verdict.save()
    claim_refresh_state(locked)
    _record("verdict.given", actor, verdict, verdict_snapshot(previous), verdict_snapshot(verdict))
    return verdict


@transaction.atomic
def verdict_retract(*, actor: User, verdict: Verdict) -> Verdict:
    """Take one's own standing verdict back by adding a retraction; an earlier one stands again."""
    locked = claim_lock(verdict.claim)
    policies.require(actor, "verdict.give", locked.article.corpus)
    if verdict.reviewer_id != actor.pk:
        raise NotAllowed(gettext("Only the person who gave a verdict can take it back."))
    known = locked.verdicts.filter(retracts=verdict).first()
    if known is not None:
        return known
    if not locked.verdicts.standing().filter(pk=verdict.pk).exists():
        raise Conflict(gettext("This verdict doesn't stand any more."))
    retraction = retraction_add(locked, verdict)
    _record("verdict.retracted", actor, verdict, verdict_snapshot(verdict), None)
    return retraction


def retraction_add(claim: Claim, verdict: Verdict) -> Verdict:
    """Insert the row that retracts, without an event: part of a larger write."""
    retraction = Verdict(
        claim=claim,
        kind=VerdictKind.RETRACTION,
        retracts=verdict,
        claim_revision=claim.revision,
        reviewer=verdict.reviewer,
    )
    retraction.save()
    claim_refresh_state(claim)
    return retraction


def verdict_repeat(claim: Claim, verdict: Verdict) -> Verdict:
    """Insert a retracted verdict once more, without an event: part of a larger write."""
    again = Verdict(
        claim=claim,
        kind=verdict.kind,
        rating=verdict.rating,
        rationale=verdict.rationale,
        confidence=verdict.confidence,
        strategies=verdict.strategies,
        # Of the words that its reviewer has read, which needn't be those that are there now.
        claim_revision=verdict.claim_revision,
        guideline=verdict.guideline,
        reviewer=verdict.reviewer,
    )
    again.save()
    claim_refresh_state(claim)
    return again


def _check(
    claim: Claim,
    rating: Rating,
    rationale: str,
    confidence: str | None,
    strategies: Collection[str],
) -> None:
    corpus = claim.article.corpus
    wrong: dict[str, str] = {}
    if rating.scale_id != corpus.rating_scale_id:
        wrong["rating"] = gettext("expected a rating of the corpus's scale, %(rating_scale)s") % {
            "rating_scale": corpus.rating_scale
        }
    elif rating.retired:
        wrong["rating"] = gettext("%(label)s is retired and given to no new verdict") % {
            "label": rating.label
        }
    if not rationale.strip():
        wrong["rationale"] = gettext("say why, in a sentence or two")
    if confidence and confidence not in set(Confidence):
        wrong["confidence"] = gettext("expected one of %(confidence)s, or nothing") % {
            "confidence": ", ".join(Confidence)
        }
    if unknown := [s for s in strategies if s not in set(Strategy)]:
        wrong["strategies"] = gettext("%(unknown)r is not one of %(strategy)s") % {
            "unknown": unknown[0],
            "strategy": ", ".join(Strategy),
        }
    if corpus.requires_evidence and not _has_evidence(claim):
        wrong["evidence"] = gettext(
            "this corpus asks for at least one piece of evidence, or an answer with a source, "
            "before a verdict"
        )
    if wrong:
        raise InvalidInput(wrong)


def _has_evidence(claim: Claim) -> bool:
    """Is there anything from elsewhere to judge by? In AVeriTeC, answers are the evidence."""
    answers = Answer.objects.standing().filter(question__claim=claim).exclude(source_url="")
    return claim.evidence.standing().exists() or answers.exists()


def _record(
    kind: str,
    actor: User,
    verdict: Verdict,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    event_record(
        kind=kind,
        actor=actor,
        target=verdict,
        corpus=verdict.claim.article.corpus,
        article=verdict.claim.article,
        claim=verdict.claim,
        before=before,
        after=after,
    )

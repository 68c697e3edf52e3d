"""Claims: made by a person, from a suggestion or from a selection."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import models, transaction
from django.utils.translation import gettext

from annotations import policies
from annotations.domain.spans import Span
from annotations.domain.transitions import ClaimState, claim_state
from annotations.domain.vocabulary import VerdictKind
from annotations.errors import Conflict, InvalidInput, StaleRevision
from annotations.models import (
    Answer,
    Article,
    ArticleText,
    Claim,
    ClaimSpan,
    Suggestion,
    SuggestionDecision,
    User,
)

from .articles import article_touch
from .claim_fields import (
    ClaimFields,
    claim_snapshot,
    fields_apply,
    fields_check,
    spans_at,
)
from .events import event_record
from .requests import made_before


@transaction.atomic
def claim_create(
    *,
    actor: User,
    article: Article,
    fields: ClaimFields,
    uid: uuid.UUID | None = None,
) -> Claim:
    """A new claim on the article's current text.

    Sending the same ``uid`` again returns the claim that it made the first time.
    """
    policies.require(actor, "claim.create", article.corpus)
    # The second of two sendings of one request waits here and then finds the first one's claim.
    Article.objects.select_for_update(of=("self",), no_key=True).get(pk=article.pk)
    if uid is not None and (known := claim_of_request(uid, actor, article)):
        return known
    claim = claim_insert(actor=actor, article=article, fields=fields, uid=uid)
    article_touch(article)
    event_record(
        kind="claim.created",
        actor=actor,
        target=claim,
        corpus=article.corpus,
        article=article,
        claim=claim,
        before=None,
        after=claim_snapshot(claim),
    )
    return claim


def claim_insert(
    *,
    actor: User,
    article: Article,
    fields: ClaimFields,
    uid: uuid.UUID | None = None,
    suggestion: Suggestion | None = None,
    text: ArticleText | None = None,
) -> Claim:
    """Insert the rows of a claim, without an event: part of a larger write.

    ``text``: the revision that the spans are on, where it isn't the suggestion's or the latest.
    """
    if not fields.get("spans"):
        raise InvalidInput({"spans": gettext("at least one span is needed")})
    claim = Claim(
        uid=uid or uuid.uuid4(),
        article=article,
        text=text or (suggestion.run.text if suggestion else article.text),
        suggestion=suggestion,
        created_by=actor,
    )
    fields_check(claim, fields)
    # The spans are checked before the claim is written, so nothing is half-made.
    spans = spans_at(claim.text, fields["spans"])
    claim.save()
    fields_apply(claim, {**fields, "spans": []}, article.corpus)
    claim.save()
    _write_spans(claim, spans)
    return claim


@transaction.atomic
def claim_update(*, actor: User, claim: Claim, revision: int, fields: ClaimFields) -> Claim:
    """Change a claim that is still at ``revision``; ``StaleRevision`` when it isn't."""
    locked = claim_lock(claim)
    policies.require(actor, "claim.update", locked.article.corpus)
    claim_check_revision(locked, revision)
    if locked.state == ClaimState.WITHDRAWN:
        raise Conflict(gettext("The claim is withdrawn; undo that first."))
    fields_check(locked, fields)
    before = claim_snapshot(locked)
    claim_write(locked, fields)
    after = claim_snapshot(locked)
    if after == before:
        return locked
    locked.revision += 1
    locked.save()
    event_record(
        kind="claim.updated",
        actor=actor,
        target=locked,
        corpus=locked.article.corpus,
        article=locked.article,
        claim=locked,
        before=before,
        after=after,
    )
    return locked


@transaction.atomic
def claim_withdraw(*, actor: User, claim: Claim, revision: int) -> Claim:
    """Take a claim out of the results. Nothing is deleted; its suggestion is open again."""
    locked = claim_lock(claim)
    policies.require(actor, "claim.withdraw", locked.article.corpus)
    if locked.state == ClaimState.WITHDRAWN:
        return locked
    claim_check_revision(locked, revision)
    others_work(locked, actor)
    before = claim_snapshot(locked)
    claim_set_withdrawn(locked, withdrawn=True)
    event_record(
        kind="claim.withdrawn",
        actor=actor,
        target=locked,
        corpus=locked.article.corpus,
        article=locked.article,
        claim=locked,
        before=before,
        after={**before, "withdrawn": True},
    )
    return locked


def claim_lock(claim: Claim) -> Claim:
    """The claim as it is now, locked until the transaction ends."""
    return (
        Claim.objects.select_for_update(of=("self",), no_key=True)
        # Not the claimant: PostgreSQL, having waited for the lock, re-reads the claim but not
        # what it joined, and would give a claim whose claimant was just changed none at all.
        .select_related("article__corpus", "text")
        .get(pk=claim.pk)
    )


def claim_check_revision(claim: Claim, revision: int) -> None:
    if claim.revision != revision:
        raise StaleRevision(current=claim, expected=revision)


def claim_refresh_state(claim: Claim, *, withdrawn: bool | None = None) -> None:
    """Set the workflow state that follows from the standing verdicts. Not an edit: no revision."""
    standing = list(claim.verdicts.standing().values_list("kind", "rating_id"))
    claim.state = claim_state(
        review_ratings=[rating for kind, rating in standing if kind == VerdictKind.REVIEW],
        adjudicated=any(kind == VerdictKind.ADJUDICATION for kind, _ in standing),
        withdrawn=claim.state == ClaimState.WITHDRAWN if withdrawn is None else withdrawn,
    )
    claim.save(update_fields=["state", "updated_at"])


def claim_set_withdrawn(claim: Claim, *, withdrawn: bool) -> None:
    """Withdraw or bring back, with the decision on the suggestion that the claim came from."""
    if withdrawn:
        SuggestionDecision.objects.filter(claim=claim).delete()
    else:
        claim_decide_suggestions(claim)
    claim.revision += 1
    claim.save(update_fields=["revision"])
    claim_refresh_state(claim, withdrawn=withdrawn)


def claim_decide_suggestions(claim: Claim) -> None:
    """Mark the suggestions behind a claim, and behind those merged into it, as accepted again.

    Each in its own run and in the current one.
    """
    behind = Suggestion.objects.select_related("run").filter(
        models.Q(claims=claim) | models.Q(claims__merged_into=claim)
    )
    for suggestion in behind.distinct():
        if decision_of(suggestion) is not None:
            raise Conflict(
                gettext("The suggestion behind this claim was decided by somebody meanwhile.")
            )
        origin = SuggestionDecision.objects.create(
            suggestion=suggestion,
            article_id=claim.article_id,
            outcome="accepted",
            claim=claim,
            decided_by_id=claim.created_by_id,
        )
        decision_carry(origin)


def decision_of(suggestion: Suggestion) -> SuggestionDecision | None:
    """What was decided about the suggestion's span, in whichever run of the text it was shown.

    A page may still show an earlier run; its span mustn't be decided twice for that.
    """
    return (
        SuggestionDecision.objects.select_related("decided_by", "carried_from")
        .filter(
            article_id=suggestion.article_id,
            suggestion__run__text_id=suggestion.run.text_id,
            suggestion__start=suggestion.start,
            suggestion__end=suggestion.end,
        )
        # The one that a person took first, before those that later runs inherited.
        .order_by(models.F("carried_from").asc(nulls_first=True), "pk")
        .first()
    )


def decision_carry(origin: SuggestionDecision) -> None:
    """Let the same span in the article's current run, if that is a later one, inherit it."""
    again = (
        Suggestion.objects.current()
        .filter(
            article_id=origin.article_id,
            # Only where the offsets mean the same words.
            run__text_id=origin.suggestion.run.text_id,
            start=origin.suggestion.start,
            end=origin.suggestion.end,
            decision=None,
        )
        .first()
    )
    if again is not None:
        SuggestionDecision.objects.create(
            suggestion=again,
            article_id=origin.article_id,
            outcome=origin.outcome,
            claim_id=origin.claim_id,
            carried_from=origin,
            decided_by_id=origin.decided_by_id,
        )


def others_work(claim: Claim, actor: User) -> None:
    """Refuse to withdraw a claim on which somebody else's work stands.

    Evidence, a question, an answer or a verdict.
    """
    evidence = claim.evidence.standing().exclude(added_by=actor).select_related("added_by").first()
    if evidence is not None:
        raise Conflict(
            gettext("%(added_by)s has added evidence to this claim.")
            % {"added_by": evidence.added_by}
        )
    question = claim.questions.standing().exclude(asked_by=actor).select_related("asked_by").first()
    if question is not None:
        raise Conflict(
            gettext("%(asked_by)s has asked a question about this claim.")
            % {"asked_by": question.asked_by}
        )
    answers = Answer.objects.standing().filter(question__claim=claim).exclude(added_by=actor)
    if (answer := answers.select_related("added_by").first()) is not None:
        raise Conflict(
            gettext("%(added_by)s has answered a question about this claim.")
            % {"added_by": answer.added_by}
        )
    verdict = claim.verdicts.standing().exclude(reviewer=actor).select_related("reviewer").first()
    if verdict is not None:
        raise Conflict(
            gettext("%(reviewer)s has given a verdict on this claim.")
            % {"reviewer": verdict.reviewer}
        )


def claim_write(claim: Claim, fields: ClaimFields) -> None:
    """Put checked fields on a locked claim and its rows, without an event or a revision."""
    if "spans" in fields:
        _write_spans(claim, spans_at(claim.text, fields["spans"]))
    fields_apply(claim, fields, claim.article.corpus)
    claim.save()


def _write_spans(claim: Claim, spans: Sequence[Span]) -> None:
    ClaimSpan.objects.filter(claim=claim).delete()
    ClaimSpan.objects.bulk_create(
        ClaimSpan(claim=claim, start=s.start, end=s.end, quote=s.quote) for s in spans
    )


def claim_of_request(uid: uuid.UUID, actor: User, article: Article) -> Claim | None:
    """The claim that the same request made when it was sent before."""
    taken = gettext("This uid is taken by another claim.")
    return made_before(Claim.objects, uid, taken, created_by=actor, article=article)

"""Claims: made by a person, from a suggestion or from a selection."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict, cast

from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext, gettext_noop

from annotations import policies
from annotations.domain.spans import Span, SpanError, fragments_at
from annotations.domain.transitions import ClaimState, claim_state
from annotations.domain.vocabulary import Flag, VerdictKind
from annotations.errors import Conflict, InvalidInput, NotAllowed, StaleRevision
from annotations.models import (
    Answer,
    Article,
    ArticleText,
    Claim,
    Claimant,
    ClaimSpan,
    ClaimType,
    Corpus,
    Suggestion,
    SuggestionDecision,
    Tag,
    User,
)

from .articles import article_touch
from .events import event_record

# (start, end, quote or None): code points; the quote is checked where given.
SpanInput = tuple[int, int, str | None]
MAX_TAGS = 20
CHANGED = gettext_noop(
    "This was changed by somebody since, so it can't be taken back or done again any more."
)


class ClaimFields(TypedDict):
    """What a person may set on a claim; a key that is absent stays as it is."""

    spans: NotRequired[Sequence[SpanInput]]
    normalised: NotRequired[str]
    types: NotRequired[Sequence[str]]
    claimant: NotRequired[str | None]
    claim_date: NotRequired[dt.date | None]
    place: NotRequired[str]
    # A value of domain.vocabulary.Flag; empty takes the flag down, and its note with it.
    flag: NotRequired[str]
    flag_note: NotRequired[str]
    tags: NotRequired[Sequence[str]]


def claim_snapshot(claim: Claim) -> dict[str, Any]:
    """The claim's editable state as JSON values: what an event keeps and undo restores."""
    return {
        "spans": [[s.start, s.end] for s in ClaimSpan.objects.filter(claim=claim)],
        "normalised": claim.normalised,
        "types": sorted(claim.types.values_list("key", flat=True)),
        "claimant": claim.claimant.name if claim.claimant else None,
        "claim_date": claim.claim_date.isoformat() if claim.claim_date else None,
        "place": claim.place,
        "flag": str(claim.flag),
        "flag_note": claim.flag_note,
        "tags": sorted(claim.tags.values_list("name", flat=True)),
        "withdrawn": claim.state == ClaimState.WITHDRAWN,
    }


def claim_fields(state: dict[str, Any]) -> ClaimFields:
    """What a claim's snapshot holds, as the fields to be written."""
    date = state["claim_date"]
    plain = ("normalised", "types", "claimant", "place", "flag", "flag_note", "tags")
    fields: Any = {
        **{name: state[name] for name in plain if name in state},
        "spans": [(start, end, None) for start, end in state["spans"]],
        "claim_date": dt.date.fromisoformat(date) if date else None,
    }
    return cast(ClaimFields, fields)


def unchanged(found: dict[str, Any], known: dict[str, Any]) -> None:
    """Refuse an object that isn't as an event left it. An old event knows fewer of its fields."""
    if any(found[name] != value for name, value in known.items()):
        raise Conflict(gettext(CHANGED))


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
    Article.objects.select_for_update(of=("self",)).get(pk=article.pk)
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
    _check(claim, fields)
    # The spans are checked before the claim is written, so nothing is half-made.
    spans = _spans(claim.text, fields["spans"])
    claim.save()
    _apply(claim, {**fields, "spans": []}, article.corpus)
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
    _check(locked, fields)
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
        Claim.objects.select_for_update(of=("self",))
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
        _write_spans(claim, _spans(claim.text, fields["spans"]))
    _apply(claim, fields, claim.article.corpus)
    claim.save()


def _spans(text: ArticleText, pairs: Sequence[SpanInput]) -> list[Span]:
    try:
        return fragments_at(text.text, pairs)
    except SpanError as error:
        raise InvalidInput({"spans": str(error)}) from error


def _write_spans(claim: Claim, spans: Sequence[Span]) -> None:
    ClaimSpan.objects.filter(claim=claim).delete()
    ClaimSpan.objects.bulk_create(
        ClaimSpan(claim=claim, start=s.start, end=s.end, quote=s.quote) for s in spans
    )


def _check(claim: Claim, fields: Mapping[str, Any]) -> None:
    wrong: dict[str, str] = {}
    if len(fields.get("normalised", "")) > Claim.MAX_NORMALISED:
        wrong["normalised"] = gettext("%(max_normalised)s characters at most") % {
            "max_normalised": Claim.MAX_NORMALISED
        }
    if len(fields.get("claimant") or "") > 200:
        wrong["claimant"] = gettext("200 characters at most")
    if len(fields.get("place", "")) > 200:
        wrong["place"] = gettext("200 characters at most")
    if len(fields.get("flag_note", "")) > Claim.MAX_FLAG_NOTE:
        wrong["flag_note"] = gettext("%(max_flag_note)s characters at most") % {
            "max_flag_note": Claim.MAX_FLAG_NOTE
        }
    if fields.get("flag") and fields["flag"] not in list(Flag):
        wrong["flag"] = gettext("%(flag)r is not one of %(flag2)s") % {
            "flag": fields["flag"],
            "flag2": ", ".join(Flag),
        }
    if long := [name for name in fields.get("tags", ()) if len(name.strip()) > Tag.MAX_NAME]:
        wrong["tags"] = gettext("%(long)r… is longer than %(max_name)s characters") % {
            "long": long[0][:20],
            "max_name": Tag.MAX_NAME,
        }
    elif len(fields.get("tags", ())) > MAX_TAGS:
        wrong["tags"] = gettext("%(max_tags)s tags at most") % {"max_tags": MAX_TAGS}
    types = fields.get("types")
    if types is not None:
        corpus = claim.article.corpus
        if len(types) > 1 and not corpus.claim_types_are_several:
            wrong["types"] = gettext("this corpus's claims have one type")
        known = set(
            ClaimType.objects.filter(scheme=corpus.claim_type_scheme).values_list("key", flat=True)
        )
        if unknown := [t for t in types if t not in known]:
            wrong["types"] = gettext("%(unknown)r is not one of %(known)s") % {
                "unknown": unknown[0],
                "known": ", ".join(sorted(known)),
            }
    if wrong:
        raise InvalidInput(wrong)


def _apply(claim: Claim, fields: Mapping[str, Any], corpus: Corpus) -> None:
    if "normalised" in fields:
        claim.normalised = " ".join(fields["normalised"].split())
    if "claim_date" in fields:
        claim.claim_date = fields["claim_date"]
    if "claimant" in fields:
        name = " ".join((fields["claimant"] or "").split())
        claim.claimant = (
            Claimant.objects.get_or_create(corpus=corpus, name=name)[0] if name else None
        )
    if "place" in fields:
        claim.place = " ".join(fields["place"].split())
    if "flag" in fields:
        claim.flag = fields["flag"]
    if "flag_note" in fields:
        claim.flag_note = " ".join(fields["flag_note"].split())
    if not claim.flag:
        claim.flag_note = ""
    if "types" in fields:
        claim.types.set(
            ClaimType.objects.filter(scheme=corpus.claim_type_scheme, key__in=fields["types"])
        )
    if "tags" in fields:
        claim.tags.set(_tags(corpus, fields["tags"]))


def _tags(corpus: Corpus, names: Sequence[str]) -> list[Tag]:
    """The corpus's tags of these names, made where it has none; upper and lower case are one."""
    wanted = {name.casefold(): name for name in (" ".join(n.split()) for n in names) if name}
    known = {
        tag.name.casefold(): tag
        for tag in Tag.objects.annotate(folded=Lower("name")).filter(
            corpus=corpus, folded__in=[name.lower() for name in wanted.values()]
        )
    }
    return [
        known.get(folded) or Tag.objects.get_or_create(corpus=corpus, name=name)[0]
        for folded, name in wanted.items()
    ]


def claim_of_request(uid: uuid.UUID, actor: User, article: Article) -> Claim | None:
    """The claim that the same request made when it was sent before."""
    known = Claim.objects.filter(uid=uid).first()
    if known is None:
        return None
    if known.created_by_id != actor.pk or known.article_id != article.pk:
        raise NotAllowed(gettext("This uid is taken by another claim."))
    return known

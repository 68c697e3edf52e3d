"""Publishing fact-checks, correcting them in the open, withdrawing them. No page ever goes away."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext

from annotations import policies
from annotations.domain.claim_review import rating_in
from annotations.domain.publishing import CorrectionKind, FactCheckState, ReportState
from annotations.errors import Conflict, InvalidInput, NotAllowed, StaleRevision
from annotations.models import (
    Claim,
    Correction,
    ErrorReport,
    FactCheck,
    FactCheckVersion,
    Rating,
    User,
)

from .claims import claim_lock
from .events import event_record
from .fact_check_content import (
    Content,
    Draft,
    Guard,
    claims_to_publish,
    content_of,
    differences,
    draft_of,
)
from .publications import missing_words, publication_of

MOST_SLUGS = 50


def fact_check_snapshot(fact_check: FactCheck) -> dict[str, Any]:
    """What an event keeps: which version it is, and not what that says."""
    return {
        "fact_check": fact_check.pk,
        "slug": fact_check.slug,
        "state": str(fact_check.state),
        "rating": fact_check.rating.label,
        "version": fact_check.current.number if fact_check.current else None,
        "digest": fact_check.current.digest if fact_check.current else None,
    }


@transaction.atomic
def fact_check_publish(
    *,
    actor: User,
    claim: Claim,
    digest: str,
    title: str,
    summary: str = "",
    mask_claimant: bool | None = None,
    verdict: uuid.UUID | None = None,
) -> FactCheck:
    """Publish a claim's fact-check as ``draft_of`` shows it.

    ``digest`` is the draft's: ``Conflict`` if anything of it has changed since. Sending the same
    again returns what is published.
    """
    corpus = claim_lock(claim).article.corpus
    policies.require(actor, "factcheck.publish", corpus)
    known = FactCheck.objects.filter(claim=claim).select_related("current", "rating").first()
    if known is not None:
        if known.current and known.current.number == 1 and known.current.digest == digest:
            return known
        raise Conflict(gettext("It is published already; a change of it is a correction."))
    draft, content = _content(claim, None, digest, title, summary, mask_claimant, verdict)
    rating = _rating(draft)
    now = timezone.now()
    fact_check = _insert(
        FactCheck(
            claim=claim,
            corpus=corpus,
            title=content["title"],
            rating=rating,
            published_at=now,
            published_by=actor,
            updated_at=now,
        )
    )
    _add_version(fact_check, 1, content, draft.digest, actor)
    fact_check.save()
    _record("factcheck.published", actor, fact_check, None)
    return fact_check


@transaction.atomic
def fact_check_correct(
    *,
    actor: User,
    fact_check: FactCheck,
    revision: int,
    digest: str,
    what: str,
    why: str,
    title: str,
    summary: str = "",
    mask_claimant: bool | None = None,
    verdict: uuid.UUID | None = None,
    report: ErrorReport | None = None,
) -> Correction:
    """Publish the claim as it is now in the place of what was published, saying what and why.

    A withdrawn fact-check is published again by it. ``report`` is the reader's that led to it.
    """
    locked = _lock(fact_check, actor, revision)
    before = fact_check_snapshot(locked)
    wrong = {**_words("what", what), **_words("why", why)}
    if report is not None and report.fact_check_id != locked.pk:
        wrong["report"] = gettext("it is about another fact-check")
    if wrong:
        raise InvalidInput(wrong)
    draft, content = _content(locked.claim, locked, digest, title, summary, mask_claimant, verdict)
    old = locked.current
    assert old is not None  # noqa: S101  every fact-check has a version
    if locked.state == FactCheckState.PUBLISHED and not differences(content, old.content):
        raise Conflict(gettext("Nothing differs from what is published."))
    rating, old_rating = _rating(draft), locked.rating
    version = _add_version(locked, old.number + 1, content, draft.digest, actor)
    correction = Correction(
        fact_check=locked,
        kind=CorrectionKind.CORRECTION,
        version=version,
        what=what.strip(),
        why=why.strip(),
        old_rating=old_rating.label,
        new_rating=rating.label,
        made_by=actor,
        made_at=version.published_at,
    )
    correction.save()
    locked.title, locked.rating = content["title"], rating
    locked.state, locked.withdrawn_at = FactCheckState.PUBLISHED, None
    locked.updated_at = version.published_at
    locked.revision += 1
    locked.save()
    if report is not None:
        ErrorReport.objects.filter(pk=report.pk).update(
            correction=correction,
            state=ReportState.ACCEPTED,
            handled_by=actor,
            handled_at=version.published_at,
        )
    _record("factcheck.corrected", actor, locked, before, correction=correction.pk)
    return correction


@transaction.atomic
def fact_check_withdraw(
    *, actor: User, fact_check: FactCheck, revision: int, why: str
) -> Correction:
    """Take a fact-check back. Its page stays, and says that it is withdrawn, when and why."""
    locked = _lock(fact_check, actor, revision)
    if locked.state == FactCheckState.WITHDRAWN:
        raise Conflict(gettext("It is withdrawn already."))
    if wrong := _words("why", why):
        raise InvalidInput(wrong)
    before = fact_check_snapshot(locked)
    notice = Correction(
        fact_check=locked,
        kind=CorrectionKind.WITHDRAWAL,
        why=why.strip(),
        old_rating=locked.rating.label,
        made_by=actor,
        made_at=timezone.now(),
    )
    notice.save()
    locked.state = FactCheckState.WITHDRAWN
    locked.withdrawn_at = locked.updated_at = notice.made_at
    locked.revision += 1
    locked.save()
    _record("factcheck.withdrawn", actor, locked, before, correction=notice.pk)
    return notice


def fact_check_draft(
    claim: Claim,
    fact_check: FactCheck | None,
    guard: Guard,
    *,
    mask_claimant: bool | None = None,
    verdict: uuid.UUID | None = None,
) -> Draft:
    """``draft_of`` a claim; what isn't chosen anew is as it was published."""
    if fact_check is not None and fact_check.current is not None:
        published = fact_check.current.content
        mask_claimant = published["masked"] if mask_claimant is None else mask_claimant
        verdict = verdict or uuid.UUID(published["verdict"])
    return draft_of(claim, mask_claimant=mask_claimant, verdict=verdict, guard=guard)


def fact_check_differences(
    fact_check: FactCheck, claim: Claim, guard: Guard
) -> tuple[Draft, list[str]]:
    """How what is published differs from its claim as it is now.

    ``claim`` is fetched by ``claims_to_publish``. The keys are those of the content; ``claim``
    alone where nothing could be published of it any more.
    """
    assert fact_check.current is not None  # noqa: S101
    published = guard.content(fact_check.current.content)
    draft = fact_check_draft(claim, fact_check, guard)
    if draft.material is None:
        return draft, ["claim"]
    now = content_of(draft.material, title=published["title"], summary=published["summary"])
    return draft, differences(now, published)


def _lock(fact_check: FactCheck, actor: User, revision: int) -> FactCheck:
    claim_lock(fact_check.claim)
    locked = (
        FactCheck.objects.select_for_update(of=("self",))
        .select_related("claim__article__corpus", "corpus", "current", "rating")
        .get(pk=fact_check.pk)
    )
    policies.require(actor, "factcheck.publish", locked.corpus)
    if locked.revision != revision:
        raise StaleRevision(current=locked, expected=revision)
    return locked


def _content(
    claim: Claim,
    fact_check: FactCheck | None,
    digest: str,
    title: str,
    summary: str,
    mask_claimant: bool | None,
    verdict: uuid.UUID | None,
) -> tuple[Draft, Content]:
    """What is to be published, checked. Only an accident lets it differ from what was seen."""
    (full,) = claims_to_publish([claim.pk])
    corpus = full.article.corpus
    if problem := missing_words(publication_of(corpus)):
        raise Conflict(problem)
    guard = Guard(corpus)
    draft = fact_check_draft(full, fact_check, guard, mask_claimant=mask_claimant, verdict=verdict)
    if draft.material is None:
        raise Conflict(draft.problem)
    wrong = title_problem(title, [r["label"] for r in draft.material["scale"]["ratings"]])
    if len(summary) > FactCheck.MAX_SUMMARY:
        wrong["summary"] = gettext("%(most)s characters at most") % {"most": FactCheck.MAX_SUMMARY}
    if verdict is not None and verdict not in {v.uid for v in draft.verdicts}:
        wrong["verdict"] = gettext("not one of the verdicts that this rating rests on")
    if wrong:
        raise InvalidInput(wrong)
    if draft.digest != digest:
        raise Conflict(
            gettext("What would be published has changed since you looked at it: look again.")
        )
    words = {"title": guard.text(title.strip()), "summary": guard.text(summary.strip())}
    return draft, content_of(draft.material, **words)


def title_problem(title: str, labels: list[str]) -> dict[str, str]:
    """Why the wording can't stand as the claim that was reviewed; empty where it can."""
    if not title.strip():
        return {"title": gettext("say what is claimed, in one sentence")}
    if len(title.strip()) > FactCheck.MAX_TITLE:
        return {"title": gettext("%(most)s characters at most") % {"most": FactCheck.MAX_TITLE}}
    if label := rating_in(title, labels):
        return {
            "title": gettext("the claim alone, without the rating “%(label)s”") % {"label": label}
        }
    return {}


def _words(name: str, text: str) -> dict[str, str]:
    if not text.strip():
        return {name: gettext("readers are told this: say it in a sentence or two")}
    if len(text) > Correction.MAX_TEXT:
        return {name: gettext("%(most)s characters at most") % {"most": Correction.MAX_TEXT}}
    return {}


def _rating(draft: Draft) -> Rating:
    # A draft with material has one.
    return cast(Rating, draft.finding.rating)


def _insert(fact_check: FactCheck) -> FactCheck:
    """With the first free address, whoever else takes one at the same moment."""
    base = slugify(fact_check.title)[:80].strip("-") or "fact-check"
    taken = set(
        FactCheck.objects.filter(slug__startswith=base).values_list("slug", flat=True)[:1000]
    )
    numbered = (base if n == 1 else f"{base}-{n}" for n in range(1, MOST_SLUGS))
    for slug in (*(s for s in numbered if s not in taken), f"{base}-{uuid.uuid4().hex[:8]}"):
        fact_check.slug = slug
        try:
            with transaction.atomic():
                fact_check.save(force_insert=True)
        except IntegrityError:
            fact_check.pk = None
            continue
        return fact_check
    raise NotAllowed(gettext("No address is free; choose other words for the claim."))


def _add_version(
    fact_check: FactCheck, number: int, content: Content, digest: str, actor: User
) -> FactCheckVersion:
    version = FactCheckVersion(
        fact_check=fact_check,
        number=number,
        content=content,
        digest=digest,
        published_at=timezone.now(),
        published_by=actor,
    )
    version.save()
    fact_check.current = version
    return version


def _record(kind: str, actor: User, fact_check: FactCheck, before: Any, **more: Any) -> None:
    event_record(
        kind=kind,
        actor=actor,
        target=fact_check,
        corpus=fact_check.corpus,
        article=fact_check.claim.article,
        claim=fact_check.claim,
        before=before,
        after={**fact_check_snapshot(fact_check), **more},
    )

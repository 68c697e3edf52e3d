"""Evidence on a claim."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext

from annotations import policies
from annotations.domain.pages import PageKey, pages_of, same_page
from annotations.domain.transitions import ClaimState
from annotations.errors import Conflict, InvalidInput, StaleRevision
from annotations.models import Article, Claim, Corpus, Evidence, Snapshot, User

from .claims import claim_lock
from .events import event_record
from .protection import sources_changed
from .requests import made_before


class EvidenceFields(TypedDict):
    """What a person may set on a piece of evidence; a key that is absent stays as it is."""

    url: NotRequired[str]
    citation: NotRequired[str]
    title: NotRequired[str]
    publisher: NotRequired[str]
    published: NotRequired[dt.date | None]
    quote: NotRequired[str]
    stance: NotRequired[str]
    source_medium: NotRequired[str]
    note: NotRequired[str]
    # Pieces with one number prove together; None: it stands alone.
    set_number: NotRequired[int | None]
    protected: NotRequired[bool]
    protection_reason: NotRequired[str]
    # A saved copy's id, of one made for the same claim.
    snapshot: NotRequired[int | None]


MOST_SETS = 99
FIELDS = list(EvidenceFields.__annotations__)

_COLUMNS = {"snapshot": "snapshot_id"}


def evidence_snapshot(evidence: Evidence) -> dict[str, Any]:
    """The evidence's editable state as JSON values: what an event keeps and undo restores."""
    values = {name: getattr(evidence, _COLUMNS.get(name, name)) for name in FIELDS}
    published = values["published"]
    return {
        **values,
        "published": published.isoformat() if published else None,
        "withdrawn": evidence.withdrawn,
    }


def evidence_restore(evidence: Evidence, state: Mapping[str, Any]) -> None:
    """Set what ``evidence_snapshot`` took; what an older state doesn't know stays as it is."""
    for name in FIELDS:
        if name in state:
            setattr(evidence, _COLUMNS.get(name, name), state[name])
    if state["published"]:
        evidence.published = dt.date.fromisoformat(state["published"])
    evidence.withdrawn = state["withdrawn"]


@transaction.atomic
def evidence_add(
    *, actor: User, claim: Claim, fields: EvidenceFields, uid: uuid.UUID | None = None
) -> Evidence:
    """A new piece of evidence. The same ``uid`` again returns what it made the first time."""
    locked = claim_lock(claim)
    policies.require(actor, "evidence.write", locked.article.corpus)
    taken = gettext("This uid is taken by another piece of evidence.")
    # By its article: the claim may have been merged since, and the evidence with it.
    known = made_before(
        Evidence.objects, uid, taken, added_by=actor, claim__article=locked.article_id
    )
    if known is not None:
        return known
    if locked.state == ClaimState.WITHDRAWN:
        raise Conflict(gettext("The claim is withdrawn."))
    evidence = Evidence(uid=uid or uuid.uuid4(), claim=locked, added_by=actor)
    _assign(evidence, fields)
    _check(evidence)
    evidence.save()
    sources_changed(actor=actor, evidence=evidence, before=None)
    _record("evidence.added", actor, evidence, None)
    return evidence


@transaction.atomic
def evidence_update(
    *, actor: User, evidence: Evidence, revision: int, fields: EvidenceFields
) -> Evidence:
    """Change evidence that is still at ``revision``; ``StaleRevision`` when it isn't."""
    locked = evidence_lock(evidence)
    policies.require(actor, "evidence.write", locked.claim.article.corpus)
    _check_revision(locked, revision)
    if locked.withdrawn:
        raise Conflict(gettext("The evidence is withdrawn; undo that first."))
    before = evidence_snapshot(locked)
    _assign(locked, fields)
    if evidence_snapshot(locked) == before:
        return locked
    _check(locked)
    locked.revision += 1
    locked.save()
    sources_changed(actor=actor, evidence=locked, before=before)
    _record("evidence.updated", actor, locked, before)
    return locked


@transaction.atomic
def evidence_withdraw(*, actor: User, evidence: Evidence, revision: int) -> Evidence:
    """Take evidence off its claim; the row stays in the history."""
    locked = evidence_lock(evidence)
    policies.require(actor, "evidence.write", locked.claim.article.corpus)
    if locked.withdrawn:
        return locked
    _check_revision(locked, revision)
    before = evidence_snapshot(locked)
    locked.withdrawn = True
    locked.revision += 1
    locked.save()
    _record("evidence.withdrawn", actor, locked, before)
    return locked


def evidence_lock(evidence: Evidence) -> Evidence:
    """The evidence as it is now, locked with its claim until the transaction ends.

    With its claim, so that a verdict that needs this evidence isn't given meanwhile.
    """
    claim_lock(evidence.claim)
    return (
        Evidence.objects.select_for_update(of=("self",))
        .select_related("claim__article__corpus")
        .get(pk=evidence.pk)
    )


def protected_pages(corpus: Corpus) -> set[PageKey]:
    """The pages of the corpus's protected sources, also of those that were withdrawn."""
    urls = (
        Evidence.objects.filter(claim__article__corpus=corpus, protected=True)
        .exclude(url="")
        .order_by()
        .values_list("url", flat=True)
    )
    return pages_of(urls.distinct())


def url_problem(url: str, article: Article) -> str:
    """Why an address can't be a source of the article's claims; empty where it can."""
    try:
        if url and urlsplit(url).scheme not in {"http", "https"}:
            return gettext("expected an address that begins with http:// or https://")
        if same_page(url, article.url):
            return gettext("the article being checked can't be evidence for its own claims")
    except ValueError:
        return gettext("not an address that a browser could open")
    return ""


def _check_revision(evidence: Evidence, revision: int) -> None:
    if evidence.revision != revision:
        raise StaleRevision(current=evidence, expected=revision)


def _assign(evidence: Evidence, fields: EvidenceFields) -> None:
    for name in FIELDS:
        if name in fields:
            value = fields[name]  # type: ignore[literal-required]
            column = _COLUMNS.get(name, name)
            setattr(evidence, column, value.strip() if isinstance(value, str) else value)
    if not evidence.protected:
        evidence.protection_reason = ""
    elif not fields.get("snapshot"):
        # Becoming protected, it lets go of its copy.
        evidence.snapshot_id = None


def _check(evidence: Evidence) -> None:
    wrong: dict[str, str] = {}
    if not evidence.url and not evidence.citation:
        wrong["url"] = gettext("an address or a citation is needed")
    elif reason := url_problem(evidence.url, evidence.claim.article):
        wrong["url"] = reason
    if not evidence.stance:
        wrong["stance"] = gettext("say whether it supports, refutes or is irrelevant")
    if evidence.set_number is not None and not 1 <= evidence.set_number <= MOST_SETS:
        wrong["set_number"] = gettext("a set has a number from 1 to %(most_sets)s") % {
            "most_sets": MOST_SETS
        }
    if evidence.protected and not evidence.protection_reason:
        wrong["protection_reason"] = gettext("say why the source is protected")
    if evidence.snapshot_id is not None:
        if evidence.protected:
            wrong["snapshot"] = gettext("a protected source has no saved copy")
        elif not Snapshot.objects.filter(pk=evidence.snapshot_id, claim=evidence.claim).exists():
            wrong["snapshot"] = gettext("this claim has no such saved copy")
    if not wrong:
        try:
            evidence.clean_fields(exclude=["claim", "added_by", "uid", "snapshot"])
        except ValidationError as error:
            wrong = {name: " ".join(reasons) for name, reasons in error.message_dict.items()}
    if wrong:
        raise InvalidInput(wrong)


def _record(kind: str, actor: User, evidence: Evidence, before: dict[str, Any] | None) -> None:
    event_record(
        kind=kind,
        actor=actor,
        target=evidence,
        corpus=evidence.claim.article.corpus,
        article=evidence.claim.article,
        claim=evidence.claim,
        before=before,
        after=evidence_snapshot(evidence),
    )

"""Two claims made one, and one made two."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext

from annotations import policies
from annotations.domain.transitions import ClaimState
from annotations.errors import Conflict, InvalidInput
from annotations.models import Claim, SuggestionDecision, User

from .claim_fields import CHANGED, SpanInput, claim_fields, claim_snapshot, unchanged
from .claims import (
    claim_check_revision,
    claim_insert,
    claim_lock,
    claim_of_request,
    claim_refresh_state,
    claim_write,
    others_work,
)
from .events import event_record

# What moves with a claim that is taken in: related name → the field that names it.
MOVED = ("evidence", "questions", "threads", "snapshots")
# What the remaining claim takes over from the other where it has none of its own.
TAKEN_OVER = ("normalised", "types", "claimant", "claim_date", "place")


@transaction.atomic
def claim_merge(
    *, actor: User, claim: Claim, revision: int, other: Claim, other_revision: int
) -> Claim:
    """Let ``claim`` take in ``other``: its words become fragments, its evidence and talk move over.

    What ``claim`` doesn't say is taken over too; ``other`` is withdrawn. Refused where a verdict
    stands on either: it is about the words that its reviewer has read.
    """
    kept, gone = _locked(claim, other)
    policies.require(actor, "claim.update", kept.article.corpus)
    if gone.merged_into_id == kept.pk and gone.state == ClaimState.WITHDRAWN:
        return kept
    _can_merge(kept, gone)
    claim_check_revision(kept, revision)
    claim_check_revision(gone, other_revision)
    before = {"claim": claim_snapshot(kept), "other": claim_snapshot(gone)}
    fields: dict[str, Any] = {
        "spans": _union([*before["claim"]["spans"], *before["other"]["spans"]]),
        "tags": [*before["claim"]["tags"], *before["other"]["tags"]],
    }
    for name in TAKEN_OVER:
        if not before["claim"][name] and before["other"][name]:
            value = before["other"][name]
            fields[name] = gone.claim_date if name == "claim_date" else value
    if kept.article.corpus.claim_types_are_several:
        fields["types"] = sorted({*before["claim"]["types"], *before["other"]["types"]})
    moved = {
        name: list(getattr(gone, name).order_by("pk").values_list("pk", flat=True))
        for name in MOVED
    }
    moved["merged"] = list(gone.merged.order_by("pk").values_list("pk", flat=True))
    claim_write(kept, fields)  # type: ignore[arg-type]
    _take_in(kept, gone, moved)
    _touch(kept, gone)
    event_record(
        kind="claim.merged",
        actor=actor,
        target=kept,
        corpus=kept.article.corpus,
        article=kept.article,
        claim=kept,
        before={**before, "merged": None},
        after={
            "claim": claim_snapshot(kept),
            "other": claim_snapshot(gone),
            "merged": {"claim": gone.pk, "moved": moved},
        },
    )
    return kept


@transaction.atomic
def claim_split(
    *,
    actor: User,
    claim: Claim,
    revision: int,
    spans: Sequence[SpanInput],
    rest: Sequence[SpanInput],
    uid: uuid.UUID | None = None,
) -> Claim:
    """Leave ``spans`` to the claim and make a new one of ``rest``; the new claim.

    It begins with the type, claimant, date, place and tags of the first. Refused where a verdict
    stands. The same ``uid`` again returns the claim that it made the first time.
    """
    locked = claim_lock(claim)
    policies.require(actor, "claim.update", locked.article.corpus)
    if uid is not None and (known := claim_of_request(uid, actor, locked.article)):
        return known
    claim_check_revision(locked, revision)
    if locked.state == ClaimState.WITHDRAWN:
        raise Conflict(gettext("The claim is withdrawn; undo that first."))
    _no_verdicts(locked)
    if not spans or not rest:
        raise InvalidInput(
            {"rest" if spans else "spans": gettext("both claims need words of their own")}
        )
    before = claim_snapshot(locked)
    claim_write(locked, {"spans": spans})
    fields: dict[str, Any] = {
        "spans": rest,
        "types": before["types"],
        "claimant": before["claimant"],
        "claim_date": locked.claim_date,
        "place": before["place"],
        "tags": before["tags"],
    }
    new = claim_insert(
        actor=actor,
        article=locked.article,
        fields=fields,  # type: ignore[arg-type]
        uid=uid,
        text=locked.text,
    )
    _touch(locked)
    event_record(
        kind="claim.split",
        actor=actor,
        target=locked,
        corpus=locked.article.corpus,
        article=locked.article,
        claim=locked,
        before={"claim": before, "split": None},
        after={
            "claim": claim_snapshot(locked),
            "split": {"claim": new.pk, "state": claim_snapshot(new)},
        },
    )
    return new


def merged_move(*, target: int, now: Any, then: Any, actor: User) -> Claim:
    """Undo a merging, or do it again. ``Conflict`` where either claim was changed since."""
    merged = now["merged"] or then["merged"]
    kept, gone = _locked(Claim(pk=target), Claim(pk=merged["claim"]))
    _unchanged(kept, now["claim"])
    _unchanged(gone, now["other"])
    _no_verdicts(kept)
    if then["merged"]:
        # It stood alone meanwhile, and others may have worked on it.
        _no_verdicts(gone)
        _nothing_new(gone, merged["moved"])
        _take_in(kept, gone, merged["moved"])
        claim_write(kept, claim_fields(then["claim"]))
    else:
        claim_write(kept, claim_fields(then["claim"]))
        _give_back(kept, gone, merged["moved"])
    _touch(kept, gone)
    return kept


def split_move(*, target: int, now: Any, then: Any, actor: User) -> Claim:
    """Undo a splitting, or do it again. ``Conflict`` where either claim was changed since."""
    split = now["split"] or then["split"]
    first = claim_lock(Claim.objects.get(pk=target))
    new = claim_lock(Claim.objects.get(pk=split["claim"]))
    _unchanged(first, now["claim"])
    back = then["split"] is None
    _unchanged(new, {**split["state"], "withdrawn": not back})
    _no_verdicts(first)
    if back:
        others_work(new, actor)
    claim_write(first, claim_fields(then["claim"]))
    claim_refresh_state(new, withdrawn=back)
    _touch(first, new)
    return first


def _locked(one: Claim, other: Claim) -> tuple[Claim, Claim]:
    """Both, locked in the order of their keys, so that no two such writes wait for each other."""
    locked = {pk: claim_lock(Claim(pk=pk)) for pk in sorted({one.pk, other.pk})}
    return locked[one.pk], locked[other.pk]


def _unchanged(claim: Claim, known: dict[str, Any]) -> None:
    unchanged(claim_snapshot(claim), known)


def _can_merge(kept: Claim, gone: Claim) -> None:
    if kept.pk == gone.pk:
        raise InvalidInput({"other": gettext("a claim can't be merged with itself")})
    if kept.text_id != gone.text_id:
        raise InvalidInput({"other": gettext("both claims have to be about the same text")})
    for claim in (kept, gone):
        if claim.state == ClaimState.WITHDRAWN:
            raise Conflict(gettext("One of the claims is withdrawn; undo that first."))
        _no_verdicts(claim)


def _no_verdicts(claim: Claim) -> None:
    verdict = claim.verdicts.standing().select_related("reviewer").first()
    if verdict is not None:
        raise Conflict(
            gettext(
                "%(reviewer)s has given a verdict on these words; it has to be taken back first."
            )
            % {"reviewer": verdict.reviewer}
        )


def _nothing_new(claim: Claim, moved: dict[str, list[int]]) -> None:
    for name in MOVED:
        if getattr(claim, name).exclude(pk__in=moved.get(name, [])).exists():
            raise Conflict(gettext(CHANGED))


def _union(pairs: list[list[int]]) -> list[SpanInput]:
    """Fragments in order; those that overlap become one."""
    joined: list[list[int]] = []
    for start, end in sorted(pairs):
        if joined and start < joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    assert all(a[1] <= b[0] for a, b in pairwise(joined))  # noqa: S101  what was just made
    return [(start, end, None) for start, end in joined]


def _take_in(kept: Claim, gone: Claim, moved: dict[str, list[int]]) -> None:
    _move(gone, kept, moved)
    SuggestionDecision.objects.filter(claim=gone).update(claim=kept)
    # What the other had taken in belongs to this one, as its suggestions do.
    Claim.objects.filter(merged_into=gone).update(merged_into=kept)
    gone.merged_into = kept
    gone.save(update_fields=["merged_into"])
    claim_refresh_state(gone, withdrawn=True)


def _give_back(kept: Claim, gone: Claim, moved: dict[str, list[int]]) -> None:
    _move(kept, gone, moved)
    gone.merged_into = None
    gone.save(update_fields=["merged_into"])
    claim_refresh_state(gone, withdrawn=False)
    Claim.objects.filter(pk__in=moved.get("merged", []), merged_into=kept).update(merged_into=gone)
    # Those of the claims that it had itself taken in are its own as well.
    suggestions = list(
        Claim.objects.filter(models.Q(pk=gone.pk) | models.Q(merged_into=gone))
        .exclude(suggestion=None)
        .values_list("suggestion", flat=True)
    )
    behind = models.Q(suggestion__in=suggestions) | models.Q(
        carried_from__suggestion__in=suggestions
    )
    SuggestionDecision.objects.filter(behind, claim=kept).update(claim=gone)


def _move(source: Claim, target: Claim, moved: dict[str, list[int]]) -> None:
    for name in MOVED:
        getattr(source, name).filter(pk__in=moved.get(name, [])).update(claim=target)


def _touch(*claims: Claim) -> None:
    for claim in claims:
        claim.revision += 1
        claim.save(update_fields=["revision", "updated_at"])

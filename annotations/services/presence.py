"""Who has an article open now, and who is editing which of its claims.

These writes leave no events: they say where somebody's eyes are, many times a minute, and are
forgotten as often. Nor do they take locks or a transaction: each statement is whole by itself,
and nothing is ever refused because of what stands here. What guards the work is the revision
of each row.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from annotations import policies
from annotations.errors import InvalidInput
from annotations.models import Article, Claim, ClaimLease, Event, Presence, User

# A page says that it is open every 15 seconds; one that missed two of those is gone.
PRESENT_SECONDS = 45
# From the last touch of a form.
LEASE_SECONDS = 90


@dataclass(frozen=True, slots=True)
class Here:
    """Somebody else who has the article open, and the id of the claim they have open in it."""

    person: User
    claim: int | None


@dataclass(frozen=True, slots=True)
class Lease:
    """Who is editing a claim; ``mine`` on the page that asks, not on another page of theirs."""

    claim: int
    person: User
    mine: bool


@dataclass(frozen=True, slots=True)
class Situation:
    """What a page has to know about the others.

    ``version`` grows whenever somebody else, or the system, changes the article's work; 0 where
    nobody has. Two of one's own pages don't tell each other.
    """

    version: int
    others: list[Here]
    leases: list[Lease]


def present() -> QuerySet[Presence]:
    """The pages that are open now."""
    return Presence.objects.filter(
        seen_at__gt=timezone.now() - dt.timedelta(seconds=PRESENT_SECONDS)
    )


def presence_touch(
    *,
    actor: User,
    article: Article,
    page: uuid.UUID,
    claim: int | None = None,
    editing: bool = False,
    take_over: bool = False,
) -> Situation:
    """Note that a page of the actor's is open, and what they do on it.

    ``editing`` says that the claim's form was touched since the page last asked: it takes the
    lease, or makes it last again, unless somebody else holds it; ``take_over`` does so all the
    same. A page has one lease at most, on the claim that it has open.
    """
    policies.require(actor, "article.review", article.corpus)
    if claim is not None and not Claim.objects.filter(pk=claim, article=article).exists():
        raise InvalidInput({"claim": gettext("expected the id of a claim of this article")})
    now = timezone.now()
    Presence.objects.bulk_create(
        [Presence(article=article, user=actor, page=page, claim_id=claim, seen_at=now)],
        update_conflicts=True,
        unique_fields=["page"],
        update_fields=["article", "user", "claim", "seen_at"],
    )
    ClaimLease.objects.filter(page=page, user=actor).exclude(claim=claim).delete()
    if claim is not None and (editing or take_over):
        _take_lease(actor, page, claim, now, by_force=take_over)
    return situation(actor=actor, article=article, page=page)


def _take_lease(
    actor: User, page: uuid.UUID, claim: int, now: dt.datetime, *, by_force: bool
) -> None:
    ends = now + dt.timedelta(seconds=LEASE_SECONDS)
    free = Q() if by_force else Q(user=actor) | Q(expires_at__lte=now)
    taken = ClaimLease.objects.filter(free, claim=claim).update(
        user=actor, page=page, expires_at=ends
    )
    if not taken:
        # Of two who ask at once for a claim that nobody has, the first one gets it.
        ClaimLease.objects.bulk_create(
            [ClaimLease(claim_id=claim, user=actor, page=page, expires_at=ends)],
            ignore_conflicts=True,
        )


def presence_leave(*, actor: User, page: uuid.UUID) -> None:
    """The page is closed, or shows another article: it holds nothing any more."""
    Presence.objects.filter(user=actor, page=page).delete()
    ClaimLease.objects.filter(user=actor, page=page).delete()


def situation(*, actor: User, article: Article, page: uuid.UUID) -> Situation:
    """The others on the article, its leases and its version, in three queries."""
    others: dict[int, Here] = {}
    rows = present().filter(article=article).exclude(user=actor).select_related("user")
    for row in rows.order_by("seen_at"):
        before = others.get(row.user_id)
        # Of somebody's two pages, the one on which they have a claim open.
        claim = row.claim_id or (before.claim if before else None)
        others[row.user_id] = Here(row.user, claim)
    leases = ClaimLease.objects.filter(claim__article=article, expires_at__gt=timezone.now())
    return Situation(
        version=version_of(article, actor),
        others=sorted(others.values(), key=lambda here: (here.person.name, here.person.pk)),
        leases=[
            Lease(lease.claim_id, lease.user, lease.page == page)
            for lease in leases.select_related("user").order_by("claim_id")
        ],
    )


def version_of(article: Article, user: User) -> int:
    """The id of the last event on the article that isn't the person's own; 0 for none."""
    last = Event.objects.filter(article=article).exclude(actor=user).aggregate(last=Max("pk"))
    return last["last"] or 0


def presence_sweep() -> int:
    """Forget pages that are long gone, and leases that ended; how many rows that were."""
    now = timezone.now()
    pages, _ = Presence.objects.filter(
        seen_at__lt=now - dt.timedelta(seconds=10 * PRESENT_SECONDS)
    ).delete()
    leases, _ = ClaimLease.objects.filter(expires_at__lt=now).delete()
    return pages + leases

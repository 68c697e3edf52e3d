"""Who is here, who edits what, and that nothing is refused for it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from annotations.errors import InvalidInput, NotAllowed
from annotations.models import Article, Claim, ClaimLease, Event, Presence
from annotations.services.claims import claim_update
from annotations.services.presence import (
    LEASE_SECONDS,
    PRESENT_SECONDS,
    Situation,
    presence_leave,
    presence_sweep,
    presence_touch,
)
from annotations.services.suggestions import suggestion_reject

from .cast import Cast, extract, make_article, make_claim, suggestion_of

RITAS, SVENS, ADJAS = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()


def pass_time(seconds: float) -> None:
    """As if all that stands here had been written that much earlier."""
    ago = dt.timedelta(seconds=seconds)
    for row in Presence.objects.all():
        Presence.objects.filter(pk=row.pk).update(seen_at=row.seen_at - ago)
    for lease in ClaimLease.objects.all():
        ClaimLease.objects.filter(pk=lease.pk).update(expires_at=lease.expires_at - ago)


def names(found: Situation) -> list[tuple[str, int | None]]:
    return [(here.person.username, here.claim) for here in found.others]


def leases(found: Situation) -> list[tuple[int, str, bool]]:
    return [(lease.claim, lease.person.username, lease.mine) for lease in found.leases]


def test_others_are_seen_with_the_claim_that_they_have_open(
    cast: Cast, article: Article, claim: Claim
) -> None:
    alone = presence_touch(actor=cast.reviewer, article=article, page=RITAS)
    assert (alone.others, alone.leases) == ([], [])
    found = presence_touch(actor=cast.second, article=article, page=SVENS, claim=claim.pk)
    assert names(found) == [("rita", None)]
    found = presence_touch(actor=cast.reviewer, article=article, page=RITAS)
    assert names(found) == [("sven", claim.pk)]
    # The same person on another page is one person, with what they have open on either.
    presence_touch(actor=cast.second, article=article, page=uuid.uuid4())
    found = presence_touch(actor=cast.reviewer, article=article, page=RITAS)
    assert names(found) == [("sven", claim.pk)]
    assert not Event.objects.filter(target_type="presence").exists()


def test_who_is_silent_leaves_or_goes_on_is_gone(cast: Cast, article: Article) -> None:
    presence_touch(actor=cast.second, article=article, page=SVENS)
    pass_time(PRESENT_SECONDS - 1)
    assert names(presence_touch(actor=cast.reviewer, article=article, page=RITAS))
    pass_time(2)
    assert not names(presence_touch(actor=cast.reviewer, article=article, page=RITAS))
    presence_touch(actor=cast.second, article=article, page=SVENS)
    presence_leave(actor=cast.second, page=SVENS)
    assert not names(presence_touch(actor=cast.reviewer, article=article, page=RITAS))
    presence_touch(actor=cast.second, article=article, page=SVENS)
    other = make_article(article.corpus, "Another text.")
    presence_touch(actor=cast.second, article=other, page=SVENS)
    assert not names(presence_touch(actor=cast.reviewer, article=article, page=RITAS))
    # Nobody closes somebody else's page.
    presence_leave(actor=cast.reviewer, page=SVENS)
    assert Presence.objects.filter(page=SVENS).exists()


def test_a_lease_is_taken_by_editing_and_ends_by_itself(
    cast: Cast, article: Article, claim: Claim
) -> None:
    def rita(**more: Any) -> list[tuple[int, str, bool]]:
        return leases(presence_touch(actor=cast.reviewer, article=article, page=RITAS, **more))

    def sven(**more: Any) -> list[tuple[int, str, bool]]:
        return leases(presence_touch(actor=cast.second, article=article, page=SVENS, **more))

    # Looking is no editing.
    assert rita(claim=claim.pk) == []
    assert rita(claim=claim.pk, editing=True) == [(claim.pk, "rita", True)]
    assert sven(claim=claim.pk) == [(claim.pk, "rita", False)]
    # Softly: who asks second is told, and the first keeps it.
    assert sven(claim=claim.pk, editing=True) == [(claim.pk, "rita", False)]
    pass_time(LEASE_SECONDS - 5)
    # Having it open still, untouched, makes it last no longer; a touch does.
    assert rita(claim=claim.pk) == [(claim.pk, "rita", True)]
    assert rita(claim=claim.pk, editing=True) == [(claim.pk, "rita", True)]
    pass_time(LEASE_SECONDS - 5)
    assert rita(claim=claim.pk) == [(claim.pk, "rita", True)]
    pass_time(6)
    assert rita(claim=claim.pk) == []
    assert sven(claim=claim.pk, editing=True) == [(claim.pk, "sven", True)]
    assert rita(claim=claim.pk, editing=True) == [(claim.pk, "sven", False)]


def test_taking_over_and_letting_go(cast: Cast, article: Article, claim: Claim) -> None:
    def sven(**more: Any) -> list[tuple[int, str, bool]]:
        return leases(presence_touch(actor=cast.second, article=article, page=SVENS, **more))

    presence_touch(actor=cast.reviewer, article=article, page=RITAS, claim=claim.pk, editing=True)
    assert sven(claim=claim.pk, take_over=True) == [(claim.pk, "sven", True)]
    found = presence_touch(
        actor=cast.reviewer, article=article, page=RITAS, claim=claim.pk, editing=True
    )
    assert leases(found) == [(claim.pk, "sven", False)]
    # On another page of one's own it is one's own lease, and goes along.
    page = uuid.uuid4()
    found = presence_touch(
        actor=cast.second, article=article, page=page, claim=claim.pk, editing=True
    )
    assert leases(found) == [(claim.pk, "sven", True)]
    assert sven() == [(claim.pk, "sven", False)]
    # Another claim lets the first go, and so does leaving.
    other = make_claim(cast.second, article, "sales fell 5%")
    found = presence_touch(
        actor=cast.second, article=article, page=page, claim=other.pk, editing=True
    )
    assert leases(found) == [(other.pk, "sven", True)]
    presence_leave(actor=cast.second, page=page)
    assert sven() == []


def test_a_lease_refuses_nothing(cast: Cast, article: Article, claim: Claim) -> None:
    presence_touch(actor=cast.second, article=article, page=SVENS, claim=claim.pk, editing=True)
    changed = claim_update(
        actor=cast.reviewer, claim=claim, revision=claim.revision, fields={"normalised": "So."}
    )
    assert changed.normalised == "So."


def test_the_version_grows_with_what_others_do(cast: Cast, article: Article) -> None:
    def seen() -> int:
        return presence_touch(actor=cast.reviewer, article=article, page=RITAS).version

    before = seen()
    make_claim(cast.reviewer, article)
    assert seen() == before
    suggestion_reject(actor=cast.second, suggestion=suggestion_of(article, "sales fell 5%"))
    after = seen()
    assert after > before
    # The system's work counts too, and another article's doesn't.
    extract(make_article(article.corpus, "Sales fell 5%."), "fell 5%")
    assert seen() == after
    extract(article, "Ferries doubled")
    assert seen() > after


def test_claims_of_other_articles_and_strangers_are_refused(
    cast: Cast, article: Article, claim: Claim
) -> None:
    other = make_article(article.corpus, "Another text.")
    with pytest.raises(InvalidInput):
        presence_touch(actor=cast.reviewer, article=other, page=RITAS, claim=claim.pk)
    with pytest.raises(NotAllowed):
        presence_touch(actor=cast.outsider, article=article, page=ADJAS)
    assert not Presence.objects.exists()


def test_old_rows_are_swept(cast: Cast, article: Article, claim: Claim) -> None:
    presence_touch(actor=cast.reviewer, article=article, page=RITAS, claim=claim.pk, editing=True)
    assert presence_sweep() == 0
    pass_time(LEASE_SECONDS + 1)
    assert presence_sweep() == 1
    assert Presence.objects.exists()
    pass_time(10 * PRESENT_SECONDS)
    presence_touch(actor=cast.second, article=article, page=SVENS)
    assert presence_sweep() == 1
    assert Presence.objects.get().user == cast.second
    assert timezone.now() - Presence.objects.get().seen_at < dt.timedelta(seconds=10)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_begin_at_once_one_has_the_lease(
    cast: Cast, article: Article, claim: Claim, at_once: Callable[..., list[Any]]
) -> None:
    def begin(actor: Any) -> Callable[[], Situation]:
        return lambda: presence_touch(
            actor=actor, article=article, page=uuid.uuid4(), claim=claim.pk, editing=True
        )

    people = [cast.reviewer, cast.second, cast.adjudicator, cast.admin]
    found = at_once(*(begin(person) for person in people))
    holder = ClaimLease.objects.get().user.username
    assert all(isinstance(one, Situation) for one in found), found
    assert {leases(one)[0][1] for one in found} == {holder}
    assert sum(lease.mine for one in found for lease in one.leases) == 1

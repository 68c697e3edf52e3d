"""Adding people by name, invitations, and that no corpus is left without an admin."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils import timezone

from annotations import policies
from annotations.domain.vocabulary import Role
from annotations.errors import Conflict, InvalidInput, NotAllowed
from annotations.models import Corpus, Event, Invitation, Membership, User
from annotations.services.assignments import assignment_add
from annotations.services.corpora import membership_remove, membership_set
from annotations.services.deletion import corpus_delete
from annotations.services.events import event_record
from annotations.services.memberships import (
    MISSES_AN_HOUR,
    account_invited,
    invitation_accept,
    invitation_create,
    invitation_revoke,
    member_add,
)

from .cast import Cast, last_event, make_article


@pytest.fixture(autouse=True)
def _no_misses() -> None:
    cache.clear()


def test_people_are_added_by_their_exact_name_or_address(cast: Cast, corpus: Corpus) -> None:
    for name in ("ODD", "odd@example", "", "nobody@example.org"):
        with pytest.raises(InvalidInput) as caught:
            member_add(actor=cast.admin, corpus=corpus, name=name, role="reviewer")
        assert list(caught.value.fields) == ["name"]
    User.objects.filter(pk=cast.outsider.pk).update(is_active=False)
    with pytest.raises(InvalidInput, match="invitation") as inactive:
        member_add(actor=cast.admin, corpus=corpus, name="odd", role="reviewer")
    with pytest.raises(InvalidInput) as unknown:
        member_add(actor=cast.admin, corpus=corpus, name="nobody", role="reviewer")
    # Who can't be added, for whatever reason, is nobody.
    assert inactive.value.fields == unknown.value.fields
    User.objects.filter(pk=cast.outsider.pk).update(is_active=True)
    made = member_add(actor=cast.admin, corpus=corpus, name=" Odd@Example.org ", role="adjudicator")
    assert (made.user, made.role) == (cast.outsider, "adjudicator")
    with pytest.raises(InvalidInput, match="already"):
        member_add(actor=cast.admin, corpus=corpus, name="odd", role="reviewer")
    with pytest.raises(NotAllowed):
        member_add(actor=cast.adjudicator, corpus=corpus, name="odd", role="reviewer")


def by_invitation(username: str, email: str) -> User:
    """Somebody who made their account themselves, and wrote down what they liked."""
    made = User.objects.create_user(username, email)
    EmailAddress.objects.create(user=made, email=email, primary=True, verified=False)
    with transaction.atomic():
        account_invited(user=made)
    return made


def changed_by_an_administrator(cast: Cast, person: User, **fields: str) -> None:
    before = {"username": person.username, "email": person.email}
    with transaction.atomic():
        User.objects.filter(pk=person.pk).update(**fields)
        event_record(
            kind="user.updated",
            actor=cast.admin,
            target=person,
            corpus=None,
            before=before,
            after=before | fields,
        )


@pytest.mark.parametrize("username", ["mallory", "editor@paper.example"])
def test_an_address_counts_only_where_somebody_else_vouches_for_it(
    cast: Cast, corpus: Corpus, username: str
) -> None:
    def add(name: str) -> Membership:
        return member_add(actor=cast.admin, corpus=corpus, name=name, role="reviewer")

    mallory = by_invitation(username, "editor@paper.example")
    # An administrator's change of something else says nothing of the address.
    changed_by_an_administrator(cast, mallory, display_name="M.")
    with pytest.raises(InvalidInput) as taken:
        add("editor@paper.example")
    with pytest.raises(InvalidInput) as unknown:
        add("nobody@paper.example")
    assert taken.value.fields == unknown.value.fields
    assert "user name or send an invitation link" in taken.value.fields["name"]
    changed_by_an_administrator(cast, mallory, email="mallory@paper.example")
    assert add("mallory@paper.example").user == mallory
    # The address that was given is free for the person whose it is.
    editor = User.objects.create_user("editor", "editor@paper.example")
    assert add("editor@paper.example").user == editor


def test_people_who_made_their_account_are_added_by_name_or_a_verified_address(
    cast: Cast, corpus: Corpus
) -> None:
    lena, mai = by_invitation("lena", "lena@a.example"), by_invitation("mai", "mai@a.example")
    EmailAddress.objects.filter(user=mai).update(verified=True)
    for name, person in (("lena", lena), ("Mai@a.example", mai)):
        added = member_add(actor=cast.admin, corpus=corpus, name=name, role="reviewer")
        assert added.user == person


def test_guessing_names_is_slowed_down(cast: Cast, corpus: Corpus) -> None:
    for _ in range(MISSES_AN_HOUR):
        with pytest.raises(InvalidInput):
            member_add(actor=cast.admin, corpus=corpus, name="nobody", role="reviewer")
    with pytest.raises(Conflict, match="hour"):
        member_add(actor=cast.admin, corpus=corpus, name="odd", role="reviewer")


def test_the_last_admin_stays(cast: Cast, corpus: Corpus) -> None:
    membership = Membership.objects.get(corpus=corpus, user=cast.admin)
    with pytest.raises(Conflict, match="only admin"):
        membership_remove(actor=cast.admin, membership=membership)
    with pytest.raises(Conflict, match="only admin"):
        membership_set(actor=cast.admin, corpus=corpus, user=cast.admin, role="reviewer")
    membership_set(actor=cast.admin, corpus=corpus, user=cast.second, role="admin")
    # One who can't sign in is none.
    User.objects.filter(pk=cast.second.pk).update(is_active=False)
    with pytest.raises(Conflict, match="only admin"):
        membership_remove(actor=cast.admin, membership=membership)
    User.objects.filter(pk=cast.second.pk).update(is_active=True)
    membership_remove(actor=cast.admin, membership=membership)
    assert policies.role_in(cast.admin, corpus) is None


def test_everybody_may_leave(cast: Cast, corpus: Corpus) -> None:
    article = make_article(corpus)
    assignment_add(actor=cast.admin, article=article, user=cast.reviewer)
    other = Membership.objects.get(corpus=corpus, user=cast.second)
    with pytest.raises(NotAllowed):
        membership_remove(actor=cast.reviewer, membership=other)
    own = Membership.objects.get(corpus=corpus, user=cast.reviewer)
    membership_remove(actor=cast.reviewer, membership=own)
    assert not article.assignments.exists()


def test_an_invitation_makes_a_member_as_often_as_it_says(cast: Cast, corpus: Corpus) -> None:
    with pytest.raises(NotAllowed):
        invitation_create(actor=cast.reviewer, corpus=corpus, role="reviewer")
    for wrong in ({"role": "owner"}, {"days": 0}, {"days": 31}, {"max_uses": 101}):
        with pytest.raises(InvalidInput) as caught:
            invitation_create(actor=cast.admin, corpus=corpus, **{"role": "reviewer", **wrong})
        assert list(caught.value.fields) == list(wrong)
    made, key = invitation_create(actor=cast.admin, corpus=corpus, role="adjudicator")
    kept = Invitation.objects.filter(pk=made.pk).values().get()
    assert key not in str(kept)
    assert len(key) >= 43
    digest = Invitation.digest_of(key)
    # Who has the role, or more, uses nothing up.
    assert invitation_accept(actor=cast.admin, digest=digest).role == Role.ADMIN
    assert invitation_accept(actor=cast.adjudicator, digest=digest).role == Role.ADJUDICATOR
    joined = invitation_accept(actor=cast.outsider, digest=digest)
    assert (joined.corpus, joined.role) == (corpus, "adjudicator")
    assert last_event().kind == "invitation.accepted"
    assert Event.objects.filter(kind="membership.set").latest("id").actor == cast.outsider
    with pytest.raises(Conflict):
        invitation_accept(actor=cast.reviewer, digest=digest)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.filter(pk=made.pk).update(uses=2)


def ended(cast: Cast, corpus: Corpus, made: Invitation, how: str) -> Any:
    if how == "revoked":
        invitation_revoke(actor=cast.admin, invitation=made)
    elif how == "of somebody who is no admin any more":
        membership_set(actor=None, corpus=corpus, user=cast.second, role="admin")
        membership_set(actor=None, corpus=corpus, user=cast.admin, role="reviewer")
    elif how == "of a deleted corpus":
        corpus_delete(actor=cast.admin, corpus=corpus, confirm=corpus.name)


@pytest.mark.parametrize(
    "how",
    [
        "unknown",
        "revoked",
        "expired",
        "of somebody who is no admin any more",
        "of a deleted corpus",
    ],
)
def test_an_invitation_that_ended(cast: Cast, corpus: Corpus, how: str) -> None:
    made, key = invitation_create(actor=cast.admin, corpus=corpus, role="admin", days=2)
    ended(cast, corpus, made, how)
    digest = Invitation.digest_of("x" if how == "unknown" else key)
    later = timezone.now() + dt.timedelta(days=2, minutes=1 if how == "expired" else -1)
    with time_machine.travel(later), pytest.raises(Conflict):
        invitation_accept(actor=cast.outsider, digest=digest)
    assert not Membership.objects.filter(corpus=corpus, user=cast.outsider).exists()

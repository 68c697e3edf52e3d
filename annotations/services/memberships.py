"""Who works in a corpus, in which role, and how people come in: by name, or by a link."""

from __future__ import annotations

import datetime as dt
from typing import Any

from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from annotations import policies
from annotations.domain.vocabulary import Role
from annotations.errors import Conflict, InvalidInput
from annotations.models import Corpus, Event, Invitation, Membership, User

from .corpora import membership_set
from .events import event_record

# Of names that nobody has, an admin may try so many in an hour: adding is no way to find out
# who has an account.
MISSES_AN_HOUR = 20


def member_add(*, actor: User, corpus: Corpus, name: str, role: str) -> Membership:
    """Make the person of this user name or email address a member.

    Whoever can't be added, for whatever reason, gets the same answer: also whoever typed somebody
    else's address when they made their account.
    """
    policies.require(actor, "corpus.members", corpus)
    wanted = name.strip()
    if not wanted:
        raise InvalidInput({"name": gettext("type a user name or an email address")})
    misses = f"member-add-misses:{actor.pk}"
    if cache.get(misses, 0) >= MISSES_AN_HOUR:
        raise Conflict(
            gettext("Too many names that nobody has. Try again in an hour, or send a link.")
        )
    person = _person_named(wanted)
    if person is None:
        cache.add(misses, 0, timeout=3600)
        cache.incr(misses)
        raise InvalidInput(
            {
                "name": gettext(
                    "nobody can be added under this name or address; an address that somebody "
                    "gave when they made their own account doesn't count, so type their user name "
                    "or send an invitation link"
                )
            }
        )
    if Membership.objects.filter(corpus=corpus, user=person).exists():
        raise InvalidInput(
            {"name": gettext("%(person)s is a member already") % {"person": person.name}}
        )
    return membership_set(actor=actor, corpus=corpus, user=person, role=role)


def _person_named(wanted: str) -> User | None:
    people = User.objects.filter(is_active=True)
    named = people.filter(username=wanted).first()
    if "@" not in wanted:
        return named
    # A user name may look like an address, so whoever chose one is believed no more than who
    # gave one.
    if named is not None and _vouched_for(named, "username"):
        return named
    addressed = people.filter(email__iexact=wanted).first()
    return addressed if addressed is not None and _vouched_for(addressed, "email") else None


def _vouched_for(person: User, field: str) -> bool:
    """Does it come from an administrator of the site, or was it verified? Whoever makes their own
    account by an invitation may write down what they like."""
    addresses = EmailAddress.objects.filter(user=person, verified=True)
    if addresses.filter(email__iexact=getattr(person, field)).exists():
        return True
    told = Event.objects.filter(target_type="user", target_id=person.pk)
    told = told.filter(kind__in=["user.signed_up", "user.updated"]).order_by("id")
    vouched = True
    for kind, before, after in told.values_list("kind", "before", "after"):
        if kind == "user.signed_up":
            vouched = False
        elif (before or {}).get(field) != (after or {}).get(field):
            vouched = True
    return vouched


@transaction.atomic
def invitation_create(
    *,
    actor: User | None,
    corpus: Corpus,
    role: str,
    note: str = "",
    days: int = 7,
    max_uses: int = 1,
) -> tuple[Invitation, str]:
    """A new invitation and its key. The key exists nowhere else after this call."""
    policies.require(actor, "corpus.members", corpus)
    wrong: dict[str, str] = {}
    if role not in list(Role):
        wrong["role"] = gettext("expected one of %(roles)s") % {"roles": ", ".join(Role)}
    for field, value, most in (
        ("days", days, Invitation.MAX_DAYS),
        ("max_uses", max_uses, Invitation.MAX_USES),
    ):
        if not 1 <= value <= most:
            wrong[field] = gettext("expected a number from 1 to %(most)s") % {"most": most}
    if len(note.strip()) > 100:
        wrong["note"] = gettext("100 characters at most")
    if wrong:
        raise InvalidInput(wrong)
    key = Invitation.new_key()
    invitation = Invitation.objects.create(
        corpus=corpus,
        role=role,
        note=note.strip(),
        hint=key[:6],
        digest=Invitation.digest_of(key),
        max_uses=max_uses,
        created_by=actor,
        expires_at=timezone.now() + dt.timedelta(days=days),
    )
    _record("invitation.created", actor, invitation, after={"role": role, "uses": max_uses})
    return invitation, key


@transaction.atomic
def invitation_revoke(*, actor: User | None, invitation: Invitation) -> Invitation:
    """End an invitation. Who came in by it stays."""
    policies.require(actor, "corpus.members", invitation.corpus)
    locked = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if locked.revoked_at is None:
        locked.revoked_at = timezone.now()
        locked.save(update_fields=["revoked_at"])
        _record("invitation.revoked", actor, locked, after=None)
    return locked


def invitation_named(digest: str) -> Invitation | None:
    """The usable invitation with this hash. Who made it must still be an admin."""
    rows = Invitation.objects.usable().select_related("corpus", "created_by")
    found = rows.filter(digest=digest).first()
    if found is None or (
        found.created_by is not None
        and not policies.can(found.created_by, "corpus.members", found.corpus)
    ):
        return None
    return found


@transaction.atomic
def invitation_accept(*, actor: User, digest: str) -> Membership:
    """Become a member by an invitation. A role that one has is raised, never lowered.

    ``Conflict`` where the invitation can't be used: unknown, revoked, expired, used up, or of
    another corpus than the caller's token.
    """
    Invitation.objects.select_for_update(of=("self",)).filter(digest=digest).first()
    invitation = invitation_named(digest)
    if invitation is None or not policies.reaches(actor, invitation.corpus):
        raise Conflict(gettext("This invitation can't be used any more. Ask for another one."))
    corpus = invitation.corpus
    known = Membership.objects.filter(corpus=corpus, user=actor).first()
    if known is not None and policies.at_least(Role(known.role), Role(invitation.role)):
        return known
    membership = membership_set(
        actor=None, corpus=corpus, user=actor, role=invitation.role, by=actor
    )
    invitation.uses += 1
    invitation.save(update_fields=["uses"])
    _record("invitation.accepted", actor, invitation, after={"user": actor.pk})
    return membership


def account_invited(*, user: User) -> None:
    """Write down that an invitation made this account. Inside the caller's transaction."""
    event_record(
        kind="user.signed_up",
        actor=user,
        target=user,
        corpus=None,
        before=None,
        after={"username": user.username},
    )


def _record(
    kind: str, actor: User | None, invitation: Invitation, *, after: dict[str, Any] | None
) -> None:
    event_record(
        kind=kind,
        actor=actor,
        target=invitation,
        corpus=invitation.corpus,
        before=None,
        after=after,
    )

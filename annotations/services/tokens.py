"""Personal API tokens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from annotations import policies
from annotations.domain.vocabulary import Scope
from annotations.errors import InvalidInput, NotAllowed
from annotations.models import ApiToken, Corpus, User

from .events import event_record

# So that a busy script doesn't write with each request.
USE_NOTED_EVERY = dt.timedelta(minutes=1)


@transaction.atomic
def token_create(
    *,
    actor: User,
    name: str,
    scopes: Iterable[str] | None = None,
    corpus: Corpus | None = None,
    expires_at: dt.datetime | None = None,
) -> tuple[ApiToken, str]:
    """A new token and its key. The key exists nowhere else after this call.

    Without ``scopes`` it may do all that its maker may. Whoever comes by a token makes none that
    can more than that one: no other scopes, no other corpus, and none that lasts longer.
    """
    policies.require_scope(actor, Scope.MANAGE)
    if not name.strip():
        raise InvalidInput({"name": gettext("give the token a name, such as what will use it")})
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidInput({"expires_at": gettext("expected a time to come")})
    wanted = {str(Scope.READ), *(Scope if scopes is None else scopes)}
    if unknown := sorted(wanted - set(Scope)):
        raise InvalidInput({"scopes": f"unknown: {', '.join(unknown)}"})
    if (own := actor.token) is not None:
        if scopes is None:
            wanted &= set(own.scopes)
        corpus = corpus or own.corpus
        expires_at = expires_at or own.expires_at
        _check_no_more_than(own, wanted, corpus, expires_at)
    key = ApiToken.new_key()
    token = ApiToken.objects.create(
        user=actor,
        name=name.strip()[:100],
        hint=key[:8],
        digest=ApiToken.digest_of(key),
        scopes=[str(scope) for scope in Scope if scope in wanted],
        corpus=corpus,
        expires_at=expires_at,
    )
    event_record(
        kind="token.created",
        actor=actor,
        target=token,
        corpus=None,
        before=None,
        after={"name": token.name, "scopes": token.scopes, "corpus": token.corpus_id},
    )
    return token, key


def _check_no_more_than(
    own: ApiToken, scopes: set[str], corpus: Corpus | None, expires_at: dt.datetime | None
) -> None:
    if not scopes <= set(own.scopes):
        raise InvalidInput({"scopes": gettext("expected none that the calling token lacks")})
    if own.corpus_id is not None and (corpus is None or corpus.pk != own.corpus_id):
        raise InvalidInput({"corpus": gettext("expected the one that the calling token is for")})
    if own.expires_at is not None and (expires_at is None or expires_at > own.expires_at):
        raise InvalidInput({"expires_at": gettext("expected no later than the calling token's")})


@transaction.atomic
def token_revoke(*, actor: User, token: ApiToken) -> None:
    """End a token for good: one's own, or anybody's for who administers tokens."""
    policies.require_scope(actor, Scope.MANAGE)
    if actor.pk != token.user_id and not actor.has_perm("annotations.change_apitoken"):
        raise NotAllowed(gettext("Only its owner or an administrator can revoke a token."))
    if token.revoked_at is not None:
        return
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    event_record(
        kind="token.revoked",
        actor=actor,
        target=token,
        corpus=None,
        before={"name": token.name},
        after=None,
    )


def token_used(*, token: ApiToken) -> None:
    """Note the use, at most once a minute, so that reads stay reads."""
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)

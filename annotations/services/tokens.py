"""Personal API tokens."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from annotations.errors import InvalidInput, NotAllowed
from annotations.models import ApiToken, User

from .events import event_record


@transaction.atomic
def token_create(
    *, actor: User, name: str, expires_at: dt.datetime | None = None
) -> tuple[ApiToken, str]:
    """A new token and its key. The key exists nowhere else after this call."""
    if not name.strip():
        raise InvalidInput({"name": gettext("give the token a name, such as what will use it")})
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidInput({"expires_at": gettext("expected a time to come")})
    key = ApiToken.new_key()
    token = ApiToken.objects.create(
        user=actor,
        name=name.strip()[:100],
        hint=key[:8],
        digest=ApiToken.digest_of(key),
        expires_at=expires_at,
    )
    event_record(
        kind="token.created",
        actor=actor,
        target=token,
        corpus=None,
        before=None,
        after={"name": token.name},
    )
    return token, key


@transaction.atomic
def token_revoke(*, actor: User, token: ApiToken) -> None:
    """End a token for good: one's own, or anybody's for who administers tokens."""
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
    if token.last_used_at is None or now - token.last_used_at > dt.timedelta(minutes=1):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)

"""Who is calling: a personal token in the ``Authorization`` header, or the browser's session."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.request import Request

from annotations.models import ApiToken, User
from annotations.services.tokens import token_used

SCHEMES = {b"token", b"bearer"}


class TokenAuthentication(authentication.BaseAuthentication):
    """``Authorization: Token fct_…`` or ``Bearer fct_…``.

    An unknown, expired or revoked key and one of an inactive person get the same answer, so
    that it tells nothing about keys that once were.
    """

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        words = authentication.get_authorization_header(request).split()
        if not words or words[0].lower() not in SCHEMES:
            return None
        if len(words) != 2:
            raise AuthenticationFailed(_("Expected one key after the word Token."))
        digest = ApiToken.digest_of(words[1].decode("latin-1"))
        token = ApiToken.objects.usable().select_related("user").filter(digest=digest).first()
        if token is None:
            raise AuthenticationFailed(_("This key is unknown, expired or revoked."))
        token_used(token=token)
        # Read by the policies, which know no requests.
        token.user.token = token
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Token realm="api"'


class SessionAuthentication(authentication.SessionAuthentication):
    """The site's sign-in, with the CSRF token required of every write.

    A page says for whom it was made (``X-Factcheck-User``). What it kept while its person was
    signed out isn't written in the name of whoever signed in on the machine since.
    """

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        found: tuple[User, None] | None = super().authenticate(request)
        meant = request.headers.get("X-Factcheck-User")
        if found is not None and meant is not None and meant != str(found[0].pk):
            raise NotAuthenticated(_("Somebody else is signed in now."))
        return found

    def authenticate_header(self, request: Request) -> str:
        # Naming a scheme is what makes DRF answer 401 instead of 403.
        return 'Session realm="api"'

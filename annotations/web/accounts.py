"""How accounts are made: by an administrator, or by whoever was invited to a corpus."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse

from annotations.errors import FactcheckError
from annotations.models import User
from annotations.services.memberships import account_invited, invitation_accept

from .joining import KEPT, kept_invitation


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.INVITATIONS_MAKE_ACCOUNTS) and kept_invitation(request) is not None

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """The account, and the membership for which it is made: both, or neither.

        So an invitation for one person makes one account.
        """
        try:
            with transaction.atomic():
                made: User = super().save_user(request, user, form, commit=commit)
                account_invited(user=made)
                membership = invitation_accept(actor=made, digest=request.session.pop(KEPT, ""))
        except FactcheckError as error:
            raise ImmediateHttpResponse(redirect("invitation")) from error
        request.joined = membership.corpus_id  # type: ignore[attr-defined]
        return made

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        joined = getattr(request, "joined", None)
        return reverse("corpus", args=[joined]) if joined else reverse("corpora")

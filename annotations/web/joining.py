"""Following an invitation's link: as who one is, or with an account that is made for it.

The key is in the address of the first request only; the session keeps its hash.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from annotations.errors import FactcheckError
from annotations.models import Invitation, User
from annotations.services.memberships import invitation_accept, invitation_named

KEPT = "invitation"


@require_safe
@never_cache
def join(request: HttpRequest, key: str) -> HttpResponse:
    request.session[KEPT] = Invitation.digest_of(key)
    return redirect("invitation")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest) -> HttpResponse:
    """What one was invited to; sending it accepts."""
    found = kept_invitation(request)
    if found is None:
        return render(request, "annotations/invitation.html", {"invitation": None}, status=404)
    if request.method == "POST" and isinstance(request.user, User):
        try:
            membership = invitation_accept(actor=request.user, digest=found.digest)
        except FactcheckError as error:
            messages.error(request, error.message)
            return redirect("invitation")
        del request.session[KEPT]
        said = _("You work in “%(corpus)s” now.")
        messages.success(request, said % {"corpus": found.corpus.name})
        return redirect("corpus", membership.corpus_id)
    context: dict[str, Any] = {
        "invitation": found,
        "makes_accounts": settings.INVITATIONS_MAKE_ACCOUNTS,
    }
    return render(request, "annotations/invitation.html", context)


def kept_invitation(request: HttpRequest) -> Invitation | None:
    """The usable invitation whose link this browser followed."""
    digest = request.session.get(KEPT)
    return invitation_named(digest) if isinstance(digest, str) else None

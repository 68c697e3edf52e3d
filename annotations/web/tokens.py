"""A person's own API tokens."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from annotations.models import ApiToken
from annotations.services.tokens import token_create
from annotations.services.tokens import token_revoke as revoke

from .paging import keyset_page
from .requests import SignedInRequest


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        help_text=gettext_lazy("What will use it, for example “weekly export”."),
    )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def token_list(request: SignedInRequest) -> HttpResponse:
    """The tokens, and a form for a new one, whose key is in the answer and nowhere else."""
    form = TokenForm(request.POST or None)
    key = ""
    if request.method == "POST" and form.is_valid():
        _token, key = token_create(actor=request.user, name=form.cleaned_data["name"])
        form = TokenForm()
    tokens = ApiToken.objects.filter(user=request.user, revoked_at=None)
    page = keyset_page(tokens, request.GET)
    return render(request, "annotations/tokens.html", {"form": form, "key": key, "page": page})


@login_required
@require_POST
def token_revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, user=request.user, pk=pk)
    revoke(actor=request.user, token=token)
    messages.success(request, _("“%(name)s” was revoked.") % {"name": token.name})
    return redirect("token-list")

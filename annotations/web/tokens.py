"""A person's own API tokens."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from annotations.domain.vocabulary import Scope
from annotations.models import ApiToken, Corpus, User
from annotations.services.tokens import token_create
from annotations.services.tokens import token_revoke as revoke

from .forms import PageForm
from .paging import keyset_page
from .requests import SignedInRequest, posted

LIFETIMES = [
    ("30", gettext_lazy("30 days")),
    ("90", gettext_lazy("90 days")),
    ("365", gettext_lazy("a year")),
    ("", gettext_lazy("until it is revoked")),
]


class TokenForm(PageForm):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        help_text=gettext_lazy("What will use it, for example “weekly export”."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may"),
        choices=ApiToken.SCOPES[1:],
        required=False,
        initial=[Scope.ANNOTATE],
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Reading is part of every token."),
    )
    corpus = forms.ModelChoiceField(
        label=gettext_lazy("Corpus"),
        queryset=Corpus.objects.none(),
        required=False,
        empty_label=gettext_lazy("all of mine"),
    )
    lifetime = forms.ChoiceField(
        label=gettext_lazy("It lasts"), choices=LIFETIMES, required=False, initial="365"
    )

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["corpus"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        field.queryset = Corpus.objects.visible_to(user).order_by("name")

    def options(self) -> dict[str, Any]:
        """What the service takes."""
        sent = self.cleaned_data
        days = sent["lifetime"]
        return {
            "name": sent["name"],
            "scopes": sent["scopes"],
            "corpus": sent["corpus"],
            "expires_at": timezone.now() + dt.timedelta(days=int(days)) if days else None,
        }


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def token_list(request: SignedInRequest) -> HttpResponse:
    """The tokens, and a form for a new one, whose key is in the answer and nowhere else."""
    form = TokenForm(request.user, request.POST or None)
    key = ""
    if request.method == "POST" and form.is_valid():
        _token, key = token_create(actor=request.user, **form.options())
        form = TokenForm(request.user)
    form.focus()
    tokens = ApiToken.objects.filter(user=request.user, revoked_at=None).select_related("corpus")
    context = {
        "form": form,
        "key": key,
        "page": keyset_page(tokens, request.GET),
        "now": timezone.now(),
    }
    status = 400 if form.errors else 200
    return render(request, "annotations/tokens.html", context, status=status)


@login_required
@posted("token-list")
def token_revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, user=request.user, pk=pk)
    revoke(actor=request.user, token=token)
    messages.success(request, _("“%(name)s” was revoked.") % {"name": token.name})
    return redirect("token-list")

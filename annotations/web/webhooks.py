"""The webhooks of a corpus, for its admins."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from annotations import policies
from annotations.errors import FactcheckError
from annotations.models import Corpus, Webhook, WebhookDelivery
from annotations.services.keyset import Key
from annotations.services.webhooks import (
    delivery_repeat,
    webhook_create,
    webhook_remove,
    webhook_renew,
    webhook_try,
    webhook_update,
)

from .corpus_settings import administered
from .forms import PageForm
from .paging import keyset_page
from .requests import SignedInRequest, posted
from .sections import corpus_context

NEWEST_FIRST = (Key("pk", descending=True),)


class WebhookForm(PageForm):
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=2000,
        widget=forms.URLInput(attrs={"autocomplete": "off", "placeholder": "https://"}),
    )
    kinds = forms.CharField(
        label=gettext_lazy("Kinds of events"),
        required=False,
        max_length=4000,
        help_text=gettext_lazy(
            "Such as claim.created, or verdict.* for all of verdicts. Empty: all."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "ltr", "spellcheck": "false"}),
    )

    def fields_sent(self) -> dict[str, Any]:
        sent = self.cleaned_data
        return {"url": sent["url"], "kinds": sent["kinds"].replace(",", " ").split()}


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_list(request: SignedInRequest, pk: int) -> HttpResponse:
    """The webhooks, and a form for another, whose secret is in the answer and nowhere else."""
    corpus = administered(request.user, pk)
    form = WebhookForm(request.POST or None)
    secret = ""
    if form.is_bound and form.is_valid():
        try:
            _made, secret = webhook_create(actor=request.user, corpus=corpus, **form.fields_sent())
        except FactcheckError as error:
            form.refuse(error)
        else:
            form = WebhookForm()
    form.focus()
    context = {
        **corpus_context(corpus, policies.role_in(request.user, corpus), "corpus-settings"),
        "webhooks": list(Webhook.objects.filter(corpus=corpus)),
        "form": form,
        "secret": secret,
    }
    status = 400 if form.errors else 200
    return render(request, "annotations/webhooks.html", context, status=status)


def _page(request: SignedInRequest, corpus: Corpus, hook: Webhook, **more: str) -> HttpResponse:
    deliveries = WebhookDelivery.objects.filter(webhook=hook).defer("payload")
    context = {
        **corpus_context(corpus, policies.role_in(request.user, corpus), "corpus-settings"),
        "webhook": hook,
        "page": keyset_page(deliveries, request.GET, keys=NEWEST_FIRST, size=30),
        **more,
    }
    return render(request, "annotations/webhook.html", context)


@login_required
@never_cache
@require_safe
def webhook_detail(request: SignedInRequest, pk: int, webhook: int) -> HttpResponse:
    """One of them, and the log of what it was sent."""
    corpus = administered(request.user, pk)
    return _page(request, corpus, get_object_or_404(Webhook, corpus=corpus, pk=webhook))


@login_required
@never_cache
@posted("webhook", "pk", "webhook")
def webhook_do(request: SignedInRequest, pk: int, webhook: int) -> HttpResponse:
    """What the buttons of the two pages do."""
    corpus = administered(request.user, pk)
    hook = get_object_or_404(Webhook.objects.select_related("corpus"), corpus=corpus, pk=webhook)
    wanted = request.POST.get("do", "")
    try:
        if wanted == "remove":
            webhook_remove(actor=request.user, webhook=hook)
            messages.success(request, _("The webhook was removed."))
            return redirect("webhooks", pk)
        if wanted == "renew":
            # In this answer and nowhere else.
            secret = webhook_renew(actor=request.user, webhook=hook)
            return _page(request, corpus, hook, secret=secret)
        _do(request, hook, wanted)
    except FactcheckError as error:
        messages.error(request, error.message)
    return redirect("webhook", pk, webhook)


def _do(request: SignedInRequest, hook: Webhook, wanted: str) -> None:
    actor = request.user
    if wanted == "try":
        webhook_try(actor=actor, webhook=hook)
        messages.success(request, _("A trial message is on its way."))
    elif wanted == "repeat":
        number = request.POST.get("delivery", "")
        rows = WebhookDelivery.objects.filter(webhook=hook).select_related("webhook__corpus")
        chosen = int(number) if number.isdecimal() and len(number) < 19 else 0
        delivery_repeat(actor=actor, delivery=get_object_or_404(rows, pk=chosen))
        messages.success(request, _("The message is on its way again."))
    elif wanted in {"stop", "start"}:
        active = wanted == "start"
        webhook_update(actor=actor, webhook=hook, revision=hook.revision, fields={"active": active})

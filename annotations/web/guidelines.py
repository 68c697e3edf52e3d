"""A corpus's guidelines: the version in force, the earlier ones, and a form for the next."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from annotations import policies
from annotations.domain import markdown
from annotations.domain.textdiff import text_diff
from annotations.domain.vocabulary import Role
from annotations.errors import StaleRevision
from annotations.models import Corpus, Guideline, User
from annotations.services.corpora import guideline_add
from annotations.services.keyset import Key

from .forms import PageForm
from .paging import keyset_page
from .requests import SignedInRequest
from .sections import corpus_context

NEWEST_FIRST = (Key("pk", descending=True),)


class GuidelineForm(PageForm):
    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=Guideline.MAX_TEXT,
        # It tells an unchanged text from a changed one, and leading space means code in Markdown.
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "dir": "auto"}),
    )
    based_on = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)


def _corpus(user: User, pk: int) -> Corpus:
    return get_object_or_404(Corpus.objects.visible_to(user), pk=pk)


def _html(guideline: Guideline | None, *, top: int) -> SafeString:
    """Its headings from level ``top`` on. Safe, because rendering sanitises."""
    return mark_safe(markdown.render(guideline.text, top=top) if guideline else "")  # noqa: S308


@require_safe
@login_required
@never_cache
def guideline_list(request: SignedInRequest, pk: int) -> HttpResponse:
    corpus = _corpus(request.user, pk)
    versions = corpus.guidelines.select_related("created_by")
    current = versions.order_by("-version").first()
    role = policies.role_in(request.user, corpus)
    context = {
        **corpus_context(corpus, role, "guidelines"),
        "current": current,
        "html": _html(current, top=2),
        "page": keyset_page(versions.defer("text"), request.GET, keys=NEWEST_FIRST, size=20),
        "may_edit": policies.is_open(corpus, "corpus.update")
        and policies.allowed(role, "corpus.update"),
    }
    return render(request, "annotations/guidelines.html", context)


@require_safe
@login_required
@never_cache
def guideline(request: SignedInRequest, pk: int, version: int) -> HttpResponse:
    """One version, and what it changed of the one before."""
    corpus = _corpus(request.user, pk)
    around = corpus.guidelines.filter(version__in=[version - 1, version, version + 1])
    found = {row.version: row for row in around.select_related("created_by")}
    shown, before = found.get(version), found.get(version - 1)
    if shown is None:
        raise Http404
    context = {
        **corpus_context(corpus, policies.role_in(request.user, corpus), "guidelines"),
        "guideline": shown,
        "html": _html(shown, top=3),
        "before": before,
        "newer": found.get(version + 1),
        "diff": text_diff(before.text, shown.text) if before else [],
    }
    return render(request, "annotations/guideline.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def guideline_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """A form for the next version. If somebody was faster, both texts are shown, and kept."""
    corpus = _corpus(request.user, pk)
    policies.require(request.user, "corpus.update", corpus)
    current = corpus.guidelines.order_by("-version").first()
    form = GuidelineForm(
        request.POST or None,
        initial={
            "text": current.text if current else "",
            "based_on": current.version if current else 0,
        },
    )
    context: dict[str, Any] = {
        **corpus_context(corpus, Role.ADMIN, "guidelines"),
        "current": current,
        "form": form,
    }
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        try:
            made = guideline_add(actor=request.user, corpus=corpus, **sent)
        except StaleRevision as stale:
            context |= _conflict(corpus, stale.current, sent)
            return render(request, "annotations/guideline_edit.html", context, status=409)
        if current is not None and made.version == current.version:
            messages.info(request, _("Nothing was changed."))
        else:
            messages.success(request, _("Version %(n)d is in force now.") % {"n": made.version})
        return redirect("guidelines", corpus.pk)
    status = 400 if request.method == "POST" else 200
    return render(request, "annotations/guideline_edit.html", context, status=status)


def _conflict(corpus: Corpus, theirs: Guideline, sent: dict[str, Any]) -> dict[str, Any]:
    """The form again with what was typed, now based on the version that came first."""
    base = corpus.guidelines.filter(version=sent["based_on"]).first()
    return {
        "form": GuidelineForm(initial={"text": sent["text"], "based_on": theirs.version}),
        "theirs": theirs,
        "their_changes": text_diff(base.text if base else "", theirs.text),
    }

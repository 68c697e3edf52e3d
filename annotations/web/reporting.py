"""A reader's report of an error: a form of its own, so that the page it is about can be cached."""

from __future__ import annotations

from typing import Any

from allauth.core import ratelimit
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from annotations.errors import InvalidInput
from annotations.models import ErrorReport, FactCheck
from annotations.services.error_reports import report_receive
from annotations.services.fact_check_content import Guard

from .public import chrome_language


class ReportForm(forms.Form):
    """``website`` is for programs that fill in every field; people don't see it."""

    text = forms.CharField(
        label=gettext_lazy("What is wrong, and how do you know?"),
        min_length=ErrorReport.MIN_TEXT,
        max_length=ErrorReport.MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 7, "dir": "auto"}),
    )
    contact = forms.CharField(
        label=gettext_lazy("How can we reach you? (not needed)"),
        max_length=ErrorReport.MAX_CONTACT,
        required=False,
        help_text=gettext_lazy(
            "An e-mail address, for example. Only those who decide about your report see it, and"
            " it is removed if you ask."
        ),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "email"}),
    )
    website = forms.CharField(
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )


def _found(slug: str) -> FactCheck:
    rows = FactCheck.objects.select_related("current", "corpus__publication", "claim__article")
    return get_object_or_404(rows, slug=slug)


@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """The form. What can't be taken is kept in it, and says why."""
    fact_check = _found(slug)
    with translation.override(chrome_language(_language(fact_check))):
        form = ReportForm(request.POST or None, label_suffix="")
        status, error = 200, ""
        if request.method == "POST":
            status = 400
            if form.is_valid():
                if form.cleaned_data["website"]:
                    return redirect("fact-check-report-thanks", slug)
                if ratelimit.consume(request, action="fact_check_report"):
                    try:
                        report_receive(
                            fact_check=fact_check,
                            text=form.cleaned_data["text"],
                            contact=form.cleaned_data["contact"],
                        )
                        return redirect("fact-check-report-thanks", slug)
                    except InvalidInput as problem:
                        error = problem.message
                else:
                    status = 429
                    error = _("Too many reports came from your address. Try again in an hour.")
        context = {"form": form, "error": error, **_context(fact_check)}
        return render(request, "annotations/public/report.html", context, status=status)


@never_cache
@require_safe
def thanks(request: HttpRequest, slug: str) -> HttpResponse:
    fact_check = _found(slug)
    with translation.override(chrome_language(_language(fact_check))):
        return render(request, "annotations/public/report_thanks.html", _context(fact_check))


def _language(fact_check: FactCheck) -> str:
    assert fact_check.current is not None  # noqa: S101
    return str(fact_check.current.content["language"])


def _context(fact_check: FactCheck) -> dict[str, Any]:
    guard = Guard(fact_check.corpus_id)
    return {
        "fact_check": fact_check,
        "title": guard.text(fact_check.title),
        "publication": fact_check.corpus.publication,
        # It is nothing to be found by a search.
        "hidden": True,
    }

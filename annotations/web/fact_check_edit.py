"""One claim's fact-check: its words, the preview, publishing, correcting, withdrawing.

Publishing starts from the preview alone, which is the page itself: what goes out has been seen.
"""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from annotations import policies
from annotations.domain.claim_review import SHORT_CLAIM
from annotations.domain.publishing import CorrectionKind
from annotations.errors import FactcheckError, InvalidInput
from annotations.models import Claim, Correction, ErrorReport, FactCheck, User, Verdict
from annotations.services.claim_reviews import with_public_parts
from annotations.services.fact_check_content import (
    Draft,
    Guard,
    claims_to_publish,
    content_of,
)
from annotations.services.fact_checks import (
    fact_check_correct,
    fact_check_differences,
    fact_check_draft,
    fact_check_publish,
    fact_check_withdraw,
    title_problem,
)
from annotations.services.publications import missing_words, publication_of

from .public import fact_check_page
from .publishing import part_words
from .requests import SignedInRequest

Words = forms.Textarea(attrs={"rows": 3, "dir": "auto"})


class FactCheckForm(forms.Form):
    """What the admin chooses; all else is taken from the claim."""

    title = forms.CharField(
        label=gettext_lazy("The claim, as readers read it"),
        max_length=FactCheck.MAX_TITLE,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    summary = forms.CharField(
        label=gettext_lazy("What was found, in a sentence or two (not needed)"),
        max_length=FactCheck.MAX_SUMMARY,
        required=False,
        widget=Words,
    )
    verdict = forms.ChoiceField(label=gettext_lazy("Whose rationale is shown"), required=False)
    mask_claimant = forms.BooleanField(
        label=gettext_lazy("Keep the claimant's name off the page: a private person"),
        required=False,
    )
    what = forms.CharField(
        label=gettext_lazy("What is corrected"), max_length=Correction.MAX_TEXT, widget=Words
    )
    why = forms.CharField(label=gettext_lazy("Why"), max_length=Correction.MAX_TEXT, widget=Words)
    report = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )

    def __init__(
        self, data: Any, *, initial: dict[str, Any], verdicts: list[Verdict], corrects: bool
    ) -> None:
        super().__init__(data, initial=initial, label_suffix="")
        if len(verdicts) < 2:
            del self.fields["verdict"]
        else:
            choices = [(str(v.uid), f"{v.reviewer.name}: {v.rationale[:80]}") for v in verdicts]
            self.fields["verdict"].choices = choices  # type: ignore[attr-defined]
        if not corrects:
            for name in ("what", "why", "report"):
                del self.fields[name]
        self.fields["title"].help_text = _(
            "One sentence without the rating, of %(most)s characters if it can be."
        ) % {"most": SHORT_CLAIM}

    @property
    def choice(self) -> dict[str, Any]:
        """What the draft depends on."""
        sent = self.cleaned_data
        chosen = sent.get("verdict")
        return {
            "mask_claimant": sent["mask_claimant"],
            "verdict": uuid.UUID(chosen) if chosen else None,
        }


class Desk:
    """The claim of a request with its fact-check, if it has one, and what would be published."""

    def __init__(self, user: User, pk: int) -> None:
        get_object_or_404(Claim.objects.visible_to(user), pk=pk)
        (self.claim,) = claims_to_publish([pk])
        self.corpus = self.claim.article.corpus
        if not policies.can(user, "factcheck.publish", self.corpus):
            raise PermissionDenied
        self.user = user
        self.guard = Guard(self.corpus.pk)
        rows = with_public_parts(FactCheck.objects.select_related("rating"))
        self.fact_check = rows.filter(claim=pk).first()
        self.publication = publication_of(self.corpus)
        self.draft: Draft
        self.parts: list[str] = []
        if self.fact_check is None:
            self.draft = fact_check_draft(self.claim, None, self.guard)
        else:
            self.draft, self.parts = fact_check_differences(self.fact_check, self.claim, self.guard)

    def initial(self, report: str) -> dict[str, Any]:
        if self.fact_check is None or self.fact_check.current is None:
            material = self.draft.material
            words = material["claim"]["text"] if material else ""
            return {
                "title": words[: FactCheck.MAX_TITLE],
                "mask_claimant": bool(material and material["masked"]),
            }
        shown = self.guard.content(self.fact_check.current.content)
        return {
            "title": shown["title"],
            "summary": shown["summary"],
            "mask_claimant": shown["masked"],
            "report": report if report.isdecimal() else None,
        }

    def form(self, data: Any = None, report: str = "") -> FactCheckForm:
        return FactCheckForm(
            data,
            initial=self.initial(report),
            verdicts=self.draft.verdicts,
            corrects=self.fact_check is not None,
        )

    def report(self, number: int | None) -> ErrorReport | None:
        if number is None:
            return None
        return ErrorReport.objects.filter(pk=number, fact_check=self.fact_check).first()

    def send(self, form: FactCheckForm, digest: str, revision: int) -> None:
        """Publish, or correct."""
        sent = form.cleaned_data
        words = {"title": sent["title"], "summary": sent["summary"], "digest": digest}
        if self.fact_check is None:
            fact_check_publish(actor=self.user, claim=self.claim, **words, **form.choice)
            return
        fact_check_correct(
            actor=self.user,
            fact_check=self.fact_check,
            revision=revision,
            what=sent["what"],
            why=sent["why"],
            report=self.report(sent["report"]),
            **words,
            **form.choice,
        )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def claim_fact_check(request: SignedInRequest, pk: int) -> HttpResponse:
    """The form; ``do`` is preview, publish, edit (back from the preview) or withdraw."""
    desk = Desk(request.user, pk)
    do = request.POST.get("do", "")
    if request.method != "POST" or do not in {"preview", "publish", "edit", "withdraw"}:
        return _page(request, desk, desk.form(report=request.GET.get("report", "")))
    if do == "withdraw":
        return _withdraw(request, desk)
    if do == "edit":
        # What was typed, without judging it.
        form = desk.form()
        form.initial = {name: request.POST.get(name, "") for name in form.fields}
        form.initial["mask_claimant"] = "mask_claimant" in request.POST
        return _page(request, desk, form)
    form = desk.form(request.POST)
    if not form.is_valid():
        return _page(request, desk, form, status=400)
    if do == "preview":
        return _preview(request, desk, form)
    try:
        desk.send(form, request.POST.get("digest", ""), _number(request, "revision"))
    except InvalidInput as problem:
        for name, reason in problem.fields.items():
            form.add_error(name if name in form.fields else None, reason)
        return _page(request, desk, form, status=400)
    except FactcheckError as problem:
        return _page(request, desk, form, status=409, error=problem.message)
    done = _("The correction is published.") if desk.fact_check else _("It is published.")
    messages.success(request, done)
    return redirect("claim-fact-check", pk)


def _page(
    request: SignedInRequest, desk: Desk, form: FactCheckForm, *, status: int = 200, error: str = ""
) -> HttpResponse:
    fact_check = desk.fact_check
    context = {
        "corpus": desk.corpus,
        "claim": desk.claim,
        "fact_check": fact_check,
        "draft": desk.draft,
        "rating_differs": "rating" in desk.parts,
        "parts": part_words(desk.parts),
        "missing": missing_words(desk.publication),
        "form": form,
        "error": error,
        "corrections": fact_check.notices if fact_check else [],  # type: ignore[attr-defined]
        "open_reports": fact_check.reports.filter(state="new").count() if fact_check else 0,
    }
    return render(request, "annotations/fact_check_edit.html", context, status=status)


def _preview(request: SignedInRequest, desk: Desk, form: FactCheckForm) -> HttpResponse:
    sent = form.cleaned_data
    draft = fact_check_draft(desk.claim, desk.fact_check, desk.guard, **form.choice)
    if draft.material is None:
        return _page(request, desk, form, status=409, error=draft.problem)
    if problem := missing_words(desk.publication):
        return _page(request, desk, form, status=409, error=problem)
    labels = [rating["label"] for rating in draft.material["scale"]["ratings"]]
    wrong = title_problem(sent["title"], labels)
    if wrong:
        form.add_error("title", wrong["title"])
        return _page(request, desk, form, status=400)
    words = {name: desk.guard.text(sent[name].strip()) for name in ("title", "summary")}
    content = content_of(draft.material, **words)
    hidden = {name: request.POST.get(name, "") for name in form.fields if name in request.POST}
    preview = {
        "hidden": {**hidden, "digest": draft.digest},
        "revision": desk.fact_check.revision if desk.fact_check else 0,
        "corrects": desk.fact_check is not None,
        "claim": desk.claim,
    }
    shown = _as_published(desk, draft, sent)
    return fact_check_page(request, shown, content, desk.guard, preview=preview, hidden=True)


def _as_published(desk: Desk, draft: Draft, sent: dict[str, Any]) -> FactCheck:
    """The fact-check as it would be, in memory only."""
    now = timezone.now()
    desk.corpus.publication = desk.publication
    known = desk.fact_check
    shown = FactCheck(
        claim=desk.claim,
        corpus=desk.corpus,
        slug=known.slug if known else "preview",
        published_at=known.published_at if known else now,
        updated_at=now,
    )
    notices: list[Correction] = list(known.notices) if known else []  # type: ignore[attr-defined]
    if known is not None and draft.finding.rating is not None:
        notices.append(
            Correction(
                kind=CorrectionKind.CORRECTION,
                what=sent["what"],
                why=sent["why"],
                old_rating=known.rating.label,
                new_rating=draft.finding.rating.label,
                made_at=now,
            )
        )
    shown.notices = notices  # type: ignore[attr-defined]
    return shown


def _withdraw(request: SignedInRequest, desk: Desk) -> HttpResponse:
    if desk.fact_check is None:
        return redirect("claim-fact-check", desk.claim.pk)
    try:
        fact_check_withdraw(
            actor=desk.user,
            fact_check=desk.fact_check,
            revision=_number(request, "revision"),
            why=request.POST.get("why", ""),
        )
    except FactcheckError as problem:
        status = 400 if isinstance(problem, InvalidInput) else 409
        return _page(request, desk, desk.form(), status=status, error=problem.message)
    messages.success(request, _("It is withdrawn; its page says so."))
    return redirect("claim-fact-check", desk.claim.pk)


def _number(request: SignedInRequest, name: str) -> int:
    raw = request.POST.get(name, "")
    return int(raw) if raw.isascii() and raw.isdecimal() and len(raw) <= 9 else 0

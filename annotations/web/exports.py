"""Taking work out of a corpus: what would be in a file, having it written, fetching it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from annotations import policies
from annotations.domain.transitions import ClaimState
from annotations.domain.vocabulary import Role
from annotations.errors import FactcheckError, InvalidInput
from annotations.exporting import FORMATS, Format, Options, Preview, Selection, preview
from annotations.exporting.base import PARTS
from annotations.exporting.gathered import (
    ANSWER_NOT_KNOWN,
    CLAIM_WITHDRAWN,
    FACT_CHECK_NOT_KNOWN,
    NOT_KNOWN,
)
from annotations.exporting.selection import NO_VERDICT, TIE
from annotations.models import Article, Claim, ClaimType, Corpus, Export, ExportState, User
from annotations.services import exports as services
from annotations.services.keyset import Key
from annotations.services.protection import EXPORT_WITHHELD

from .forms import tie
from .paging import keyset_page
from .requests import SignedInRequest, posted
from .sections import corpus_context

NEWEST_FIRST = (Key("pk", descending=True),)
STATES = {
    ExportState.QUEUED: gettext_lazy("waiting"),
    ExportState.RUNNING: gettext_lazy("being written"),
    ExportState.DONE: gettext_lazy("done"),
    ExportState.FAILED: gettext_lazy("failed"),
    ExportState.CANCELLED: gettext_lazy("cancelled"),
    ExportState.EXPIRED: gettext_lazy("removed"),
}
UNITS = {
    "articles": gettext_lazy("articles"),
    "claims": gettext_lazy("claims"),
    "texts": gettext_lazy("texts"),
    "labels": gettext_lazy("labelled claims"),
    "reviews": gettext_lazy("reviews"),
    "sentences": gettext_lazy("sentences"),
    "queries": gettext_lazy("claims with their checked ones"),
}
# Of the reasons that there are whatever the format.
REASONS = {
    NOT_KNOWN: gettext_lazy("pieces of evidence not surely known at the time"),
    ANSWER_NOT_KNOWN: gettext_lazy("answers from sources not surely known at the time"),
    FACT_CHECK_NOT_KNOWN: gettext_lazy("what published fact-checks say, which is of a later time"),
    CLAIM_WITHDRAWN: gettext_lazy("published fact-checks of claims that were withdrawn since"),
}
_ANY = ("", gettext_lazy("any"))


class ExportForm(forms.Form):
    """The choices of an export. What they may hold is the selection's and the options' business."""

    format = forms.ChoiceField(label=gettext_lazy("Format"))
    q = forms.CharField(label=gettext_lazy("Articles found by"), required=False, max_length=200)
    article_state = forms.ChoiceField(
        label=gettext_lazy("State of the article"),
        required=False,
        choices=[_ANY, *Article.STATES],
    )
    published_from = forms.CharField(
        label=gettext_lazy("Published from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    published_until = forms.CharField(
        label=gettext_lazy("Published until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    claim_q = forms.CharField(label=gettext_lazy("Claims found by"), required=False, max_length=200)
    claim_state = forms.ChoiceField(
        label=gettext_lazy("State of the claim"),
        required=False,
        choices=[_ANY, *(c for c in Claim.STATES if c[0] != ClaimState.WITHDRAWN)],
    )
    type = forms.ChoiceField(label=gettext_lazy("Claim type"), required=False)
    verdict = forms.ChoiceField(label=gettext_lazy("Found"), required=False)
    person = forms.ChoiceField(label=gettext_lazy("Person"), required=False)
    created_from = forms.CharField(
        label=gettext_lazy("Claim made from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    created_until = forms.CharField(
        label=gettext_lazy("Claim made until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    score_min = forms.CharField(
        label=gettext_lazy("Check-worthiness from"),
        required=False,
        widget=forms.NumberInput(attrs={"min": 0, "max": 1, "step": "0.05"}),
    )
    labels = forms.ChoiceField(
        label=gettext_lazy("Labels"),
        required=False,
        choices=[
            ("", gettext_lazy("what suits the format")),
            ("both", gettext_lazy("each reviewer's, and what was found")),
            ("individual", gettext_lazy("each reviewer's")),
            ("aggregated", gettext_lazy("what was found")),
        ],
    )
    pseudonyms = forms.BooleanField(
        label=gettext_lazy("Reviewers under pseudonyms"), required=False
    )
    known_only = forms.BooleanField(
        label=gettext_lazy("Only evidence that was known when the claim was made"), required=False
    )
    publisher = forms.CharField(
        label=gettext_lazy("Publisher of the fact-checks"), required=False, max_length=200
    )
    publisher_url = forms.CharField(
        label=gettext_lazy("The publisher's address"), required=False, max_length=1000
    )
    page = forms.CharField(
        label=gettext_lazy("Address of a fact-check, with {uid}"), required=False, max_length=1000
    )

    FILTERS: tuple[str, ...] = (
        "q", "article_state", "published_from", "published_until", "claim_q", "claim_state",
        "type", "verdict", "person", "created_from", "created_until", "score_min",
    )  # fmt: skip
    CHECKS: tuple[str, ...] = ("pseudonyms", "known_only")
    PUBLISHING = ("publisher", "publisher_url", "page")

    def __init__(self, corpus: Corpus, data: Any) -> None:
        super().__init__(data, label_suffix="")
        types = ClaimType.objects.filter(scheme=corpus.claim_type_scheme)
        labels = corpus.rating_scale.ratings.values_list("label", flat=True)
        people = sorted(corpus.members.all(), key=lambda person: person.name.casefold())
        choices: dict[str, list[tuple[str, Any]]] = {
            "format": [(name, format_.label) for name, format_ in FORMATS.items()],
            "type": [_ANY, *((one.key, _(one.label)) for one in types)],
            "verdict": [
                _ANY,
                *((label, _(label)) for label in labels),
                (TIE, _("a tie")),
                (NO_VERDICT, _("no verdict")),
            ],
            "person": [_ANY, *((person.username, person.name) for person in people)],
        }
        for name, found in choices.items():
            if name in self.fields:
                self.fields[name].choices = found  # type: ignore[attr-defined]

    @property
    def filter_fields(self) -> list[Any]:
        return [self[name] for name in self.FILTERS]

    @property
    def check_fields(self) -> list[Any]:
        return [self[name] for name in self.CHECKS]

    @property
    def publishing_fields(self) -> list[Any]:
        return [self[name] for name in self.PUBLISHING]


def _corpus(user: User, pk: int) -> Corpus:
    rows = Corpus.objects.visible_to(user).select_related("rating_scale")
    corpus = get_object_or_404(rows, pk=pk)
    if not policies.can(user, "corpus.export", corpus):
        raise PermissionDenied
    return corpus


def _export(user: User, pk: int) -> Export:
    rows = Export.objects.visible_to(user).select_related("job", "corpus", "created_by")
    export = get_object_or_404(rows, pk=pk)
    if not policies.can(user, "corpus.export", export.corpus):
        raise PermissionDenied
    return export


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def export_list(request: SignedInRequest, pk: int) -> HttpResponse:
    """What a file would hold, by the address's choices; sending the form has it written."""
    corpus = _corpus(request.user, pk)
    given = request.POST if request.method == "POST" else request.GET
    chosen = {"format": next(iter(FORMATS)), **given.dict()}
    form = ExportForm(corpus, chosen)
    format_ = FORMATS.get(chosen["format"])
    problems: dict[str, str] = {}
    counts: Preview | None = None
    if format_ is None:
        problems["format"] = _("expected one of %(names)s") % {"names": ", ".join(FORMATS)}
    else:
        try:
            selection = Selection.read(chosen, corpus)
            options = replace(Options.read(chosen), site=request.build_absolute_uri("/"))
            if request.method == "POST" and request.POST.get("do") != "count":
                export = services.export_request(
                    actor=request.user,
                    corpus=corpus,
                    format_=format_,
                    selection=selection,
                    options=options,
                )
                return redirect("export", export.pk)
            counts = preview(corpus, format_, selection=selection, options=options)
        except InvalidInput as problem:
            problems = problem.fields
        except FactcheckError as problem:
            problems[""] = problem.message
    rows = corpus.exports.select_related("job", "created_by").defer("salt")
    page = keyset_page(rows, request.GET, keys=NEWEST_FIRST, size=20)
    tie(form, problems)
    narrowed = any(chosen.get(name) for name in form.FILTERS)
    context = {
        **corpus_context(corpus, policies.role_in(request.user, corpus), "exports"),
        "form": form,
        "format": format_,
        "loses": _losses(format_),
        "unit": UNITS[format_.unit] if format_ else "",
        "counts": counts,
        "left_out": reasons(format_, counts.left_out or {}) if format_ and counts else [],
        "problems": [(_label(form, name), reason) for name, reason in problems.items()],
        "direct": _direct(format_, form, chosen) if counts else "",
        "narrowed": narrowed,
        "publishing": format_ is not None and format_.name in {"claimreview", "datafeed"},
        "page": page,
        "rows": [
            (export, FORMATS.get(export.format), STATES[export.state]) for export in page.rows
        ],
    }
    status = 400 if problems else 200
    return render(request, "annotations/exports.html", context, status=status)


@login_required
@never_cache
@require_safe
def export_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """One export: how far it is, what it holds, and the file."""
    export = _export(request.user, pk)
    format_ = FORMATS.get(export.format)
    state = export.state
    counts = export.manifest.get("counts", {})
    own = export.created_by_id == request.user.pk
    role = policies.role_in(request.user, export.corpus)
    context = {
        **corpus_context(export.corpus, role, "exports"),
        "export": export,
        "format": format_,
        "loses": _losses(format_),
        "unit": UNITS[format_.unit] if format_ else "",
        "state": state.value,
        "state_label": STATES[state],
        "under_way": export.is_active,
        "withheld": EXPORT_WITHHELD,
        "stopped": state in {ExportState.FAILED, ExportState.CANCELLED},
        "may_change": own or role == Role.ADMIN,
        "counts": counts,
        "left_out": reasons(format_, counts.get("left_out", {})) if format_ else [],
        "chosen": {**export.selection, **export.options},
    }
    return render(request, "annotations/export.html", context)


@login_required
@posted("export", "pk")
def export_do(request: SignedInRequest, pk: int) -> HttpResponseRedirect:
    """Cancel one, or go on with it."""
    export = _export(request.user, pk)
    does = {"cancel": services.export_cancel, "resume": services.export_resume}
    action = does.get(request.POST.get("do", ""))
    if action is not None:
        try:
            action(actor=request.user, export=export)
        except FactcheckError as problem:
            messages.error(request, problem.message)
    return redirect("export", pk)


def _direct(format_: Format | None, form: ExportForm, chosen: dict[str, str]) -> str:
    """The query string of the same file, streamed; empty where only a worker can write it."""
    if format_ is None or format_.by_workers:
        return ""
    given = {name: chosen[name] for name in form.fields if chosen.get(name)}
    return urlencode({**given, **{name: "true" for name in form.CHECKS if chosen.get(name)}})


def _losses(format_: Format | None) -> list[Any]:
    return [words for part, words in PARTS.items() if format_ and part in format_.loses]


def reasons(format_: Format, left_out: dict[str, int]) -> list[tuple[Any, int]]:
    words = {**REASONS, **format_.reasons}
    return [(words.get(reason, reason), count) for reason, count in sorted(left_out.items())]


def _label(form: ExportForm, name: str) -> Any:
    return form[name].label if name in form.fields else ""

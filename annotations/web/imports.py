"""Bringing files into a corpus: sent, looked at as they would be, watched, taken back."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from annotations import policies
from annotations.domain.alignment import Unit
from annotations.domain.vocabulary import Role
from annotations.errors import FactcheckError
from annotations.importing import FORMATS, Options
from annotations.importing.options import CHOICES, COLUMNS
from annotations.models import Corpus, Import, ImportProblem, ImportState, NearDuplicate, User
from annotations.models.imports import CHECK
from annotations.services import imports as services
from annotations.services.keyset import Key

from .paging import keyset_page
from .requests import SignedInRequest, posted
from .sections import corpus_context

NEWEST_FIRST = (Key("pk", descending=True),)
PROBLEMS_SHOWN = 50
ALIKE_SHOWN = 20
# Read as any file of that ending: a text, or a list of addresses.
PASTED = "pasted.txt"

STATES = {
    ImportState.NEW: gettext_lazy("sent"),
    ImportState.CHECKING: gettext_lazy("being checked"),
    ImportState.CHECKED: gettext_lazy("checked"),
    ImportState.RUNNING: gettext_lazy("coming in"),
    ImportState.DONE: gettext_lazy("done"),
    ImportState.ROLLING_BACK: gettext_lazy("being taken back"),
    ImportState.ROLLED_BACK: gettext_lazy("taken back"),
    ImportState.FAILED: gettext_lazy("failed"),
    ImportState.CANCELLED: gettext_lazy("cancelled"),
}
STOPPED = {ImportState.FAILED, ImportState.CANCELLED}
UNDER_WAY = {ImportState.CHECKING, ImportState.RUNNING, ImportState.ROLLING_BACK}
SEVERITIES = {
    "rejected": gettext_lazy("Rejected"),
    "misplaced": gettext_lazy("Misplaced annotations"),
    "duplicate": gettext_lazy("Duplicates"),
    "note": gettext_lazy("Notes"),
}
# In the order in which they are shown; others are of no interest to people.
COUNTS = {
    "articles": gettext_lazy("articles"),
    "claims": gettext_lazy("claims"),
    "suggestions": gettext_lazy("suggestions"),
    "rejected": gettext_lazy("rejected rows"),
    "misplaced": gettext_lazy("misplaced annotations"),
    "duplicates": gettext_lazy("duplicates"),
    "already": gettext_lazy("annotations that were there"),
    "near_duplicates": gettext_lazy("near duplicates"),
    "removed": gettext_lazy("articles taken out"),
    "removed_claims": gettext_lazy("claims taken out of other articles"),
    "kept": gettext_lazy("articles kept, because people worked on them"),
}


COLUMN_LABELS = {
    "text": gettext_lazy("Text"),
    "title": gettext_lazy("Title"),
    "author": gettext_lazy("Author"),
    "publisher": gettext_lazy("Publisher"),
    "url": gettext_lazy("Address"),
    "published": gettext_lazy("Published"),
    "dateline": gettext_lazy("Dateline"),
    "language": gettext_lazy("Language"),
    "claim": gettext_lazy("Normalised claim"),
    "quote": gettext_lazy("Words of the claim"),
    "label": gettext_lazy("Claim type"),
    "claimant": gettext_lazy("Claimant"),
    "claim_date": gettext_lazy("Date of the claim"),
    "rating": gettext_lazy("Rating"),
    "rationale": gettext_lazy("Rationale"),
}
DELIMITERS = (
    (",", gettext_lazy("comma")),
    (";", gettext_lazy("semicolon")),
    ("\t", gettext_lazy("tab")),
    ("|", gettext_lazy("vertical bar")),
)


@dataclass(frozen=True, slots=True)
class Action:
    """What an admin may do with an import in some of its states."""

    label: Any
    states: frozenset[ImportState]
    do: Callable[..., Import]
    primary: bool = False
    needs_file: bool = True
    # Of what stopped half-way: for a check, or for what changes the corpus. None: for both.
    after_check: bool | None = None

    def fits(self, source: Import) -> bool:
        if source.state not in self.states or (self.needs_file and not source.has_file):
            return False
        if self.after_check is None or source.state not in STOPPED:
            return True
        return self.after_check is (source.job is not None and source.job.kind == CHECK)


_S = ImportState
_BEFORE = frozenset({_S.NEW, _S.CHECKED, _S.ROLLED_BACK, *STOPPED})
ACTIONS = {
    "start": Action(
        gettext_lazy("Import"), _BEFORE, services.import_start, primary=True, after_check=True
    ),
    "check": Action(gettext_lazy("Check"), _BEFORE, services.import_check, after_check=True),
    "resume": Action(
        gettext_lazy("Go on"),
        frozenset(STOPPED),
        services.import_resume,
        primary=True,
        after_check=False,
    ),
    "cancel": Action(
        gettext_lazy("Cancel"), frozenset(UNDER_WAY), services.import_cancel, needs_file=False
    ),
    "rollback": Action(
        gettext_lazy("Take back"),
        frozenset({_S.DONE, *STOPPED}),
        services.import_rollback,
        needs_file=False,
        after_check=False,
    ),
}


class OptionsForm(forms.Form):
    """How a file is read. Empty means: find out, or the default."""

    format = forms.ChoiceField(label=gettext_lazy("Format"), required=False)
    encoding = forms.CharField(label=gettext_lazy("Encoding"), required=False, max_length=100)
    annotations = forms.ChoiceField(
        label=gettext_lazy("Annotations become"),
        required=False,
        choices=[
            ("claims", gettext_lazy("claims of an imported annotator")),
            ("suggestions", gettext_lazy("suggestions, in the place of the detector's")),
            ("none", gettext_lazy("nothing")),
        ],
    )
    annotator = forms.CharField(
        label=gettext_lazy("Name of the annotator"), required=False, max_length=100
    )
    misplaced = forms.ChoiceField(
        label=gettext_lazy("An annotation that can't be placed"),
        required=False,
        choices=[
            ("reject", gettext_lazy("rejects its row")),
            ("drop", gettext_lazy("is left out, and reported")),
        ],
    )
    language = forms.CharField(
        label=gettext_lazy("Language, where none is stated"), required=False, max_length=16
    )
    extract = forms.BooleanField(
        label=gettext_lazy("Have the detector read the articles"), required=False
    )
    near_duplicates = forms.BooleanField(
        label=gettext_lazy("Look for near duplicates"), required=False
    )
    unit = forms.ChoiceField(
        label=gettext_lazy("Offsets count"),
        required=False,
        choices=[
            ("auto", gettext_lazy("found out")),
            (Unit.CODE_POINTS, gettext_lazy("code points")),
            (Unit.UTF16, gettext_lazy("UTF-16 units")),
            (Unit.BYTES, gettext_lazy("UTF-8 bytes")),
        ],
    )
    all_or_nothing = forms.BooleanField(label=gettext_lazy("All rows or none"), required=False)
    # Where there is such a file.
    delimiter = forms.ChoiceField(label=gettext_lazy("What divides columns"), required=False)
    sheet = forms.CharField(label=gettext_lazy("Sheet"), required=False, max_length=100)
    fetch = forms.BooleanField(
        label=gettext_lazy("Fetch the page behind each entry"), required=False
    )

    def __init__(self, source: Import, data: Any = None) -> None:
        chosen = {**Options().as_json(), **source.options}
        super().__init__(data, initial=chosen, label_suffix="")
        for name, needed in (("delimiter", "csv"), ("sheet", "xlsx"), ("fetch", "feed")):
            if needed not in source.formats:
                del self.fields[name]
        self.columns: list[str] = source.preview.get("columns") or []
        formats = [("", _("found out")), *((name, name) for name in sorted(FORMATS))]
        self.fields["format"].choices = formats  # type: ignore[attr-defined]
        if "delimiter" in self.fields:
            # One that was chosen elsewhere stays.
            other = [(d, d) for d in [chosen["delimiter"]] if d and d not in dict(DELIMITERS)]
            dividing = [("", _("found out")), *DELIMITERS, *other]
            self.fields["delimiter"].choices = dividing  # type: ignore[attr-defined]
        for name in COLUMNS if self.columns else ():
            self.fields[f"column-{name}"] = forms.ChoiceField(
                label=COLUMN_LABELS[name],
                required=False,
                choices=[("", _("by its name")), *((c, c) for c in self.columns)],
                initial=chosen["columns"].get(name, ""),
            )

    @property
    def general(self) -> Iterator[Any]:
        return (field for field in self if not field.name.startswith("column-"))

    @property
    def mapping(self) -> list[Any]:
        return [field for field in self if field.name.startswith("column-")]

    def options(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """All options, those that the form doesn't show as they were."""
        sent = self.cleaned_data
        shown = {name: value for name, value in sent.items() if not name.startswith("column-")}
        columns = {
            name.removeprefix("column-"): value
            for name, value in sent.items()
            if name.startswith("column-") and value
        }
        plain = Options().as_json()
        # A choice that wasn't sent is the default.
        found = {**before, **{k: v or plain[k] if k in CHOICES else v for k, v in shown.items()}}
        if self.columns:
            found["columns"] = columns
        if found.get("annotations") == "suggestions":
            # The detector's run would take their place.
            found.pop("extract", None)
        return found


def _corpus(user: User, pk: int) -> Corpus:
    corpus = get_object_or_404(Corpus.objects.visible_to(user), pk=pk)
    if not policies.allowed(policies.role_in(user, corpus), "corpus.import"):
        raise PermissionDenied
    return corpus


def _import(user: User, pk: int) -> Import:
    rows = Import.objects.visible_to(user).select_related("job", "corpus", "created_by")
    source = get_object_or_404(rows, pk=pk)
    if not policies.allowed(policies.role_in(user, source.corpus), "corpus.import"):
        raise PermissionDenied
    return source


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send files, or a text, and the imports so far. What was sent is checked at once."""
    corpus = _corpus(request.user, pk)
    error, pasted = "", request.POST.get("text", "")
    if request.method == "POST":
        files: list[tuple[str, IO[bytes]]] = [
            (file.name or "", file.file) for file in request.FILES.getlist("file") if file.file
        ]
        if pasted.strip():
            files.append((PASTED, io.BytesIO(pasted.encode())))
        try:
            source = services.import_create(actor=request.user, corpus=corpus, files=files)
            services.import_check(actor=request.user, source=source)
            return redirect("import", source.pk)
        except FactcheckError as problem:
            error = problem.message
    rows = corpus.imports.select_related("job", "created_by").defer("preview")
    page = keyset_page(rows, request.GET, keys=NEWEST_FIRST, size=20)
    context = {
        **corpus_context(corpus, Role.ADMIN, "imports"),
        "page": page,
        "rows": [(source, STATES[source.state], _counts(source)) for source in page.rows],
        "error": error,
        "pasted": pasted,
        "formats": sorted(FORMATS),
    }
    return render(request, "annotations/imports.html", context, status=400 if error else 200)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """One import; sending its form chooses the options anew and checks the file with them."""
    source = _import(request.user, pk)
    form = OptionsForm(source, request.POST or None)
    error = ""
    if request.method == "POST" and form.is_valid():
        try:
            services.import_configure(
                actor=request.user, source=source, options=form.options(source.options)
            )
            services.import_check(actor=request.user, source=source)
            return redirect("import", pk)
        except FactcheckError as problem:
            error = problem.message
    severity = request.GET.get("severity", "")
    problems = source.problems.defer("row").select_related("article")
    if severity in SEVERITIES:
        problems = problems.filter(severity=severity)
    state = source.state
    brings = any(source.counts.get(name) for name in ("articles", "claims", "suggestions"))
    context = {
        **corpus_context(source.corpus, Role.ADMIN, "imports"),
        "source": source,
        "state": state.value,
        "state_label": STATES[state],
        "under_way": state in UNDER_WAY,
        "may_configure": ACTIONS["check"].fits(source),
        # Something has to be chosen otherwise before anything can come in.
        "ask": state in STOPPED or (state == ImportState.CHECKED and not brings),
        "actions": [(name, a) for name, a in ACTIONS.items() if a.fits(source)],
        "counts": _counts(source),
        "search_left": source.search_left,
        "compared": _compared(source),
        "alike": _alike(source),
        "form": form,
        "error": error,
        "severity": severity,
        "severities": _severities(source),
        "page": keyset_page(problems, request.GET, size=PROBLEMS_SHOWN),
    }
    status = 400 if error or form.errors else 200
    return render(request, "annotations/import.html", context, status=status)


@login_required
@posted("import", "pk")
def import_do(request: SignedInRequest, pk: int) -> HttpResponseRedirect:
    """Check, start, cancel, go on or take back."""
    source = _import(request.user, pk)
    action = ACTIONS.get(request.POST.get("do", ""))
    if action is not None:
        try:
            action.do(actor=request.user, source=source)
        except FactcheckError as problem:
            messages.error(request, problem.message)
    return redirect("import", pk)


def _counts(source: Import) -> list[tuple[str, int, Any]]:
    return [
        (name, source.counts[name], label)
        for name, label in COUNTS.items()
        if source.counts.get(name)
    ]


def _alike(source: Import) -> QuerySet[NearDuplicate] | None:
    """Some of the import's articles that say nearly the same as others, with these."""
    if not source.counts.get("near_duplicates"):
        return None
    rows = NearDuplicate.objects.filter(
        article__source_import=source, article__deleted_at=None, earlier__deleted_at=None
    )
    return rows.select_related("article", "earlier").order_by("pk")[:ALIKE_SHOWN]


def _compared(source: Import) -> int:
    """To how many rows the search for like ones was bounded; 0 where it wasn't."""
    compared: int = source.counts.get("compared", 0)
    most: int = settings.IMPORT_CHECK_COMPARED
    return compared if compared >= most else 0


def _severities(source: Import) -> list[tuple[str, Any, int]]:
    """Those that there are, with how many; counted up to a bound, since a file may be all wrong."""
    bound = 10_000
    found = []
    for key, label in SEVERITIES.items():
        some = ImportProblem.objects.filter(source=source, severity=key).values("pk")[:bound]
        if count := some.count():
            found.append((key, label, count))
    return found

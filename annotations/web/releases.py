"""Releases of a corpus: the list, making one, and what each is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from annotations import policies
from annotations.domain import markdown
from annotations.errors import FactcheckError, InvalidInput
from annotations.exporting import FORMATS, Options, Selection
from annotations.models import Corpus, Release, ReleaseState, User, Verdict
from annotations.releasing import LICENCES
from annotations.services import releases as services
from annotations.services.keyset import Key
from annotations.services.protection import RELEASE_WITHHELD

from .exports import REASONS, UNITS, reasons
from .forms import tie
from .paging import keyset_page
from .release_form import BY_WORDS, ReleaseForm, label_of, licence_of, plan_of, usual
from .requests import SignedInRequest, posted
from .sections import corpus_context

NEWEST_FIRST = (Key("pk", descending=True),)
STATES = {
    ReleaseState.MAKING: gettext_lazy("being made"),
    ReleaseState.READY: gettext_lazy("ready"),
    ReleaseState.FAILED: gettext_lazy("failed"),
    ReleaseState.CANCELLED: gettext_lazy("cancelled"),
    ReleaseState.WITHDRAWN: gettext_lazy("withdrawn"),
}
# Names of the datasheet's counts and of the leakage report's kinds, in the order of the page.
COUNTS = {
    "articles": gettext_lazy("articles"),
    "claims": gettext_lazy("claims"),
    "verdicts": gettext_lazy("verdicts"),
    "verdicts_standing": gettext_lazy("verdicts that stand"),
    "adjudications": gettext_lazy("adjudications"),
    "evidence": gettext_lazy("pieces of evidence"),
    "evidence_protected": gettext_lazy("pieces from protected sources"),
    "questions": gettext_lazy("questions"),
    "answers": gettext_lazy("answers"),
    "suggestions": gettext_lazy("suggestions"),
    "discussions": gettext_lazy("discussions"),
    "tombstones": gettext_lazy("tombstones"),
}
ACROSS = {
    "near_identical_claims": gettext_lazy("groups of near-identical claims"),
    "near_identical_articles": gettext_lazy("groups of near-identical articles"),
    "articles": gettext_lazy("articles"),
    "sources": gettext_lazy("sources"),
    "domains": gettext_lazy("domains"),
    "article_addresses": gettext_lazy("addresses of articles"),
    "evidence_pages": gettext_lazy("pages cited as evidence"),
    "claimants": gettext_lazy("claimants"),
}
TABLES = {
    "ratings": gettext_lazy("Found"),
    "claim_types": gettext_lazy("Claim types"),
    "claim_states": gettext_lazy("States of claims"),
    "article_states": gettext_lazy("States of articles"),
    "languages": gettext_lazy("Languages"),
    "flags": gettext_lazy("Flags"),
}
DATES = {
    "articles": gettext_lazy("articles"),
    "claims": gettext_lazy("claims"),
    "verdicts": gettext_lazy("verdicts"),
}
MOST_SHOWN = 12


def _corpus(user: User, pk: int, action: str) -> Corpus:
    rows = Corpus.objects.visible_to(user).select_related("rating_scale")
    corpus = get_object_or_404(rows, pk=pk)
    if not policies.can(user, action, corpus):
        raise PermissionDenied
    return corpus


def _release(user: User, pk: int) -> Release:
    rows = Release.objects.visible_to(user).select_related(
        "job", "corpus", "created_by", "previous", "withdrawn_by"
    )
    release = get_object_or_404(rows.defer("salt"), pk=pk)
    if not policies.can(user, "release.read", release.corpus):
        raise PermissionDenied
    return release


@login_required
@never_cache
@require_safe
def release_list(request: SignedInRequest, pk: int) -> HttpResponse:
    """All of a corpus, newest first."""
    corpus = _corpus(request.user, pk, "release.read")
    rows = corpus.releases.select_related("job", "created_by")
    rows = rows.defer("salt", "datasheet", "leakage", "files")
    page = keyset_page(rows, request.GET, keys=NEWEST_FIRST, size=20)
    context = {
        **corpus_context(corpus, policies.role_in(request.user, corpus), "releases"),
        "page": page,
        "rows": [(release, STATES[release.state]) for release in page.rows],
        "may_make": policies.can(request.user, "release.make", corpus),
        "unfinished": corpus.releases.filter(ready_at=None).first(),
    }
    return render(request, "annotations/releases.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def release_new(request: SignedInRequest, pk: int) -> HttpResponse:
    """What would be in it, by the address's choices; sending the form has it made."""
    corpus = _corpus(request.user, pk, "release.make")
    given = request.POST if request.method == "POST" else request.GET
    # Several formats have one name; a choice that isn't made isn't sent at all.
    chosen: dict[str, Any] = {**given.dict(), "formats": given.getlist("formats")}
    if request.method != "POST" and not given:
        chosen = usual(corpus)
    form = ReleaseForm(corpus, chosen)
    problems: dict[str, str] = {}
    counts: dict[str, int] = {}
    try:
        selection = Selection.read(chosen, corpus)
        options = replace(Options.read(chosen), site=request.build_absolute_uri("/"))
        plan = plan_of(chosen)
        if request.method == "POST" and request.POST.get("do") != "count":
            release = services.release_request(
                actor=request.user,
                corpus=corpus,
                title=str(chosen.get("title", "")),
                motivation=str(chosen.get("motivation", "")),
                creators=str(chosen.get("creators", "")),
                licence=licence_of(chosen),
                licence_text=str(chosen.get("licence_text", "")),
                formats=chosen["formats"],
                selection=selection,
                options=options,
                plan=plan,
                discussions=bool(chosen.get("discussions")),
            )
            return redirect("release", release.pk)
        claims = selection.claims(corpus)
        counts = {
            "articles": selection.articles(corpus).count(),
            "claims": claims.count(),
            "verdicts": Verdict.objects.filter(claim__in=claims).count(),
        }
    except InvalidInput as problem:
        problems = problem.fields
    except FactcheckError as problem:
        problems[""] = problem.message
    tie(form, problems)
    context = {
        **corpus_context(corpus, policies.role_in(request.user, corpus), "releases"),
        "is_sub": True,
        "form": form,
        "counts": counts,
        "narrowed": any(chosen.get(name) for name in form.FILTERS),
        "divided": bool(chosen.get("by")),
        "publishing": any(chosen.get(name) for name in form.PUBLISHING),
        "problems": [(label_of(form, name), reason) for name, reason in problems.items()],
    }
    status = 400 if problems else 200
    return render(request, "annotations/release_new.html", context, status=status)


@login_required
@never_cache
@require_safe
def release_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """One release: how far it is; then its datasheet, leakage, sums, and the archive."""
    release = _release(request.user, pk)
    corpus, state = release.corpus, release.state
    under_way = state == ReleaseState.MAKING or release.is_verifying
    context = {
        **corpus_context(corpus, policies.role_in(request.user, corpus), "releases"),
        "is_sub": True,
        "release": release,
        "state": "verifying" if release.is_verifying else state.value,
        "state_label": _("being verified") if release.is_verifying else STATES[state],
        "under_way": under_way,
        "withheld": RELEASE_WITHHELD,
        "stopped": state in services.UNFINISHED,
        "may_make": policies.can(request.user, "release.make", corpus),
        "licence": LICENCES.get(release.licence, (release.licence, "")),
        "formats": [FORMATS[name].label for name in release.formats if name in FORMATS],
        "chosen": {**release.selection, **release.options},
        "split_words": BY_WORDS.get(release.plan.get("by", ""), ""),
        **(_sheet(release) if release.datasheet else {}),
    }
    return render(request, "annotations/release.html", context)


def _sheet(release: Release) -> dict[str, Any]:
    """The datasheet and the leakage report, put in the page's order and words."""
    sheet, leakage = release.datasheet, release.shown_leakage
    left_out = sheet["limits"]["left_out"]
    return {
        "sheet": sheet,
        # Rendered by a renderer that sanitises.
        "motivation": mark_safe(markdown.render(release.motivation, top=3)),  # noqa: S308
        "counts": [(words, sheet["counts"][name]) for name, words in COUNTS.items()],
        "dates": [(words, sheet["dates"][name]) for name, words in DATES.items()],
        "sources": sheet["sources"]["largest"][:MOST_SHOWN],
        "more_sources": max(sheet["sources"]["count"] - MOST_SHOWN, 0),
        "tables": [
            (words, _most_first(sheet[name])) for name, words in TABLES.items() if sheet[name]
        ],
        "judges": sorted(sheet["judges_per_claim"].items(), key=lambda item: int(item[0])),
        # As numbers; "none" comes last.
        "versions": sorted(
            sheet["guidelines"]["verdicts_by_version"].items(),
            key=lambda one: int(one[0]) if one[0].isdecimal() else float("inf"),
        ),
        "people": (sheet["agreement"] or {}).get("people", [])[:MOST_SHOWN],
        "written": [_written(one) for one in sheet["formats"]],
        "left_out": [(REASONS.get(reason, reason), n) for reason, n in sorted(left_out.items())],
        "across": [(words, leakage["across"][kind]) for kind, words in ACROSS.items()]
        if leakage
        else [],
        "label_rows": _label_rows(leakage) if leakage else [],
    }


def _written(one: dict[str, Any]) -> tuple[Any, int, Any, list[tuple[Any, int]]]:
    """A format's name, how many of what it holds, and what it left out, in people's words."""
    format_ = FORMATS.get(one["name"])
    if format_ is None:
        return one["name"], one["written"], one["unit"], sorted(one["left_out"].items())
    return (
        format_.label,
        one["written"],
        UNITS[format_.unit],
        reasons(format_, one["left_out"]),
    )


def _label_rows(leakage: dict[str, Any]) -> list[tuple[str, list[int]]]:
    """Label → how many claims of each part have it; the most frequent first."""
    parts = leakage["parts"]
    labels = {label for part in parts for label in part["ratings"]}
    rows = [(label, [part["ratings"].get(label, 0) for part in parts]) for label in labels]
    return sorted(rows, key=lambda row: (-sum(row[1]), row[0]))


def _most_first(counted: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))


@login_required
@posted("release", "pk")
def release_do(request: SignedInRequest, pk: int) -> HttpResponseRedirect:
    """Cancel, go on, discard, verify or withdraw."""
    release = _release(request.user, pk)
    do = request.POST.get("do", "")
    try:
        if do == "discard":
            services.release_discard(actor=request.user, release=release)
            return redirect("releases", release.corpus_id)
        if do == "withdraw":
            services.release_withdraw(
                actor=request.user, release=release, reason=request.POST.get("reason", "")
            )
        elif do in _DOES:
            _DOES[do](actor=request.user, release=release)
    except InvalidInput as problem:
        messages.error(request, " ".join(problem.fields.values()))
    except FactcheckError as problem:
        messages.error(request, problem.message)
    return redirect("release", pk)


_DOES: dict[str, Any] = {
    "cancel": services.release_cancel,
    "resume": services.release_resume,
    "verify": services.release_verify,
}

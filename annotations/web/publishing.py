"""What the admins of a corpus publish: what could be, what is, and how the two differ."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from annotations import policies
from annotations.domain.finding import finding_of
from annotations.domain.publishing import FactCheckState, ReportState
from annotations.domain.transitions import ClaimState
from annotations.domain.vocabulary import Role
from annotations.errors import InvalidInput, StaleRevision
from annotations.models import Claim, Corpus, ErrorReport, FactCheck, Publication, User
from annotations.services.fact_check_content import Guard, claims_to_publish
from annotations.services.fact_checks import fact_check_differences
from annotations.services.keyset import Key
from annotations.services.publications import FIELDS, publication_of, publication_update

from .paging import Page, keyset_page
from .requests import SignedInRequest
from .sections import corpus_context

NEWEST_FIRST = (Key("pk", descending=True),)
SHOWN = 20
SHOWS = {
    "": gettext_lazy("To publish"),
    "published": gettext_lazy("Published"),
    "changed": gettext_lazy("Worked on since"),
    "withdrawn": gettext_lazy("Withdrawn"),
}
EMPTY = {
    "": gettext_lazy("No claim with a verdict waits to be published."),
    "published": gettext_lazy("Nothing has been published yet."),
    "changed": gettext_lazy("Nobody has worked on a published claim since."),
    "withdrawn": gettext_lazy("Nothing is withdrawn."),
}
# What can differ from what is published, by the keys of a fact-check's content.
PARTS = {
    "rating": gettext_lazy("the rating"),
    "claim": gettext_lazy("the claim"),
    "context": gettext_lazy("its context"),
    "source": gettext_lazy("the article"),
    "claimant": gettext_lazy("the claimant"),
    "rationale": gettext_lazy("the rationale"),
    "strategies": gettext_lazy("the ways of checking"),
    "evidence": gettext_lazy("the evidence"),
    "questions": gettext_lazy("the questions"),
    "language": gettext_lazy("the language"),
    "title": gettext_lazy("the claim"),
    "summary": gettext_lazy("the summary"),
}
JUDGED = (ClaimState.VERIFIED, ClaimState.ADJUDICATED, ClaimState.DISPUTED)


class PublisherForm(forms.Form):
    organisation = forms.CharField(label=gettext_lazy("Organisation"), max_length=200)
    url = forms.URLField(label=gettext_lazy("Its website"), max_length=500, assume_scheme="https")
    corrections_policy = forms.URLField(
        label=gettext_lazy("Address of the corrections policy"),
        max_length=500,
        assume_scheme="https",
    )
    methodology = forms.URLField(
        label=gettext_lazy("Address of the methodology"), max_length=500, assume_scheme="https"
    )
    logo = forms.URLField(
        label=gettext_lazy("Address of the logo (not needed)"),
        max_length=500,
        required=False,
        assume_scheme="https",
    )
    licence = forms.URLField(
        label=gettext_lazy("Address of the licence (not needed)"),
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text=gettext_lazy(
            "Under which others may use the data feed, such as "
            "https://creativecommons.org/licenses/by/4.0/."
        ),
    )
    revision = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)


def administered(user: User, pk: int) -> Corpus:
    """A corpus of which the person is an admin; 404 for outsiders, 403 for other members."""
    corpus = get_object_or_404(Corpus.objects.visible_to(user), pk=pk)
    if not policies.allowed(policies.role_in(user, corpus), "factcheck.publish"):
        raise PermissionDenied
    return corpus


def new_reports(corpus: Corpus) -> int:
    return ErrorReport.objects.filter(fact_check__corpus=corpus, state=ReportState.NEW).count()


@require_safe
@login_required
@never_cache
def corpus_fact_checks(request: SignedInRequest, pk: int) -> HttpResponse:
    """Claims to publish, or fact-checks that are published, each with how its claim differs."""
    corpus = administered(request.user, pk)
    show = request.GET.get("show", "")
    show = show if show in SHOWS else ""
    page, lines = _to_publish(request, corpus) if not show else _published(request, corpus, show)
    context = {
        **corpus_context(corpus, Role.ADMIN, "corpus-fact-checks"),
        "show": show,
        "shows": SHOWS.items(),
        "empty": EMPTY[show],
        "page": page,
        "lines": lines,
        "publication": publication_of(corpus),
        "reports": new_reports(corpus),
    }
    return render(request, "annotations/fact_checks.html", context)


def _to_publish(
    request: SignedInRequest, corpus: Corpus
) -> tuple[Page[Claim], list[dict[str, Any]]]:
    taken = FactCheck.objects.filter(claim=OuterRef("pk"))
    rows = Claim.objects.filter(~Exists(taken), article__corpus=corpus, state__in=JUDGED)
    page = keyset_page(rows.only("pk"), request.GET, keys=NEWEST_FIRST, size=SHOWN)
    claims = claims_to_publish(row.pk for row in page.rows)
    lines = [
        {"claim": claim, "finding": finding_of(claim.standing_verdicts)}  # type: ignore[attr-defined]
        for claim in reversed(claims)
    ]
    return page, lines


def _published(
    request: SignedInRequest, corpus: Corpus, show: str
) -> tuple[Page[Any], list[dict[str, Any]]]:
    state = FactCheckState.WITHDRAWN if show == "withdrawn" else FactCheckState.PUBLISHED
    rows = FactCheck.objects.filter(corpus=corpus, state=state).select_related("current", "rating")
    if show == "changed":
        rows = rows.with_work_since()
    rows = rows.annotate(
        new_reports=Count("reports", filter=Q(reports__state=ReportState.NEW)),
    )
    page = keyset_page(rows, request.GET, keys=NEWEST_FIRST, size=SHOWN)
    claims = {claim.pk: claim for claim in claims_to_publish(row.claim_id for row in page.rows)}
    guard = Guard(corpus.pk)
    lines = []
    for row in page.rows:
        draft, parts = fact_check_differences(row, claims[row.claim_id], guard)
        rating = draft.finding.rating
        lines.append(
            {
                "fact_check": row,
                "title": guard.text(row.title),
                "problem": draft.problem,
                "rating": rating if rating and "rating" in parts else None,
                "parts": part_words(parts),
            }
        )
    return page, lines


def part_words(parts: list[str]) -> list[str]:
    """The parts in words, each once, but for the rating, of which more is said elsewhere."""
    words = [str(PARTS[part]) for part in parts if part in PARTS and part != "rating"]
    return list(dict.fromkeys(words))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def publisher(request: SignedInRequest, pk: int) -> HttpResponse:
    """Who publishes, and under which policies. If somebody was faster, theirs is shown beside."""
    corpus = administered(request.user, pk)
    publication = publication_of(corpus)
    form = PublisherForm(
        request.POST or None, initial=_publisher_values(publication), label_suffix=""
    )
    context: dict[str, Any] = {
        **corpus_context(corpus, Role.ADMIN, "corpus-fact-checks"),
        "form": form,
        "publication": publication,
    }
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            sent = dict(form.cleaned_data)
            try:
                publication_update(
                    actor=request.user, corpus=corpus, revision=sent.pop("revision"), fields=sent
                )
                messages.success(request, _("Saved."))
                return redirect("corpus-fact-checks", corpus.pk)
            except InvalidInput as problem:
                for name, reason in problem.fields.items():
                    form.add_error(name if name in form.fields else None, reason)
            except StaleRevision as stale:
                status = 409
                values = {**sent, "revision": stale.current.revision}
                context |= {
                    "form": PublisherForm(initial=values, label_suffix=""),
                    "theirs": stale.current,
                }
    return render(request, "annotations/publisher.html", context, status=status)


def _publisher_values(publication: Publication) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(publication, name) for name in FIELDS}
    return {**values, "revision": publication.revision}

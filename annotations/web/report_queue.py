"""The queue of readers' reports, for the admins of a corpus."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from annotations.domain.publishing import ReportState
from annotations.domain.vocabulary import Role
from annotations.errors import FactcheckError
from annotations.models import ErrorReport
from annotations.services.error_reports import (
    report_accept,
    report_dismiss,
    report_forget_contact,
)
from annotations.services.keyset import BY_ID, Key

from .paging import keyset_page
from .publishing import administered
from .requests import SignedInRequest, posted
from .sections import corpus_context

NEWEST_FIRST = (Key("pk", descending=True),)
SHOWS = {
    "": gettext_lazy("New"),
    ReportState.ACCEPTED.value: gettext_lazy("Accepted"),
    ReportState.DISMISSED.value: gettext_lazy("Dismissed"),
}


@require_safe
@login_required
@never_cache
def report_list(request: SignedInRequest, pk: int) -> HttpResponse:
    """New ones, the oldest first, or those that were decided, the newest first."""
    corpus = administered(request.user, pk)
    show = request.GET.get("show", "")
    show = show if show in SHOWS else ""
    rows = ErrorReport.objects.filter(fact_check__corpus=corpus)
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    chosen = rows.filter(state=show or ReportState.NEW).select_related(
        "fact_check", "handled_by", "correction"
    )
    page = keyset_page(chosen, request.GET, keys=NEWEST_FIRST if show else BY_ID, size=20)
    context = {
        **corpus_context(corpus, Role.ADMIN, "corpus-fact-checks"),
        "show": show,
        "shows": [(key, label, counts.get(key or "new", 0)) for key, label in SHOWS.items()],
        "page": page,
        "most": ErrorReport.MAX_ANSWER,
    }
    return render(request, "annotations/reports.html", context)


@login_required
@posted("corpora")
def report_do(request: SignedInRequest, pk: int) -> HttpResponse:
    """Accept, and go to the correction; dismiss, with the reason; remove the contact."""
    rows = ErrorReport.objects.administered_by(request.user).select_related("fact_check__corpus")
    report = get_object_or_404(rows, pk=pk)
    do, answer = request.POST.get("do", ""), request.POST.get("answer", "")
    try:
        if do == "accept":
            report_accept(actor=request.user, report=report, answer=answer)
            page = reverse("claim-fact-check", args=[report.fact_check.claim_id])
            return redirect(f"{page}?report={report.pk}")
        if do == "dismiss":
            report_dismiss(actor=request.user, report=report, answer=answer)
            messages.success(request, _("The report is dismissed."))
        elif do == "forget":
            report_forget_contact(actor=request.user, report=report)
            messages.success(request, _("The contact is removed."))
    except FactcheckError as problem:
        messages.error(request, problem.message)
    return redirect("reports", report.fact_check.corpus_id)

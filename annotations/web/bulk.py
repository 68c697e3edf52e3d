"""Changing the articles that an admin ticked in the list, or all that the list would show."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from annotations import policies
from annotations.domain.vocabulary import Role
from annotations.errors import FactcheckError, InvalidInput
from annotations.models import Article, BulkAction, Corpus, User
from annotations.services.bulk_actions import articles_change, bulk_request
from annotations.services.jobs import job_cancel, job_retry
from annotations.services.queue import Queue, queue_articles, queue_check

from .corpus_settings import ConfirmForm, administered
from .requests import SignedInRequest, posted
from .sections import corpus_context
from .ticking import ticked_numbers

DONE = {
    "extract": ngettext_lazy(
        "%(n)d article is extracted again.", "%(n)d articles are extracted again.", "n"
    ),
    "assign": ngettext_lazy(
        "%(n)d article is assigned to %(person)s.",
        "%(n)d articles are assigned to %(person)s.",
        "n",
    ),
    "unassign": ngettext_lazy(
        "%(n)d article is no longer assigned to %(person)s.",
        "%(n)d articles are no longer assigned to %(person)s.",
        "n",
    ),
    "reopen": ngettext_lazy(
        "%(n)d article is in review again.", "%(n)d articles are in review again.", "n"
    ),
    "delete": ngettext_lazy("%(n)d article was deleted.", "%(n)d articles were deleted.", "n"),
    "restore": ngettext_lazy("%(n)d article is back.", "%(n)d articles are back.", "n"),
}
LEFT = ngettext_lazy("%(n)d needed no change.", "%(n)d needed no change.", "n")
KEPT = ngettext_lazy(
    "%(n)d stays, because a fact-check of it was published.",
    "%(n)d stay, because fact-checks of them were published.",
    "n",
)
TITLES = {
    "extract": gettext_lazy("Extract again"),
    "assign": gettext_lazy("Assign"),
    "unassign": gettext_lazy("Take off"),
    "reopen": gettext_lazy("Reopen"),
    "delete": gettext_lazy("Delete"),
    "restore": gettext_lazy("Restore"),
}
TITLES_SHOWN = 10


def left_in_words(action: str, count: int) -> str:
    """Why so many articles are as they were."""
    return str((KEPT if action == "delete" else LEFT) % {"n": count})


@login_required
@posted("corpus", "pk")
def corpus_bulk(request: SignedInRequest, pk: int) -> HttpResponse:
    """Back to the list as it was, with what was done; for a whole queue, to its progress."""
    corpus = administered(request.user, pk)
    queue = Queue.read(request.GET)
    action = request.POST.get("do", "")
    whole = request.POST.get("scope") == "all"
    numbers = ticked_numbers(request.POST)
    form = ConfirmForm(request.POST if "confirm" in request.POST else None)
    person = _person(request, corpus)
    given: dict[str, Any] = {
        "actor": request.user,
        "corpus": corpus,
        "action": action,
        "person": person,
        "confirm": request.POST.get("confirm", ""),
    }
    try:
        if whole:
            queue_check(queue)
        if action == "delete" and (whole or numbers) and not form.is_bound:
            return _ask(request, corpus, queue, form, whole, numbers)
        if whole:
            return redirect("bulk", bulk_request(queue=queue, **given).pk)
        done = articles_change(articles=numbers, **given)
    except InvalidInput as error:
        if "confirm" in error.fields:
            form.is_valid()
            form.refuse(error)
            return _ask(request, corpus, queue, form, whole, numbers)
        reasons = ". ".join(r[:1].upper() + r[1:].rstrip(".") for r in error.fields.values())
        messages.error(request, f"{reasons}.")
    except FactcheckError as error:
        messages.error(request, error.message)
    else:
        named = {"n": done.changed, "person": person.name if person else ""}
        messages.success(request, DONE[action] % named)
        if done.left:
            messages.info(request, left_in_words(action, done.left))
        if action == "delete":
            said = _("They can be restored for %(days)s days, under Settings, “Deleted articles”.")
            messages.info(request, said % {"days": settings.DELETED_KEEP_DAYS})
    query = request.GET.urlencode(safe=",")
    return HttpResponseRedirect(reverse("corpus", args=[pk]) + (f"?{query}" if query else ""))


def _ask(
    request: SignedInRequest,
    corpus: Corpus,
    queue: Queue,
    form: ConfirmForm,
    whole: bool,
    numbers: list[int],
) -> HttpResponse:
    """The page that says what would be deleted, and has the name typed."""
    rows = queue_articles(queue=queue, user=request.user, corpus=corpus)
    if not whole:
        rows = Article.objects.filter(corpus=corpus, pk__in=numbers)
    form.focus()
    context = {
        **corpus_context(corpus, Role.ADMIN, "corpus"),
        "form": form,
        "whole": whole,
        "numbers": numbers,
        "count": rows.count(),
        "titles": list(rows.order_by("pk").values_list("title", flat=True)[:TITLES_SHOWN]),
        "keep_days": settings.DELETED_KEEP_DAYS,
        "queue": queue,
    }
    return render(
        request, "annotations/articles_delete.html", context, status=400 if form.errors else 200
    )


@require_safe
@login_required
@never_cache
def bulk_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """How a change of a whole queue goes on."""
    made = _made(request.user, pk)
    context = {
        **corpus_context(made.corpus, Role.ADMIN, "corpus"),
        "bulk": made,
        "title": TITLES[made.action],
        "job": made.job,
        "said": DONE[made.action]
        % {"n": made.changed, "person": made.person.name if made.person else ""},
        "left": left_in_words(made.action, made.left) if made.left else "",
        "may_act": policies.can(request.user, "job.manage", made.corpus),
    }
    return render(request, "annotations/bulk.html", context)


@login_required
@posted("bulk", "pk")
def bulk_do(request: SignedInRequest, pk: int) -> HttpResponse:
    """Cancel it, or go on where it stopped."""
    made = _made(request.user, pk)
    service = {"cancel": job_cancel, "resume": job_retry}.get(request.POST.get("do", ""))
    if service is not None and made.job is not None:
        try:
            service(actor=request.user, job=made.job)
        except FactcheckError as error:
            messages.error(request, error.message)
    return redirect("bulk", pk)


def _made(user: User, pk: int) -> BulkAction:
    rows = BulkAction.objects.filter(corpus__in=Corpus.objects.visible_to(user))
    made = get_object_or_404(rows.select_related("job__corpus", "corpus", "person"), pk=pk)
    administered(user, made.corpus_id)
    return made


def _person(request: SignedInRequest, corpus: Corpus) -> User | None:
    raw = request.POST.get("person", "")
    if not (raw.isascii() and raw.isdecimal() and len(raw) <= 18):
        return None
    return User.objects.filter(memberships__corpus=corpus, is_active=True, pk=int(raw)).first()

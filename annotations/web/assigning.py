"""Assigning the articles that an admin ticked in the list."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from annotations import policies
from annotations.models import Article, Assignment, Corpus, User
from annotations.services.assignments import assignment_add, assignment_remove

from .paging import PAGE_SIZE
from .requests import SignedInRequest


@login_required
@require_POST
def corpus_assign(request: SignedInRequest, pk: int) -> HttpResponseRedirect:
    """Back to the list as it was, with what was done. Nothing ticked changes nothing."""
    corpus = get_object_or_404(Corpus.objects.visible_to(request.user), pk=pk)
    if not policies.can(request.user, "article.assign", corpus):
        raise PermissionDenied
    articles = _ticked(request, corpus)
    person = _person(request, corpus)
    if not articles:
        messages.error(request, _("Tick the articles first."))
    elif person is None:
        messages.error(request, _("Choose a person first."))
    elif request.POST.get("do") == "remove":
        _remove(request, articles, person)
    else:
        _add(request, articles, person)
    query = request.GET.urlencode(safe=",")
    return HttpResponseRedirect(reverse("corpus", args=[pk]) + (f"?{query}" if query else ""))


def _ticked(request: SignedInRequest, corpus: Corpus) -> list[Article]:
    numbers = [
        int(raw)
        for raw in request.POST.getlist("article")[:PAGE_SIZE]
        if raw.isascii() and raw.isdecimal() and len(raw) <= 18
    ]
    rows = Article.objects.filter(corpus=corpus, pk__in=numbers)
    return list(rows.select_related("corpus").order_by("pk"))


def _person(request: SignedInRequest, corpus: Corpus) -> User | None:
    raw = request.POST.get("person", "")
    if not (raw.isascii() and raw.isdecimal() and len(raw) <= 18):
        return None
    return User.objects.filter(memberships__corpus=corpus, is_active=True, pk=int(raw)).first()


def _add(request: SignedInRequest, articles: list[Article], person: User) -> None:
    for article in articles:
        assignment_add(actor=request.user, article=article, user=person)
    said = ngettext(
        "%(n)d article is assigned to %(person)s.",
        "%(n)d articles are assigned to %(person)s.",
        len(articles),
    )
    messages.success(request, said % {"n": len(articles), "person": person.name})


def _remove(request: SignedInRequest, articles: list[Article], person: User) -> None:
    rows = Assignment.objects.filter(article__in=articles, user=person)
    found = list(rows.select_related("article__corpus", "user"))
    for assignment in found:
        assignment_remove(actor=request.user, assignment=assignment)
    said = ngettext(
        "%(n)d article is no longer assigned to %(person)s.",
        "%(n)d articles are no longer assigned to %(person)s.",
        len(found),
    )
    messages.success(request, said % {"n": len(found), "person": person.name})

"""What was deleted and can still be restored: corpora, and articles of a corpus."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from annotations.domain.vocabulary import Role
from annotations.errors import FactcheckError
from annotations.models import Article, Corpus
from annotations.services.bulk_actions import articles_change, bulk_request
from annotations.services.deletion import corpus_restore, purged_at
from annotations.services.keyset import Key
from annotations.services.queue import PLAIN

from .corpus_settings import administered
from .paging import keyset_page
from .requests import SignedInRequest
from .sections import corpus_context
from .ticking import ticked_numbers

NEWEST_FIRST = (Key("pk", descending=True),)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def deleted_corpora(request: SignedInRequest) -> HttpResponse:
    """Deleted corpora that the person was an admin of. Sending it restores one."""
    mine = Corpus.everything.deleted().administered_by(request.user)
    refused, error = None, ""
    if request.method == "POST":
        raw = request.POST.get("corpus", "")
        number = int(raw) if raw.isascii() and raw.isdecimal() and len(raw) <= 18 else 0
        corpus = get_object_or_404(mine, pk=number)
        try:
            back = corpus_restore(
                actor=request.user, corpus=corpus, name=request.POST.get("name", "")
            )
        except FactcheckError as problem:
            refused, error = corpus.pk, problem.message.removeprefix("name: ")
        else:
            messages.success(request, _("“%(name)s” is back.") % {"name": back.name})
            return redirect("corpus", back.pk)
    page = keyset_page(mine.select_related("deleted_by"), request.GET, keys=NEWEST_FIRST, size=20)
    for corpus in page.rows:
        corpus.purged_at = purged_at(corpus.deleted_at)  # type: ignore[attr-defined, arg-type]
    context = {"page": page, "refused": refused, "error": error}
    status = 400 if error else 200
    return render(request, "annotations/deleted_corpora.html", context, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def deleted_articles(request: SignedInRequest, pk: int) -> HttpResponse:
    """A corpus's deleted articles. Sending it restores those that are ticked, or all."""
    corpus = administered(request.user, pk)
    if request.method == "POST":
        try:
            if request.POST.get("scope") == "all":
                made = bulk_request(
                    actor=request.user, corpus=corpus, action="restore", queue=PLAIN
                )
                return redirect("bulk", made.pk)
            done = articles_change(
                actor=request.user,
                corpus=corpus,
                action="restore",
                articles=ticked_numbers(request.POST),
            )
        except FactcheckError as problem:
            messages.error(request, problem.message)
        else:
            said = ngettext("%(n)d article is back.", "%(n)d articles are back.", done.changed)
            messages.success(request, said % {"n": done.changed})
            if done.left:
                said = ngettext(
                    "%(n)d stays deleted, because its text is in the corpus again.",
                    "%(n)d stay deleted, because their texts are in the corpus again.",
                    done.left,
                )
                messages.warning(request, said % {"n": done.left})
        return redirect("deleted-articles", pk)
    rows = Article.everything.deleted().filter(corpus=corpus).select_related("deleted_by")
    page = keyset_page(rows, request.GET, keys=NEWEST_FIRST)
    for article in page.rows:
        article.purged_at = purged_at(article.deleted_at)  # type: ignore[attr-defined, arg-type]
    context = {**corpus_context(corpus, Role.ADMIN, "corpus"), "page": page}
    return render(request, "annotations/deleted_articles.html", context)

"""The list of corpora, and a corpus's articles."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from annotations import policies
from annotations.domain.transitions import ArticleState
from annotations.models import Article, Corpus
from annotations.services.jobs import workers_alive

from .paging import keyset_page
from .requests import SignedInRequest

# How the states stand together on the page: (key in the address, states).
FILTERS: dict[str, list[ArticleState]] = {
    "to-review": [ArticleState.READY, ArticleState.IN_REVIEW],
    "reviewed": [ArticleState.REVIEWED],
    "extracting": [ArticleState.WAITING, ArticleState.EXTRACTING],
    "failed": [ArticleState.FAILED],
}


@require_safe
@login_required
def corpus_list(request: SignedInRequest) -> HttpResponse:
    corpora = Corpus.objects.visible_to(request.user).annotate(
        article_count=Count("articles"),
        reviewed_count=Count("articles", filter=Q(articles__state=ArticleState.REVIEWED)),
    )
    page = keyset_page(corpora, request.GET)
    return render(request, "annotations/corpus_list.html", {"page": page})


@require_safe
@login_required
def corpus_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    corpus = get_object_or_404(Corpus.objects.visible_to(request.user), pk=pk)
    chosen = request.GET.get("show", "")
    # A run's sentences are many numbers, and no list shows them.
    articles = Article.objects.filter(corpus=corpus).with_progress().defer("current_run__sentences")
    if chosen in FILTERS:
        articles = articles.filter(state__in=FILTERS[chosen])
    counts = _counts(corpus)
    context = {
        "corpus": corpus,
        "role": policies.role_in(request.user, corpus),
        "page": keyset_page(articles, request.GET),
        "chosen": chosen if chosen in FILTERS else "",
        "counts": counts,
        "workers": workers_alive() if counts["extracting"] else 1,
    }
    return render(request, "annotations/corpus_detail.html", context)


@require_safe
@login_required
def corpus_progress(request: SignedInRequest, pk: int) -> JsonResponse:
    """What the corpus page asks while extraction is under way."""
    corpus = get_object_or_404(Corpus.objects.visible_to(request.user), pk=pk)
    counts = _counts(corpus)
    return JsonResponse(
        {
            **counts,
            "workers": workers_alive(),
            "message": ngettext(
                "%(n)d article is waiting for extraction.",
                "%(n)d articles are waiting for extraction.",
                counts["extracting"],
            )
            % {"n": counts["extracting"]},
        }
    )


def _counts(corpus: Corpus) -> dict[str, Any]:
    by_state = dict(
        Article.objects.filter(corpus=corpus)
        .order_by()
        .values_list("state")
        .annotate(n=Count("pk"))
    )
    counts = {
        key.replace("-", "_"): sum(by_state.get(s, 0) for s in states)
        for key, states in FILTERS.items()
    }
    return {"all": sum(by_state.values()), **counts}

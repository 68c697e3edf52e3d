"""Which detectors have read a corpus, and two of them side by side: in figures, and in one text."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from annotations import policies
from annotations.domain.spans import context as around
from annotations.models import Article, Corpus, DetectionRun, Suggestion
from annotations.services.run_comparison import (
    Configuration,
    Pair,
    compared_articles,
    comparison,
    configurations,
    pairs,
    runs_of_both,
    shared_counts,
)

from .paging import keyset_page
from .requests import SignedInRequest
from .sections import corpus_context


@require_safe
@login_required
def detector_list(request: SignedInRequest, pk: int) -> HttpResponse:
    """What has read the corpus's articles, and a choice of two to compare."""
    corpus = get_object_or_404(Corpus.objects.visible_to(request.user), pk=pk)
    role = policies.role_in(request.user, corpus)
    found = configurations(corpus)
    return render(
        request,
        "annotations/detectors.html",
        {**corpus_context(corpus, role, "dashboard"), "configurations": found},
    )


@require_safe
@login_required
def detector_compare(request: SignedInRequest, pk: int) -> HttpResponse:
    """The figures of two, and the articles that both have read."""
    corpus = get_object_or_404(Corpus.objects.visible_to(request.user), pk=pk)
    role = policies.role_in(request.user, corpus)
    known = configurations(corpus)
    left, right = (_chosen(known, request.GET.get(name, "")) for name in ("a", "b"))
    context: dict[str, Any] = {
        **corpus_context(corpus, role, "dashboard"),
        "configurations": known,
        "left": left,
        "right": right,
        "chosen": bool(left and right),
    }
    if left and right:
        hashes = (left.config_hash, right.config_hash)
        page = keyset_page(compared_articles(corpus, *hashes).only("pk", "title"), request.GET)
        runs = runs_of_both(page.rows, *hashes)
        both = [(article, *runs[article.pk]) for article in page.rows if article.pk in runs]
        same = shared_counts((a, b) for _, a, b in both)
        figures = comparison(corpus, *hashes)
        context |= {
            "comparison": figures,
            "sides": [
                {"percent": None if side.precision is None else 100 * side.precision}
                for side in (figures.left, figures.right)
            ],
            "page": page,
            "lines": [(article, a, b, same.get(a.pk, 0)) for article, a, b in both],
        }
    return render(request, "annotations/detectors_compare.html", context)


@require_safe
@login_required
def article_compare(request: SignedInRequest, pk: int) -> HttpResponse:
    """Two runs over one text, what they found beside each other in its order."""
    article = get_object_or_404(
        Article.objects.visible_to(request.user).select_related("corpus"), pk=pk
    )
    role = policies.role_in(request.user, article.corpus)
    left, right = _runs(article, *(request.GET.get(name, "") for name in ("a", "b")))
    only_differences = request.GET.get("only") == "differences"
    found = pairs(_suggestions(left), _suggestions(right))
    text = left.text.text
    lines = [
        {"pair": pair, "before": before, "words": text[pair.start : pair.end], "after": after}
        for pair in found
        if not (only_differences and pair.same)
        for before, after in [around(text, pair.start, pair.end)]
    ]
    return render(
        request,
        "annotations/article_compare.html",
        {
            **corpus_context(article.corpus, role, "dashboard"),
            "article": article,
            "left": left,
            "right": right,
            "lines": lines,
            "same": _same(found),
            "only_differences": only_differences,
        },
    )


def _chosen(known: list[Configuration], name: str) -> Configuration | None:
    return next((one for one in known if one.config_hash == name), None)


def _runs(article: Article, left: str, right: str) -> tuple[DetectionRun, DetectionRun]:
    """The runs of the two configurations over one text. 404 where there is no such text."""
    longest = max(len(left), len(right))
    both = runs_of_both([article], left, right).get(article.pk) if longest <= 64 else None
    if both is None:
        raise Http404
    return both


def _suggestions(run: DetectionRun) -> list[Suggestion]:
    rows = Suggestion.objects.filter(run=run).select_related("decision")
    # What a suggestion says of reasons and dates isn't compared.
    return list(rows.defer("reasons", "dates", "attribution").order_by("start", "pk"))


def _same(found: list[Pair]) -> int:
    return sum(pair.same for pair in found)

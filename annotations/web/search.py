"""The page of the search: articles and claims of the corpora that somebody is a member of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from annotations import search
from annotations.domain.search_query import Query
from annotations.errors import InvalidInput
from annotations.models import Article, Claim, Corpus

from .requests import SignedInRequest

# Corpora to choose from; the address takes any.
MAX_CORPORA = 200


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    count: int
    more: bool
    address: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says. ``corpus`` is None for all of them."""

    q: str
    kind: str
    corpus: Corpus | None
    page: int

    def address(self, **changes: Any) -> str:
        said = {
            "q": self.q,
            "kind": self.kind,
            "corpus": self.corpus.pk if self.corpus else "",
            **changes,
        }
        plain = {"kind": search.ARTICLE, "page": 1}
        return "?" + urlencode({k: v for k, v in said.items() if v and v != plain.get(k)})


@require_safe
@login_required
@never_cache
def search_page(request: SignedInRequest) -> HttpResponse:
    asked = _asked(request)
    corpora = Corpus.objects.visible_to(request.user).order_by("name")
    context: dict[str, Any] = {
        "asked": asked,
        "corpora": corpora.only("pk", "name")[:MAX_CORPORA],
        "everywhere": asked.address(corpus=""),
        "most": search.RANKED,
    }
    try:
        query = search.read(asked.q)
    except InvalidInput as error:
        context["problem"] = error.fields["q"]
        return render(request, "annotations/search.html", context)
    if not query:
        # Something was typed, but signs alone.
        context["wordless"] = bool(asked.q)
        return render(request, "annotations/search.html", context)
    try:
        hits, others = _found(request, asked, query)
    except InvalidInput as error:
        context["problem"] = error.fields["q"]
        return render(request, "annotations/search.html", context)
    if asked.page > hits.pages:
        return HttpResponseRedirect(reverse("search") + asked.address())
    here = (hits.count, hits.more)
    context |= {
        "hits": hits,
        "tabs": _tabs(asked, *((others, here) if asked.kind == search.CLAIM else (here, others))),
        "page": _neighbours(asked, hits),
        "first": (hits.page - 1) * search.PAGE_SIZE + 1,
        "as_list": urlencode({"q": asked.q}),
    }
    return render(request, "annotations/search.html", context)


def _asked(request: SignedInRequest) -> Asked:
    given = request.GET
    kind = given.get("kind", "")
    chosen = None
    if corpus := given.get("corpus", ""):
        rows = Corpus.objects.visible_to(request.user)
        chosen = rows.filter(pk=_number(corpus) or 0).first()
        if chosen is None:
            raise Http404
    return Asked(
        q=" ".join(given.get("q", "").replace("\0", "").split()),
        kind=kind if kind in search.KINDS else search.ARTICLE,
        corpus=chosen,
        page=min(max(_number(given.get("page", "")) or 1, 1), search.RANKED),
    )


def _number(raw: str) -> int | None:
    # 18 digits always fit the database's 64 bits.
    return int(raw) if raw.isascii() and raw.isdecimal() and len(raw) <= 18 else None


def _found(
    request: SignedInRequest, asked: Asked, query: Query
) -> tuple[search.Hits[Any], tuple[int, bool]]:
    """The page of the kind that is asked for, and how many there are of the other."""
    articles = Article.objects.visible_to(request.user)
    claims = Claim.objects.visible_to(request.user)
    if asked.corpus:
        articles = articles.filter(corpus=asked.corpus)
        claims = claims.filter(article__corpus=asked.corpus)
    if asked.kind == search.CLAIM:
        return search.claim_hits(claims, query, page=asked.page), search.article_count(
            articles, query
        )
    return search.article_hits(articles, query, page=asked.page), search.claim_count(claims, query)


def _tabs(asked: Asked, articles: tuple[int, bool], claims: tuple[int, bool]) -> list[Tab]:
    labels = {
        search.ARTICLE: (gettext("Articles"), articles),
        search.CLAIM: (gettext("Claims"), claims),
    }
    return [
        Tab(label, *counted, asked.address(kind=kind), kind == asked.kind)
        for kind, (label, counted) in labels.items()
    ]


def _neighbours(asked: Asked, hits: search.Hits[Any]) -> dict[str, str]:
    return {
        "previous": asked.address(page=asked.page - 1) if asked.page > 1 else "",
        "next": asked.address(page=asked.page + 1) if asked.page < hits.pages else "",
    }

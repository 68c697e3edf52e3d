"""A page of the best of what was found, at a cost that doesn't grow with how much that is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Left

from annotations.domain.search_query import Field, Query, Term
from annotations.models import Article, ArticleText, Claim
from annotations.models.articles import ArticleQuerySet
from annotations.models.claims import ClaimQuerySet

from .conditions import (
    article_condition,
    asks_for_withdrawn,
    claim_condition,
    is_slow_to_find,
    matching,
    ranks,
    stemmer,
)
from .excerpts import MAX_READ, Excerpt, best, terms_for, whole
from .index import ARTICLES, CLAIMS, Index
from .patience import bounded

Row = TypeVar("Row", bound=Model)
PAGE_SIZE = 20
# Where more is found, the newest of it are ranked.
RANKED = 1000
# Where a query is slow to find, so many times as many of the newest rows are tried first.
NEAR = 4
Rows = QuerySet[Any, Any]
# Rows, and how ``matching`` is to look → those of them that are found.
Narrow = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Hit(Generic[Row]):
    """What was found, and where the words stand in it."""

    row: Row
    excerpts: tuple[Excerpt, ...]

    @property
    def by_field(self) -> dict[str, Excerpt]:
        return {excerpt.field: excerpt for excerpt in self.excerpts}


@dataclass(frozen=True, slots=True)
class Hits(Generic[Row]):
    """A page. ``count`` is exact unless ``more``: then at least so many were found."""

    rows: list[Hit[Row]]
    count: int
    more: bool
    page: int
    pages: int


def article_hits(
    rows: ArticleQuerySet, query: Query, *, page: int = 1, size: int = PAGE_SIZE
) -> Hits[Article]:
    """The best of the rows that the query finds. A page beyond the last is empty."""
    keys, more = _best(rows, _narrow_articles(query), query, ARTICLES)
    here = _page(keys, page, size)
    latest = ArticleText.objects.filter(article=OuterRef("pk")).order_by("-number")
    found = {
        row.pk: row
        for row in Article.objects.filter(pk__in=here)
        .select_related("corpus")
        .annotate(read=Subquery(latest.values(beginning=Left("text", MAX_READ))[:1]))
    }
    hits: list[Hit[Article]] = [
        Hit(found[key], _of_article(found[key], query)) for key in here if key in found
    ]
    return Hits(hits, len(keys), more, page, _pages(keys, size))


def claim_hits(
    rows: ClaimQuerySet, query: Query, *, page: int = 1, size: int = PAGE_SIZE
) -> Hits[Claim]:
    """The best of the rows that the query finds. A page beyond the last is empty."""
    keys, more = _best(rows, _narrow_claims(query), query, CLAIMS)
    here = _page(keys, page, size)
    found = {
        row.pk: row
        for row in Claim.objects.filter(pk__in=here)
        .select_related("article__corpus", "claimant")
        .prefetch_related("spans")
    }
    hits = [Hit(found[key], _of_claim(found[key], query)) for key in here if key in found]
    return Hits(hits, len(keys), more, page, _pages(keys, size))


def article_count(rows: ArticleQuerySet, query: Query) -> tuple[int, bool]:
    """How many of the rows the query finds, up to ``RANKED``; and whether it finds more."""
    return _count(rows, _narrow_articles(query), query)


def claim_count(rows: ClaimQuerySet, query: Query) -> tuple[int, bool]:
    """The same of claims."""
    return _count(rows, _narrow_claims(query), query)


def _narrow_articles(query: Query) -> Narrow:
    return lambda rows, **how: rows.filter(article_condition(query, **how))


def _narrow_claims(query: Query) -> Narrow:
    def narrow(rows: Any, **how: Any) -> Any:
        rows = rows.filter(claim_condition(query, **how))
        return rows if asks_for_withdrawn(query) else rows.standing()

    return narrow


def _count(rows: Rows, narrow: Narrow, query: Query) -> tuple[int, bool]:
    with bounded():
        count = len(_newest(rows, narrow, query))
    return min(count, RANKED), count > RANKED


def _best(rows: Rows, narrow: Narrow, query: Query, index: Index) -> tuple[list[int], bool]:
    """Keys, best first, of equals the newest; and whether more was found than these."""
    with bounded():
        return _ranked(rows, narrow, query, index)


def _ranked(rows: Rows, narrow: Narrow, query: Query, index: Index) -> tuple[list[int], bool]:
    newest = _newest(rows, narrow, query)
    more = len(newest) > RANKED
    keys = newest[:RANKED]
    terms = [term for term in query.terms if term.field is None or term.field in index.fields]
    rank = ranks(index, terms, keys) if terms and keys else {}
    if more and index is ARTICLES and (in_title := _in_title(query)):
        # What is named in a title is among the best, however old it is.
        titled = narrow(rows.filter(pk__in=matching(index, in_title)))
        best_known = _keys(titled, RANKED // 2)
        if best_known:
            own = ranks(index, [term for clause in in_title for term in clause], best_known)
            rank |= {key: max(value, rank.get(key, 0.0)) for key, value in own.items()}
            keys = list(dict.fromkeys([*best_known, *keys]))
    keys.sort(key=lambda key: (-rank.get(key, 0.0), -key))
    return keys[:RANKED], more


def _newest(rows: Rows, narrow: Narrow, query: Query) -> list[int]:
    """Keys of what is found, the newest first: ``RANKED`` and one, if there are as many."""
    if not is_slow_to_find(query):
        return _keys(narrow(rows), RANKED + 1)
    last = rows.model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    above = max(last - NEAR * RANKED, 0)
    near = _keys(narrow(rows.filter(pk__gt=above), above=above), RANKED + 1)
    if len(near) > RANKED or not above:
        return near
    return _keys(narrow(rows, whole=True), RANKED + 1)


def _keys(found: Rows, most: int) -> list[int]:
    return list(found.order_by("-pk").values_list("pk", flat=True)[:most])


def _in_title(query: Query) -> list[list[Term]]:
    """The clauses that a title can meet: the words that are looked for anywhere."""
    clauses = [
        [
            replace(part, field=Field.TITLE)
            for part in clause
            if isinstance(part, Term) and not part.field
        ]
        for clause in query.clauses
    ]
    return [clause for clause in clauses if clause]


def _page(keys: Sequence[int], page: int, size: int) -> Sequence[int]:
    return keys[(page - 1) * size : page * size]


def _pages(keys: Sequence[int], size: int) -> int:
    return max(1, -(-len(keys) // size))


def _of_article(article: Any, query: Query) -> tuple[Excerpt, ...]:
    algorithm = stemmer(article.language)
    excerpts = [whole("title", article.title, terms_for(Field.TITLE, query.terms), algorithm)]
    for field in (Field.AUTHOR, Field.PUBLISHER):
        if value := getattr(article, field):
            excerpts.append(whole(field, value, terms_for(field, query.terms), algorithm))
    text = article.read or ""
    # A headline is shown already, as the title.
    headline = f"{article.title}\n"
    skip = len(headline) if text.startswith(headline) and len(text) > len(headline) else 0
    of_text = terms_for(Field.TEXT, query.terms)
    return (*excerpts, best("text", text, of_text, algorithm, skip=skip))


def _of_claim(claim: Claim, query: Query) -> tuple[Excerpt, ...]:
    algorithm = stemmer(claim.article.language)
    of_claim = terms_for(Field.CLAIM, query.terms)
    excerpts = [whole("normalised", claim.normalised, of_claim, algorithm)]
    if claim.claimant:
        who = terms_for(Field.CLAIMANT, query.terms)
        excerpts.append(whole("claimant", claim.claimant.name, who, algorithm))
    return (*excerpts, best("quote", claim.quote, of_claim, algorithm, width=400))

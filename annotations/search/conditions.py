"""A query as conditions on rows: its words by the index, its other fields by the tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from annotations.domain.search_query import (
    ANY,
    ARTICLE_FIELDS,
    CLAIM_FIELDS,
    DATE_FIELDS,
    Field,
    Filter,
    Part,
    Query,
    Term,
)
from annotations.domain.transitions import ArticleState, ClaimState
from annotations.models import Claim, Verdict

from . import postgres, sqlite
from .index import ARTICLES, CLAIMS, Database, Index

_ARTICLE_STATES = frozenset(map(str, ArticleState))


def matching(
    index: Index,
    clauses: Sequence[Sequence[Term]],
    excluded: Sequence[Term] = (),
    *,
    whole: bool = False,
    above: int = 0,
) -> RawSQL:
    """The keys of the rows that match, of those above a key.

    ``whole``: all of them are looked up in the index first, whatever the rest of the statement
    would make the database do.
    """
    return _database().matching(index, clauses, excluded, whole=whole, above=above)


def is_slow_to_find(query: Query) -> bool:
    """Does the database have to read what it finds, as PostgreSQL for a phrase?

    It takes a phrase to be as frequent as its words are together, so it can't choose between
    reading the newest rows until there are enough and asking its index.
    """
    return connection.vendor == "postgresql" and any(len(t.words) > 1 for t in query.terms)


def ranks(index: Index, terms: Sequence[Term], keys: Sequence[int]) -> dict[int, float]:
    """How well each of the rows fits; rows that have none of the terms may be left out."""
    return _database().ranks(index, terms, keys)


def stemmer(language: str) -> str:
    """Snowball's name for how the index compares words of a language; "" for whole words."""
    return _database().stemmer(language)


def _database() -> Database:
    return postgres if connection.vendor == "postgresql" else sqlite


def article_condition(query: Query, *, whole: bool = False, above: int = 0) -> Q:
    return _condition(query, ARTICLES, ARTICLE_FIELDS, _of_article, whole, above)


def claim_condition(query: Query, *, whole: bool = False, above: int = 0) -> Q:
    return _condition(query, CLAIMS, CLAIM_FIELDS, _of_claim, whole, above)


def _condition(
    query: Query,
    index: Index,
    fields: Sequence[Field],
    other: Callable[[Part], Q],
    whole: bool,
    above: int,
) -> Q:
    """What the index can answer is asked of it at once; the rest is one condition a part."""

    def own(part: Part) -> bool:
        return isinstance(part, Term) and (part.field is None or part.field in fields)

    together: list[list[Term]] = []
    found = Q()
    for clause in query.clauses:
        if all(map(own, clause)):
            together.append([part for part in clause if isinstance(part, Term)])
            continue
        any_of = Q()
        for part in clause:
            if isinstance(part, Term) and own(part):
                any_of |= Q(pk__in=matching(index, [[part]]))
            else:
                any_of |= other(part)
        found &= any_of
    without = [part for part in query.excluded if isinstance(part, Term) and own(part)]
    for part in query.excluded:
        if not own(part):
            found &= ~other(part)
    if together:
        return found & Q(pk__in=matching(index, together, without, whole=whole, above=above))
    return found & ~Q(pk__in=matching(index, [without])) if without else found


def _of_article(part: Part) -> Q:
    """An article that is such, or that has a standing claim that is."""
    if isinstance(part, Filter):
        if part.field in DATE_FIELDS:
            return _published(part, "published")
        if part.field == Field.STATE and part.value in _ARTICLE_STATES:
            return Q(state=part.value)
    claims = Claim.objects.filter(_of_claim(part))
    if not _asks_for_withdrawn(part):
        claims = claims.standing()
    return Q(pk__in=claims.values("article"))


def _of_claim(part: Part) -> Q:
    if isinstance(part, Term):
        if part.field in CLAIM_FIELDS:
            return Q(pk__in=matching(CLAIMS, [[part]]))
        return Q(article__in=matching(ARTICLES, [[part]]))
    value = part.value
    match part.field:
        case Field.STATE if value in _ARTICLE_STATES:
            return Q(article__state=value)
        case Field.STATE:
            return Q(state=value)
        case Field.FLAG:
            return ~Q(flag="") if value == ANY else Q(flag=value)
        case Field.TYPE:
            types = Claim.types.through.objects
            named = Q(claimtype__key__iexact=value) | Q(claimtype__label__iexact=value)
            return Q(pk__in=types.filter(named).values("claim"))
        case Field.TAG:
            tags = Claim.tags.through.objects
            return Q(pk__in=tags.filter(tag__name__iexact=value).values("claim"))
        case Field.RATING:
            verdicts: QuerySet[Verdict] = Verdict.objects.standing()
            return Q(pk__in=verdicts.filter(rating__label__iexact=value).values("claim"))
    return _published(part, "article__published")


def _published(part: Filter, field: str) -> Q:
    found = Q()
    if part.since:
        found &= Q(**{f"{field}__gte": part.since})
    if part.until:
        found &= Q(**{f"{field}__lte": part.until})
    return found


def asks_for_withdrawn(query: Query) -> bool:
    return any(_asks_for_withdrawn(part) for clause in query.clauses for part in clause)


def _asks_for_withdrawn(part: Part) -> bool:
    return (
        isinstance(part, Filter)
        and part.field == Field.STATE
        and part.value == ClaimState.WITHDRAWN
    )

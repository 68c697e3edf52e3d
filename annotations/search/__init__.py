"""Full-text search over articles and claims: one function for both databases.

``articles`` and ``claims`` narrow rows to what a query finds; ``article_hits`` and ``claim_hits``
give a page of the best, with excerpts. What may be seen is the caller's part: rows come in as
``visible_to(user)`` gives them, and nothing but these rows comes out.
"""

from __future__ import annotations

from django.utils.translation import gettext

from annotations.domain.search_query import (
    FLAGS,
    MAX_PARTS,
    MAX_QUERY,
    STATES,
    Problem,
    Query,
    QueryError,
    parse,
)
from annotations.errors import InvalidInput
from annotations.models.articles import ArticleQuerySet
from annotations.models.claims import ClaimQuerySet

from .conditions import article_condition, asks_for_withdrawn, claim_condition
from .hits import PAGE_SIZE, RANKED, Hit, Hits, article_count, article_hits, claim_count, claim_hits
from .patience import bounded

ARTICLE, CLAIM = KINDS = ("articles", "claims")
MAX_PAGE_SIZE = 100

__all__ = [
    "ARTICLE",
    "CLAIM",
    "KINDS",
    "MAX_PAGE_SIZE",
    "PAGE_SIZE",
    "RANKED",
    "Hit",
    "Hits",
    "article_condition",
    "article_count",
    "article_hits",
    "articles",
    "asks_for_withdrawn",
    "bounded",
    "claim_count",
    "claim_hits",
    "claims",
    "problem",
    "read",
]


def articles(rows: ArticleQuerySet, query: str | Query) -> ArticleQuerySet:
    """Those of the articles that a query finds, all of them for an empty one, in no order.

    Raises ``InvalidInput`` (field ``q``) for a query that can't be read.
    """
    return rows.filter(article_condition(read(query)))


def claims(rows: ClaimQuerySet, query: str | Query, *, withdrawn: bool = False) -> ClaimQuerySet:
    """The same of claims. Withdrawn ones only with ``withdrawn``, or ``state:withdrawn`` asked."""
    asked = read(query)
    rows = rows.filter(claim_condition(asked))
    return rows if withdrawn or asks_for_withdrawn(asked) else rows.standing()


def read(query: str | Query) -> Query:
    """Raises ``InvalidInput`` (field ``q``) with what is wrong and what was expected."""
    if isinstance(query, Query):
        return query
    try:
        return parse(query)
    except QueryError as error:
        raise InvalidInput({"q": problem(error)}) from error


def problem(error: QueryError) -> str:
    """What is wrong with a query, in the reader's language."""
    what = error.what
    match error.problem:
        case Problem.TOO_LONG:
            return gettext("The search is too long; %(n)d characters at most.") % {"n": MAX_QUERY}
        case Problem.TOO_MANY:
            return gettext("The search has too many parts; %(n)d at most.") % {"n": MAX_PARTS}
        case Problem.SHORT_PREFIX:
            return gettext("“%(part)s” is too short: * needs two letters before it.") % {
                "part": what
            }
        case Problem.NO_DATE:
            return gettext(
                "“%(part)s” names no date. Expected a year, a month or a day, such as 2026,"
                " 2026-03 or 2026-03-02."
            ) % {"part": what}
        case Problem.NO_VALUE:
            return gettext("“%(part)s:” has nothing to look for behind it.") % {"part": what}
        case Problem.NO_STATE:
            return _one_of(what, STATES)
        case Problem.NO_FLAG:
            return _one_of(what, FLAGS)
        case Problem.OR_EXCLUDED:
            return gettext(
                "OR can't stand beside what is left out. Expected words or fields on both sides"
                " of it, such as harbour OR port."
            )


def _one_of(part: str, choices: tuple[str, ...]) -> str:
    return gettext("“%(part)s” is not known. Expected one of: %(choices)s.") % {
        "part": part,
        "choices": ", ".join(dict.fromkeys(choices)),
    }

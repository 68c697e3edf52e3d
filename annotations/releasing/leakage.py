"""What of one part of a split is in another too."""

from __future__ import annotations

from typing import Any

from .plan import Plan
from .survey import Survey

EXAMPLES = 5
# Kind → (thing, its name, the part of each): whatever is in two parts or more is counted.
# The part of an article is its own, or those of its claims.
_PLACED = """
    SELECT id AS article, part FROM articles WHERE part IS NOT NULL
    UNION SELECT article, part FROM claims WHERE part IS NOT NULL
"""
_KINDS = {
    "near_identical_claims": "SELECT cluster AS thing, words AS name, part, n FROM claims",
    "near_identical_articles": """SELECT articles.cluster AS thing, articles.title AS name,
        placed.part AS part, articles.n AS n FROM placed JOIN articles ON articles.id = article""",
    "articles": """SELECT article AS thing, articles.title AS name, placed.part AS part,
        articles.n AS n FROM placed JOIN articles ON articles.id = article""",
    "sources": """SELECT source AS thing, articles.name AS name, placed.part AS part,
        articles.n AS n FROM placed JOIN articles ON articles.id = article""",
    "domains": """SELECT domain AS thing, domain AS name, placed.part AS part, articles.n AS n
        FROM placed JOIN articles ON articles.id = article WHERE domain IS NOT NULL""",
    "article_addresses": """SELECT url AS thing, url AS name, placed.part AS part, articles.n AS n
        FROM placed JOIN articles ON articles.id = article WHERE url IS NOT NULL""",
    "evidence_pages": """SELECT pages.url AS thing, pages.url AS name, claims.part AS part,
        claims.n AS n FROM pages JOIN claims ON claims.n = pages.claim""",
    "claimants": """SELECT claimant AS thing, claimant AS name, part, n FROM claims
        WHERE claimant IS NOT NULL""",
}


def leakage(survey: Survey, plan: Plan) -> dict[str, Any]:
    """For each kind how many things are in several parts, how many entries those are, and
    ``EXAMPLES`` of them, the largest first; and what the parts are. Empty without a split."""
    if not plan.by:
        return {}
    survey.db.execute(f"CREATE TEMP TABLE placed_articles AS {_PLACED}")
    return {
        "by": plan.by,
        "parts": [_part(survey, name, plan) for name in plan.parts],
        "without_part": {
            "articles": survey.one(
                "SELECT count(*) FROM articles WHERE part IS NULL AND id NOT IN "
                "(SELECT article FROM placed_articles)"
            ),
            "claims": survey.one("SELECT count(*) FROM claims WHERE part IS NULL"),
        },
        "across": {kind: _across(survey, sql) for kind, sql in _KINDS.items()},
    }


def _across(survey: Survey, sql: str) -> dict[str, Any]:
    sql = sql.replace("FROM placed ", "FROM placed_articles AS placed ")
    things = (
        f"SELECT thing, count(*) AS entries FROM ({sql}) WHERE part IS NOT NULL "  # noqa: S608
        "GROUP BY thing HAVING count(DISTINCT part) > 1"
    )
    count, entries = next(survey.rows(f"SELECT count(*), sum(entries) FROM ({things})"))  # noqa: S608
    largest = list(survey.rows(f"{things} ORDER BY entries DESC, thing LIMIT {EXAMPLES}"))
    return {
        "count": count,
        "entries": entries or 0,
        "examples": [_example(survey, sql, thing) for thing, _ in largest],
    }


def _example(survey: Survey, sql: str, thing: Any) -> dict[str, Any]:
    """A thing, with the name that it has in each part and how often it is there."""
    rows = survey.rows(
        "SELECT part, count(*), min(n), name "  # noqa: S608  SQLite gives the name beside the least n
        f"FROM ({sql}) WHERE thing = ? AND part IS NOT NULL GROUP BY part ORDER BY part",
        thing,
    )
    return {"in": [{"part": part, "entries": n, "name": name} for part, n, _, name in rows]}


def _part(survey: Survey, name: str, plan: Plan) -> dict[str, Any]:
    ratings = survey.rows(
        "SELECT rating, count(*) FROM claims WHERE part = ? GROUP BY rating "
        "ORDER BY count(*) DESC, rating",
        name,
    )
    first, last = next(
        survey.rows(
            "SELECT min(day), max(day) FROM articles JOIN placed_articles AS placed "
            "ON placed.article = id WHERE placed.part = ?",
            name,
        )
    )
    return {
        "name": name,
        "wanted": plan.shares[name] if not plan.until else None,
        "articles": survey.one("SELECT count(*) FROM placed_articles WHERE part = ?", name),
        "claims": survey.one("SELECT count(*) FROM claims WHERE part = ?", name),
        "first": first,
        "last": last,
        "ratings": dict(ratings),
    }

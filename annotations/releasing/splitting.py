"""Dividing a surveyed corpus by its plan: a part for each article, or for each claim.

By source and by time whole articles go to a part, with their claims. By claim, claims that say
nearly the same go to one; an article may then have claims in several.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from annotations.domain.splitting import magnitude, part_until, place, place_days, rank
from annotations.exporting.base import Record

from .plan import CLAIM, SOURCE, TIME, Plan
from .survey import Survey

# Formats a record of which is a claim: what they hold of one part says nothing of another.
OF_CLAIMS = frozenset({"claims", "labels", "reviews", "queries"})


def split(survey: Survey, plan: Plan) -> None:
    """Fill the ``part`` of articles and claims. What has no day has no part by time."""
    if not plan.by:
        return
    db = survey.db
    db.create_function("rank", 1, lambda key: rank(plan.seed, str(key)), deterministic=True)
    db.create_function("magnitude", 1, magnitude, deterministic=True)
    if plan.by == CLAIM:
        # A cluster's rank goes by its first claim's words, which another release has too.
        _by_groups(
            survey,
            plan,
            "claims",
            """SELECT claims.cluster, count(*) AS size FROM claims
            JOIN claims AS leader ON leader.n = claims.cluster GROUP BY claims.cluster
            ORDER BY magnitude(count(*)) DESC, rank(leader.words), claims.cluster""",
            "cluster",
        )
        db.commit()
        return
    if plan.by == SOURCE:
        _by_groups(
            survey,
            plan,
            "articles",
            """SELECT source, count(*) AS size FROM articles GROUP BY source
            ORDER BY magnitude(count(*)) DESC, rank(source), source""",
            "source",
        )
    elif plan.by == TIME:
        db.executemany(
            "UPDATE articles SET part = ? WHERE day = ?",
            ((part, day.isoformat()) for day, part in list(_days(survey, plan))),
        )
    db.execute(
        "UPDATE claims SET part = "
        "(SELECT articles.part FROM articles WHERE articles.id = claims.article)"
    )
    db.commit()


def _by_groups(survey: Survey, plan: Plan, table: str, groups: str, key: str) -> None:
    db = survey.db
    db.execute("CREATE TEMP TABLE placed (name PRIMARY KEY, part TEXT)")
    db.execute(f"CREATE TEMP TABLE sized AS {groups}")
    # In the order in which they were put there.
    sizes = (size for (size,) in db.execute("SELECT size FROM sized ORDER BY rowid"))
    names = db.execute(f"SELECT {key} FROM sized ORDER BY rowid")  # noqa: S608
    total = survey.one(f"SELECT count(*) FROM {table}")  # noqa: S608
    parts = place(sizes, total, plan.fractions)
    db.executemany(
        "INSERT INTO placed VALUES (?, ?)",
        ((name, part) for (name,), part in zip(names, parts, strict=True)),
    )
    db.execute(
        f"UPDATE {table} SET part = (SELECT placed.part FROM placed WHERE name = {key})"  # noqa: S608
    )


def _days(survey: Survey, plan: Plan) -> Iterator[tuple[dt.date, str]]:
    found = survey.rows(
        "SELECT day, count(*) FROM articles WHERE day IS NOT NULL GROUP BY day ORDER BY day"
    )
    days = ((dt.date.fromisoformat(day), size) for day, size in found)
    if plan.until:
        for day, _ in days:
            yield day, part_until(day, plan.until, plan.parts)
    else:
        total = survey.one("SELECT count(*) FROM articles WHERE day IS NOT NULL")
        yield from place_days(days, total, plan.fractions)


def in_part(survey: Survey, plan: Plan, article: Record, part: str) -> Record | None:
    """What of an article is in a part; None where nothing is."""
    if plan.by != CLAIM:
        found = survey.one("SELECT part FROM articles WHERE id = ?", article["id"])
        return article if found == part else None
    uids = {
        uid
        for (uid,) in survey.rows(
            "SELECT uid FROM claims WHERE article = ? AND part = ?", article["id"], part
        )
    }
    if not uids:
        return None
    article["claims"] = [claim for claim in article["claims"] if claim["uid"] in uids]
    # That others became claims says what is in another part.
    article["suggestions"] = [
        one for one in article["suggestions"] if one["claim"] is None or one["claim"] in uids
    ]
    return article


def is_divided(plan: Plan, unit: str) -> bool:
    """Is a format with this unit written part by part? Formats of whole texts can't be where one
    text has claims in several parts: what isn't marked would seem to be no claim."""
    return bool(plan.by) and (plan.by != CLAIM or unit in OF_CLAIMS)

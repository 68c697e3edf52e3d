"""Reading the tallies, and adding up what PostgreSQL's triggers wrote row by row."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from annotations.models import Claim, Corpus, Tally

ARTICLES, CLAIMS, EXTRACTIONS = "articles", "claims", "extractions"
# So many rows of one sum are read in no time; more are added up.
FOLDED_FROM = 30
_LOCK = 7_346_512


def articles_by_state(corpus: Corpus) -> Counter[str]:
    """Those that stand, by their state. One query, as each of these."""
    return _by_state(corpus, ARTICLES)


def extractions_by_state(corpus: Corpus) -> Counter[str]:
    """Extraction jobs that are queued or running."""
    return _by_state(corpus, EXTRACTIONS)


def claims_by_state(corpus: Corpus) -> Counter[str]:
    """Those of standing articles, withdrawn ones among them. Two queries.

    Claims are tallied whatever became of their article, so those of deleted ones, which are kept
    for some days, are counted and taken off.
    """
    found = _by_state(corpus, CLAIMS)
    hidden = _of_deleted_articles(corpus.pk).values_list("state").annotate(found=Count("pk"))
    found.subtract(dict(hidden))
    return found


def tallied(what: str, *states: str) -> Combinable:
    """The same in a list of corpora, of all ``states`` where none is named: a subquery a row."""
    here = OuterRef("pk")
    rows = Tally.objects.filter(corpus_id=here, what=what)
    hidden = _of_deleted_articles(here)
    if states:
        rows, hidden = rows.filter(state__in=states), hidden.filter(state__in=states)
    found = _number(rows.values("what").annotate(found=Sum("n")))
    if what != CLAIMS:
        return found
    return found - _number(hidden.values("article__corpus").annotate(found=Count("pk")))


def fold() -> int:
    """Add up the rows of each sum that has many; how many rows that were. For the workers' sweep.

    Only PostgreSQL has many: whoever changes a row there writes a difference of their own, so
    that nobody waits for anybody else's count.
    """
    if connection.vendor != "postgresql":
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(
            "WITH many AS (SELECT corpus_id, what, state FROM annotations_tally"
            " GROUP BY corpus_id, what, state HAVING count(*) > %s),"
            " gone AS (DELETE FROM annotations_tally t USING many m WHERE t.corpus_id = m.corpus_id"
            "  AND t.what = m.what AND t.state = m.state RETURNING t.*),"
            " kept AS (INSERT INTO annotations_tally (corpus_id, what, state, n)"
            "  SELECT corpus_id, what, state, sum(n) FROM gone GROUP BY corpus_id, what, state"
            "  HAVING sum(n) <> 0)"
            " SELECT count(*) FROM gone",
            [FOLDED_FROM],
        )
        return int(cursor.fetchone()[0])


def _by_state(corpus: Corpus, what: str) -> Counter[str]:
    rows = Tally.objects.filter(corpus_id=corpus.pk, what=what)
    return Counter(dict(rows.values_list("state").annotate(found=Sum("n"))))


def _of_deleted_articles(corpus: int | OuterRef) -> QuerySet[Claim, Claim]:
    return Claim.objects.filter(
        article__corpus=corpus, article__deleted_at__isnull=False
    ).order_by()


def _number(rows: QuerySet[Any, Any]) -> Coalesce:
    return Coalesce(Subquery(rows.values("found"), output_field=IntegerField()), 0)

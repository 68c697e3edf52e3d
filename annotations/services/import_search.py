"""The search index behind an import: rows are written without it, and it is filled afterwards.

Indexing a text costs more than everything else that an import does with it, and less when many are
indexed with one statement. A gap says which rows are to be indexed; it is written in the
transaction that writes them, and goes in the one that indexes them, so that whatever happens in
between nothing is left out. The import's own turns fill its gaps before it is done; of imports that
were stopped, or wait in an archive, the workers' sweep does.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial

import structlog
from django.db import DatabaseError, connection, models, transaction

from annotations.domain.transitions import ACTIVE_JOB_STATES
from annotations.models import Article, Claim, Import, ImportProblem, Job, SearchGap
from annotations.search import ARTICLE, CLAIM
from annotations.search.schema import fill

from .beside import Beside
from .import_turns import first_line
from .leases import job_hold

log = structlog.get_logger(__name__)

# Of one transaction: on SQLite nobody else writes meanwhile.
GAPS = 2


def gaps_note(source: Import, articles: Sequence[Article], claims: Sequence[Claim]) -> None:
    """Rows just written are to be indexed. Inside the transaction that writes them."""
    for kind, rows in ((ARTICLE, articles), (CLAIM, claims)):
        if rows:
            keys = [row.pk for row in rows]
            SearchGap.objects.create(
                source=source, kind=kind, first=min(keys), last=max(keys), rows=len(rows)
            )


def gaps_fill(*, job: Job, thread: Beside | None) -> int:
    """Index some of what an import wrote; how many rows, 0 when nothing is left.

    With a thread, and where the database serves two at once, both index: all of the work is the
    database's.
    """
    both = thread and connection.features.has_select_for_update_skip_locked
    other = thread.begin(partial(_fill_for, job, hold=False)) if thread and both else None
    filled = _fill_for(job, hold=True)
    return filled + (other.result() if other else 0)


@transaction.atomic
def _fill_for(job: Job, *, hold: bool) -> int:
    # One of two holds the job. What the other indexes, if the job is cancelled now, is wanted too.
    if hold:
        job_hold(job)
    return _fill(SearchGap.objects.filter(source__job=job))


def search_sweep(*, seconds: float = 1.0) -> int:
    """Index what imports left that were stopped, or whose corpus was archived, for about so long;
    how many rows."""
    started, filled = time.monotonic(), 0
    stopped = SearchGap.objects.filter(
        ~models.Q(source__job__state__in=ACTIVE_JOB_STATES)
        | models.Q(source__corpus__archived_at__isnull=False)
    )
    while time.monotonic() - started < seconds and stopped.exists():
        with transaction.atomic():
            some = _fill(stopped)
        filled += some
        if not some:
            break
    if filled:
        log.info("search_filled", rows=filled)
    return filled


def _fill(gaps: models.QuerySet[SearchGap]) -> int:
    if connection.features.has_select_for_update_skip_locked:
        gaps = gaps.select_for_update(of=("self",), skip_locked=True)
    some = list(gaps.order_by("pk")[:GAPS])
    for gap in some:
        _index(gap, gap.first, gap.last)
    SearchGap.objects.filter(pk__in=[gap.pk for gap in some]).delete()
    return sum(gap.rows for gap in some)


def _index(gap: SearchGap, first: int, last: int) -> None:
    """Index a range; where that fails, its halves, so that a row that can't be indexed is left out
    alone, and the import says so."""
    try:
        with transaction.atomic():
            fill(gap.kind, first, last)
    except DatabaseError as error:
        if first < last:
            middle = (first + last) // 2
            _index(gap, first, middle)
            _index(gap, middle + 1, last)
            return
        log.warning("row_not_indexed", kind=gap.kind, key=first, error=first_line(error))
        model = Article if gap.kind == ARTICLE else Claim
        row = model._default_manager.filter(pk=first).first()
        if row is not None:
            ImportProblem.objects.create(
                source=gap.source,
                severity="note",
                reason=f"search can't find this {gap.kind[:-1]}: {first_line(error)}",
                article=row if isinstance(row, Article) else row.article,
            )

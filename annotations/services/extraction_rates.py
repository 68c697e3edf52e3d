"""How fast a corpus's articles are being read, and how long the rest will take. Reads only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Min, Sum
from django.utils import timezone

from annotations.domain.transitions import JobState
from annotations.models import Corpus, Job

# What was done longer ago says nothing of how fast it goes now.
WINDOW = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Rates:
    """Of the extraction that is queued, and of what was done in the last minutes."""

    waiting_articles: int
    waiting_words: int
    # Since the first of them was begun, waiting for other corpora included; 0 where none was.
    articles_per_minute: float
    words_per_second: float
    # At this speed; None where nothing was done lately, or nothing waits.
    ends_at: dt.datetime | None


def extraction_rates(corpus: Corpus, *, now: dt.datetime | None = None) -> Rates:
    """Two queries, each by an index of active jobs or of the latest ended ones."""
    now = now or timezone.now()
    jobs = Job.objects.filter(corpus=corpus, kind="extraction").order_by()
    waiting = jobs.active().aggregate(n=Count("pk"), words=Sum("words", default=0))
    done = jobs.filter(state=JobState.DONE, finished_at__gt=now - WINDOW).aggregate(
        n=Count("pk"), words=Sum("words", default=0), begun=Min("started_at")
    )
    seconds = 0.0
    if done["begun"]:
        seconds = (now - max(done["begun"], now - WINDOW)).total_seconds()
    words = done["words"] / seconds if seconds > 0 else 0.0
    return Rates(
        waiting_articles=waiting["n"],
        waiting_words=waiting["words"],
        articles_per_minute=60 * done["n"] / seconds if seconds > 0 else 0.0,
        words_per_second=words,
        ends_at=now + dt.timedelta(seconds=waiting["words"] / words)
        if words and waiting["n"]
        else None,
    )

"""How fast a corpus's articles are being read, and how long the rest will take. Reads only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Min, Sum
from django.utils import timezone

from annotations import tallies
from annotations.domain.transitions import JobState
from annotations.models import Corpus, Job

# What was done longer ago says nothing of how fast it goes now.
WINDOW = dt.timedelta(minutes=5)
SAMPLED = 1000


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
    """Three queries. Of the words that wait, so many jobs are looked at, and stand for the others:
    what is queued may be a whole corpus."""
    now = now or timezone.now()
    jobs = Job.objects.filter(corpus=corpus, kind="extraction").order_by()
    waiting = tallies.extractions_by_state(corpus).total()
    words_each = list(jobs.active().order_by("pk").values_list("words", flat=True)[:SAMPLED])
    waiting_words = sum(words_each)
    if waiting > len(words_each) > 0:
        waiting_words = round(waiting_words * waiting / len(words_each))
    done = jobs.filter(state=JobState.DONE, finished_at__gt=now - WINDOW).aggregate(
        n=Count("pk"), words=Sum("words", default=0), begun=Min("started_at")
    )
    seconds = 0.0
    if done["begun"]:
        seconds = (now - max(done["begun"], now - WINDOW)).total_seconds()
    words = done["words"] / seconds if seconds > 0 else 0.0
    return Rates(
        waiting_articles=waiting,
        waiting_words=waiting_words,
        articles_per_minute=60 * done["n"] / seconds if seconds > 0 else 0.0,
        words_per_second=words,
        ends_at=now + dt.timedelta(seconds=waiting_words / words) if words and waiting else None,
    )

"""One's own day: counts without what was undone, pauses left out, midnight where one lives."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import time_machine
from pytest_django import DjangoAssertNumQueries

from annotations.models import Article, Corpus
from annotations.services.articles import article_reopen, article_submit
from annotations.services.day import Day, day_of
from annotations.services.suggestions import suggestion_accept, suggestion_reject
from annotations.services.undo import action_redo, action_undo

from .cast import Cast, judge, make_claim, make_evidence, suggestion_of

UTC = ZoneInfo("UTC")
NOON = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)


def test_what_counts(
    cast: Cast,
    corpus: Corpus,
    article: Article,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    def day() -> Day:
        return day_of(user=cast.reviewer, corpus=corpus, zone=UTC)

    with time_machine.travel(NOON, tick=False) as clock:
        assert day() == Day()
        first = suggestion_of(article, "cost 12 million")
        claim = suggestion_accept(actor=cast.reviewer, suggestion=first)
        clock.shift(60)
        suggestion_reject(actor=cast.reviewer, suggestion=suggestion_of(article, "sales fell 5%"))
        # Exactly the longest pause that is still work.
        clock.shift(300)
        make_claim(cast.reviewer, article, "Ferries doubled")
        # Lunch.
        clock.shift(3600)
        make_evidence(cast.reviewer, claim)
        clock.shift(240)
        judge(cast.reviewer, claim)
        article_submit(actor=cast.reviewer, article=article)
        article_reopen(actor=cast.reviewer, article=article)
        article_submit(actor=cast.reviewer, article=article)
        with django_assert_num_queries(1):
            found = day()
        assert found == Day(decisions=2, claims=2, verdicts=1, articles=1, active_seconds=600)
        assert found.decisions_an_hour == 12
        # Undoing is work, and what was undone isn't.
        clock.shift(60)
        action_undo(actor=cast.reviewer, article=article)
        again = day()
        assert (again.articles, again.active_seconds) == (1, 660)
        action_undo(actor=cast.reviewer, article=article)
        action_undo(actor=cast.reviewer, article=article)
        action_undo(actor=cast.reviewer, article=article)
        assert (day().articles, day().verdicts) == (0, 0)
        # Done again, it counts again.
        action_redo(actor=cast.reviewer, article=article)
        assert (day().articles, day().verdicts) == (0, 1)
        # Others' work and others' corpora are theirs.
        assert day_of(user=cast.second, corpus=corpus, zone=UTC) == Day()


def test_no_pace_from_a_few_minutes() -> None:
    assert Day(decisions=9, active_seconds=599).decisions_an_hour is None
    assert Day(decisions=9, active_seconds=600).decisions_an_hour == 54


def test_the_day_begins_at_ones_own_midnight(cast: Cast, corpus: Corpus, article: Article) -> None:
    oslo, lima = ZoneInfo("Europe/Oslo"), ZoneInfo("America/Lima")
    # The night on which Oslo's clocks go forward: its day begins at 23:00 UTC.
    with time_machine.travel(dt.datetime(2026, 3, 28, 22, 59, tzinfo=dt.UTC), tick=False) as clock:
        make_claim(cast.reviewer, article, "Ferries doubled")
        clock.shift(120)
        make_claim(cast.reviewer, article, "sales fell 5%")
        assert day_of(user=cast.reviewer, corpus=corpus, zone=oslo).claims == 1
        assert day_of(user=cast.reviewer, corpus=corpus, zone=lima).claims == 2
        # 21:59 UTC is one minute before the end of Oslo's 23 hours.
        clock.move_to(dt.datetime(2026, 3, 29, 21, 59, tzinfo=dt.UTC))
        assert day_of(user=cast.reviewer, corpus=corpus, zone=oslo).claims == 1
        clock.shift(60)
        assert day_of(user=cast.reviewer, corpus=corpus, zone=oslo) == Day()

"""What the dashboard counts, against rows that are known."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine

from annotations import tallies
from annotations.models import Claim, Rating
from annotations.services import statistics
from annotations.services.articles import article_submit
from annotations.services.bulk_actions import articles_change
from annotations.services.suggestions import suggestion_accept, suggestion_reject
from annotations.services.undo import action_redo, action_undo
from tests import factories
from tests.factories import Cast

pytestmark = pytest.mark.django_db
OSLO = ZoneInfo("Europe/Oslo")
# In Oslo it is the third already.
LATE = dt.datetime(2026, 3, 2, 23, 30, tzinfo=dt.UTC)


@pytest.fixture
def people() -> Cast:
    return factories.make_cast()


def test_everything_is_counted_once_and_nothing_deleted(people: Cast) -> None:
    corpus = people.corpus
    with time_machine.travel(LATE, tick=False):
        article, hidden = factories.make_extracted(corpus), factories.make_extracted(corpus)
        factories.make_article(corpus)
        factories.make_extracted(people.other_corpus)
        first, second, third = factories.suggestions_of(article)
        settled = suggestion_accept(actor=people.reviewer, suggestion=first)
        factories.make_verdict(settled, people.reviewer, "True")
        factories.make_verdict(settled, people.reviewer, "False")
        factories.make_verdict(settled, people.second_reviewer, "False")
        suggestion_reject(actor=people.reviewer, suggestion=second)
        disputed = factories.make_claim(article, people.second_reviewer, types=["law"])
        factories.make_verdict(disputed, people.reviewer, "True")
        factories.make_verdict(disputed, people.second_reviewer, "False")
        factories.make_claim(hidden, people.reviewer)
        article_submit(actor=people.reviewer, article=article)
        # Taken back, and done again: it counts. Taken back once more, it doesn't.
        suggestion_reject(actor=people.second_reviewer, suggestion=third)
        for step in (action_undo, action_redo, action_undo):
            step(actor=people.second_reviewer, article=article)
        articles_change(
            actor=people.admin,
            corpus=corpus,
            action="delete",
            articles=[hidden.pk],
            confirm=corpus.name,
        )
        by_state = statistics.articles_by_state(corpus)
        work = statistics.work_by_day_and_person(corpus, zone=OSLO, days=14)
        backlog = statistics.extraction_backlog(corpus, by_state)
    assert by_state == {
        "waiting": 1, "extracting": 0, "failed": 0, "ready": 0, "in_review": 0, "reviewed": 1,
    }  # fmt: skip
    scores = statistics.suggestions_by_score(corpus)
    at = {score: int(score * statistics.BINS) for score in (0.91, 0.74, 0.42)}
    assert (scores.articles, sum(scores.accepted), sum(scores.rejected)) == (1, 1, 1)
    assert (scores.accepted[at[0.91]], scores.rejected[at[0.74]]) == (1, 1)
    assert scores.undecided[at[0.42]] == sum(scores.undecided) == 1
    claims = statistics.claims_by_type_and_verdict(corpus)
    false = Rating.objects.get(scale=corpus.rating_scale, label="False").pk
    assert claims.counts == {("quantity", f"rating-{false}"): 1, ("law", "disputed"): 1}
    assert claims.total == 2
    assert [key for key, _label in claims.types] == ["quantity", "law"]
    day = dt.date(2026, 3, 3)
    rita, sam = people.reviewer.pk, people.second_reviewer.pk
    assert work.days[-1] == day
    assert work.counts["decisions"] == {(day, rita): 2}
    assert work.counts["claims"] == {(day, rita): 2, (day, sam): 1}
    assert work.counts["verdicts"] == {(day, rita): 3, (day, sam): 2}
    assert work.counts["articles"] == {(day, rita): 1}
    assert [name for _pk, name in work.people] == ["Rita Reviewer", "sam"]
    assert (backlog.waiting, backlog.queued_jobs, backlog.failed) == (1, 1, 0)


def test_an_adjudicated_claim_has_the_adjudicators_rating(people: Cast) -> None:
    claim = factories.make_claim(factories.make_extracted(people.corpus), people.reviewer)
    factories.make_verdict(claim, people.reviewer, "True")
    factories.make_verdict(claim, people.second_reviewer, "False")
    factories.make_verdict(claim, people.adjudicator, "Half True", adjudication=True)
    half = Rating.objects.get(scale=people.corpus.rating_scale, label="Half True").pk
    found = statistics.claims_by_type_and_verdict(people.corpus)
    assert found.counts == {("", f"rating-{half}"): 1}


def test_of_many_claims_the_last_are_counted(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    article = factories.make_extracted(people.corpus)
    for _ in range(4):
        factories.make_claim(article, people.reviewer, types=["law"])
    monkeypatch.setattr(statistics, "COUNTED_CLAIMS", 3)
    claims = statistics.claims_by_type_and_verdict(people.corpus)
    assert (claims.total, claims.bounded, sum(claims.counts.values())) == (4, True, 3)
    # Two were withdrawn by somebody between one question and the next.
    tallied = tallies.claims_by_state(people.corpus)
    Claim.objects.filter(pk__gte=Claim.objects.order_by("-pk")[1].pk).update(state="withdrawn")
    monkeypatch.setattr(tallies, "claims_by_state", lambda _corpus: tallied)
    assert sum(statistics.claims_by_type_and_verdict(people.corpus).counts.values()) == 2

"""Changing many articles: at once, and by a worker that may be stopped anywhere."""

from __future__ import annotations

from typing import Any

import pytest

from annotations.domain.transitions import ArticleState, JobState
from annotations.errors import InvalidInput, NotAllowed
from annotations.models import Article, Assignment, BulkAction, Event, Job, Membership
from annotations.services import bulk_actions
from annotations.services.articles import article_submit
from annotations.services.bulk_actions import articles_change, bulk_request, bulk_run
from annotations.services.corpora import membership_remove, membership_set
from annotations.services.jobs import job_cancel, job_retry
from annotations.services.queue import PLAIN, Queue
from tests import factories
from tests.factories import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Cast:
    return factories.make_cast()


def change(cast: Cast, action: str, *articles: Article, **more: Any) -> tuple[int, int]:
    done = articles_change(
        actor=cast.admin,
        corpus=cast.corpus,
        action=action,
        articles=[article.pk for article in articles],
        **more,
    )
    return done.changed, done.left


def test_each_change_at_once(people: Cast) -> None:
    ready, waiting = factories.make_extracted(people.corpus), factories.make_article(people.corpus)
    foreign = factories.make_extracted(people.other_corpus)
    both = (ready, waiting)
    # One is about to be extracted already; another corpus's is none of these.
    assert change(people, "extract", *both, foreign) == (1, 1)
    assert Job.objects.active().filter(article=ready).count() == 1
    assert not Job.objects.active().filter(article=foreign).exists()
    assert change(people, "assign", *both, person=people.reviewer) == (2, 0)
    assert change(people, "assign", *both, person=people.reviewer) == (0, 2)
    assert change(people, "unassign", ready, person=people.reviewer) == (1, 0)
    assert Assignment.objects.get().article == waiting
    article_submit(actor=people.reviewer, article=ready)
    assert change(people, "reopen", *both) == (1, 1)
    assert Article.objects.get(pk=ready.pk).state == ArticleState.IN_REVIEW
    events = Event.objects.filter(kind__startswith="articles.").order_by("id")
    assert [(e.kind, e.after["articles"]) for e in events] == [
        ("articles.extraction_requested", [ready.pk]),
        ("articles.assigned", [ready.pk, waiting.pk]),
        ("articles.unassigned", [ready.pk]),
        ("articles.reopened", [ready.pk]),
    ]


def test_bad_input(people: Cast) -> None:
    article = factories.make_article(people.corpus)
    for field, action, articles, person in (
        ("action", "shred", [article.pk], None),
        ("articles", "extract", [], None),
        ("articles", "extract", list(range(1, 202)), None),
        ("person", "assign", [article.pk], None),
        ("person", "assign", [article.pk], people.outsider),
        ("confirm", "delete", [article.pk], None),
    ):
        with pytest.raises(InvalidInput) as caught:
            articles_change(
                actor=people.admin,
                corpus=people.corpus,
                action=action,
                articles=articles,
                person=person,
            )
        assert list(caught.value.fields) == [field]
    for unreadable in ("after:soon", "x " * 300):
        with pytest.raises(InvalidInput) as caught:
            bulk_request(
                actor=people.admin,
                corpus=people.corpus,
                action="delete",
                queue=Queue.read({"q": unreadable}),
                confirm=people.corpus.name,
            )
        assert list(caught.value.fields) == ["q"]
    with pytest.raises(NotAllowed):
        bulk_request(actor=people.adjudicator, corpus=people.corpus, action="extract", queue=PLAIN)


def test_a_worker_changes_a_queue_in_parts_and_nothing_twice(
    people: Cast, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(bulk_actions, "AT_ONCE", 2)
    articles = [factories.make_extracted(people.corpus) for _ in range(5)]
    article_submit(actor=people.reviewer, article=articles[0])
    made = bulk_request(
        actor=people.admin,
        corpus=people.corpus,
        action="assign",
        person=people.reviewer,
        queue=Queue.read({"show": "to-review", "assigned": "none"}),
    )
    assert made.job is not None
    assert (made.job.state, Job.objects.get(pk=made.job_id).total) == (JobState.QUEUED, 4)
    later = factories.make_extracted(people.corpus)
    # A turn of no time does one part, and puts the job back.
    settings.IMPORT_SLICE_SECONDS = -1
    assert bulk_run(first=made.job_id) == 2
    job_cancel(actor=people.admin, job=Job.objects.select_related("corpus").get(pk=made.job_id))
    assert bulk_run(first=made.job_id) == 0
    assert Assignment.objects.count() == 2
    job_retry(actor=people.admin, job=Job.objects.select_related("corpus").get(pk=made.job_id))
    while bulk_run(first=made.job_id):
        pass
    made = BulkAction.objects.select_related("job").get(pk=made.pk)
    assert made.job is not None
    assert (made.job.state, made.changed, made.left) == (JobState.DONE, 4, 0)
    assigned = set(Assignment.objects.values_list("article", flat=True))
    # Neither what was reviewed, nor what came in later.
    assert assigned == {article.pk for article in articles[1:]}
    assert later.pk not in assigned


def test_all_that_was_deleted_is_restored_by_a_worker(people: Cast) -> None:
    for _ in range(3):
        factories.make_article(people.corpus)
    name = people.corpus.name
    for action, confirm, expected in (("delete", name, 0), ("restore", "", 3)):
        made = bulk_request(
            actor=people.admin, corpus=people.corpus, action=action, queue=PLAIN, confirm=confirm
        )
        # The articles wait to be read, for which each turn makes way.
        while bulk_run(first=made.job_id):
            pass
        assert Job.objects.get(pk=made.job_id).state == JobState.DONE
        assert people.corpus.articles.count() == expected


def test_a_worker_stops_where_the_asker_may_no_more(people: Cast) -> None:
    article = factories.make_extracted(people.corpus)
    made = bulk_request(
        actor=people.admin,
        corpus=people.corpus,
        action="delete",
        queue=PLAIN,
        confirm=people.corpus.name,
    )
    membership_set(actor=None, corpus=people.corpus, user=people.reviewer, role="admin")
    membership_set(actor=None, corpus=people.corpus, user=people.admin, role="reviewer")
    assert bulk_run(first=made.job_id) == 0
    job = Job.objects.get(pk=made.job_id)
    assert job.state == JobState.FAILED
    assert "role" in job.error
    assert Article.objects.filter(pk=article.pk).exists()


def test_nobody_who_left_meanwhile_is_given_work(
    people: Cast, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(bulk_actions, "AT_ONCE", 2)
    settings.IMPORT_SLICE_SECONDS = -1
    for _ in range(4):
        factories.make_extracted(people.corpus)
    made = bulk_request(
        actor=people.admin,
        corpus=people.corpus,
        action="assign",
        person=people.reviewer,
        queue=PLAIN,
    )
    assert bulk_run(first=made.job_id) == 2
    member = Membership.objects.get(corpus=people.corpus, user=people.reviewer)
    membership_remove(actor=people.admin, membership=member)
    assert bulk_run(first=made.job_id) == 0
    job = Job.objects.get(pk=made.job_id)
    assert (job.state, Assignment.objects.count()) == (JobState.FAILED, 0)
    assert "doesn't work in" in job.error

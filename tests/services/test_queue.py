"""What a queue shows, counts and leads to."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from pytest_django import DjangoAssertNumQueries

from annotations.models import Article, Claim, Corpus, Presence
from annotations.services.articles import article_submit
from annotations.services.assignments import assignment_add
from annotations.services.claims import claim_withdraw
from annotations.services.presence import PRESENT_SECONDS, presence_leave, presence_touch
from annotations.services.queue import (
    ASSIGNED,
    ORDERS,
    SHOWN,
    Queue,
    neighbours,
    next_to_do,
    queue_articles,
    queue_counts,
    with_turn,
)

from .cast import (
    Cast,
    extract,
    judge,
    make_article,
    make_claim,
    make_corpus,
    make_evidence,
    make_unread,
)

ON_POSTGRES = connection.vendor == "postgresql"


def named(corpus: Corpus, name: str, score: float | None = None, **options: Any) -> Article:
    """An article that is ready to review, with this title and check-worthiness."""
    article = make_article(corpus, f"The harbour cost 12 million. {name}.", **options)
    extract(article, "cost 12 million")
    Article.objects.filter(pk=article.pk).update(title=name, check_worthiness=score)
    return article


def turn_of(article: Article, cast: Cast) -> Article:
    rows = with_turn(Article.objects.filter(pk=article.pk), cast.reviewer)
    return rows.select_related("corpus").get()


@pytest.fixture
def three(corpus: Corpus) -> list[Article]:
    return [named(corpus, "weak", 0.2), named(corpus, "strong", 0.9), named(corpus, "new", 0.5)]


def titles(queue: Queue, cast: Cast, corpus: Corpus) -> set[str]:
    rows = queue_articles(queue=queue, user=cast.reviewer, corpus=corpus)
    return set(rows.values_list("title", flat=True))


def test_an_address_says_what_it_can_and_no_more() -> None:
    query = QueryDict(
        "show=to-review&assigned=me&flagged=1&disputed=yes&publisher=%20The%20%20Post%00&order=up"
        "&published_from=2026-03-02&published_until=20260302&q=" + "x" * 300 + "&state=x&after=3"
    )
    queue = Queue.read(query)
    assert queue == Queue(
        show="to-review",
        assigned="me",
        flagged=True,
        publisher="The Post",
        published_from=dt.date(2026, 3, 2),
        q="x" * 300,
    )
    assert Queue.read(QueryDict(queue.address().removeprefix("?"))) == queue
    assert queue.address(q="", flagged=False, order="newest") == (
        "?show=to-review&assigned=me&publisher=The+Post&published_from=2026-03-02&order=newest"
    )
    assert Queue().address() == ""
    assert Queue.read(QueryDict("show=&order=&published_from=2026-02-30")) == Queue()


def test_words_are_refused_rather_than_cut(cast: Cast, corpus: Corpus) -> None:
    """What is cut off may be what leaves articles out."""
    named(corpus, "Harbour"), named(corpus, "Excluded")
    for rest, problem, found in (
        ("-excluded", "", {"Harbour"}),
        (f"{'harbour ' * 25}-excluded", "400 characters at most", set()),
    ):
        queue = Queue.read({"q": f"{'harbour ' * 26}{rest}"})
        assert queue.q.endswith("-excluded")
        assert problem in queue.problem
        assert titles(queue, cast, corpus) == found
        assert sum(queue_counts(queue=queue, user=cast.admin, corpus=corpus)["show"].values()) == (
            2 * len(found)
        )


def various(cast: Cast, corpus: Corpus) -> Claim:
    """Four articles, no two alike; the claim of one is flagged."""
    harbour = named(
        corpus, "Harbour of Exland", publisher="The Post", published=dt.date(2026, 3, 2)
    )
    ferry = named(corpus, "Ferry to 100% Exland", publisher="Daily", published=dt.date(2026, 3, 9))
    named(corpus, "Undated")
    make_article(corpus, "Not extracted yet.")
    assignment_add(actor=cast.admin, article=harbour, user=cast.reviewer)
    assignment_add(actor=cast.admin, article=ferry, user=cast.second)
    claim = make_claim(cast.reviewer, harbour)
    make_evidence(cast.reviewer, claim)
    judge(cast.reviewer, claim, "True")
    judge(cast.second, claim, "False")
    flagged = make_claim(cast.second, ferry)
    Claim.objects.filter(pk=flagged.pk).update(flag="unclear")
    article_submit(actor=cast.reviewer, article=ferry)
    return flagged


def test_every_filter(cast: Cast, corpus: Corpus) -> None:
    flagged = various(cast, corpus)

    def shown(**choices: Any) -> set[str]:
        return {name.split()[0] for name in titles(Queue(**choices), cast, corpus)}

    assert shown() == {"Harbour", "Ferry", "Undated", "The"}
    assert shown(show="to-review") == {"Harbour", "Undated"}
    assert shown(show="reviewed") == {"Ferry"}
    assert shown(show="extracting") == {"The"}
    assert shown(show="failed") == set()
    assert shown(assigned="me") == {"Harbour"}
    assert shown(assigned="anyone") == {"Harbour", "Ferry"}
    assert shown(assigned="none") == {"Undated", "The"}
    assert shown(disputed=True) == {"Harbour"}
    assert shown(flagged=True) == {"Ferry"}
    assert shown(flagged=True, disputed=True) == set()
    assert shown(publisher="the post") == {"Harbour"}
    assert shown(published_from=dt.date(2026, 3, 2)) == {"Harbour", "Ferry"}
    assert shown(published_from=dt.date(2026, 3, 3)) == {"Ferry"}
    assert shown(published_until=dt.date(2026, 3, 2)) == {"Harbour"}
    assert shown(q="exland") == {"Harbour", "Ferry"}
    assert shown(q="exland FERRY") == {"Ferry"}
    # In the language of the search: in texts too, and nothing is found by what can't be read.
    assert shown(q='"cost 12 million" -title:exland') == {"Undated"}
    assert shown(q='publisher:daily OR "not extracted"') == {"Ferry", "The"}
    assert shown(q="after:soon") == set()
    assert "after:soon" in Queue(q="after:soon").problem
    assert Queue(q="100%").problem == ""
    claim_withdraw(actor=cast.second, claim=flagged, revision=flagged.revision)
    assert shown(flagged=True) == set()


def test_counts_are_those_of_the_lists_behind_them(
    cast: Cast, corpus: Corpus, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    various(cast, corpus)
    for queue in (
        Queue(),
        Queue(show="to-review"),
        Queue(assigned="me"),
        Queue(assigned="none", show="reviewed"),
        Queue(disputed=True, q="exland"),
        Queue(publisher="Daily"),
    ):
        # All by state, the marked ones by kind; by state those that the words leave, or the
        # publisher's spellings; and on PostgreSQL, for words, the configurations that there are.
        expected = 3 if queue.q else 4 if queue.publisher else 2
        with django_assert_num_queries(expected + bool(queue.q and ON_POSTGRES)):
            counts = queue_counts(queue=queue, user=cast.reviewer, corpus=corpus)
        assert counts.pop("corpus") == {"all": 4, "extracting": 1}
        choices: dict[str, list[Any]] = {
            "show": ["", *SHOWN],
            "assigned": ["", *ASSIGNED],
            "flagged": [False, True],
            "disputed": [False, True],
        }
        assert set(counts) == set(choices)
        for facet, values in choices.items():
            for value in values:
                name = {False: "", True: "1"}.get(value, value)
                wanted = Queue(**{**_plain(queue), facet: value})
                assert counts[facet][name] == len(titles(wanted, cast, corpus)), (queue, facet)


def _plain(queue: Queue) -> dict[str, Any]:
    return {name: getattr(queue, name) for name in queue.__slots__}


def test_priority_is_own_work_first_then_promise_then_age(
    cast: Cast, corpus: Corpus, three: list[Article]
) -> None:
    weak, _strong, new = three
    named(corpus, "unscored")
    older = named(corpus, "as strong", 0.9)

    def walk(queue: Queue) -> list[str]:
        found, here = [], next_to_do(queue=queue, user=cast.reviewer, corpus=corpus)
        while here:
            article = Article.objects.get(pk=here)
            found.append(article.title)
            here = neighbours(queue=queue, user=cast.reviewer, article=turn_of(article, cast))[1]
        return found

    assert walk(Queue()) == ["strong", "as strong", "new", "weak", "unscored"]
    assignment_add(actor=cast.admin, article=weak, user=cast.reviewer)
    # Somebody else's assignment is nothing to oneself.
    assignment_add(actor=cast.admin, article=new, user=cast.second)
    assert walk(Queue()) == ["weak", "strong", "as strong", "new", "unscored"]
    assert walk(Queue(order="oldest")) == ["weak", "strong", "new", "unscored", "as strong"]
    assert walk(Queue(order="newest")) == ["as strong", "unscored", "new", "strong", "weak"]
    assert walk(Queue(q="strong")) == ["strong", "as strong"]
    # What isn't in the queue has a place in it all the same.
    place = turn_of(new, cast)
    found = neighbours(queue=Queue(q="strong"), user=cast.reviewer, article=place)
    assert found == (older.pk, None)


def test_submitting_leads_on_and_around_to_the_end(
    cast: Cast, corpus: Corpus, three: list[Article]
) -> None:
    weak, strong, new = three

    def after(article: Article, queue: Queue | None = None) -> int | None:
        return next_to_do(
            queue=queue or Queue(show="to-review"),
            user=cast.reviewer,
            corpus=corpus,
            article=turn_of(article, cast),
        )

    # Begun in the middle: on to the end, then back to what was left out.
    article_submit(actor=cast.reviewer, article=new)
    assert after(new) == weak.pk
    article_submit(actor=cast.reviewer, article=weak)
    assert after(weak) == strong.pk
    assert after(weak, Queue(q="weak")) is None
    article_submit(actor=cast.reviewer, article=strong)
    assert after(strong) is None
    assert next_to_do(queue=Queue(), user=cast.reviewer, corpus=corpus) is None


def test_articles_that_no_detector_read_lead_on_where_they_are_chosen(
    cast: Cast, corpus: Corpus
) -> None:
    first, second = (make_unread(corpus, f"Der Hafen {n}.") for n in (1, 2))
    chosen = Queue(show="failed")

    def after(article: Article | None = None, queue: Queue = chosen) -> int | None:
        place = turn_of(article, cast) if article else None
        return next_to_do(queue=queue, user=cast.reviewer, corpus=corpus, article=place)

    # They wait for somebody who does without suggestions.
    assert (after(), after(queue=Queue())) == (first.pk, None)
    article_submit(actor=cast.reviewer, article=first)
    assert after(first) == second.pk
    # Begun, it waits for review as any other.
    make_claim(cast.reviewer, second, "Der Hafen 2.")
    assert (after(first), after(queue=Queue())) == (None, second.pk)


def test_what_somebody_is_at_is_left_to_them_while_there_is_another(
    cast: Cast, corpus: Corpus, three: list[Article]
) -> None:
    weak, strong, new = three
    page = uuid.uuid4()

    def first() -> int | None:
        return next_to_do(queue=Queue(), user=cast.reviewer, corpus=corpus)

    presence_touch(actor=cast.second, article=strong, page=page)
    assert first() == new.pk
    # Oneself is nobody else.
    presence_touch(actor=cast.reviewer, article=new, page=uuid.uuid4())
    assert first() == new.pk
    presence_touch(actor=cast.second, article=new, page=uuid.uuid4())
    presence_touch(actor=cast.adjudicator, article=weak, page=uuid.uuid4())
    # All are taken: no dead end.
    assert first() == strong.pk
    presence_leave(actor=cast.adjudicator, page=page)
    Presence.objects.filter(article=new).exclude(user=cast.reviewer).update(
        seen_at=_ago(PRESENT_SECONDS + 1)
    )
    # Whoever closed their window without a word is not waited for.
    assert first() == new.pk
    presence_leave(actor=cast.second, page=page)
    assert first() == strong.pk


def _ago(seconds: float) -> dt.datetime:
    return dt.datetime.now(dt.UTC) - dt.timedelta(seconds=seconds)


@pytest.mark.parametrize("order", list(ORDERS))
def test_neighbours_and_next_are_few_queries(
    cast: Cast,
    corpus: Corpus,
    three: list[Article],
    order: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for article in three:
        place, queue = turn_of(article, cast), Queue(order=order)
        with django_assert_max_num_queries(2 if order != "priority" else 8):
            neighbours(queue=queue, user=cast.reviewer, article=place)
        with django_assert_max_num_queries(3 if order != "priority" else 9):
            next_to_do(queue=queue, user=cast.reviewer, corpus=corpus, article=place)


def test_articles_of_other_corpora_are_in_no_queue(
    cast: Cast, corpus: Corpus, three: list[Article]
) -> None:
    other = make_corpus(cast, "Elsewhere")
    assert next_to_do(queue=Queue(), user=cast.reviewer, corpus=other) is None
    named(other, "foreign", 0.99)
    assert "foreign" not in titles(Queue(), cast, corpus)
    counts = queue_counts(queue=Queue(), user=cast.reviewer, corpus=corpus)
    assert counts["corpus"]["all"] == 3

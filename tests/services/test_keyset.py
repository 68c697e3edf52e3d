"""Walking an order meets every row once, whatever the keys hold, on both databases."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotations.models import Article, Assignment, Corpus
from annotations.services.keyset import BY_ID, read, written
from annotations.services.queue import (
    ORDERS,
    Queue,
    neighbours,
    queue_articles,
    queue_parts,
    with_turn,
)
from annotations.web.paging import parts_page

from .cast import Cast

SCORES = [None, 0.0, 1.0, 0.1 + 0.2, 0.3, 1 / 3, 1e-9, 5e-324]
ROWS = st.lists(st.tuples(st.sampled_from(SCORES), st.booleans()), max_size=23)
PRIORITY = ORDERS["priority"]


def fill(cast: Cast, corpus: Corpus, rows: list[tuple[float | None, bool]]) -> None:
    for number, (score, mine) in enumerate(rows):
        article = Article.objects.create(
            corpus=corpus, title=f"{number}", content_hash=f"{number:064}", check_worthiness=score
        )
        if mine:
            Assignment.objects.create(article=article, user=cast.reviewer)


def expected(cast: Cast, order: str) -> list[int]:
    """The same order, said in Python."""
    mine = set(Assignment.objects.filter(user=cast.reviewer).values_list("article", flat=True))
    found = list(Article.objects.values_list("pk", "check_worthiness"))
    if order == "priority":
        found.sort(key=lambda row: (row[0] not in mine, row[1] is None, -(row[1] or 0.0), row[0]))
    else:
        found.sort(reverse=order == "newest")
    return [pk for pk, _score in found]


@pytest.mark.parametrize("order", list(ORDERS))
@given(rows=ROWS, size=st.integers(1, 7))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_pages_there_and_back_hold_every_row_once(
    cast: Cast, corpus: Corpus, order: str, rows: list[tuple[float | None, bool]], size: int
) -> None:
    with transaction.atomic():
        fill(cast, corpus, rows)
        queue, wanted = Queue(order=order), expected(cast, order)
        articles = queue_articles(queue=queue, user=cast.reviewer, corpus=corpus)
        parts = queue_parts(articles, queue=queue, user=cast.reviewer)
        turned = with_turn(Article.objects.all(), cast.reviewer)
        pages, query = [], ""
        while True:
            page = parts_page(parts, QueryDict(query), keys=queue.keys, size=size)
            pages.append([row.pk for row in page.rows])
            if not page.next:
                break
            query = page.next.removeprefix("?")
        assert [pk for found in pages for pk in found] == wanted
        assert all(len(found) == size for found in pages[:-1])
        back = [pages[-1]]
        while page.previous:
            query = page.previous.removeprefix("?")
            page = parts_page(parts, QueryDict(query), keys=queue.keys, size=size)
            back.insert(0, [row.pk for row in page.rows])
        assert back == pages
        for before, here, after in zip([None, *wanted], wanted, [*wanted[1:], None], strict=False):
            article = turned.select_related("corpus").get(pk=here)
            assert neighbours(queue=queue, user=cast.reviewer, article=article) == (before, after)
        transaction.set_rollback(True)


@given(
    st.sampled_from([0, 1]),
    st.one_of(st.none(), st.floats(0, 1)),
    st.integers(1, 2**63 - 1),
)
def test_a_place_survives_an_address(turn: int, score: float | None, pk: int) -> None:
    place = (turn, score, pk)
    assert read(PRIORITY, written(place)) == place


@pytest.mark.parametrize(
    "raw",
    [
        None, "", ",", "x", "1", "1,2", "1,,", ",,1", "1,nan,3", "1,inf,3", "1,0.5,²", "1,0.5,3,4",
        "1,0.5,99999999999999999999", "1,0.5,1e3", "9" * 40 + ",0.5,1", "1,0x1,2",
    ],
)  # fmt: skip
def test_what_is_no_place_is_none(raw: str | None) -> None:
    assert read(PRIORITY, raw) is None
    if raw != "1":
        assert read(BY_ID, raw) is None


def test_a_row_that_moves_on_leaves_its_place_behind(cast: Cast, corpus: Corpus) -> None:
    fill(cast, corpus, [(0.9, False), (0.8, False), (0.7, False)])
    queue = Queue()
    rows = queue_articles(queue=queue, user=cast.reviewer, corpus=corpus)
    parts = queue_parts(rows, queue=queue, user=cast.reviewer)
    page = parts_page(parts, QueryDict(), keys=queue.keys, size=1)
    # Extracted again meanwhile, and now last.
    Article.objects.filter(pk=page.rows[0].pk).update(check_worthiness=0.1)
    page = parts_page(parts, QueryDict(page.next.removeprefix("?")), keys=queue.keys, size=1)
    assert page.rows[0].check_worthiness == 0.8

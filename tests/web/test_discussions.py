"""The page of discussions and the number in the header: what is whose business."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.models import Article, Claim
from annotations.services.corpora import membership_remove
from annotations.services.discussion import comment_add, comment_withdraw, thread_read
from annotations.services.discussion import thread_resolve as resolve
from tests.factories import Cast, make_claim, make_extracted, make_thread

from .conftest import signed_in

URL = "/discussions/"


@pytest.fixture
def claim(cast: Cast, article: Article) -> Claim:
    return make_claim(article, cast.reviewer, normalised="Nobody knows.")


def shown(client: Client, show: str = "") -> list[int]:
    return [thread.pk for thread in client.get(URL, {"show": show}).context["page"].rows]


def number(client: Client) -> str:
    return str(client.get(reverse("corpora")).context["unread_discussions"])


def test_what_is_shown_where(cast: Cast, article: Article, claim: Claim) -> None:
    reviewer = signed_in(cast.reviewer)
    other = make_claim(article, cast.second_reviewer, "prices rose")
    mine = make_thread(claim, cast.second_reviewer)
    called = make_thread(other, cast.admin, text="Is it, @rita?")
    strange = make_thread(other, cast.admin)
    assert shown(reviewer) == shown(reviewer, "unread") == [called.pk, mine.pk]
    assert shown(reviewer, "nonsense") == [called.pk, mine.pk]
    assert shown(reviewer, "mentions") == [called.pk]
    assert shown(reviewer, "all") == [strange.pk, called.pk, mine.pk]
    assert number(reviewer) == "2"
    thread_read(actor=cast.reviewer, thread=called, comment=called.comments.get())
    assert (shown(reviewer), number(reviewer)) == ([mine.pk], "1")
    resolve(actor=cast.admin, thread=mine, revision=1)
    assert shown(reviewer, "open") == [strange.pk, called.pk]
    # An answer brings a discussion up again, and to whoever took part.
    comment_add(actor=cast.second_reviewer, thread=called, text="It *is*.")
    assert shown(reviewer, "all") == [called.pk, strange.pk, mine.pk]
    assert shown(signed_in(cast.admin)) == [called.pk]
    assert number(signed_in(cast.adjudicator)) == ""


def test_a_row_says_where_and_who(cast: Cast, claim: Claim) -> None:
    thread = make_thread(claim, cast.second_reviewer, text="Is <it> so, *@rita*?")
    page = signed_in(cast.reviewer).get(URL).content.decode()
    assert "Nobody knows." in page
    assert f"/articles/{claim.article_id}/#claim-{claim.uid}" in page
    assert "Is &lt;it&gt; so, @Rita Reviewer?" in page
    assert "1 new" in page
    comment_withdraw(actor=cast.second_reviewer, comment=thread.comments.get(), revision=1)
    page = signed_in(cast.reviewer).get(URL).content.decode()
    assert "You have read everything that concerns you." in page


def test_nothing_of_other_corpora(cast: Cast, claim: Claim) -> None:
    make_thread(claim, cast.second_reviewer, text="@rita")
    for outsider in (cast.outsider, cast.stranger):
        assert shown(signed_in(outsider), "all") == []
    membership_remove(actor=None, membership=cast.reviewer.memberships.get())
    reviewer = signed_in(cast.reviewer)
    assert [shown(reviewer, show) for show in ("unread", "mentions", "all")] == [[], [], []]
    assert number(reviewer) == ""


def test_pages(cast: Cast, claim: Claim) -> None:
    threads = [make_thread(claim, cast.second_reviewer).pk for _ in range(52)][::-1]
    reviewer = signed_in(cast.reviewer)
    first = reviewer.get(URL + "?show=all").context["page"]
    second = reviewer.get(URL + first.next).context["page"]
    assert [t.pk for t in first.rows] + [t.pk for t in second.rows] == threads
    assert "show=all" in first.next


def test_queries(cast: Cast, claim: Claim) -> None:
    reviewer = signed_in(cast.reviewer)

    def count(url: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            reviewer.get(url)
        return len(queries)

    make_thread(claim, cast.second_reviewer, text="@rita")
    few = count(URL)
    for _ in range(4):
        other = make_claim(make_extracted(cast.corpus), cast.reviewer)
        make_thread(other, cast.second_reviewer, cast.admin, text="@rita and @olga?")
    # session, user, threads, spans, last comments, their mentions, the number in the header
    assert (few, count(URL)) == (7, 7)
    # The number costs one query, and none where nobody is signed in.
    url = reverse("guidelines", args=[cast.corpus.pk])
    with CaptureQueriesContext(connection) as queries:
        reviewer.get(url)
    about = [q for q in queries.captured_queries if '"annotations_thread"' in q["sql"]]
    assert len(about) == 1
    with CaptureQueriesContext(connection) as queries:
        signed_in(None).get(reverse("account_login"))
    assert not [q for q in queries.captured_queries if '"annotations_thread"' in q["sql"]]

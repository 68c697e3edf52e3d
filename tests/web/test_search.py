"""The page of the search."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.test.utils import CaptureQueriesContext

from annotations import search
from annotations.models import Article, Claim
from annotations.search import patience
from tests.factories import Cast, make_article, make_claim

from .conftest import signed_in

URL = "/search/"


@pytest.fixture
def ferry(cast: Cast) -> Article:
    return make_article(cast.corpus, "The <i>ferry</i> left.", title="A ferry & more")


@pytest.fixture
def claim(cast: Cast, ferry: Article) -> Claim:
    return make_claim(ferry, cast.reviewer, "ferry", normalised="No ferry stayed")


def test_what_is_found_is_shown_and_marked(cast: Cast, ferry: Article, claim: Claim) -> None:
    reviewer = signed_in(cast.reviewer)
    page = reviewer.get(URL, {"q": "ferries"}).content.decode()
    assert f'<a href="/articles/{ferry.pk}/" dir="auto">A <mark>ferry</mark> &amp; more</a>' in page
    # Data is never markup.
    assert "The &lt;i&gt;<mark>ferry</mark>&lt;/i&gt; left." in page
    page = reviewer.get(URL, {"q": "ferries", "kind": "claims"}).content.decode()
    assert (
        f'<a href="/articles/{ferry.pk}/#claim-{claim.uid}" dir="auto"><mark>ferry</mark>' in page
    )
    assert "No <mark>ferry</mark> stayed" in page
    # From the corpus, for its own articles.
    corpus = reviewer.get(f"/corpora/{cast.corpus.pk}/").content.decode()
    assert f'href="/search/?corpus={cast.corpus.pk}"' in corpus
    page = reviewer.get(URL, {"q": "ferry", "corpus": cast.corpus.pk}).content.decode()
    assert f'href="/corpora/{cast.corpus.pk}/?q=ferry"' in page


def test_every_state_of_the_page(cast: Cast, claim: Claim) -> None:
    reviewer = signed_in(cast.reviewer)

    def said(**parameters: str) -> str:
        response = reviewer.get(URL, parameters)
        assert response.status_code == 200
        return response.content.decode()

    assert "autofocus" in said()
    assert "There is no word in it" in said(q="!?")
    assert "“after:soon” names no date." in said(q="after:soon")
    assert 'role="alert"' in said(q="x" * 401)
    nothing = said(q="stayed")
    assert "No article matches." in nothing
    assert "Look among the claims" in nothing
    assert "No claim matches." in said(q="left", kind="claims")
    assert "Search all corpora" in said(q="nothing", corpus=str(cast.corpus.pk))
    # What an address can't mean is left out.
    assert "<mark>ferry</mark>" in said(q="ferry", kind="people", page="-1", corpus="")
    assert "<mark>ferry</mark>" in said(q="ferry\0")
    beyond = reviewer.get(URL, {"q": "ferry", "page": "7"})
    assert (beyond.status_code, beyond["Location"]) == (302, "/search/?q=ferry")
    # The list of the corpus says the same of the same words.
    page = reviewer.get(f"/corpora/{cast.corpus.pk}/", {"q": "after:soon"}).content.decode()
    assert "“after:soon” names no date." in page


def test_pages_lead_on(cast: Cast) -> None:
    for number in range(21):
        make_article(cast.corpus, f"Boat {number}.", title=f"Boat {number}")
    reviewer = signed_in(cast.reviewer)
    first = reviewer.get(URL, {"q": "boat"})
    assert first.context["page"] == {"previous": "", "next": "?q=boat&page=2"}
    second = reviewer.get(URL + first.context["page"]["next"])
    assert len(second.context["hits"].rows) == 1
    assert second.context["page"] == {"previous": "?q=boat", "next": ""}


def test_nothing_of_other_corpora_is_said(cast: Cast, claim: Claim) -> None:
    for outsider in (cast.outsider, cast.stranger):
        client = signed_in(outsider)
        for kind in ("articles", "claims"):
            page = client.get(URL, {"q": "ferry", "kind": kind})
            assert [tab.count for tab in page.context["tabs"]] == [0, 0]
            assert cast.corpus.name not in page.content.decode()
        assert client.get(URL, {"q": "ferry", "corpus": cast.corpus.pk}).status_code == 404
    assert signed_in(cast.reviewer).get(URL, {"corpus": "x"}).status_code == 404


def test_a_page_costs_the_same_however_much_is_found(cast: Cast, claim: Claim) -> None:
    reviewer = signed_in(cast.reviewer)

    def cost(kind: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            reviewer.get(URL, {"q": "ferry", "kind": kind})
        return len(queries)

    before = [cost("articles"), cost("claims")]
    for _ in range(3):
        make_claim(make_article(cast.corpus, title="Ferry"), cast.reviewer, normalised="Ferry")
    assert [cost("articles"), cost("claims")] == before


def test_a_list_gives_up_words_that_take_too_long(
    cast: Cast, ferry: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    monkeypatch.setattr(patience, "MAX_SECONDS", 0.1)
    monkeypatch.setattr(
        search,
        "article_condition",
        lambda query: Q(pk__in=RawSQL(endless, [])) if query else Q(),  # noqa: S611
    )
    reviewer = signed_in(cast.reviewer)
    page = reviewer.get(f"/corpora/{cast.corpus.pk}/", {"q": "ferry"})
    assert page.status_code == 200
    assert "This search takes too long." in page.content.decode()
    assert "A ferry" not in page.content.decode()

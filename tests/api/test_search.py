"""Search over the API: its own address, and ``q`` of the lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models.expressions import RawSQL

from annotations import search
from annotations.models import Article, User
from annotations.search import patience
from annotations.services.claims import claim_withdraw
from tests import factories
from tests.api.conftest import Client
from tests.factories import Cast


def found(api: Client, path: str = "search/", **parameters: Any) -> dict[str, Any]:
    response = api.get(path, parameters)
    assert response.status_code == 200, response.content
    body: dict[str, Any] = response.json()
    return body


@pytest.fixture
def ferry(cast: Cast) -> Article:
    return factories.make_article(
        cast.corpus, "🚢 A ferry left. <b>Ferries</b> were late.", title="Late boats"
    )


def test_what_is_found_and_where_it_stands(api: Client, cast: Cast, ferry: Article) -> None:
    factories.make_article(cast.other_corpus, "A ferry of others.")
    claim = factories.make_claim(ferry, cast.reviewer, "A ferry left", normalised="Ferry gone")
    body = found(api, q="ferry -nothing")
    assert (body["count"], body["more"], body["next"], body["previous"]) == (1, False, None, None)
    (hit,) = body["results"]
    assert hit["claim"] is None
    assert hit["article"] == {
        "id": ferry.pk,
        "corpus": cast.corpus.pk,
        "title": "Late boats",
        "publisher": "",
        "published": None,
        "state": "waiting",
    }
    text = next(excerpt for excerpt in hit["excerpts"] if excerpt["field"] == "text")
    # Code points, and never markup of ours.
    assert text["text"] == ferry.text.text
    assert [text["text"][start:end] for start, end in text["marks"]] == ["ferry", "Ferries"]
    assert text["marks"][0] == [4, 9]
    (hit,) = found(api, q="ferry", kind="claims")["results"]
    assert hit["claim"] == {
        "id": claim.pk,
        "uid": str(claim.uid),
        "quote": "A ferry left",
        "normalised": "Ferry gone",
        "claimant": None,
        "state": "open",
    }
    assert hit["article"]["id"] == ferry.pk
    assert found(api, q="ferry", corpus=cast.other_corpus.pk)["count"] == 0
    assert found(api, q="ferry", corpus=cast.other_corpus.pk, kind="claims")["count"] == 0


def test_pages_lead_on_and_back(api: Client, cast: Cast) -> None:
    articles = [factories.make_article(cast.corpus, f"Boat {n}.", title=f"{n}") for n in range(3)]
    first = found(api, q="boat", page_size=2)
    second = api.get(first["next"].split("/api/v1/")[1]).json()
    ids = [hit["article"]["id"] for page in (first, second) for hit in page["results"]]
    assert ids == [article.pk for article in articles[::-1]]
    assert second["next"] is None
    assert api.get(second["previous"].split("/api/v1/")[1]).json() == first
    assert found(api, q="boat", page=50)["results"] == []


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({}, "q"),
        ({"q": "a\0b"}, "q"),
        ({"q": "after:soon"}, "q"),
        ({"q": "x" * 401}, "q"),
        ({"q": "a", "kind": "people"}, "kind"),
        ({"q": "a", "page": "0"}, "page"),
        ({"q": "a", "page_size": "101"}, "page_size"),
        ({"q": "a", "corpus": "x"}, "corpus"),
    ],
)
def test_what_is_refused(api: Client, parameters: dict[str, str], field: str) -> None:
    response = api.get("search/", parameters)
    assert response.status_code == 400
    assert list(response.json()["fields"]) == [field]


def test_lists_take_a_query(
    api: Client, cast: Cast, ferry: Article, as_: Callable[[User | None], Client]
) -> None:
    other = factories.make_article(cast.corpus, "No boat at all.")
    claim = factories.make_claim(ferry, cast.reviewer, "A ferry left")
    factories.make_claim(other, cast.reviewer, "No boat")

    def ids(path: str, **parameters: Any) -> list[int]:
        return [row["id"] for row in found(api, path, **parameters)["results"]]

    assert ids("articles/", q="boats") == [ferry.pk, other.pk]
    assert ids("articles/", q="boat -ferry", state="waiting") == [other.pk]
    assert ids("claims/", q="ferry") == [claim.pk]
    assert ids("claims/", q="ferry", article=other.pk) == []
    claim_withdraw(actor=cast.reviewer, claim=claim, revision=1)
    assert ids("claims/", q="ferry") == []
    assert ids("claims/", q="ferry state:withdrawn") == [claim.pk]
    assert ids("claims/", q="ferry", include_withdrawn="true") == [claim.pk]
    assert found(as_(cast.outsider), "articles/", q="ferry")["results"] == []
    for path in ("articles/", "claims/"):
        refused = api.get(path, {"q": "before:never"})
        assert refused.status_code == 400
        assert list(refused.json()["fields"]) == ["q"]


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


@pytest.mark.parametrize("path", ["articles/", "claims/"])
def test_a_list_gives_up_what_takes_too_long(
    api: Client, ferry: Article, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(patience, "MAX_SECONDS", 0.1)
    for kind in search.KINDS:
        monkeypatch.setattr(
            search,
            kind,
            lambda rows, *_, **__: rows.annotate(n=RawSQL(ENDLESS, [])).filter(n__lt=0),  # noqa: S611
        )
    response = api.get(path, {"q": "ferry"})
    assert response.status_code == 400
    assert "takes too long" in response.content.decode()

"""The next article, one's day, detectors side by side, and following an invitation."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from annotations.models import Article, Membership
from annotations.services.claims import claim_create
from annotations.services.memberships import invitation_create
from annotations.services.tokens import token_create
from tests import factories
from tests.api.conftest import Client
from tests.factories import Cast
from tests.services.cast import at, make_article
from tests.services.test_run_comparison import LEFT, RIGHT, TEXT, read, revise

HASHES = {"a": LEFT.config_hash, "b": RIGHT.config_hash}


@pytest.fixture
def compared(cast: Cast) -> Article:
    article = make_article(cast.corpus, TEXT)
    read(article, LEFT, "Ferries doubled", "Nobody saw it")
    read(article, RIGHT, "Ferries doubled", "saw it", "Unemployment fell by half")
    return article


def test_detectors_side_by_side(api: Client, cast: Cast, compared: Article) -> None:
    found = api.get(f"corpora/{cast.corpus.pk}/detectors/").json()["results"]
    assert {one["config_hash"] for one in found} == set(HASHES.values())
    assert [one["articles"] for one in found] == [1, 1]
    path = f"corpora/{cast.corpus.pk}/detectors/comparison/"
    figures = api.get(path, HASHES).json()
    assert (figures["articles"], figures["same"], figures["overlapping"]) == (1, 1, 1)
    assert [figures[side]["suggestions"] for side in "ab"] == [2, 3]
    lines = api.get(f"articles/{compared.pk}/detectors/comparison/", HASHES).json()["results"]
    shown = [
        (TEXT[line["start"] : line["end"]], bool(line["a"]), bool(line["b"]), line["same"])
        for line in lines
    ]
    assert shown == [
        (words, left, right, words == "Ferries doubled")
        for words, left, right in sorted(
            [
                ("Ferries doubled", True, True),
                ("Nobody saw it", True, True),
                ("Unemployment fell by half", False, True),
            ],
            key=lambda line: TEXT.index(line[0]),
        )
    ]
    (mine,) = [line for line in lines if line["same"]]
    suggestion = api.get(f"suggestions/{mine['b']}/").json()
    assert suggestion["quote"] == "Ferries doubled"


def test_detectors_are_compared_on_the_text_that_both_have_read(
    api: Client, compared: Article
) -> None:
    path = f"articles/{compared.pk}/detectors/comparison/"
    revised = revise(compared, f"Corrected: {TEXT}")
    read(revised, LEFT, "Corrected")
    assert api.get(path, HASHES).json()["text_revision"] == 1
    read(revised, RIGHT, "Corrected")
    found = api.get(path, HASHES).json()
    assert (found["text_revision"], len(found["results"])) == (2, 1)


def test_the_next_article(api: Client, cast: Cast) -> None:
    first, second = (factories.make_extracted(cast.corpus) for _ in range(2))
    path = f"corpora/{cast.corpus.pk}/next/"
    asked: dict[str, Any] = {"order": "oldest"}
    assert api.get(path, asked).json() == {"article": first.pk}
    assert api.get(path, {**asked, "after": first.pk}).json() == {"article": second.pk}
    assert api.get(path, {**asked, "q": "nothing-like-this"}).json() == {"article": None}
    assert api.get(path, {"after": "x"}).status_code == 400
    for unreadable in ("after:soon", "x" * 401):
        answer = api.get(path, {"q": unreadable})
        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["q"])


@pytest.mark.parametrize("unreadable", ["after:soon", "x" * 401])
def test_words_that_cannot_be_read_choose_nothing(as_: Any, cast: Cast, unreadable: str) -> None:
    factories.make_extracted(cast.corpus)
    body = {"action": "delete", "queue": {"q": unreadable}, "confirm": cast.corpus.name}
    answer = as_(cast.admin).post(f"corpora/{cast.corpus.pk}/bulk/", body)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["queue.q"])
    body["queue"] = {"q": f"{'harbour ' * 26}-excluded"}
    assert as_(cast.admin).post(f"corpora/{cast.corpus.pk}/bulk/", body).status_code == 202


def test_ones_day(api: Client, cast: Cast) -> None:
    article = factories.make_article(cast.corpus)
    spans = [at(article.text.text, "Nobody knows why")]
    claim_create(actor=cast.reviewer, article=article, fields={"spans": spans})
    claim_create(actor=cast.second_reviewer, article=article, fields={"spans": spans})
    day = api.get(f"corpora/{cast.corpus.pk}/today/", {"zone": "UTC"}).json()
    assert (day["claims"], day["verdicts"], day["decisions_an_hour"]) == (1, 0, None)
    for nowhere in ("Nowhere", "America", "../etc/passwd", "/etc/passwd"):
        answer = api.get(f"corpora/{cast.corpus.pk}/today/", {"zone": nowhere})
        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["zone"])


def test_following_an_invitation(as_: Any, cast: Cast) -> None:
    made, key = invitation_create(actor=cast.admin, corpus=cast.corpus, role="adjudicator")
    api = as_(cast.outsider)
    wrong = api.post("invitations/accept/", {"key": "no"})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "conflict")
    answer = api.post("invitations/accept/", {"key": key})
    assert (answer.status_code, answer.json()) == (
        200,
        {"corpus": cast.corpus.pk, "role": "adjudicator"},
    )
    assert Membership.objects.get(corpus=cast.corpus, user=cast.outsider).role == "adjudicator"
    made.refresh_from_db()
    assert made.uses == 1


def test_a_token_for_one_corpus_leads_into_no_other(cast: Cast) -> None:
    _, key = invitation_create(actor=cast.admin, corpus=cast.corpus, role="reviewer")
    _, token = token_create(
        actor=cast.outsider, name="elsewhere", scopes=["manage"], corpus=cast.other_corpus
    )
    client = APIClient(headers={"Authorization": f"Token {token}"})
    answer = client.post("/api/v1/invitations/accept/", {"key": key}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert not Membership.objects.filter(corpus=cast.corpus, user=cast.outsider).exists()

"""The change feed, as somebody who keeps a copy of a corpus follows it."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from django.db import connection

from annotations.models import Article, Claim, Event
from annotations.services.claims import claim_withdraw
from annotations.services.evidence import evidence_withdraw
from annotations.services.suggestions import suggestion_accept
from annotations.services.undo import action_undo
from annotations.services.verdicts import verdict_retract
from tests import factories
from tests.api.conftest import Client
from tests.factories import Cast


def feed(api: Client, cast: Cast, **query: Any) -> Any:
    answer = api.get(f"corpora/{cast.corpus.pk}/changes/", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_following_a_corpus(api: Client, cast: Cast, article: Article) -> None:
    start = feed(api, cast, since="latest")
    assert (start["results"], start["more"]) == ([], False)
    claim = factories.make_claim(article, cast.reviewer)
    evidence = factories.make_evidence(
        claim, cast.reviewer, protected=True, protection_reason="x", citation="A secret source"
    )
    verdict = factories.make_verdict(claim, cast.reviewer)
    suggestion = factories.suggestions_of(article)[0]
    accepted = suggestion_accept(actor=cast.reviewer, suggestion=suggestion)
    factories.make_claim(factories.make_extracted(cast.other_corpus), cast.outsider)

    page = feed(api, cast, since=start["cursor"])
    rows = page["results"]
    assert [(row["kind"], row["type"], row["id"]) for row in rows] == [
        ("claim.created", "claim", claim.pk),
        ("evidence.added", "evidence", evidence.pk),
        ("verdict.given", "verdict", verdict.pk),
        ("suggestion.accepted", "suggestion", suggestion.pk),
    ]
    assert not any(row["gone"] for row in rows)
    assert rows[0]["uid"] == str(claim.uid)
    assert (rows[0]["revision"], rows[0]["article"]) == (1, article.pk)
    # The claim that accepting made.
    assert rows[3]["claim"] == accepted.pk
    assert "secret" not in json.dumps(page)
    assert page["next"].endswith(f"?since={page['cursor']}")
    assert feed(api, cast, since=page["cursor"]) == {
        "results": [], "cursor": page["cursor"], "next": page["next"], "more": False,
    }  # fmt: skip


def test_what_is_gone(api: Client, cast: Cast, article: Article) -> None:
    claims = [factories.make_claim(article, cast.reviewer) for _ in range(2)]
    evidence = factories.make_evidence(claims[0], cast.reviewer)
    verdict = factories.make_verdict(claims[0], cast.reviewer)
    start = feed(api, cast, since="latest")["cursor"]
    evidence_withdraw(actor=cast.reviewer, evidence=evidence, revision=1)
    verdict_retract(actor=cast.reviewer, verdict=verdict)
    claim_withdraw(actor=cast.reviewer, claim=claims[1], revision=1)

    def now() -> list[tuple[str, bool]]:
        return [(row["type"], row["gone"]) for row in feed(api, cast, since=start)["results"]]

    assert now() == [("evidence", True), ("verdict", True), ("claim", True)]
    rows = feed(api, cast, since=start)["results"]
    assert (rows[2]["uid"], rows[2]["revision"]) == (None, None)
    # Taken back: all that is said of the claim is what it is now, and its last word comes last.
    event = action_undo(actor=cast.reviewer, article=article)
    assert now()[2:] == [("claim", False), (event.target_type, False)]
    Claim.objects.filter(pk=claims[1].pk).delete()
    assert now()[2] == ("claim", True)


def test_pages(api: Client, cast: Cast, article: Article) -> None:
    for _ in range(3):
        factories.make_claim(article, cast.reviewer)
    numbers, since = [], 0
    while True:
        page = feed(api, cast, since=since, limit=2)
        assert len(page["results"]) <= 2
        numbers += [row["number"] for row in page["results"]]
        since = page["cursor"]
        if not page["more"]:
            break
    everything = Event.objects.filter(corpus=cast.corpus).count()
    assert numbers == list(range(1, everything + 1))
    for sent, field in (
        ({"since": everything + 1}, "since"),
        ({"since": "soon"}, "since"),
        ({"since": "-1"}, "since"),
        ({"limit": 0}, "limit"),
        ({"limit": 501}, "limit"),
    ):
        answer = api.get(f"corpora/{cast.corpus.pk}/changes/", sent)
        assert (answer.status_code, list(answer.json()["fields"])) == (400, [field]), sent
    assert api.get(f"corpora/{cast.other_corpus.pk}/changes/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_nothing_is_missed_while_others_write(cast: Cast, article: Article, as_: Any) -> None:
    start = feed(as_(cast.reviewer), cast, since="latest")["cursor"]
    writers = [cast.reviewer, cast.second_reviewer, cast.adjudicator, cast.admin]

    def write(who: Any) -> None:
        for _ in range(5):
            factories.make_claim(article, who)
        connection.close()

    threads = [threading.Thread(target=write, args=[who]) for who in writers]
    for thread in threads:
        thread.start()
    seen: list[int] = []
    since = start
    while any(thread.is_alive() for thread in threads) or len(seen) < 20:
        page = feed(as_(cast.reviewer), cast, since=since, limit=3)
        seen += [row["number"] for row in page["results"]]
        since = page["cursor"]
        assert len(seen) <= 20
    for thread in threads:
        thread.join()
    assert seen == list(range(start + 1, start + 21))

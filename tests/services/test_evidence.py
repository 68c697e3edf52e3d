"""Evidence: where it may come from, and who may change it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from annotations.errors import Conflict, InvalidInput, NotAllowed, StaleRevision
from annotations.models import Article, Claim, Event, Evidence
from annotations.services.claims import claim_update, claim_withdraw
from annotations.services.evidence import (
    evidence_add,
    evidence_snapshot,
    evidence_update,
    evidence_withdraw,
)

from .cast import Cast, last_event, make_evidence


def test_adding_keeps_what_was_given(cast: Cast, claim: Claim) -> None:
    evidence = evidence_add(
        actor=cast.second,
        claim=claim,
        fields={
            "url": " https://ledger.example/2021 ",
            "title": "Ledger",
            "quote": "12,000,000",
            "stance": "SUPPORTS",
            "source_medium": "Web table",
            "published": dt.date(2021, 3, 1),
        },
    )
    assert evidence.url == "https://ledger.example/2021"
    event = last_event()
    assert (event.kind, event.claim, event.before) == ("evidence.added", claim, None)
    assert event.after == evidence_snapshot(evidence)
    assert event.after["published"] == "2021-03-01"


def test_a_citation_will_do(cast: Cast, claim: Claim) -> None:
    evidence = make_evidence(cast.reviewer, claim, url="", citation="Town archive, box 7")
    assert str(evidence) == "Town archive, box 7"


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example/harbour",
        "http://news.example/harbour",
        "https://www.news.example/harbour",
        "https://news.example/harbour/",
        "https://news.example/harbour#comments",
        "HTTPS://NEWS.EXAMPLE/harbour",
        "https://news.example./harbour",
        " https://news.example/harbour ",
    ],
)
def test_the_article_is_no_evidence_for_itself(cast: Cast, claim: Claim, url: str) -> None:
    with pytest.raises(InvalidInput, match="own claims") as caught:
        make_evidence(cast.reviewer, claim, url=url)
    assert list(caught.value.fields) == ["url"]


@pytest.mark.parametrize("url", ["https://news.example/harbour?page=2", "https://news.example/"])
def test_another_page_of_the_same_outlet_is(cast: Cast, claim: Claim, url: str) -> None:
    assert make_evidence(cast.reviewer, claim, url=url).url == url


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "JavaScript:alert(1)"}, "url"),
        ({"url": "data:text/html,x"}, "url"),
        ({"url": "ftp://ledger.example/x"}, "url"),
        ({"url": "ledger.example"}, "url"),
        ({"url": "https://[::1"}, "url"),
        ({"url": "https://"}, "url"),
        ({"url": "https://ledger.example/" + "x" * 2000}, "url"),
        ({"url": "", "citation": "  "}, "url"),
        ({"stance": ""}, "stance"),
        ({"stance": "MAYBE"}, "stance"),
        ({"source_medium": "Rumour"}, "source_medium"),
        ({"title": "x" * 501}, "title"),
    ],
)
def test_bad_input_names_its_field(
    cast: Cast, claim: Claim, fields: dict[str, Any], field: str
) -> None:
    events = Event.objects.count()
    with pytest.raises(InvalidInput) as caught:
        make_evidence(cast.reviewer, claim, **fields)
    assert list(caught.value.fields) == [field]
    assert Event.objects.count() == events
    assert not Evidence.objects.exists()


def test_an_update_is_checked_like_an_addition(cast: Cast, claim: Claim) -> None:
    evidence = make_evidence(cast.reviewer, claim)
    with pytest.raises(InvalidInput, match="own claims"):
        evidence_update(
            actor=cast.reviewer,
            evidence=evidence,
            revision=1,
            fields={"url": "https://www.news.example/harbour/"},
        )
    with pytest.raises(InvalidInput, match="citation is needed"):
        evidence_update(actor=cast.reviewer, evidence=evidence, revision=1, fields={"url": ""})


def test_updating(cast: Cast, claim: Claim) -> None:
    evidence = make_evidence(cast.reviewer, claim)
    before = evidence_snapshot(evidence)
    changed = evidence_update(
        actor=cast.second, evidence=evidence, revision=1, fields={"stance": "REFUTES"}
    )
    assert (changed.revision, changed.added_by) == (2, cast.reviewer)
    event = last_event()
    assert (event.kind, event.actor, event.before) == ("evidence.updated", cast.second, before)
    assert event.after == {**before, "stance": "REFUTES"}
    with pytest.raises(StaleRevision) as caught:
        evidence_update(actor=cast.reviewer, evidence=evidence, revision=1, fields={"note": "x"})
    assert caught.value.current.stance == "REFUTES"
    same = evidence_update(
        actor=cast.reviewer, evidence=evidence, revision=2, fields={"stance": "REFUTES"}
    )
    assert (same.revision, last_event()) == (2, event)


def test_withdrawing(cast: Cast, claim: Claim) -> None:
    evidence = make_evidence(cast.reviewer, claim)
    with pytest.raises(StaleRevision):
        evidence_withdraw(actor=cast.reviewer, evidence=evidence, revision=9)
    evidence_withdraw(actor=cast.reviewer, evidence=evidence, revision=1)
    event = last_event()
    assert (event.before["withdrawn"], event.after["withdrawn"]) == (False, True)
    evidence_withdraw(actor=cast.reviewer, evidence=evidence, revision=1)
    assert last_event() == event
    assert not claim.evidence.standing().exists()
    with pytest.raises(Conflict):
        evidence_update(actor=cast.reviewer, evidence=evidence, revision=2, fields={"note": "x"})


def test_the_same_request_twice_adds_once(cast: Cast, claim: Claim) -> None:
    uid = uuid.uuid4()
    fields: Any = {"url": "https://ledger.example/", "stance": "SUPPORTS"}
    first = evidence_add(actor=cast.reviewer, claim=claim, fields=fields, uid=uid)
    assert evidence_add(actor=cast.reviewer, claim=claim, fields=fields, uid=uid) == first
    assert Evidence.objects.count() == 1
    with pytest.raises(NotAllowed):
        evidence_add(actor=cast.second, claim=claim, fields=fields, uid=uid)


def test_a_withdrawn_claim_takes_no_evidence(cast: Cast, claim: Claim) -> None:
    claim_withdraw(actor=cast.reviewer, claim=claim, revision=1)
    with pytest.raises(Conflict):
        make_evidence(cast.reviewer, claim)


def test_an_outsider_can_do_nothing(cast: Cast, claim: Claim) -> None:
    evidence = make_evidence(cast.reviewer, claim)
    with pytest.raises(NotAllowed):
        make_evidence(cast.outsider, claim)
    with pytest.raises(NotAllowed):
        evidence_update(actor=cast.outsider, evidence=evidence, revision=1, fields={"note": "x"})
    with pytest.raises(NotAllowed):
        evidence_withdraw(actor=cast.outsider, evidence=evidence, revision=1)
    assert not Evidence.objects.visible_to(cast.outsider).exists()


def test_evidence_later_than_the_claim_is_told_apart(cast: Cast, article: Article) -> None:
    claim = Claim(article=article, claim_date=dt.date(2021, 12, 1))
    for published, expected in [
        (dt.date(2021, 12, 2), True),
        (dt.date(2021, 12, 1), False),
        (None, None),
    ]:
        assert Evidence(claim=claim, published=published).is_post_claim is expected


# --- Sets, protected sources, what was known ----------------------------------------------


def test_sets_have_numbers(cast: Cast, claim: Claim) -> None:
    piece = make_evidence(cast.reviewer, claim, set_number=2)
    assert last_event().after["set_number"] == piece.set_number == 2
    alone = evidence_update(
        actor=cast.reviewer, evidence=piece, revision=1, fields={"set_number": None}
    )
    assert alone.set_number is None


@pytest.mark.parametrize("number", [0, -1, 100, 40_000, 2**70])
def test_numbers_that_no_set_has(cast: Cast, claim: Claim, number: int) -> None:
    with pytest.raises(InvalidInput, match="from 1 to 99") as caught:
        make_evidence(cast.reviewer, claim, set_number=number)
    assert list(caught.value.fields) == ["set_number"]


@pytest.mark.parametrize("reason", ["", "  "])
def test_protection_needs_a_reason(cast: Cast, claim: Claim, reason: str) -> None:
    with pytest.raises(InvalidInput, match="say why") as caught:
        make_evidence(cast.reviewer, claim, protected=True, protection_reason=reason)
    assert list(caught.value.fields) == ["protection_reason"]
    piece = make_evidence(cast.reviewer, claim)
    with pytest.raises(InvalidInput, match="say why"):
        evidence_update(actor=cast.reviewer, evidence=piece, revision=1, fields={"protected": True})


def test_protection_that_is_lifted_takes_its_reason_along(cast: Cast, claim: Claim) -> None:
    piece = make_evidence(cast.reviewer, claim, protected=True, protection_reason="Fears for work.")
    open_ = evidence_update(
        actor=cast.reviewer, evidence=piece, revision=1, fields={"protected": False}
    )
    assert (open_.protected, open_.protection_reason) == (False, "")
    assert last_event().before["protection_reason"] == "Fears for work."


@pytest.mark.parametrize(
    ("published", "claimed", "post", "known"),
    [
        (dt.date(2021, 3, 1), dt.date(2021, 3, 2), False, True),
        (dt.date(2021, 3, 2), dt.date(2021, 3, 2), False, True),
        (dt.date(2021, 3, 3), dt.date(2021, 3, 2), True, False),
        (None, dt.date(2021, 3, 2), None, False),
        (dt.date(2021, 3, 1), None, None, False),
        (None, None, None, False),
    ],
)
def test_what_was_known_fails_closed(
    cast: Cast, claim: Claim, published: Any, claimed: Any, post: Any, known: bool
) -> None:
    claim_update(actor=cast.reviewer, claim=claim, revision=1, fields={"claim_date": claimed})
    claim.refresh_from_db()
    piece = make_evidence(cast.reviewer, claim, published=published)
    assert (piece.is_post_claim, piece.was_known) == (post, known)

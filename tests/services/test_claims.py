"""Claims: made, changed, withdrawn; by whom, and against which revision."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from annotations.domain.transitions import ArticleState
from annotations.errors import Conflict, InvalidInput, NotAllowed, StaleRevision
from annotations.models import Article, Claim, Claimant, Corpus, Event, SuggestionDecision
from annotations.services.claim_fields import ClaimFields, claim_snapshot
from annotations.services.claims import claim_create, claim_update, claim_withdraw
from annotations.services.suggestions import suggestion_accept

from .cast import (
    TEXT,
    Cast,
    at,
    judge,
    last_event,
    make_article,
    make_claim,
    make_corpus,
    make_evidence,
    suggestion_of,
)


def test_a_claim_of_several_fragments(cast: Cast, article: Article) -> None:
    claim = claim_create(
        actor=cast.reviewer,
        article=article,
        fields={
            "spans": [at(TEXT, "Ferries doubled"), at(TEXT, "The harbour")],
            "normalised": "  The harbour   doubled the ferries. ",
            "types": ["causation"],
            "claimant": "Ilse  Vorn",
            "claim_date": dt.date(2021, 12, 1),
        },
    )
    assert claim.quote == "The harbour … Ferries doubled"
    assert claim.normalised == "The harbour doubled the ferries."
    assert claim.claimant == Claimant.objects.get(corpus=article.corpus, name="Ilse Vorn")
    article.refresh_from_db()
    assert article.state == ArticleState.IN_REVIEW
    event = last_event()
    assert (event.kind, event.actor, event.claim) == ("claim.created", cast.reviewer, claim)
    assert event.before is None
    assert event.after == claim_snapshot(claim)
    assert event.after["types"] == ["causation"]


def test_claims_may_overlap_and_repeat_each_other(cast: Cast, article: Article) -> None:
    for quote in ("cost 12 million", "12 million. Mayor", "cost 12 million"):
        make_claim(cast.second, article, quote)
    assert Claim.objects.filter(article=article).count() == 3


def test_white_space_at_the_edges_is_trimmed(cast: Cast, article: Article) -> None:
    start, end, _ = at(TEXT, " Ferries doubled")
    claim = claim_create(
        actor=cast.reviewer, article=article, fields={"spans": [(start, end, None)]}
    )
    assert claim.quote == "Ferries doubled"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "spans"),
        ({"spans": []}, "spans"),
        ({"spans": [(0, 10_000, None)]}, "spans"),
        ({"spans": [(5, 5, None)]}, "spans"),
        ({"spans": [(-1, 5, None)]}, "spans"),
        ({"spans": [(0, 11, "the harbour")]}, "spans"),
        ({"spans": [(0, 5, None), (4, 8, None)]}, "spans"),
        ({"spans": [(3, 4, None)]}, "spans"),
        ({"spans": [(i * 2, i * 2 + 1, None) for i in range(21)]}, "spans"),
        ({"spans": [(0, 3, None)], "normalised": "x" * 501}, "normalised"),
        ({"spans": [(0, 3, None)], "claimant": "x" * 201}, "claimant"),
        ({"spans": [(0, 3, None)], "types": ["no-such"]}, "types"),
        ({"spans": [(0, 3, None)], "types": ["quantity", "law"]}, "types"),
    ],
)
def test_bad_input_names_its_field_and_writes_nothing(
    cast: Cast, article: Article, fields: Any, field: str
) -> None:
    events = Event.objects.count()
    with pytest.raises(InvalidInput) as caught:
        claim_create(actor=cast.reviewer, article=article, fields=fields)
    assert list(caught.value.fields) == [field]
    assert (Claim.objects.count(), Claimant.objects.count()) == (0, 0)
    assert Event.objects.count() == events


def test_utf16_offsets_are_found_out(cast: Cast, article: Article) -> None:
    start, end, quote = at(TEXT, "Mayor Ilse Vorn")
    with pytest.raises(InvalidInput, match="not 'Mayor Ilse Vorn'"):
        claim_create(
            actor=cast.reviewer, article=article, fields={"spans": [(start + 1, end + 1, quote)]}
        )


def test_several_types_where_the_scheme_has_several(cast: Cast) -> None:
    corpus = make_corpus(cast, "Averitec", claim_type_scheme="averitec")
    claim = claim_create(
        actor=cast.reviewer,
        article=make_article(corpus),
        fields={"spans": [(0, 3, "The")], "types": ["numerical", "causal"]},
    )
    assert claim_snapshot(claim)["types"] == ["causal", "numerical"]


def test_the_same_request_twice_makes_one_claim(cast: Cast, article: Article) -> None:
    uid = uuid.uuid4()
    fields: ClaimFields = {"spans": [at(TEXT, "Ferries doubled")]}
    first = claim_create(actor=cast.reviewer, article=article, fields=fields, uid=uid)
    events = Event.objects.count()
    assert claim_create(actor=cast.reviewer, article=article, fields=fields, uid=uid) == first
    assert Event.objects.count() == events
    with pytest.raises(NotAllowed):
        claim_create(actor=cast.second, article=article, fields=fields, uid=uid)


def test_update_changes_what_is_named_and_nothing_else(cast: Cast, claim: Claim) -> None:
    before = claim_snapshot(claim)
    changed = claim_update(
        actor=cast.second,
        claim=claim,
        revision=1,
        fields={"normalised": "It cost 12 million.", "types": ["quantity"]},
    )
    assert changed.revision == 2
    event = last_event()
    assert (event.kind, event.actor) == ("claim.updated", cast.second)
    assert event.before == before
    assert event.after == {
        **before,
        "normalised": "It cost 12 million.",
        "types": ["quantity"],
    }


def test_an_update_that_changes_nothing_leaves_no_event(cast: Cast, claim: Claim) -> None:
    events = Event.objects.count()
    assert claim_update(actor=cast.second, claim=claim, revision=1, fields={}).revision == 1
    same: ClaimFields = {"normalised": " ", "claimant": None}
    assert claim_update(actor=cast.second, claim=claim, revision=1, fields=same).revision == 1
    assert Event.objects.count() == events


def test_a_failed_update_leaves_the_old_spans(cast: Cast, claim: Claim) -> None:
    before = claim_snapshot(claim)
    with pytest.raises(InvalidInput):
        claim_update(actor=cast.reviewer, claim=claim, revision=1, fields={"spans": []})
    assert claim_snapshot(Claim.objects.get(pk=claim.pk)) == before


def test_a_stale_update_gets_the_claim_as_it_is(cast: Cast, claim: Claim) -> None:
    claim_update(actor=cast.second, claim=claim, revision=1, fields={"normalised": "Theirs."})
    with pytest.raises(StaleRevision) as caught:
        claim_update(actor=cast.reviewer, claim=claim, revision=1, fields={"normalised": "Mine."})
    assert (caught.value.expected, caught.value.current.revision) == (1, 2)
    assert caught.value.current.normalised == "Theirs."


def test_withdrawing_keeps_the_row_and_frees_the_suggestion(cast: Cast, article: Article) -> None:
    suggestion = suggestion_of(article, "cost 12 million")
    claim = suggestion_accept(actor=cast.reviewer, suggestion=suggestion)
    claim_withdraw(actor=cast.reviewer, claim=claim, revision=1)
    claim.refresh_from_db()
    assert (claim.state, claim.revision) == ("withdrawn", 2)
    assert not SuggestionDecision.objects.filter(suggestion=suggestion).exists()
    event = last_event()
    assert event.kind == "claim.withdrawn"
    assert (event.before["withdrawn"], event.after["withdrawn"]) == (False, True)
    # Again is no error: the wish is fulfilled.
    claim_withdraw(actor=cast.reviewer, claim=claim, revision=1)
    assert last_event() == event
    with pytest.raises(Conflict, match="withdrawn"):
        claim_update(actor=cast.reviewer, claim=claim, revision=2, fields={"normalised": "x"})


def test_withdrawing_needs_the_current_revision(cast: Cast, claim: Claim) -> None:
    with pytest.raises(StaleRevision):
        claim_withdraw(actor=cast.reviewer, claim=claim, revision=7)


def test_a_claim_with_somebody_elses_work_is_not_withdrawn(cast: Cast, claim: Claim) -> None:
    make_evidence(cast.second, claim)
    with pytest.raises(Conflict, match="sven has added evidence"):
        claim_withdraw(actor=cast.reviewer, claim=claim, revision=1)
    judge(cast.reviewer, claim)
    with pytest.raises(Conflict, match="rita has given a verdict"):
        claim_withdraw(actor=cast.second, claim=claim, revision=1)


def test_an_outsider_can_do_nothing(cast: Cast, article: Article, claim: Claim) -> None:
    fields: ClaimFields = {"spans": [(0, 3, "The")]}
    with pytest.raises(NotAllowed):
        claim_create(actor=cast.outsider, article=article, fields=fields)
    with pytest.raises(NotAllowed):
        claim_update(actor=cast.outsider, claim=claim, revision=1, fields=fields)
    with pytest.raises(NotAllowed):
        claim_withdraw(actor=cast.outsider, claim=claim, revision=1)
    assert not Claim.objects.visible_to(cast.outsider).exists()


def test_a_member_of_another_corpus_is_an_outsider(cast: Cast, claim: Claim) -> None:
    other = make_corpus(cast, "Other")
    other.memberships.create(user=cast.outsider, role="admin")
    with pytest.raises(NotAllowed):
        claim_update(actor=cast.outsider, claim=claim, revision=1, fields={"normalised": "x"})
    assert not Claim.objects.visible_to(cast.outsider).exists()


def test_a_deactivated_member_can_do_nothing(cast: Cast, corpus: Corpus, claim: Claim) -> None:
    cast.second.is_active = False
    cast.second.save()
    with pytest.raises(NotAllowed):
        claim_update(actor=cast.second, claim=claim, revision=1, fields={"normalised": "x"})
    assert not Claim.objects.visible_to(cast.second).exists()

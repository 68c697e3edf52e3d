"""Suggestions: decided once, in whichever run they were shown; carried over to later runs."""

from __future__ import annotations

import uuid

import pytest

from annotations.errors import Conflict, NotAllowed
from annotations.models import Article, Claim, Event, SuggestionDecision
from annotations.services.claim_fields import claim_snapshot
from annotations.services.claims import claim_update, claim_withdraw
from annotations.services.suggestions import (
    suggestion_accept,
    suggestion_reject,
    suggestion_reopen,
)
from annotations.services.undo import action_undo

from .cast import Cast, extract, kinds, last_event, make_claim, make_evidence, suggestion_of

QUOTES = ("cost 12 million", "sales fell 5%", "Ferries doubled")


def test_accepting_makes_a_claim_that_points_back(cast: Cast, article: Article) -> None:
    suggestion = suggestion_of(article, "sales fell 5%")
    claim = suggestion_accept(actor=cast.reviewer, suggestion=suggestion)
    assert (claim.quote, claim.suggestion, claim.created_by) == (
        "sales fell 5%",
        suggestion,
        cast.reviewer,
    )
    assert claim_snapshot(claim)["types"] == ["quantity"]
    event = last_event()
    assert (event.kind, event.before) == ("suggestion.accepted", {"outcome": None})
    assert event.after == {
        "outcome": "accepted",
        "claim": claim.pk,
        "state": claim_snapshot(claim),
    }


def test_accepting_again_returns_the_same_claim(cast: Cast, article: Article) -> None:
    suggestion = suggestion_of(article, "sales fell 5%")
    claim = suggestion_accept(actor=cast.reviewer, suggestion=suggestion)
    events = Event.objects.count()
    assert suggestion_accept(actor=cast.reviewer, suggestion=suggestion) == claim
    assert Event.objects.count() == events
    with pytest.raises(Conflict, match="rita has accepted"):
        suggestion_accept(actor=cast.second, suggestion=suggestion)
    with pytest.raises(Conflict, match="rita has accepted"):
        suggestion_reject(actor=cast.second, suggestion=suggestion)
    with pytest.raises(Conflict, match="withdraw the claim"):
        suggestion_reopen(actor=cast.reviewer, suggestion=suggestion)


def test_a_request_sent_again_after_its_undo_makes_no_second_claim(
    cast: Cast, article: Article
) -> None:
    suggestion, uid = suggestion_of(article, "sales fell 5%"), uuid.uuid4()
    claim = suggestion_accept(actor=cast.reviewer, suggestion=suggestion, uid=uid)
    action_undo(actor=cast.reviewer, article=article)
    assert suggestion_accept(actor=cast.reviewer, suggestion=suggestion, uid=uid) == claim


def test_rejecting_and_reopening(cast: Cast, article: Article) -> None:
    suggestion = suggestion_of(article, "Ferries doubled")
    decision = suggestion_reject(actor=cast.reviewer, suggestion=suggestion)
    assert suggestion_reject(actor=cast.second, suggestion=suggestion) == decision
    suggestion_reopen(actor=cast.second, suggestion=suggestion)
    suggestion_reopen(actor=cast.second, suggestion=suggestion)
    assert not SuggestionDecision.objects.exists()
    assert kinds(article)[-2:] == ["suggestion.rejected", "suggestion.reopened"]
    event = last_event()
    assert (event.before, event.after) == (
        {"outcome": "rejected", "decided_by": cast.reviewer.pk},
        {"outcome": None},
    )
    suggestion_accept(actor=cast.second, suggestion=suggestion)


@pytest.mark.parametrize("service", [suggestion_accept, suggestion_reject, suggestion_reopen])
def test_an_outsider_decides_nothing(cast: Cast, article: Article, service: object) -> None:
    with pytest.raises(NotAllowed):
        service(  # type: ignore[operator]
            actor=cast.outsider, suggestion=suggestion_of(article, "Ferries doubled")
        )
    assert not SuggestionDecision.objects.exists()


def test_a_new_run_inherits_decisions_and_touches_nobodys_rows(
    cast: Cast, article: Article
) -> None:
    accepted = suggestion_accept(
        actor=cast.reviewer, suggestion=suggestion_of(article, "cost 12 million")
    )
    claim_update(
        actor=cast.second, claim=accepted, revision=1, fields={"normalised": "It cost 12 million."}
    )
    suggestion_reject(actor=cast.second, suggestion=suggestion_of(article, "Ferries doubled"))
    own = make_claim(cast.second, article, "Mayor Ilse Vorn")
    make_evidence(cast.second, own)
    before = list(Claim.objects.order_by("pk").values())
    first = article.current_run

    second = extract(article, "cost 12 million", "Ferries doubled", "pay for itself")

    assert article.current_run == second != first
    assert list(Claim.objects.order_by("pk").values()) == before
    decisions = {
        d.suggestion.quote: d for d in SuggestionDecision.objects.filter(suggestion__run=second)
    }
    assert set(decisions) == {"cost 12 million", "Ferries doubled"}
    inherited = decisions["cost 12 million"]
    assert (inherited.claim, inherited.decided_by) == (accepted, cast.reviewer)
    assert inherited.carried_from is not None
    assert decisions["Ferries doubled"].decided_by == cast.second

    # A third run inherits from what a person decided, not from what was inherited.
    extract(article, *QUOTES)
    assert not SuggestionDecision.objects.filter(carried_from__carried_from__isnull=False).exists()


def test_a_span_is_not_decided_twice_through_two_runs(cast: Cast, article: Article) -> None:
    """A page that still shows the first run after the second was recorded."""
    old = suggestion_of(article, "Ferries doubled")
    extract(article, *QUOTES)
    claim = suggestion_accept(
        actor=cast.second, suggestion=suggestion_of(article, "Ferries doubled")
    )
    with pytest.raises(Conflict, match="sven has accepted"):
        suggestion_accept(actor=cast.reviewer, suggestion=old)
    assert suggestion_accept(actor=cast.second, suggestion=old) == claim
    assert Claim.objects.count() == 1


def test_a_decision_on_an_old_page_shows_in_the_new_run(cast: Cast, article: Article) -> None:
    old = suggestion_of(article, "Ferries doubled")
    extract(article, *QUOTES)
    suggestion_reject(actor=cast.reviewer, suggestion=old)
    current = suggestion_of(article, "Ferries doubled")
    assert current != old
    assert current.decision.outcome == "rejected"
    suggestion_reopen(actor=cast.second, suggestion=current)
    assert not SuggestionDecision.objects.exists()


def test_withdrawing_frees_the_span_in_every_run(cast: Cast, article: Article) -> None:
    claim = suggestion_accept(
        actor=cast.reviewer, suggestion=suggestion_of(article, "Ferries doubled")
    )
    extract(article, *QUOTES)
    claim_withdraw(actor=cast.reviewer, claim=claim, revision=1)
    assert not SuggestionDecision.objects.exists()
    suggestion_accept(actor=cast.second, suggestion=suggestion_of(article, "Ferries doubled"))
    with pytest.raises(Conflict, match="decided by somebody meanwhile"):
        action_undo(actor=cast.reviewer, article=article)


def test_an_inherited_decision_goes_with_its_origin(cast: Cast, article: Article) -> None:
    suggestion_reject(actor=cast.reviewer, suggestion=suggestion_of(article, "Ferries doubled"))
    extract(article, *QUOTES)
    action_undo(actor=cast.reviewer, article=article)
    assert not SuggestionDecision.objects.exists()

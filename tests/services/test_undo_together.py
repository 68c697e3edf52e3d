"""Undo and redo while others work on, and through merged claims."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from annotations.errors import Conflict, NotAllowed
from annotations.models import Article, Claim, Corpus, Evidence, Snapshot, SuggestionDecision
from annotations.services.claim_parts import claim_merge
from annotations.services.claims import claim_update, claim_withdraw
from annotations.services.corpora import membership_set
from annotations.services.discussion import thread_start
from annotations.services.suggestions import suggestion_accept
from annotations.services.undo import action_redo, action_undo
from annotations.services.verdicts import verdict_retract

from .cast import Cast, judge, make_claim, make_evidence, make_question, suggestion_of


def merge(actor: Any, claim: Claim, other: Claim) -> None:
    for one in (claim, other):
        one.refresh_from_db()
    claim_merge(
        actor=actor,
        claim=claim,
        revision=claim.revision,
        other=other,
        other_revision=other.revision,
    )


@pytest.fixture
def other(cast: Cast, article: Article) -> Claim:
    return make_claim(cast.reviewer, article, "pay for itself")


def test_a_withdrawal_is_not_done_again_over_somebodys_evidence(
    cast: Cast, article: Article, claim: Claim
) -> None:
    claim_withdraw(actor=cast.reviewer, claim=claim, revision=1)
    action_undo(actor=cast.reviewer, article=article)
    make_evidence(cast.second, claim)
    with pytest.raises(Conflict, match="sven has added evidence"):
        action_redo(actor=cast.reviewer, article=article)
    assert claim in Claim.objects.standing()


Work = Callable[[Cast, Claim], object]


@pytest.mark.parametrize(
    "work",
    [
        lambda cast, claim: judge(cast.second, claim),
        lambda cast, claim: make_evidence(cast.second, claim),
        lambda cast, claim: make_question(cast.second, claim),
        lambda cast, claim: thread_start(actor=cast.second, claim=claim, text="Really?"),
        lambda cast, claim: Snapshot.objects.create(
            claim=claim, url="https://x.example/", requested_by=cast.second
        ),
    ],
    ids=["verdict", "evidence", "question", "thread", "copy"],
)
def test_a_merging_is_not_done_again_over_somebodys_work(
    cast: Cast, article: Article, claim: Claim, other: Claim, work: Work
) -> None:
    make_evidence(cast.reviewer, other)
    merge(cast.reviewer, claim, other)
    action_undo(actor=cast.reviewer, article=article)
    work(cast, other)
    with pytest.raises(Conflict):
        action_redo(actor=cast.reviewer, article=article)
    assert other in Claim.objects.standing()


def test_a_merging_with_what_it_had_is_done_again(
    cast: Cast, article: Article, claim: Claim, other: Claim
) -> None:
    piece = make_evidence(cast.second, other)
    merge(cast.reviewer, claim, other)
    action_undo(actor=cast.reviewer, article=article)
    action_redo(actor=cast.reviewer, article=article)
    piece.refresh_from_db()
    assert piece.claim == claim


def test_mergings_of_merged_claims_are_undone_one_by_one(cast: Cast, article: Article) -> None:
    one, two, three = (
        suggestion_accept(actor=cast.reviewer, suggestion=suggestion_of(article, words))
        for words in ("cost 12 million", "sales fell 5%", "Ferries doubled")
    )

    def whose() -> list[int | None]:
        found = SuggestionDecision.objects.order_by("suggestion__start")
        return list(found.values_list("claim_id", flat=True))

    def into() -> list[Claim | None]:
        return [Claim.objects.get(pk=claim.pk).merged_into for claim in (one, two, three)]

    merge(cast.reviewer, two, three)
    merge(cast.reviewer, one, two)
    assert (whose(), into()) == ([one.pk] * 3, [None, one, one])
    action_undo(actor=cast.reviewer, article=article)
    assert (whose(), into()) == ([one.pk, two.pk, two.pk], [None, None, two])
    action_redo(actor=cast.reviewer, article=article)
    assert (whose(), into()) == ([one.pk] * 3, [None, one, one])
    for _ in range(2):
        action_undo(actor=cast.reviewer, article=article)
    assert (whose(), into()) == ([one.pk, two.pk, three.pk], [None] * 3)
    # And so on back to the start, which a decision that stayed elsewhere would not let through.
    for _ in range(3):
        action_undo(actor=cast.reviewer, article=article)
    assert whose() == []


def test_evidence_is_not_pulled_from_under_a_verdict_on_the_merged_claim(
    cast: Cast, article: Article, claim: Claim, other: Claim
) -> None:
    piece = make_evidence(cast.reviewer, other)
    merge(cast.second, claim, other)
    judge(cast.adjudicator, claim)
    with pytest.raises(Conflict, match="adja has given a verdict"):
        action_undo(actor=cast.reviewer, article=article)
    assert piece in Evidence.objects.standing()


def test_a_verdict_given_again_is_about_the_words_that_were_read(
    cast: Cast, article: Article, claim: Claim
) -> None:
    make_evidence(cast.reviewer, claim)
    judge(cast.second, claim)
    action_undo(actor=cast.second, article=article)
    claim_update(
        actor=cast.reviewer, claim=claim, revision=1, fields={"normalised": "Something else."}
    )
    action_redo(actor=cast.second, article=article)
    assert claim.verdicts.standing().get().claim_revision == 1


def test_a_verdict_is_not_given_again_on_a_withdrawn_claim(
    cast: Cast, article: Article, claim: Claim
) -> None:
    make_evidence(cast.reviewer, claim)
    judge(cast.second, claim)
    action_undo(actor=cast.second, article=article)
    claim_withdraw(actor=cast.reviewer, claim=claim, revision=1)
    with pytest.raises(Conflict, match="changed by somebody since"):
        action_redo(actor=cast.second, article=article)


def test_who_adjudicates_no_more_does_not_adjudicate_again(
    cast: Cast, corpus: Corpus, article: Article, claim: Claim
) -> None:
    make_evidence(cast.reviewer, claim)
    judge(cast.reviewer, claim)
    verdict = judge(cast.adjudicator, claim, adjudication=True)
    verdict_retract(actor=cast.adjudicator, verdict=verdict)
    membership_set(actor=None, corpus=corpus, user=cast.adjudicator, role="reviewer")
    with pytest.raises(NotAllowed):
        action_undo(actor=cast.adjudicator, article=article)

"""A small corpus in which every case of an export occurs once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine

from annotations import models
from annotations.detection.interface import (
    Attribution,
    Claimant,
    DatedExpression,
    DetectedClaim,
)
from annotations.models import Article, Claim, FactCheck, Snapshot
from annotations.services.answers import answer_add, answer_withdraw
from annotations.services.articles import article_create
from annotations.services.claims import claim_create, claim_update, claim_withdraw
from annotations.services.corpora import guideline_add
from annotations.services.discussion import (
    comment_add,
    comment_edit,
    comment_withdraw,
    thread_resolve,
    thread_start,
)
from annotations.services.evidence import evidence_add, evidence_withdraw
from annotations.services.fact_checks import fact_check_correct
from annotations.services.questions import question_ask, question_withdraw
from annotations.services.suggestions import suggestion_accept, suggestion_reject
from annotations.services.verdicts import verdict_give, verdict_retract
from tests import factories
from tests.factories import FOUND, TEXT, Cast
from tests.services.publishing import draft, publish, set_publisher

START = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


# None of these words may be in any export.
PROTECTED = {
    "url": "https://whistle.example/leak",
    "citation": "Whistleblower W.",
    "title": "Whistle title",
    "publisher": "Whistle press",
    "published": dt.date(1999, 9, 9),
    "quote": "Whistle quote",
    "note": "Whistle note",
    "stance": "SUPPORTS",
    "source_medium": "Audio",
    "set_number": 2,
    "protected": True,
    "protection_reason": "Whistle reason",
}


def uid(number: int) -> uuid.UUID:
    return uuid.UUID(int=number)


@dataclass
class Exhibit:
    """What there is to export. ``claims`` stand, in order: adjudicated, tied, unjudged."""

    cast: Cast
    article: Article
    empty: Article
    claims: list[Claim]


@pytest.fixture
def exhibit(db: None) -> Iterator[Exhibit]:
    with time_machine.travel(START, tick=False) as clock:
        yield _build(clock)


def _build(clock: Any) -> Exhibit:
    cast = factories.make_cast()
    guideline_add(actor=cast.admin, corpus=cast.corpus, text="Read twice.")
    article = factories.make_article(
        cast.corpus,
        TEXT,
        title="=1+1, said the minister",
        url="https://news.example/a",
        author="A. Author",
        publisher="Ex News",
        published=dt.date(2026, 3, 1),
        dateline="Exland City",
        source_name="a.txt",
    )
    factories.run_detector(article, _found())
    article.refresh_from_db()
    accepted, rejected, _ = factories.suggestions_of(article)
    clock.shift(60)
    adjudicated = suggestion_accept(actor=cast.reviewer, suggestion=accepted, uid=uid(1))
    suggestion_reject(actor=cast.second_reviewer, suggestion=rejected)
    adjudicated = claim_update(
        actor=cast.reviewer,
        claim=adjudicated,
        revision=1,
        fields={"normalised": "Unemployment doubled", "claim_date": dt.date(2026, 2, 28)},
    )
    _judge(cast, adjudicated)
    clock.shift(60)
    tied = claim_create(
        actor=cast.second_reviewer,
        article=article,
        uid=uid(2),
        fields={
            # Two fragments; the emoji between them moves UTF-16 offsets.
            "spans": [_place("Emissions fell", article), _place("prices rose", article)],
            "normalised": '=HYPERLINK("https://evil.example")',
            "claimant": "@outlet",
            "place": "+Exland",
            "flag": "unclear",
            "flag_note": "Which prices?",
            "tags": ["prices", "-climate"],
        },
    )
    _evidence(cast, tied, uid(22), {"citation": "-Yearbook, p. 3", "stance": "SUPPORTS"})
    _verdict(cast.reviewer, tied, "True", uid(31))
    _verdict(cast.second_reviewer, tied, "Pants on Fire", uid(32))
    clock.shift(60)
    unjudged = claim_create(
        actor=cast.reviewer,
        article=article,
        uid=uid(3),
        fields={"spans": [_place("The café closed", article)]},
    )
    gone = claim_create(
        actor=cast.reviewer,
        article=article,
        uid=uid(4),
        fields={"spans": [_place("Nobody knows why", article)]},
    )
    claim_withdraw(actor=cast.reviewer, claim=gone, revision=1)
    empty = article_create(actor=None, corpus=cast.corpus, text="Nothing here.", title="Empty")
    clock.shift(60)
    _discuss(cast, adjudicated, clock)
    clock.shift(60)
    known = models.Claimant.objects.filter(name="the minister")
    assert known.update(role="Minister", wikidata_id="Q4242")
    _publish(cast, adjudicated, clock)
    return Exhibit(cast, article, empty, [adjudicated, tied, unjudged])


def _found() -> list[DetectedClaim]:
    """The usual phrases: somebody's words in 2025, a time that is unresolved, and a repeat."""
    source, cue = factories.place(TEXT, "the minister"), factories.place(TEXT, "said")
    (first, *one), (second, *two), (third, *three) = FOUND
    said = factories.place(TEXT, first)
    year, last_year = factories.place(TEXT, "2025"), factories.place(TEXT, "last year")
    return [
        factories.detected(
            TEXT,
            first,
            *one,
            kind_confidence=0.875,
            claimant=Claimant("the minister", *source),
            attribution=Attribution("direct", (said,), source, cue, 0.75),
            dates=(
                DatedExpression(*year, dt.date(2025, 1, 1), dt.date(2025, 12, 31), "year", "text"),
            ),
        ),
        factories.detected(
            TEXT, second, *two, dates=(DatedExpression(*last_year, None, None, "year", ""),)
        ),
        factories.detected(TEXT, third, *three, kind_confidence=0.5, first_mention=said),
    ]


def _judge(cast: Cast, claim: Claim) -> None:
    """Two verdicts that differ, an older and a retracted one, and an adjudication."""
    fields = {
        "url": "https://statistics.example/1",
        "title": "Labour market",
        "publisher": "Statistics Exland",
        "published": dt.date(2026, 3, 1),
        "quote": "It fell.",
        "note": "Table 2",
        "stance": "REFUTES",
        "source_medium": "Web table",
        "set_number": 1,
        "snapshot": _copy(cast, claim).pk,
    }
    _evidence(cast, claim, uid(20), fields)
    _evidence(cast, claim, uid(23), PROTECTED)
    taken_off = _evidence(cast, claim, uid(21), {"citation": "Hearsay", "stance": "SUPPORTS"})
    evidence_withdraw(actor=cast.reviewer, evidence=taken_off, revision=1)
    _questions(cast, claim)
    _verdict(cast.reviewer, claim, "Half True", uid(10))
    _verdict(cast.reviewer, claim, "False", uid(11))
    _verdict(cast.second_reviewer, claim, "True", uid(12))
    retracted = _verdict(cast.second_reviewer, claim, "Mostly True", uid(13))
    verdict_retract(actor=cast.second_reviewer, verdict=retracted)
    _verdict(
        cast.adjudicator,
        claim,
        "Mostly False",
        uid(14),
        adjudication=True,
        confidence="high",
        strategies=["Numerical Comparison", "Written Evidence"],
    )


def _questions(cast: Cast, claim: Claim) -> None:
    """One with an answer of each kind, one without, and an answer and a question taken back."""
    asked = _question(cast.reviewer, claim, "=Did it double?", uid(40))
    source = {"source_url": "https://statistics.example/2", "source_medium": "PDF"}
    copy = factories.make_snapshot(
        claim,
        cast.second_reviewer,
        b"It rose by 2 percent.",
        url="https://statistics.example/2",
        title="Quarterly",
        published=dt.date(2026, 2, 1),
    )
    for number, fields in enumerate(
        [
            {
                "answer_type": "Extractive",
                "text": "It rose by 2 percent.",
                **source,
                "snapshot": copy.pk,
            },
            {"answer_type": "Abstractive", "text": "Hardly: the rise was small.", **source},
            {"answer_type": "Boolean", "text": "No", "boolean_explanation": "Two is no hundred."},
            {"answer_type": "Unanswerable"},
        ]
    ):
        _answer(cast.second_reviewer, asked, fields, uid(41 + number))
    hasty = _answer(cast.reviewer, asked, {"answer_type": "Unanswerable"}, uid(45))
    answer_withdraw(actor=cast.reviewer, answer=hasty, revision=1)
    _question(cast.second_reviewer, claim, "Since when?", uid(46))
    gone = _question(cast.reviewer, claim, "Why?", uid(47))
    _answer(cast.reviewer, gone, {"answer_type": "Unanswerable"}, uid(48))
    question_withdraw(actor=cast.reviewer, question=gone, revision=1)


def _question(actor: Any, claim: Claim, text: str, number: uuid.UUID) -> Any:
    return question_ask(actor=actor, claim=claim, text=text, uid=number)


def _answer(actor: Any, question: Any, fields: Any, number: uuid.UUID) -> Any:
    return answer_add(actor=actor, question=question, fields=fields, uid=number)


def _discuss(cast: Cast, claim: Claim, clock: Any) -> None:
    """A settled thread with an edited and a withdrawn comment, an open one, and an empty one."""
    thread = thread_start(
        actor=cast.reviewer, claim=claim, text="Which year, @sam?", uid=uid(40), comment_uid=uid(41)
    )
    clock.shift(60)
    answer = comment_add(actor=cast.second_reviewer, thread=thread, text="2024", uid=uid(42))
    clock.shift(60)
    comment_edit(
        actor=cast.second_reviewer, comment=answer, revision=1, text="*2025*, as @rita and @ada say"
    )
    gone = comment_add(actor=cast.reviewer, thread=thread, text="Nonsense.", uid=uid(43))
    comment_withdraw(actor=cast.reviewer, comment=gone, revision=1)
    thread_resolve(actor=cast.adjudicator, thread=thread, revision=1)
    thread_start(
        actor=cast.adjudicator, claim=claim, text="=1+1 👩🏽‍🚀", uid=uid(44), comment_uid=uid(45)
    )
    empty = thread_start(actor=cast.admin, claim=claim, text="Oh.", uid=uid(46))
    comment_withdraw(actor=cast.admin, comment=empty.comments.get(), revision=1)


def _publish(cast: Cast, claim: Claim, clock: Any) -> None:
    """A fact-check that was corrected once."""
    set_publisher(cast.corpus)
    fact_check = publish(cast.admin, claim, title="Unemployment doubled")
    clock.shift(60)
    fact_check_correct(
        actor=cast.admin,
        fact_check=fact_check,
        revision=1,
        digest=draft(claim).digest,
        what="“Twice”, not “doubled”, after @rita's report.",
        why="It was unclear.",
        title="Twice as many out of work",
    )
    FactCheck.objects.filter(pk=fact_check.pk).update(uid=uid(50))


def _copy(cast: Cast, claim: Claim) -> Snapshot:
    return factories.make_snapshot(
        claim,
        cast.reviewer,
        b"<title>Labour market</title>",
        url="https://statistics.example/1",
        final_url="https://statistics.example/1/",
        text="Nothing of the page's own words leaves.",
    )


def _evidence(cast: Cast, claim: Claim, number: uuid.UUID, fields: Any) -> Any:
    return evidence_add(actor=cast.reviewer, claim=claim, fields=fields, uid=number)


def _verdict(actor: Any, claim: Claim, label: str, number: uuid.UUID, **more: Any) -> Any:
    return verdict_give(
        actor=actor,
        claim=claim,
        rating=factories.rating_of(claim.article.corpus, label),
        rationale=f"{label}, says {actor.username}.",
        claim_revision=Claim.objects.get(pk=claim.pk).revision,
        uid=number,
        **more,
    )


def _place(phrase: str, article: Article) -> tuple[int, int, str]:
    start = article.text.text.index(phrase)
    return start, start + len(phrase), phrase

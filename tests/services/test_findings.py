"""What a run keeps of each claim: who says it, when, how sure, what it repeats; all checked."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from annotations.detection.interface import (
    Attribution,
    Claimant,
    DatedExpression,
    DetectedClaim,
    Reason,
)
from annotations.models import Article, Corpus, DetectionRun, Job, Suggestion
from annotations.services.suggestions import suggestion_accept

from .cast import (
    TEXT,
    Cast,
    at,
    detection,
    extract_claims,
    make_article,
    suggestion_of,
)

COST, SALES, FERRIES = "cost 12 million", "sales fell 5%", "Ferries doubled"
NINTH = dt.date(2021, 12, 9)


def found(*quotes: str, text: str = TEXT, **fields: Any) -> tuple[DetectedClaim, ...]:
    return tuple(dataclasses.replace(c, **fields) for c in detection(text, *quotes).claims)


def place(words: str, text: str = TEXT) -> tuple[int, int]:
    return at(text, words)[:2]


@pytest.fixture
def waiting(corpus: Corpus) -> Article:
    return make_article(corpus)


def test_everything_is_kept(waiting: Article) -> None:
    (claim,) = found(
        FERRIES,
        kind_confidence=0.75,
        claimant=Claimant("Ilse Vorn", *place("she")),
        attribution=Attribution(
            form="indirect",
            content=(place(FERRIES), place("cost 12 million")),
            source=place("she"),
            cue=place("added"),
            confidence=0.9,
        ),
        dates=(
            DatedExpression(*place("12 million"), NINTH, NINTH, "day", "published"),
            DatedExpression(*place("street"), None, None, "season", ""),
        ),
    )
    extract_claims(waiting, claim)
    kept = suggestion_of(waiting, FERRIES)
    assert kept.kind_confidence == 0.75
    assert (kept.claimant_name, kept.claimant_mention) == ("Ilse Vorn", list(place("she")))
    assert kept.attribution == {
        "form": "indirect",
        "source": list(place("she")),
        "cue": list(place("added")),
        "content": [list(place(FERRIES)), list(place(COST))],
        "confidence": 0.9,
    }
    resolved, unresolved = kept.dates
    assert resolved == {
        "start": place("12 million")[0],
        "end": place("12 million")[1],
        "first": "2021-12-09",
        "last": "2021-12-09",
        "granularity": "day",
        "anchor": "published",
    }
    assert (unresolved["first"], unresolved["last"], unresolved["anchor"]) == (None, None, "")
    assert kept.first_mention is None


def test_what_the_detector_does_not_say_stays_empty(waiting: Article) -> None:
    extract_claims(waiting, *found(FERRIES))
    kept = suggestion_of(waiting, FERRIES)
    assert (kept.claimant_mention, kept.attribution, kept.dates) == (None, None, [])
    # A JSON null would read the same here and be found by another query.
    assert Suggestion.objects.filter(attribution__isnull=True).count() == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"claimant": Claimant("X", 5, 5)}, r"claimant at \[5, 5\)"),
        ({"claimant": Claimant("X", len(TEXT) - 1, len(TEXT) + 1)}, "claimant at"),
        ({"claimant": Claimant("X", 3, None)}, "half a claimant"),
        ({"reasons": (Reason("a", "a", 1.0, ((-4, 2),)),)}, r"reason at \[-4, 2\)"),
        ({"attribution": Attribution("direct", ((9, 4),), None, None, 0.5)}, "attribution at"),
        ({"attribution": Attribution("direct", (), (0, 10**6), None, 0.5)}, "attribution at"),
        ({"attribution": Attribution("direct", (), None, (3, 3), 0.5)}, "attribution at"),
        ({"attribution": Attribution("direct", (), None, None, 1.5)}, "1.5 sure"),
        ({"attribution": Attribution("direct", (), None, None, float("nan"))}, "nan sure"),
        ({"dates": (DatedExpression(3, 2, None, None, "day", ""),)}, r"date at \[3, 2\)"),
        ({"dates": (DatedExpression(3, 4, NINTH, None, "day", "text"),)}, "interval"),
        (
            {"dates": (DatedExpression(3, 4, NINTH, dt.date(2021, 1, 1), "day", "text"),)},
            "interval",
        ),
        ({"first_mention": (0, 3)}, "no earlier claim"),
        # Itself, and one that comes later.
        ({"first_mention": place(SALES)}, "no earlier claim"),
        ({"first_mention": place(FERRIES)}, "no earlier claim"),
    ],
)
def test_the_impossible_is_refused_whole(
    waiting: Article, fields: dict[str, Any], said: str
) -> None:
    claims = [*found(COST, FERRIES), *found(SALES, **fields)]
    with pytest.raises(ValueError, match=said):
        extract_claims(waiting, *claims)
    assert not DetectionRun.objects.exists()
    assert not Suggestion.objects.exists()
    assert Job.objects.get().state == "running"


@pytest.mark.parametrize("confidence", [-0.1, 1.1])
def test_a_confidence_is_a_share(waiting: Article, confidence: float) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        extract_claims(waiting, *found(FERRIES, kind_confidence=confidence))


def test_half_a_mention_is_refused_by_the_database_too(article: Article) -> None:
    values = Suggestion.objects.filter(quote=FERRIES).values()[0]
    values |= {"id": None, "start": 0, "end": 1, "quote": TEXT[0]}
    for start, end in [(1, None), (None, 1), (4, 4), (5, 4)]:
        with pytest.raises(IntegrityError), transaction.atomic():
            Suggestion.objects.create(**values | {"claimant_start": start, "claimant_end": end})
    Suggestion.objects.create(**values | {"claimant_start": 4, "claimant_end": 5})


# --- Repeats ----------------------------------------------------------------------------

WORDS = [f"w{number}" for number in range(40)]
LONG = " ".join(WORDS)


def test_repeats_point_at_their_first_mention(corpus: Corpus) -> None:
    article = make_article(corpus, LONG)
    first, second, third, fourth, *_ = found(*WORDS, text=LONG)
    # Handed over in any order; the third repeats what is a repeat itself.
    run = extract_claims(
        article,
        dataclasses.replace(third, first_mention=(second.start, second.end)),
        dataclasses.replace(second, first_mention=(first.start, first.end)),
        fourth,
        first,
    )
    rows = {s.quote: s for s in run.suggestions.select_related("first_mention")}
    assert rows["w0"].first_mention is None
    assert rows["w3"].first_mention is None
    assert rows["w1"].first_mention == rows["w2"].first_mention == rows["w0"]
    assert {s.quote for s in rows["w0"].repeats.all()} == {"w1", "w2"}
    # Lists page by id and promise the order of the text.
    assert list(run.suggestions.order_by("id").values_list("quote", flat=True)) == WORDS[:4]


def test_repeats_of_a_few_cost_a_few_inserts(corpus: Corpus) -> None:
    first, *rest = found(*WORDS, text=LONG)
    repeats = [dataclasses.replace(c, first_mention=(first.start, first.end)) for c in rest]
    article = make_article(corpus, LONG)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        extract_claims(article, first, *repeats)
    into = ('INSERT INTO "annotations_suggestion"', 'COPY "annotations_suggestion"')
    # On PostgreSQL a COPY is none of the queries that Django notes.
    assert len([q for q in queries if q["sql"].startswith(into)]) <= 1
    assert Suggestion.objects.exclude(first_mention=None).count() == len(repeats)


def test_a_later_run_links_its_own_rows(corpus: Corpus) -> None:
    first, second = found("w0", "w1", text=LONG)
    repeat = dataclasses.replace(second, first_mention=(first.start, first.end))
    article = make_article(corpus, LONG)
    runs = [extract_claims(article, first, repeat) for _ in range(2)]
    for run in runs:
        row = run.suggestions.get(quote="w1")
        assert row.first_mention is not None
        assert row.first_mention.run == run


def test_rows_stay_as_they_were_written_and_go_with_their_run(cast: Cast, corpus: Corpus) -> None:
    first, second = found("w0", "w1", text=LONG)
    article = make_article(corpus, LONG)
    run = extract_claims(
        article, first, dataclasses.replace(second, first_mention=(first.start, first.end))
    )
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Suggestion.objects.update(first_mention=None)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Suggestion.objects.update(dates=[])
    suggestion_accept(actor=cast.reviewer, suggestion=run.suggestions.get(quote="w1"))
    corpus.delete()
    assert not Suggestion.objects.exists()


def test_accepting_carries_the_name_and_not_the_mention(cast: Cast, waiting: Article) -> None:
    extract_claims(waiting, *found(FERRIES, claimant=Claimant("Ilse Vorn", *place("she"))))
    claim = suggestion_accept(actor=cast.reviewer, suggestion=suggestion_of(waiting, FERRIES))
    assert claim.claimant is not None
    assert claim.claimant.name == "Ilse Vorn"

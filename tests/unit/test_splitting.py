"""Dividing into parts: no group in two, shares within a bound, the same each time."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.domain.splitting import magnitude, part_until, place, place_days
from annotations.errors import InvalidInput
from annotations.releasing.leakage import leakage
from annotations.releasing.plan import Plan
from annotations.releasing.splitting import in_part, split
from annotations.releasing.survey import Survey

SHARES = {"train": 0.8, "dev": 0.1, "test": 0.1}
DAY = dt.date(2026, 1, 1)


@given(st.lists(st.integers(1, 50), min_size=1, max_size=80))
def test_shares_are_kept_within_the_largest_group(sizes: list[int]) -> None:
    sizes.sort(key=magnitude, reverse=True)
    total, largest = sum(sizes), max(sizes)
    got = dict.fromkeys(SHARES, 0)
    for size, part in zip(sizes, place(sizes, total, SHARES), strict=True):
        got[part] += size
    for name, share in SHARES.items():
        assert got[name] < share * total + largest
        assert got[name] > share * total - 2 * largest


@given(st.lists(st.integers(1, 9), min_size=1, max_size=40))
def test_time_never_goes_back(sizes: list[int]) -> None:
    days = [(DAY + dt.timedelta(days=number), size) for number, size in enumerate(sizes)]
    parts = [part for _, part in place_days(days, sum(sizes), SHARES)]
    assert parts == sorted(parts, key=list(SHARES).index)
    train = sum(size for size, part in zip(sizes, parts, strict=True) if part == "train")
    assert train < 0.8 * sum(sizes) + max(sizes)


def test_days_that_end_parts() -> None:
    until = [DAY, DAY + dt.timedelta(days=9)]
    names = list(SHARES)
    found = [part_until(DAY + dt.timedelta(days=n), until, names) for n in (-5, 0, 1, 9, 10)]
    assert found == ["train", "train", "dev", "dev", "test"]


# --- With texts --------------------------------------------------------------------------------

SAID = [
    "Unemployment doubled in the north of the country within two years",
    "The bridge over the river cost the city twelve million in the end",
    "Nobody was fined for the spill at the chemical works last winter",
    "Every second school in the capital lacks a trained maths teacher",
]


def record(number: int, source: str, day: dt.date | None, claims: list[str]) -> Any:
    return {
        "id": number,
        "title": f"Article {number}",
        "text": f"{number} {' '.join(claims)} and what else article {number} says of it",
        "url": f"https://www.{source}.example/{number}/",
        "publisher": "",
        "language": "en",
        "state": "ready",
        "published": day,
        "run": None,
        "suggestions": [],
        "claims": [
            {
                "uid": f"{number}-{place}",
                "state": "open",
                "types": [],
                "flag": "",
                "claim_date": None,
                "created_by": {"username": "reviewer-a"},
                "verdict": {"rating": "True", "tie": False, "basis": "majority"},
                "verdicts": [],
                "normalised": words,
                "quote": words,
                "claimant": "The minister" if place else None,
                "evidence": [{"protected": False, "url": "http://figures.example/#top"}],
                "questions": [],
                "threads": [],
            }
            for place, words in enumerate(claims)
        ],
    }


def surveyed(records: list[Any], plan: Plan) -> Survey:
    survey = Survey()
    source: Any = SimpleNamespace(articles=lambda: iter(records))
    survey.take(source, lambda: None)
    split(survey, plan)
    return survey


articles = st.lists(
    st.tuples(
        st.sampled_from("abcdefgh"),
        st.none() | st.integers(0, 30).map(lambda n: DAY + dt.timedelta(days=n)),
        # A word in another place: nearly the same claim.
        st.lists(
            st.tuples(st.sampled_from(SAID), st.sampled_from(["", " now", " again"])), max_size=3
        ),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=25, deadline=None)
@given(articles, st.sampled_from(["source", "claim", "time"]), st.integers(0, 5))
def test_no_group_is_in_two_parts(rows: Any, by: str, seed: int) -> None:
    records = [
        record(number, source, day, ["".join(words) for words in claims])
        for number, (source, day, claims) in enumerate(rows)
    ]
    plan = Plan.read({"by": by, "seed": seed})
    survey = surveyed(records, plan)
    again = surveyed(records, plan)
    try:
        group = {"source": "source", "time": "day", "claim": "cluster"}[by]
        table = "claims" if by == "claim" else "articles"
        groups = (
            f"SELECT {group}, count(DISTINCT part), count(*) FROM {table} "  # noqa: S608
            f"WHERE {group} IS NOT NULL GROUP BY {group}"
        )
        assert all(parts == 1 for _, parts, _ in survey.rows(groups))
        undated = survey.one("SELECT count(*) FROM articles WHERE part IS NULL")
        assert undated == (sum(day is None for _, day, _ in rows) if by == "time" else undated)
        everything = "SELECT uid, part FROM claims ORDER BY n"
        assert list(survey.rows(everything)) == list(again.rows(everything))
        across = leakage(survey, plan)["across"]
        kinds = {"source": "sources", "claim": "near_identical_claims", "time": "articles"}
        assert across[kinds[by]]["count"] == 0
        # The parts together are all of it, and none has what another has.
        given_out: list[str] = []
        for part in plan.parts:
            for article in map(dict, records):
                if kept := in_part(survey, plan, article, part):
                    given_out += [claim["uid"] for claim in kept["claims"]]
        wanted = "SELECT uid FROM claims WHERE part IS NOT NULL"
        assert sorted(given_out) == sorted(uid for (uid,) in survey.rows(wanted))
    finally:
        survey.close()
        again.close()


def test_leakage_is_named() -> None:
    first, second = SAID[0], SAID[1]
    records = [
        record(1, "a", DAY, [first, second]),
        record(2, "a", DAY + dt.timedelta(days=9), [f"{first} now"]),
        record(3, "b", DAY + dt.timedelta(days=9), [SAID[2]]),
        record(4, "c", None, [SAID[3]]),
    ]
    plan = Plan.read({"by": "time", "shares": {"old": 50, "new": 50}, "until": [DAY.isoformat()]})
    survey = surveyed(records, plan)
    found = leakage(survey, plan)
    survey.close()
    assert [(part["name"], part["articles"], part["claims"]) for part in found["parts"]] == [
        ("old", 1, 2),
        ("new", 2, 2),
    ]
    assert found["without_part"] == {"articles": 1, "claims": 1}
    assert found["parts"][0]["ratings"] == {"True": 2}
    across = {kind: (one["count"], one["entries"]) for kind, one in found["across"].items()}
    assert across == {
        "near_identical_claims": (1, 2),
        "near_identical_articles": (0, 0),
        "articles": (0, 0),
        "sources": (1, 2),
        "domains": (1, 2),
        "article_addresses": (0, 0),
        "evidence_pages": (1, 4),
        "claimants": (0, 0),
    }
    assert found["across"]["near_identical_claims"]["examples"] == [
        {
            "in": [
                {"part": "new", "entries": 1, "name": f"{first} now"},
                {"part": "old", "entries": 1, "name": first},
            ]
        }
    ]
    (pages,) = found["across"]["evidence_pages"]["examples"]
    assert pages["in"][0]["name"] == "figures.example"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"by": "author"}, "split.by"),
        ({"by": "source", "shares": {"train": 80, "test": 30}}, "split.shares"),
        ({"by": "source", "shares": {"../x": 50, "test": 50}}, "split.shares"),
        ({"by": "source", "seed": -1}, "split.seed"),
        ({"by": "source", "until": ["2026-01-01"]}, "split.until"),
        ({"by": "time", "until": ["2026-01-01"]}, "split.until"),
        ({"by": "time", "until": ["2026-02-01", "2026-01-01"]}, "split.until"),
        ({"by": "time", "until": ["soon", "later"]}, "split.until"),
    ],
)
def test_plans_that_mean_nothing(given: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as problem:
        Plan.read(given)
    assert list(problem.value.fields) == [field]


def test_a_plan_comes_back_as_it_was() -> None:
    plan = Plan.read(
        {"by": "time", "shares": {"b": 60, "a": 40}, "seed": 3, "until": ["2026-01-01"]}
    )
    assert Plan.stored(plan.as_json()) == plan
    assert list(Plan.stored(plan.as_json()).shares) == ["b", "a"]
    assert Plan.stored({}) == Plan()

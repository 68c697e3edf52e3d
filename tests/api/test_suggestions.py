"""What the API says of a suggestion: who says it, when, how sure the kind is, what it repeats."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Client
from tests.api.test_queries import COSTS, cost
from tests.api.test_schema import check, schema  # noqa: F401  a fixture
from tests.e2e import made_up
from tests.factories import Cast


@pytest.fixture
def article(cast: Cast) -> int:
    return made_up.make(corpus=cast.corpus)


@pytest.fixture
def rows(api: Client, article: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(f"suggestions/?article={article}").json()["results"]
    return found


def words(span: list[int]) -> str:
    return made_up.TEXT[slice(*span)]


def test_who_says_it(rows: list[dict[str, Any]]) -> None:
    said, outlet, official, *_ = rows
    assert (said["claimant_name"], words(said["claimant_mention"])) == (
        "Jonas Vik",
        "the Secretary-General",
    )
    attribution = said["attribution"]
    assert (attribution["form"], attribution["confidence"]) == ("direct", 0.95)
    assert words(attribution["source"]) == "the Secretary-General"
    assert words(attribution["cue"]) == "said"
    assert [words(piece) for piece in attribution["content"]] == [said["quote"]]
    assert (outlet["claimant_mention"], outlet["attribution"]) == (None, None)
    assert (official["claimant_name"], words(official["attribution"]["source"])) == (
        "",
        "an official",
    )


def test_when_and_how_sure(rows: list[dict[str, Any]]) -> None:
    found = {words([d["start"], d["end"]]): d for row in rows for d in row["dates"]}
    assert {w: (d["first"], d["last"], d["anchor"]) for w, d in found.items()} == {
        "September": ("2021-09-01", "2021-09-30", "published"),
        "yesterday": ("2021-11-30", "2021-11-30", "published"),
        "the spring": (None, None, ""),
        "2019": ("2019-01-01", "2019-12-31", "text"),
    }
    sure = [row["kind_confidence"] for row in rows]
    assert sure == [0.72, 0.93, 0.41, 0.9, 0.88, 0.65, None]


def test_repeats_name_their_first_mention(rows: list[dict[str, Any]]) -> None:
    first = rows[0]["id"]
    assert [row["first_mention"] for row in rows] == [None, None, None, None, first, first, None]


def test_one_by_itself_says_the_same(api: Client, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        assert api.get(f"suggestions/{row['id']}/").json() == row


def test_the_schema_describes_it(
    schema: dict[str, Any],  # noqa: F811
    rows: list[dict[str, Any]],
) -> None:
    for row in rows:
        check(schema, schema["components"]["schemas"]["Suggestion"], row)


def test_it_costs_no_further_query(api: Client, article: int) -> None:
    found, sql = cost(api, f"suggestions/?article={article}")
    assert found == COSTS["suggestions/"], "\n".join(sql)

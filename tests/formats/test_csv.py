"""The table: one row a claim, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io

import pytest

from annotations.exporting.csv import COLUMNS, cell

from .conftest import Exhibit, uid
from .golden import assert_golden, exported


@pytest.fixture
def rows(exhibit: Exhibit) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(exported(exhibit, "csv"), newline="")))


def test_golden(exhibit: Exhibit) -> None:
    assert_golden(exhibit, "csv")


def test_one_row_a_claim(rows: list[dict[str, str]]) -> None:
    assert [row["claim_uid"] for row in rows] == [str(uid(n)) for n in (1, 2, 3)]
    assert tuple(rows[0]) == COLUMNS
    adjudicated, tied, unjudged = rows
    assert (adjudicated["verdict"], adjudicated["verdict_basis"]) == (
        "Mostly False",
        "adjudication",
    )
    assert (adjudicated["refutes"], adjudicated["supports"]) == ("1", "1")
    assert adjudicated["evidence"] == "https://statistics.example/1 [1]\nprotected source [2]"
    assert adjudicated["known_sources"] == "0"
    assert (tied["verdict"], tied["tie"]) == ("", "true")
    assert tied["verdicts"] == "rita (review): True; sam (review): Pants on Fire"
    assert tied["quote"] == "Emissions fell … prices rose"
    assert (unjudged["verdict"], unjudged["tie"], unjudged["verdicts"]) == ("", "false", "")


def test_formulas_are_text(rows: list[dict[str, str]]) -> None:
    tied = rows[1]
    assert tied["article_title"] == "'=1+1, said the minister"
    assert tied["normalised"] == '\'=HYPERLINK("https://evil.example")'
    assert tied["claimant"] == "'@outlet"
    assert tied["evidence"] == "'-Yearbook, p. 3"


@pytest.mark.parametrize("start", list("=+-@\t\r"))
def test_cells(start: str) -> None:
    assert cell(f"{start}1+1") == f"'{start}1+1"
    assert cell(f"1{start}1") == f"1{start}1"


def test_plain_cells() -> None:
    assert [cell(value) for value in (None, True, False, 5, "", "é")] == [
        "",
        "true",
        "false",
        "5",
        "",
        "é",
    ]

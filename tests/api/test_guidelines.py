"""Guidelines through the API: versions, and what happens to two people who edit at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from annotations.services.corpora import guideline_add
from tests.api.conftest import Client
from tests.api.test_problems import problem
from tests.api.test_writing import ok
from tests.factories import Cast


@pytest.fixture
def admin(cast: Cast, as_: Callable[..., Client]) -> Client:
    return as_(cast.admin)


def test_versions(admin: Client, api: Client, cast: Cast) -> None:
    path = f"corpora/{cast.corpus.pk}/guidelines/"
    assert api.get(path + "latest/").status_code == 404
    assert ok(api.get(path))["results"] == []
    sent = {"text": "# Read\n*twice*.", "based_on": 0}
    made = ok(admin.post(path, sent), 201)
    assert (made["version"], made["created_by"]["name"]) == (1, "olga")
    assert made["html"] == ('<h3 dir="auto">Read</h3>\n<p dir="auto"><em>twice</em>.</p>\n')
    assert ok(admin.post(path, sent)) == made
    second = ok(admin.post(path, {"text": "Read.", "based_on": 1}), 201)
    assert ok(api.get(path + "latest/")) == second
    assert ok(api.get(path + "1/")) == made
    assert api.get(path + "3/").status_code == 404
    versions = ok(api.get(path))["results"]
    assert [(row["version"], sorted(row)) for row in versions] == [
        (2, ["created_at", "created_by", "version"]),
        (1, ["created_at", "created_by", "version"]),
    ]


def test_who_comes_second_gets_the_first_ones_text(admin: Client, cast: Cast) -> None:
    path = f"corpora/{cast.corpus.pk}/guidelines/"
    first = ok(admin.post(path, {"text": "Mine.", "based_on": 0}), 201)
    late = admin.post(path, {"text": "Yours.", "based_on": 0})
    assert problem(late, 409, "stale_revision")["current"] == first
    assert cast.corpus.guidelines.get().text == "Mine."


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", ""),
        ("text", " \n"),
        ("text", "nul\0"),
        ("text", "x" * 50_001),
        ("based_on", -1),
        ("based_on", "1"),
        ("based_on", None),
        ("based_on", 7),
        ("version", 2),
    ],
)
def test_bad_values(admin: Client, cast: Cast, name: str, value: Any) -> None:
    sent = {"text": "Read.", "based_on": 0, name: value}
    response = admin.post(f"corpora/{cast.corpus.pk}/guidelines/", sent)
    assert set(problem(response, 400, "invalid")["fields"]) == {name}
    assert not cast.corpus.guidelines.exists()


def test_pages(api: Client, cast: Cast) -> None:
    for number in range(1, 6):
        guideline_add(actor=None, corpus=cast.corpus, text=f"Version {number}")
    path = f"corpora/{cast.corpus.pk}/guidelines/"
    first = ok(api.get(path, {"page_size": 2}))
    assert [row["version"] for row in first["results"]] == [5, 4]
    second = ok(api.get(first["next"].split("/api/v1/")[1]))
    assert [row["version"] for row in second["results"]] == [3, 2]

"""W3C Web Annotation: both selectors always, and no name of a person."""

from __future__ import annotations

import json
from typing import Any

import pytest

from annotations.exporting import FORMATS, export

from .conftest import Exhibit, uid
from .golden import assert_golden, exported


@pytest.fixture
def collection(exhibit: Exhibit) -> Any:
    return json.loads(exported(exhibit, "w3c"))


def test_golden(exhibit: Exhibit) -> None:
    assert_golden(exhibit, "w3c")


def test_a_collection_of_one_page(collection: Any) -> None:
    assert collection["@context"] == "http://www.w3.org/ns/anno.jsonld"
    assert (collection["type"], collection["total"]) == ("AnnotationCollection", 3)
    page = collection["first"]
    assert (page["type"], page["startIndex"], len(page["items"])) == ("AnnotationPage", 0, 3)
    assert collection["last"] == page["id"]


def test_an_empty_collection(exhibit: Exhibit) -> None:
    pieces = export(exhibit.cast.other_corpus, FORMATS["w3c"])
    collection = json.loads(b"".join(pieces))
    assert (collection["total"], collection["first"]["items"]) == (0, [])


def test_both_selectors_always(collection: Any, exhibit: Exhibit) -> None:
    text = exhibit.article.text.text
    count = 0
    for annotation in collection["first"]["items"]:
        assert annotation["type"] == "Annotation"
        assert annotation["motivation"] == "assessing"
        target = annotation["target"]
        for one in target if isinstance(target, list) else [target]:
            position, quote = one["selector"]
            assert one["source"] == "https://news.example/a"
            assert (position["type"], quote["type"]) == (
                "TextPositionSelector",
                "TextQuoteSelector",
            )
            assert text[position["start"] : position["end"]] == quote["exact"]
            assert text[: position["start"]].endswith(quote["prefix"])
            assert text[position["end"] :].startswith(quote["suffix"])
            count += 1
    assert count == 4


def test_bodies(collection: Any) -> None:
    bodies = [
        {(b["purpose"], b.get("value", b.get("source"))) for b in annotation["body"]}
        for annotation in collection["first"]["items"]
    ]
    assert bodies == [
        {
            ("classifying", "Quantity in the past or present"),
            ("describing", "Unemployment doubled"),
            ("assessing", "Mostly False"),
            ("linking", "https://statistics.example/1"),
        },
        # A tie is no verdict.
        {
            ("describing", '=HYPERLINK("https://evil.example")'),
            ("tagging", "prices"),
            ("tagging", "-climate"),
        },
        set(),
    ]


def test_a_link_says_when_its_page_was_kept(collection: Any) -> None:
    (link,) = [b for b in collection["first"]["items"][0]["body"] if b["purpose"] == "linking"]
    assert link["state"] == {"type": "TimeState", "sourceDate": "2026-03-02T09:01:00Z"}


def test_creators_are_the_same_person_and_nobody(collection: Any, exhibit: Exhibit) -> None:
    first, second, third = (a["creator"] for a in collection["first"]["items"])
    assert first == third != second
    assert first["id"].startswith("urn:reviewer:")
    written = exported(exhibit, "w3c")
    for user in exhibit.cast.everybody.values():
        assert user.username not in written.replace("evil.example", "")
        assert user.name not in written
    assert collection["first"]["items"][0]["id"] == f"urn:uuid:{uid(1)}"

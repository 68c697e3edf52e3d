"""What is read of JSON: wherever the rows are in a file, and what tools say in them."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from annotations.importing import Options, Position, items_of, open_files
from tests.services.importing import zipped

from .test_importers import read

# --- What a file of JSON is at its top ------------------------------------------------------------


def review(claim: str = "Ferries doubled.", **more: Any) -> dict[str, Any]:
    return {"@type": "ClaimReview", "claimReviewed": claim, **more}


def note(target: str = "urn:factcheck:article:7") -> dict[str, Any]:
    place = {"source": target, "selector": {"type": "TextPositionSelector", "start": 0, "end": 2}}
    return {"type": "Annotation", "bodyValue": "A note", "target": place}


SCHEMA = {"@context": "https://schema.org", "padding": "x" * 12_000}
TASK = {"data": {"text": "Ferries doubled."}, "annotations": []}
COLLECTION = {"type": "AnnotationCollection", "label": "All"}
PAGE = {"type": "AnnotationPage", "partOf": {"id": "urn:x", "type": "AnnotationCollection"}}
FEED = {"@type": "DataFeed", "dataFeedElement": [{"item": [review(), review("Two.")]}]}


@pytest.mark.parametrize(
    ("name", "content", "lines"),
    [
        ("claimreview", {**SCHEMA, "@graph": [review(), review("Two.")]}, [1, 2]),
        ("claimreview", {**SCHEMA, "@graph": review()}, [1]),
        ("claimreview", {**SCHEMA, **FEED}, [1, 1]),
        ("claimreview", {**SCHEMA, **review()}, [1]),
        ("claimreview", [{**SCHEMA, "@graph": [review(), review("Two.")]}, FEED, review()], None),
        ("w3c", {**PAGE, "items": [note(), note()]}, [1, 2]),
        ("w3c", {**COLLECTION, "items": [note()]}, [1]),
        ("w3c", {**COLLECTION, "first": "urn:p", "items": note()}, [1]),
        ("w3c", [{**COLLECTION, "first": {**PAGE, "items": [note(), note()]}}, note()], [1, 1, 2]),
        ("label-studio", TASK, [1]),
        ("averitec", {"claim": "Ferries doubled."}, [1]),
    ],
)
def test_the_rows_are_found_wherever_they_are(
    name: str, content: Any, lines: list[int] | None
) -> None:
    raw = json.dumps(content, indent=1).encode()
    found = read("a.json", raw, format=name)[:-1]
    assert [row["line"] for row in found] == (lines or [1, 1, 2, 2, 3])
    assert all("reason" not in row for row in found)
    # And an import that stopped between two of one element goes on with the second.
    for number in range(len(found)):
        rest = read("a.json", raw, Position(0, number), format=name)[:-1]
        assert rest == found[number:]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("claimreview", "[]", "there are no rows in it; expected a ClaimReview, a list or @graph"),
        ("claimreview", '{"@graph": []}', "there are no rows in it"),
        ("claimreview", '{"@type": "DataFeed"}', "expected a ClaimReview"),
        ("w3c", '{"type": "AnnotationPage", "items": []}', "there are no rows in it"),
        ("w3c", '{"type": "AnnotationCollection", "first": "urn:p"}', "are in another file"),
        ("label-studio", "[]", "there are no rows in it; expected an array of tasks"),
        ("label-studio", "7", "expected an object"),
        ("averitec", '{"claims": []}', "claim is missing"),
        ("doccano", "\n", "there are no rows in it; expected a JSON object a line"),
        ("csv", "text,label\n", "there are no rows in it behind the heading"),
        ("feed", "<rss version='2.0'><channel><title>T</title></channel></rss>", "no entries"),
    ],
)
def test_a_file_of_no_rows_is_refused(name: str, content: str, reason: str) -> None:
    (item,) = read("a.json", content.encode(), format=name)[:-1]
    assert reason in item["reason"]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('[{"data":\n{"text" 2}}]', 2),
        ('{\n\n"@graph": [\n{"a": tru}]}', 4),
        ('[{"a": 1},\n{"b": 2}\n\n', 2),
        ('[\n"é\\x"]', 2),
        ("[\n" + '{"a": "é"},\n' * 8_000 + "}]", 8_002),
        ("[\n" + '{"a": "é"},\n' * 8_000, 8_001),
    ],
)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_json_that_breaks_off_says_where(content: str, line: int, mark: str) -> None:
    found = read("a.json", (mark + content).encode(), format="label-studio")
    assert (found[-2]["line"], found[-2]["reason"][:9]) == (line, "not JSON:")


def test_what_a_graph_says_elsewhere_is_found() -> None:
    organisation = {"@id": "#org", "@type": "Organization", "name": "Ex News"}
    person = {"@id": "#ann", "name": "Ann", "jobTitle": "Minister"}
    claim = {"@id": "#claim", "@type": "Claim", "author": {"@id": "#ann"}}
    known = review(author={"@id": "#org", "@type": "Organization"}, itemReviewed={"@id": "#claim"})
    unknown = review("Two.", author={"@id": "#nobody"})
    nodes = [known, organisation, claim, unknown, {"@id": "#page", "@type": "WebPage"}, person]
    for content in ({"@graph": nodes}, nodes, [{"@graph": nodes}]):
        one, two, page = read("a.json", json.dumps(content).encode(), format="claimreview")[:-1]
        assert one["publisher"] == "Ex News"
        assert (one["marks"][0]["claimant"], one["marks"][0]["claimant_role"]) == (
            "Ann",
            "Minister",
        )
        assert two["notes"] == ["the file doesn't say what #nobody is"]
        # What no review refers to is none of them, and said so.
        assert page["reason"] == "expected a ClaimReview"


def test_a_long_graph_is_looked_through_while_it_is_read() -> None:
    """Also where both readers have one stream, as of a file by itself."""
    reviews = [review(f"{n}: {'x' * 900}", author={"@id": "#org"}) for n in range(300)]
    graph = {"@graph": [*reviews, {"@id": "#org", "name": "Ex News"}]}
    content = json.dumps(graph, indent=1).encode()
    for name, sent in (("a.json", content), ("a.zip", zipped({"a.json": content}))):
        with open_files(io.BytesIO(sent), name, len(sent), limit=10**9) as files:
            first = next(items_of(files, Options(format="claimreview"), Position()))
            assert first.file.share < 0.5
        found = read(name, sent, format="claimreview")[:-1]
        assert [row["line"] for row in found] == list(range(1, 301))
        assert {row["publisher"] for row in found} == {"Ex News"}


def test_a_graph_that_breaks_off_gives_what_is_before() -> None:
    deep: Any = {}
    for _ in range(400):
        deep = {"a": deep}
    nodes = [
        review(author={"@id": "#org"}),
        {"@id": "#org", "name": "Ex News"},
        {"@id": "#", **deep},
    ]
    raw = json.dumps({"@graph": nodes}).encode()
    one, nested, broken = read("a.json", raw.replace(b"}]}", b"},\n tru]}"), format="claimreview")[
        :-1
    ]
    assert one["publisher"] == "Ex News"
    assert nested["reason"]
    assert (broken["line"], broken["reason"][:9]) == (2, "not JSON:")


@pytest.mark.parametrize(
    ("rating", "number"),
    [
        ({"ratingValue": 1}, 1),
        ({"ratingValue": "4", "bestRating": "5", "worstRating": "1"}, 4),
        ({"ratingValue": 10, "bestRating": 10, "worstRating": 0}, 5),
        ({"ratingValue": 50, "bestRating": 100, "worstRating": 0}, 3),
        ({"ratingValue": 2, "bestRating": 4, "worstRating": 1}, None),
        ({"ratingValue": -1, "bestRating": 5, "worstRating": 1}, None),
        ({"ratingValue": 1, "bestRating": 1, "worstRating": 1}, None),
        ({"ratingValue": "nan"}, None),
        ({"ratingValue": []}, None),
        ({}, None),
    ],
)
def test_the_number_of_a_rating_is_that_on_its_scale(rating: Any, number: int | None) -> None:
    (row, _) = read(
        "a.json", json.dumps(review(reviewRating=rating)).encode(), format="claimreview"
    )
    assert row["marks"][0].get("rating_number") == number


# --- What a task of Label Studio has --------------------------------------------------------------

REGION = {"start": 0, "end": 7, "text": "Ferries", "labels": ["law"]}
HYPERTEXT = {
    "start": "/p[1]/text()[1]",
    "end": "/p[1]/text()[1]",
    "startOffset": 0,
    "endOffset": 7,
    "globalOffsets": {"start": 0, "end": 7},
    "text": "Ferries",
    "hypertextlabels": ["law"],
}
FLAT = {"id": 1, "annotation_id": 2, "lead_time": 1.5, "created_at": "2026-03-02T09:00:00Z"}


def task(value: Any, data: Any, kind: str = "labels", name: str = "text") -> dict[str, Any]:
    result = {"from_name": "ner", "to_name": name, "type": kind, "value": value}
    return {"data": data, "annotations": [{"result": [result]}]}


@pytest.mark.parametrize(
    "row",
    [
        {**FLAT, "text": "Ferries doubled.", "ner": [REGION]},
        {**FLAT, "review": "Ferries doubled.", "ner": [REGION]},
        {**FLAT, "text": "Ferries doubled.", "ht": [HYPERTEXT]},
        task(REGION, {"text": "Ferries doubled.", "other": "Ferries fell."}),
        task(REGION, {"review": "Ferries doubled.", "place": "Exland"}),
        task(REGION, {"review": "Ferries doubled.", "other": "Ferries fell."}, name="review"),
        task(REGION, {"content": "Ferries doubled.", "other": "Ferries fell."}),
        task(HYPERTEXT, {"html": "Ferries doubled."}, "hypertextlabels"),
    ],
)
def test_spans_are_found_under_any_name(row: Any) -> None:
    (article, _) = read("a.json", json.dumps([row]).encode(), format="label-studio")
    assert article["text"] == "Ferries doubled."
    ((mark),) = article["marks"]
    assert (mark["labels"], mark["spans"]) == (["law"], [[0, 7, "Ferries"]])
    assert "notes" not in article


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (task(REGION, {"a": "Ferries doubled.", "b": "Ferries fell."}), "in which alone"),
        (task(REGION, {"a": "Boats doubled."}), "in which alone"),
        ({"data": {"a": "Ferries doubled."}, "annotations": []}, "in which alone"),
        (task(HYPERTEXT, {"text": "<p>Ferries"}, "hypertextlabels"), "not 'Ferries'"),
        (task({"paragraphlabels": ["law"]}, {"text": "Ferries."}, "paragraphlabels"), "no place"),
        (
            {**FLAT, "text": "Ferries.", "p": [{"start": "0", "paragraphlabels": ["law"]}]},
            "no place",
        ),
    ],
)
def test_spans_without_a_place_are_said(row: Any, reason: str) -> None:
    content = json.dumps([row]).encode()
    (item, _) = read("a.json", content, format="label-studio", misplaced="reject")
    assert reason in item["reason"]
    if "in which alone" not in reason:
        (article, _) = read("a.json", content, format="label-studio")
        assert reason in article["misplaced"][0][1]


def test_what_else_a_flat_task_has() -> None:
    row = {**FLAT, "text": "Ferries.", "label": ["odd"], "c": {"choices": ["news", "law"]}}
    (article, _) = read("a.json", json.dumps([row]).encode(), format="label-studio")
    assert article["notes"] == ["label: 'odd' is no region of the text, and was left out"]
    assert [mark["labels"] for mark in article["marks"]] == [["news", "law"]]


# --- What selectors of a Web Annotation mean ------------------------------------------------------


def position(start: int, end: int, **more: Any) -> dict[str, Any]:
    return {"type": "TextPositionSelector", "start": start, "end": end, **more}


def quote(exact: str, **more: Any) -> dict[str, Any]:
    return {"type": "TextQuoteSelector", "exact": exact, **more}


FRAGMENT = {"type": "FragmentSelector", "value": "p2"}


@pytest.mark.parametrize(
    ("selector", "span", "around"),
    [
        ([position(3, 7), quote("doub", prefix="a")], [3, 7, "doub"], ["a", ""]),
        ([quote("doub"), quote("doub", suffix="led")], [-1, -1, "doub"], ["", "led"]),
        ({**FRAGMENT, "refinedBy": quote("doub", prefix="a")}, [-1, -1, "doub"], ["a", ""]),
        ([FRAGMENT, position(3, 7)], [3, 7, None], ["", ""]),
        (position(10, 30, refinedBy=position(2, 5)), [12, 15, None], ["", ""]),
        (position(10, 30, refinedBy=quote("doub")), [-1, -1, "doub"], ["", ""]),
        (
            quote("Ferries doubled", prefix="A ", suffix=".", refinedBy=quote("doub")),
            [-1, -1, "doub"],
            ["A Ferries ", "led."],
        ),
        (
            quote("a b a", refinedBy={**quote("a", prefix="b "), "refinedBy": position(0, 1)}),
            [-1, -1, "a"],
            ["a b ", ""],
        ),
        (quote("Ferries", refinedBy=[position(0, 1)]), [-1, -1, "F"], ["", "erries"]),
    ],
)
def test_selectors_are_taken_together(selector: Any, span: list[Any], around: list[str]) -> None:
    target = {"source": "https://news.example/1", "selector": selector}
    row = {"type": "Annotation", "target": target}
    (item, _) = read("a.jsonld", json.dumps(row).encode(), format="w3c")
    (mark,) = item["draft"]["marks"]
    assert (list(mark["spans"][0]), list(mark["around"])) == (span, around)


@pytest.mark.parametrize(
    ("selector", "reason"),
    [
        (FRAGMENT, "expected a TextPositionSelector or a TextQuoteSelector"),
        ([quote("One"), quote("Two")], "several of type TextQuoteSelector, which differ"),
        ([position(0, 1), position(0, 2)], "several of type TextPositionSelector, which differ"),
        ({**FRAGMENT, "refinedBy": position(0, 1)}, "a place inside of a FragmentSelector"),
        (position(5, 9, refinedBy=position(2, 5)), "[2, 5) is not inside of what it refines"),
        (quote("a b a", refinedBy=quote("a")), "'a' is not in 'a b a' exactly once"),
        (quote("a b", refinedBy=position(2, 5)), "[2, 5) is not inside of 'a b'"),
    ],
)
def test_selectors_that_mean_nothing_for_sure_are_refused(selector: Any, reason: str) -> None:
    target = {"source": "https://news.example/1", "selector": selector}
    row = {"type": "Annotation", "target": target}
    (item, _) = read("a.jsonld", json.dumps(row).encode(), format="w3c")
    assert reason in item["reason"]

"""Our own format: everything, and nothing that contradicts its text."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from django.db import connection

from annotations.exporting import FORMATS, ExportError
from annotations.models import FactCheckVersion, Verdict

from .conftest import Exhibit, uid
from .golden import assert_golden, exported, written


@pytest.fixture
def lines(exhibit: Exhibit) -> list[Any]:
    return [json.loads(line) for line in exported(exhibit, "jsonl").splitlines()]


def test_golden(exhibit: Exhibit) -> None:
    assert_golden(exhibit, "jsonl")


def test_one_line_an_article_after_the_header(lines: list[Any], exhibit: Exhibit) -> None:
    header, first, second = lines
    assert (header["format"], header["version"]) == ("factcheck-jsonl", 2)
    assert [first["id"], second["id"]] == [exhibit.article.pk, exhibit.empty.pk]
    assert (second["run"], second["suggestions"], second["claims"]) == (None, [], [])


def test_quotes_are_slices_of_the_text(lines: list[Any]) -> None:
    article = lines[1]
    text = article["text"]
    spans = [span for claim in article["claims"] for span in claim["spans"]]
    assert len(spans) == 4
    for span in [*spans, *article["suggestions"]]:
        assert text[span["start"] : span["end"]] == span["quote"]
    for span in spans:
        around = span["prefix"] + span["quote"] + span["suffix"]
        assert around in text
        assert text.index(around) == span["start"] - len(span["prefix"])


def test_what_is_withdrawn_is_left_out(lines: list[Any]) -> None:
    claims = lines[1]["claims"]
    assert [claim["uid"] for claim in claims] == [str(uid(n)) for n in (1, 2, 3)]
    assert [e["uid"] for e in claims[0]["evidence"]] == [str(uid(20)), str(uid(23))]


def test_suggestions_say_what_became_of_them(lines: list[Any]) -> None:
    found = [(s["outcome"], s["claim"], s["decided_by"]) for s in lines[1]["suggestions"]]
    assert found == [
        ("accepted", str(uid(1)), {"username": "rita", "name": "Rita Reviewer"}),
        ("rejected", None, {"username": "sam", "name": "sam"}),
        (None, None, None),
    ]


def test_suggestions_carry_what_the_detector_said(lines: list[Any]) -> None:
    text = lines[1]["text"]
    said, dated, repeat = lines[1]["suggestions"]
    assert said["kind_confidence"] == 0.875
    assert text[slice(*said["claimant_mention"])] == said["claimant_name"] == "the minister"
    attribution = said["attribution"]
    assert (attribution["form"], attribution["confidence"]) == ("direct", 0.75)
    assert text[slice(*attribution["source"])] == "the minister"
    assert text[slice(*attribution["cue"])] == "said"
    assert [text[slice(*piece)] for piece in attribution["content"]] == [said["quote"]]
    (year,) = said["dates"]
    assert text[year["start"] : year["end"]] == "2025"
    assert (year["first"], year["last"]) == ("2025-01-01", "2025-12-31")
    (unresolved,) = dated["dates"]
    assert (unresolved["first"], unresolved["last"], unresolved["anchor"]) == (None, None, "")
    assert (dated["attribution"], dated["claimant_mention"]) == (None, None)
    assert [s["first_mention"] for s in (said, dated)] == [None, None]
    assert repeat["first_mention"] == [said["start"], said["end"]]


def test_every_verdict_is_there_and_says_whether_it_stands(lines: list[Any]) -> None:
    verdicts = lines[1]["claims"][0]["verdicts"]
    stands = [(v["rating"], v["reviewer"]["username"], v["stands"]) for v in verdicts]
    assert stands == [
        ("Half True", "rita", False),
        ("False", "rita", True),
        ("True", "sam", True),
        ("Mostly True", "sam", False),
        (None, "sam", False),
        ("Mostly False", "ada", True),
    ]
    assert [v["retracted"] for v in verdicts] == [False, False, False, True, False, False]
    assert [v["retracts"] for v in verdicts] == [None] * 4 + [str(uid(13)), None]
    assert verdicts[0]["guideline_version"] == 1
    standing = {str(v.uid) for v in Verdict.objects.standing()}
    assert {v["uid"] for v in verdicts if v["stands"]} <= standing


def test_discussions_are_there_with_who_and_when(lines: list[Any]) -> None:
    settled, still_open = lines[1]["claims"][0]["threads"]
    assert settled["resolved_by"] == {"username": "ada", "name": "ada"}
    assert settled["resolved_at"] > settled["created_at"]
    assert (still_open["resolved_by"], still_open["resolved_at"]) == (None, None)
    said = [(c["author"]["username"], c["text"], c["mentions"]) for c in settled["comments"]]
    assert said == [
        ("rita", "Which year, @sam?", ["sam"]),
        ("sam", "*2025*, as @rita and @ada say", ["ada", "rita"]),
    ]
    assert [bool(c["edited_at"]) for c in settled["comments"]] == [False, True]
    assert [claim["threads"] for claim in lines[1]["claims"][1:]] == [[], []]


def test_the_finding(lines: list[Any]) -> None:
    adjudicated, tied, unjudged = (claim["verdict"] for claim in lines[1]["claims"])
    assert adjudicated == {
        "rating": "Mostly False",
        "number": 2,
        "basis": "adjudication",
        "tie": False,
        "votes": {"True": 1, "False": 1},
    }
    assert (tied["rating"], tied["basis"], tied["tie"]) == (None, "majority", True)
    assert tied["votes"] == {"True": 1, "Pants on Fire": 1}
    assert unjudged == {"rating": None, "number": None, "basis": None, "tie": False, "votes": {}}


def test_evidence_comes_with_its_set_and_what_was_kept_of_it(lines: list[Any]) -> None:
    piece = lines[1]["claims"][0]["evidence"][0]
    assert (piece["set_number"], piece["protected"]) == (1, False)
    content = b"<title>Labour market</title>"
    assert piece["snapshot"] == {
        "url": "https://statistics.example/1",
        "final_url": "https://statistics.example/1/",
        "fetched_at": "2026-03-02T09:01:00Z",
        "media_type": "text/html",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "title": "",
        "publisher": "",
        "published": None,
    }
    # Published on the day after the claim was made.
    assert (piece["is_post_claim"], piece["was_known"]) == (True, False)
    undated = lines[1]["claims"][1]["evidence"][0]
    assert (undated["is_post_claim"], undated["was_known"]) == (None, False)


def test_an_answer_comes_with_what_was_kept_of_its_source(lines: list[Any]) -> None:
    first, second, *_ = lines[1]["claims"][0]["questions"][0]["answers"]
    copy = first["snapshot"]
    assert copy["sha256"] == hashlib.sha256(b"It rose by 2 percent.").hexdigest()
    assert (copy["title"], copy["published"]) == ("Quarterly", "2026-02-01")
    assert second["snapshot"] is None


def test_what_was_published_is_there_as_it_was(lines: list[Any]) -> None:
    claim = lines[1]["claims"][0]
    assert (claim["claimant_role"], claim["claimant_wikidata_id"]) == ("Minister", "Q4242")
    found = claim["fact_check"]
    assert (found["state"], found["version"], found["rating"]) == ("published", 2, "Mostly False")
    titles = [version["content"]["title"] for version in found["versions"]]
    assert titles == ["Unemployment doubled", "Twice as many out of work"]
    stored = FactCheckVersion.objects.get(number=2)
    assert found["versions"][1]["content"] == stored.content
    (correction,) = found["corrections"]
    assert (correction["kind"], correction["version"]) == ("correction", 2)
    assert correction["made_by"]["username"] == "olga"
    assert [other["fact_check"] for other in lines[1]["claims"][1:]] == [None, None]


def test_what_was_protected_since_is_kept_back_of_what_was_published(exhibit: Exhibit) -> None:
    exhibit.claims[0].evidence.filter(uid=uid(20)).update(protected=True, protection_reason="Now.")
    _, article, _ = exported(exhibit, "jsonl").splitlines()
    versions = json.loads(article)["claims"][0]["fact_check"]["versions"]
    assert len(versions) == 2
    assert "statistics.example/1" not in article


def test_of_a_protected_source_only_that_it_exists(lines: list[Any]) -> None:
    piece = lines[1]["claims"][0]["evidence"][1]
    assert {name: value for name, value in piece.items() if value is not None} == {
        "uid": str(uid(23)),
        "stance": "SUPPORTS",
        "set_number": 2,
        "protected": True,
    }
    assert list(piece) == list(lines[1]["claims"][0]["evidence"][0])


def test_a_span_that_is_not_its_quote_stops_the_export(exhibit: Exhibit) -> None:
    span = exhibit.claims[2].spans.get()
    with connection.cursor() as cursor:
        # Both columns together satisfy the database's own check.
        cursor.execute(
            'UPDATE annotations_claimspan SET start = start + 1, "end" = "end" + 1 WHERE id = %s',
            [span.pk],
        )
    for name in FORMATS:
        with pytest.raises(ExportError, match=str(exhibit.claims[2].pk)):
            written(exhibit, name)

"""What a check says of rows that say the same, or nearly: as the corpus, or as an earlier row."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage

from annotations.errors import Conflict
from annotations.exporting import FORMATS, export
from annotations.models import CheckedBand, CheckedText, Corpus, Import
from annotations.services.corpora import corpus_create
from annotations.services.import_runs import import_check_run
from annotations.services.imports import (
    import_cancel,
    import_check,
    import_rollback,
    import_start,
)
from annotations.services.purging import purge_sweep

from .cast import Cast, make_article, make_claim
from .importing import bring_in, check, json_lines, problems, roll_back, upload, work, zipped

pytestmark = pytest.mark.django_db

WORDS = " ".join(f"word{n}" for n in range(60))
LIKE = f"{WORDS} more"


@pytest.fixture
def rows(corpus: Corpus, settings: Any) -> str:
    """Each in a chunk of its own, and each chunk in a turn of its own."""
    settings.IMPORT_CHUNK_ROWS, settings.IMPORT_SLICE_SECONDS = 1, -1
    make_article(corpus, f"In the corpus: {WORDS}")
    texts = [
        "Ferries cost 3 million.",
        f"In the corpus: {WORDS}",
        f"In the corpus: {LIKE}",
        f"New here. {' '.join(reversed(WORDS.split()))}",
        "Ferries cost 3 million.",
        f"New here. {' '.join(reversed(LIKE.split()))}",
    ]
    return json_lines(*({"text": text} for text in texts))


def test_rows_are_compared_with_the_corpus_and_with_each_other(corpus: Corpus, rows: str) -> None:
    source = check(corpus, "a.jsonl", rows, format="doccano")
    assert problems(source, "duplicate") == [
        (2, "its text is in the corpus already"),
        (5, "its text is in the file already: line 1"),
    ]
    alike = dict(problems(source, "note"))
    assert "an article of the corpus" in alike[3]
    assert "line 4" in alike[6]
    assert (source.counts["duplicates"], source.counts["near_duplicates"]) == (2, 2)
    # Nothing is kept of it, and what comes in is what was said.
    assert not CheckedText.objects.exists()
    assert not CheckedBand.objects.exists()
    done = work(import_start(actor=None, source=source))
    assert (done.counts["duplicates"], done.counts["near_duplicates"]) == (2, 2)


def test_no_more_rows_are_remembered_than_may_be(corpus: Corpus, rows: str, settings: Any) -> None:
    settings.IMPORT_CHECK_COMPARED = 3
    source = check(corpus, "a.jsonl", rows, format="doccano")
    assert [line for line, _ in problems(source, "duplicate")] == [2, 5]
    assert [line for line, _ in problems(source, "note")] == [3]
    assert source.counts["compared"] == 3


def test_a_file_is_kept_for_a_while(corpus: Corpus, settings: Any) -> None:
    settings.IMPORT_KEEP_DAYS = 10
    done = bring_in(corpus, "a.jsonl", json_lines({"text": "One."}, {"no": 1}), format="doccano")
    waiting = upload(corpus, "b.txt", "Two.")
    running = import_start(actor=None, source=upload(corpus, "c.txt", "Three."))
    names = [source.file.name or "" for source in (done, waiting, running)]
    assert purge_sweep() == 0
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=11)):
        assert purge_sweep() == 2
        assert purge_sweep() == 0
    kept = [Import.objects.get(pk=source.pk).has_file for source in (done, waiting, running)]
    assert kept == [False, False, True]
    assert done.problems.filter(severity="rejected").get().row == '{"no": 1}'
    waiting.refresh_from_db()
    with pytest.raises(Conflict, match="no longer kept"):
        import_start(actor=None, source=waiting)
    # What needs no file goes on.
    assert roll_back(done).counts["removed"] == 1
    with pytest.raises(Conflict):
        import_rollback(actor=None, source=waiting)
    assert [default_storage.exists(name) for name in names[2:]] == [True]


def test_what_a_stopped_check_remembers_goes_with_its_file(
    corpus: Corpus, rows: str, settings: Any
) -> None:
    """It is there to go on with, and for nothing else."""
    settings.IMPORT_KEEP_DAYS = 10
    source = import_check(actor=None, source=upload(corpus, "a.jsonl", rows, format="doccano"))
    import_check_run(first=source.job_id)
    import_cancel(actor=None, source=source)
    assert CheckedText.objects.exists()
    assert CheckedBand.objects.exists()
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=11)):
        assert purge_sweep() == 1
    assert not CheckedText.objects.exists()
    assert not CheckedBand.objects.exists()


@pytest.mark.parametrize("together", [1, 100])
def test_a_text_that_comes_twice_is_in_the_file_and_not_in_the_corpus(
    corpus: Corpus, settings: Any, together: int
) -> None:
    """Wherever the file is cut into chunks."""
    settings.IMPORT_CHUNK_ROWS = together
    content = json_lines(*({"text": text} for text in ("Ferries.", "Boats.", "Ferries.")))
    source = check(corpus, "a.jsonl", content, format="doccano")
    assert problems(source, "duplicate") == [(3, "its text is in the file already: line 1")]


# --- What it shows ------------------------------------------------------------------------------

TABLE = """Titel,Artikel,Wer,Blatt,Adresse,Tag,Sprache,Zitat,Art,Von,Urteil,Kern
Fähre,Fähren kosten viel. Das ist so.,A. B.,Bote,https://bote.example/1,2026-03-01,de,\
Fähren kosten viel,law;costly,Ana,False,Ferries are dear
"""
COLUMNS = {
    "title": "Titel",
    "text": "Artikel",
    "author": "Wer",
    "publisher": "Blatt",
    "url": "Adresse",
    "published": "Tag",
    "language": "Sprache",
    "quote": "Zitat",
    "label": "Art",
    "claimant": "Von",
    "rating": "Urteil",
    "claim": "Kern",
}


def test_all_that_was_mapped_is_seen_before_it_comes_in(corpus: Corpus) -> None:
    source = check(corpus, "a.csv", TABLE, columns=COLUMNS, annotator="Ann")
    assert problems(source) == problems(source, "note") == []
    (row,) = source.preview["rows"]
    (claim,) = row.pop("first_claims")
    assert row == {
        "article": None,
        "title": "Fähre",
        "author": "A. B.",
        "publisher": "Bote",
        "url": "https://bote.example/1",
        "published": "2026-03-01",
        "dateline": "",
        "language": "de",
        "characters": 31,
        "text": "Fähren kosten viel. Das ist so.",
        "claims": 1,
        "suggestions": 0,
        "first_suggestions": [],
    }
    assert claim == {
        "words": "Fähren kosten viel",
        "normalised": "Ferries are dear",
        "labels": ["Current laws or rules of operation", "costly"],
        "claimant": "Ana",
        "claim_date": None,
        "ratings": ["False"],
        "annotator": "Ann",
    }


def test_of_many_claims_the_first_are_shown(corpus: Corpus) -> None:
    text = "Ferries cost 3 million. " * 20
    spans = [(24 * n, 24 * n + 7) for n in range(20)]
    lines = [f"T{n}\tClaim {a} {a + 2};{b - 2} {b}\tFe es\n" for n, (a, b) in enumerate(spans)]
    source = check(corpus, "a.zip", zipped({"1.txt": text, "1.ann": "".join(lines)}))
    (row,) = source.preview["rows"]
    assert (row["claims"], row["suggestions"]) == (20, 0)
    assert [claim["words"] for claim in row["first_claims"]] == ["Fe … es"] * 5
    whole = f"T1\tnumber 0 {len(text) - 1}\t{text}\n"
    files = zipped({"1.txt": text, "1.ann": whole})
    source = check(corpus, "a.zip", files, annotations="suggestions")
    (row,) = source.preview["rows"]
    (suggestion,) = row["first_suggestions"]
    assert (row["claims"], row["suggestions"], row["first_claims"]) == (0, 1, [])
    assert suggestion["words"] == f"{text[:299]}…"


@pytest.mark.parametrize("together", [1, 100])
def test_what_is_added_to_articles_that_are_there_is_seen_too(
    cast: Cast, corpus: Corpus, settings: Any, together: int
) -> None:
    """Wherever the file is cut into chunks, each article is one row."""
    settings.IMPORT_CHUNK_ROWS = together
    article = make_article(corpus, "Ferries cost 3 million. Boats cost more.")
    other = make_article(corpus, "Boats cost a lot.")

    def row(target: int, words: str) -> dict[str, Any]:
        selector = {"type": "TextQuoteSelector", "exact": words}
        return {
            "@context": "http://www.w3.org/ns/anno.jsonld",
            "type": "Annotation",
            "body": [{"type": "TextualBody", "purpose": "tagging", "value": "costly"}],
            "target": {"source": f"urn:factcheck:article:{target}", "selector": selector},
        }

    marks = [row(article.pk, "Ferries"), row(other.pk, "a lot"), row(article.pk, "Boats")]
    source = check(corpus, "a.jsonld", json.dumps(marks))
    assert problems(source) == []
    rows = source.preview["rows"]
    assert [(r["article"], r["title"], r["claims"]) for r in rows] == [
        (article.pk, article.title, 2),
        (other.pk, other.title, 1),
    ]
    assert [c["words"] for r in rows for c in r["first_claims"]] == ["Ferries", "Boats", "a lot"]
    assert {label for r in rows for c in r["first_claims"] for label in c["labels"]} == {"costly"}
    # So are annotations of a text that comes again.
    text = article.text.text
    files = zipped({"1.txt": text, "1.ann": "T1\tlaw 0 7\tFerries\n"})
    (again,) = check(corpus, "a.zip", files).preview["rows"]
    assert (again["article"], again["characters"], again["text"]) == (article.pk, len(text), text)
    assert [claim["words"] for claim in again["first_claims"]] == ["Ferries"]


def test_an_export_of_ours_is_shown_as_it_will_be(cast: Cast, corpus: Corpus) -> None:
    claim = make_claim(cast.reviewer, make_article(corpus), "sales fell 5%")
    sent = b"".join(export(corpus, FORMATS["jsonl"]))
    source = check(corpus_create(actor=None, name="Copy"), "a.jsonl", sent)
    (row,) = source.preview["rows"]
    (shown,) = row["first_claims"]
    assert (shown["words"], shown["normalised"]) == ("sales fell 5%", claim.normalised)
    assert row["suggestions"] == len(row["first_suggestions"])

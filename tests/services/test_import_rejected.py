"""Rejected rows, downloaded: whole, behind what has to stand before them, to be sent again."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from annotations.errors import Conflict
from annotations.exporting import FORMATS, export
from annotations.models import Article, Corpus, Import, ImportProblem
from annotations.services import import_rejected
from annotations.services.corpora import corpus_create
from annotations.services.import_rejected import rejected_file, rejected_report

from .cast import Cast, make_article, make_claim
from .importing import bring_in, check, json_lines, problems, zipped

pytestmark = pytest.mark.django_db
FILES = Path(__file__).parents[1] / "formats" / "imports"
LONG = "Ferries cost a lot. " * 1_500


def written(source: Import) -> tuple[str, bytes]:
    name, file = rejected_file(source)
    with file:
        return name, file.read()


def reported(source: Import) -> list[dict[str, Any]]:
    return [json.loads(line) for line in rejected_report(source)]


def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["body", "date", "quote", "n"])
    book.active.append(["One.", dt.date(2026, 3, 1), "", 1])
    book.active.append(['Two, "three"\nfour.', dt.date(2026, 3, 2), "Six", 2.5])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def task(text: str, end: int) -> dict[str, Any]:
    value = {"start": 0, "end": end, "text": "Ferries", "labels": ["x"]}
    result = [{"from_name": "l", "to_name": "text", "type": "labels", "value": value}]
    return {"data": {"text": text}, "annotations": [{"result": result}]}


ODD = 'Fähre;"Sie sagte ""nein"",\nund ging.";Boot'
BAD = {"text": LONG, "label": [[0, 99_999, "x"]]}


@pytest.mark.parametrize(
    ("name", "content", "rejected_name", "expected"),
    [
        (
            "a.csv",
            f"title;body;quote\nGut;Ein Text.;\n{ODD}\n;;\nLeer;;\n",
            "a-rejected.csv",
            f"title;body;quote\n{ODD}\nLeer;;\n",
        ),
        (
            "a.tsv",
            '"tit\nle"\tbody\tquote\nA, b; c\tTwo.\tSix\n',
            "a-rejected.tsv",
            '"tit\nle"\tbody\tquote\nA, b; c\tTwo.\tSix\n',
        ),
        (
            "a.xlsx",
            workbook(),
            "a-rejected.csv",
            'body,date,quote,n\n"Two, ""three""\nfour.",2026-03-02,Six,2.5\n',
        ),
        ("a.jsonl", json_lines({"text": "Fine."}, BAD), "a-rejected.jsonl", json_lines(BAD)),
        (
            "a.json",
            json.dumps([task("Ferries.", 7), task("Ferries!", 99), task("Ferries?", 99)]),
            "a-rejected.json",
            None,
        ),
        (
            "pages.txt",
            "http://127.0.0.1:9/a\n# More\nhttp://127.0.0.1:9/b\n",
            "pages-rejected.txt",
            "http://127.0.0.1:9/a\nhttp://127.0.0.1:9/b\n",
        ),
    ],
)
def test_rows_are_written_as_they_can_be_sent_again(
    corpus: Corpus, name: str, content: Any, rejected_name: str, expected: str | None
) -> None:
    source = check(corpus, name, content)
    again_name, again = written(source)
    assert again_name == rejected_name
    if expected is not None:
        assert again.decode() == expected
    second = check(corpus, again_name, again)
    reasons = [reason for _, reason in problems(source)]
    assert reasons
    assert [reason for _, reason in problems(second)] == reasons
    assert second.counts["items"] == len(reasons)
    # By itself each row can be read as well, but for elements of an array.
    row = reported(source)[0]["row"]
    alone = f"[{row}]" if again_name.endswith(".json") else row
    assert [reason for _, reason in problems(check(corpus, again_name, alone))] == reasons[:1]


def test_a_row_of_our_own_format_stands_behind_its_header(cast: Cast, corpus: Corpus) -> None:
    make_claim(cast.reviewer, make_article(corpus), "sales fell 5%")
    sent = b"".join(export(corpus, FORMATS["jsonl"]))
    broken = sent.replace(b'"sales fell 5%"', b'"sales rose 5%"')
    copy = corpus_create(actor=None, name="Copy")
    source = bring_in(copy, "a.jsonl", broken)
    assert source.counts["rejected"] == 1
    name, rows = written(source)
    assert rows.splitlines()[0] == b'{"format":"factcheck-jsonl","version":2}'
    mended = rows.replace(b'"sales rose 5%"', b'"sales fell 5%"')
    assert bring_in(copy, name, mended).counts["claims"] == 1
    assert Article.objects.get(corpus=copy).claims.get().quote == "sales fell 5%"


@pytest.mark.parametrize(
    ("name", "content", "row"),
    [
        ("a.jsonl", b'{"text": "One."}\n{"text": "T\xffwo."}\n', '{"text": "T\ufffdwo."}'),
        ("a.csv", b"body\nOne.\nT\xffwo.\n", "body\nT\ufffdwo."),
    ],
)
def test_what_cannot_be_decoded_is_marked_in_its_row(
    corpus: Corpus, name: str, content: bytes, row: str
) -> None:
    source = check(corpus, name, content, encoding="utf-8")
    assert source.counts["rejected"] == 1
    assert [problem["row"] for problem in reported(source)] == [row]


def test_of_an_archive_each_file_has_its_rows(corpus: Corpus) -> None:
    files: dict[str, str | bytes] = {
        "x/a.csv": "body;title\nOne.;A\n;B\n;C\n",
        "x/b.csv": "text,title\n,D\n",
        "a.xlsx": workbook(),
        "rss.xml": (FILES / "rss.xml").read_bytes(),
        "c.txt": " ",
        "d.xyz": "?",
    }
    source = check(corpus, "all.zip", zipped(files))
    name, packed = written(source)
    assert name == "all-rejected.zip"
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        found = {member: archive.read(member).decode() for member in archive.namelist()}
    assert found["x/a.csv"] == "body;title\n;B\n;C\n"
    assert found["x/b.csv"] == "text,title\n,D\n"
    assert set(found) >= {"x/a.csv", "x/b.csv", "a.csv"}
    # Files that failed as a whole are in the report alone.
    assert not {"c.txt", "d.xyz"} & set(found)
    rows = {problem["file"]: problem["row"] for problem in reported(source)}
    assert rows["c.txt"] is rows["d.xyz"] is None


def test_where_no_row_can_be_shown_there_is_no_file(corpus: Corpus) -> None:
    source = check(corpus, "a.txt", " ")
    assert [problem["reason"] for problem in reported(source)] == ["there is no text"]
    with pytest.raises(Conflict, match="None of the rejected rows"):
        rejected_file(source)


def test_a_row_is_kept_whole_or_said_not_to_be(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImportProblem, "MAX_ROW", 100)
    monkeypatch.setattr(ImportProblem, "MAX_ROWS", 150)
    rows = [{"n": "x" * 80}, {"n": "x" * 100}, {"n": "x" * 60}, {"n": "x" * 20}]
    source = check(corpus, "a.jsonl", json_lines(*rows), format="doccano")
    found = reported(source)
    kept = [json.loads(problem["row"]) if problem["row"] else None for problem in found]
    assert kept == [rows[0], None, None, rows[3]]
    assert found[0]["reason"] == found[3]["reason"] == "there is no text"
    assert found[1]["reason"].endswith("the row is not in the download: it has 109 characters")
    assert found[2]["reason"].endswith(
        "the row is not in the download: 150 characters of others are"
    )
    assert (source.counts["rejected"], source.counts["rejected_characters"]) == (4, 118)
    assert written(source)[1].decode() == json_lines(rows[0], rows[3])


def test_no_more_rows_than_a_portion_are_in_memory(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(import_rejected, "PORTION", 1_000)
    monkeypatch.setattr(import_rejected, "_SIZES", 7)
    rows = [{"n": n, "x": "x" * 280} for n in range(20)]
    source = check(corpus, "a.jsonl", json_lines(*rows), format="doccano")
    # Of 7, 7 and 6 rows and an end the sizes; of these 3, 3 and 1, 3, 3 and 1, 3 and 3 rows.
    with django_assert_num_queries(4 + 8):
        found = reported(source)
    assert [json.loads(problem["row"]) for problem in found] == rows

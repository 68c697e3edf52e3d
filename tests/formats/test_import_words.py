"""No words of a file are lost unsaid: those in odd places are read, what can't be is reported."""

from __future__ import annotations

import re
from typing import Any

import pytest

from annotations.importing import Position

from .test_importers import FOLDER, docx, read, repacked

BOX = (
    "<w:r><mc:AlternateContent"
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
    "<mc:{0}><w:pict><w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent>"
    "</w:pict></mc:{0}></mc:AlternateContent></w:r>"
)
SUM = (
    '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math">'
    "<m:r><m:t>2+2</m:t></m:r></m:oMath>"
)


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("<w:p><w:r><w:t>A</w:t><w:tab/><w:t>B</w:t><w:br/><w:t>C</w:t></w:r></w:p>", "A\tB\nC"),
        ("<w:p>{was}<w:ins>{word}</w:ins>{sum}</w:p>", "Cost was twelve million."),
        ("<w:p>{was}<w:moveTo>{word}</w:moveTo>{sum}</w:p>", "Cost was twelve million."),
        ("<w:p>{was}<w:del><w:r><w:delText>one</w:delText></w:r></w:del>{sum}</w:p>",
         "Cost was  million."),
        ("<w:p>{was}<w:moveFrom>{word}</w:moveFrom>{sum}</w:p>", "Cost was  million."),
        ("<w:p>{was}<w:sdt><w:sdtContent>{word}</w:sdtContent></w:sdt>{sum}</w:p>",
         "Cost was twelve million."),
        ("<w:p>{was}<w:hyperlink><w:ins>{word}</w:ins></w:hyperlink>{sum}</w:p>",
         "Cost was twelve million."),
        ("<w:p>{was}<w:fldSimple>{word}</w:fldSimple>{sum}</w:p>", "Cost was twelve million."),
        ("<w:p>{was}<w:r><w:ruby><w:rt>{sum}</w:rt><w:rubyBase>{word}</w:rubyBase></w:ruby></w:r>"
         "</w:p>", "Cost was twelve"),
        ("<w:p>{was}{math}</w:p>", "Cost was 2+2"),
        ("<w:sdt><w:sdtContent><w:p>{word}</w:p></w:sdtContent></w:sdt>", "twelve"),
        ("<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:p>{word}</w:p>"
         "</w:sdtContent></w:sdt><w:p>{was}</w:p>", "Cost was"),
        ("<w:p>{was}{choice}</w:p><w:p>{sum}</w:p>", "Cost was \nIn a box.\n million."),
        ("<w:p>{was}{fallback}</w:p>", "Cost was"),
        ("<w:tbl><w:tr><w:tc><w:tbl><w:tr><w:tc><w:p>{was}</w:p></w:tc><w:tc><w:p>{word}</w:p>"
         "</w:tc></w:tr></w:tbl><w:p/></w:tc><w:tc><w:p>{sum}</w:p></w:tc></w:tr></w:tbl>",
         "Cost was\ttwelve\tmillion."),
        ("<w:tbl><w:sdt><w:sdtContent><w:tr><w:sdt><w:sdtContent><w:tc><w:p>{word}</w:p></w:tc>"
         "</w:sdtContent></w:sdt></w:tr></w:sdtContent></w:sdt></w:tbl>", "twelve"),
        ("<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p>{word}</w:p></w:tc></w:tr></w:tbl>"
         "<w:p>{was}</w:p>", "Cost was"),
    ],
)  # fmt: skip
def test_all_words_of_a_word_file_are_read_but_for_deleted_ones(xml: str, text: str) -> None:
    pieces = {"was": "Cost was ", "word": "twelve", "sum": " million."}
    runs = {
        name: f'<w:r><w:t xml:space="preserve">{words}</w:t></w:r>'
        for name, words in pieces.items()
    }
    boxes = {"choice": BOX.format("Choice"), "fallback": BOX.format("Fallback"), "math": SUM}
    body = xml.format(**runs, **boxes).encode()
    made = repacked(
        docx(),
        document=lambda whole: re.sub(
            b"(?s)<w:body>.*</w:body>", b"<w:body>%b</w:body>" % body, whole
        ),
    )
    assert read("a.docx", made)[0]["text"] == text


def test_footnotes_of_a_word_file_are_left_out_and_said() -> None:
    note = b'<w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
    made = repacked(docx(), document=lambda xml: xml.replace(b"</w:p>", note, 1))
    assert read("a.docx", made)[0]["notes"] == ["1 footnote was left out"]


@pytest.mark.parametrize(
    ("content", "chosen", "bad"),
    [
        (b"text\nOne.\nM\xfcller.\nTwo.\n", {"encoding": "ascii"}, "not ascii"),
        (b"text\nOne.\nM\x81ller.\nTwo.\n", {"encoding": "cp1252"}, "not cp1252"),
        (b"text\nOne.\nM\xfcller.\nTwo.\n", {"encoding": "utf-8"}, "not utf-8"),
        # Not taken for another encoding: the other letters are UTF-8's.
        ("text\nOne.\näöüß ".encode() + b"M\xfcller.\nTwo.\n", {}, "not utf-8"),
        (b"text\nOne.\nM\xff\xffller.\nTwo.\n", {"encoding": "cp949"}, "not cp949"),
        ("text\nOne.\nM\ud800ller.\nTwo.\n".encode("utf-16", "surrogatepass"), {}, "not utf-16"),
    ],
)
def test_a_row_of_a_table_that_is_not_in_its_encoding_is_rejected_alone(
    content: bytes, chosen: dict[str, Any], bad: str
) -> None:
    first, second, third, _ = read("a.csv", content, **chosen)
    assert (first["text"], third["text"]) == ("One.", "Two.")
    assert (second["line"], second["reason"]) == (3, bad)
    # As far as it can be shown, behind the heading.
    assert re.fullmatch("text\n.*M\ufffd+ller\\.", second["row"])


def test_a_line_of_utf16_that_is_none_is_rejected_alone() -> None:
    lines = '{"text": "One."}\n{"text": "M\ud800"}\n{"text": "Two."}\n'
    content = lines.encode("utf-16", "surrogatepass")
    first, second, third, _ = read("a.jsonl", content, format="doccano")
    assert (first["text"], third["text"]) == ("One.", "Two.")
    assert second == {"line": 2, "reason": "not utf-16"}


@pytest.mark.parametrize(
    ("name", "rows", "lines"),
    [
        ("a.csv", 'A.,1\n"open,2\nb,3\nc,4\n', "; lines 3 to 5 were not read"),
        ("a.csv", 'A.,1\n"open,2\nb,3\nc,4', "; lines 3 to 5 were not read"),
        ("a.csv", 'A.,1\n"B\nb",3\nc,"4\n', ""),
        ("a.tsv", 'A.\t1\n"open\t2\nb\t3\n', "; lines 3 to 4 were not read"),
    ],
)
def test_a_quotation_mark_that_is_never_closed_is_said(name: str, rows: str, lines: str) -> None:
    heading = "text,author\n" if name.endswith("csv") else "text\tauthor\n"
    found = read(name, (heading + rows).encode())
    assert found[0]["text"] == "A."
    assert found[-2]["reason"] == f"a quotation mark is opened and never closed{lines}"
    assert found[-2]["line"] == (3 if lines else 5)
    assert "open" not in str(found[1:-2])
    # Nothing is said of one that is closed in the last line.
    (closed, _) = read(name, f'{heading}"A\nb"'.encode())
    assert closed["text"] == "A\nb"


def test_a_page_says_how_it_was_read_and_what_was_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    html = (FOLDER / "page.html").read_text(encoding="utf-8").replace("12 million", "12 „Mio.“ für")
    latin = html.replace("utf-8", "iso-8859-1").replace("🚢", "").encode("cp1252")
    found = read("page.html", latin)
    assert "12 „Mio.“ für" in found[0]["text"]
    assert found[-1] == {"encodings": ["cp1252"]}
    (item, _) = read("page.html", latin, encoding="utf-8")
    assert (item["reason"], item["line"]) == ("not utf-8", 1)
    monkeypatch.setattr("annotations.fetching.reading.MAX_CHARACTERS", 100)
    (item, _) = read("page.html", latin, encoding="cp1252")
    assert item["notes"] == ("the text was cut to 100 characters",)
    (item, _) = read("page.html", b"\0\0")
    assert item["reason"] == "not a text file: it has zero bytes"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<p>A <b>claim</b> &amp; more.</p>", "A claim & more."),
        ("<div>\n\nIn *it*.\n\n</div>\n\nBehind.", "In it.\n\nBehind."),
        ("<table><tr><td>2025</td><td>12 million</td></tr></table>", "2025 12 million"),
        ("<p>One <!-- no -->two.</p>", "One two."),
        ("One.<br>Two <i>three</i>.", "One.\nTwo three."),
        (
            "<!-- no --> Behind.\n\n<script>\n\nno</script>\n\n<!DOCTYPE html>\n\nEnd.",
            "Behind.\n\nEnd.",
        ),
    ],
)
def test_the_words_of_html_in_markdown_are_read(content: str, text: str) -> None:
    assert read("a.md", content.encode())[0]["text"] == text


RSS = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>'
    "<link>https://news.example/sub/</link>{}</channel></rss>"
)
ENTRIES = [
    f"<item><link>{n}</link><description>Ferries {n}.</description></item>" for n in range(5)
]


@pytest.mark.parametrize("end", ["", "<item>", "<item><link>3</link><description>Ferr"])
def test_a_feed_that_breaks_off_is_said_to(end: str) -> None:
    whole = RSS.format("".join(ENTRIES)).encode()
    assert [row.get("reason") for row in read("a.xml", whole)[:-1]] == [None] * 5
    cut = whole[: whole.index(ENTRIES[3].encode())] + end.encode()
    found = read("a.xml", cut)
    assert [row["text"] for row in found[:3]] == ["Ferries 0.", "Ferries 1.", "Ferries 2."]
    last = {"reason": "the feed breaks off; from here on nothing is in it", "line": 4}
    assert found[3:-1] == [last]
    assert read("a.xml", cut, Position(0, 3))[:-1] == [last]
    assert read("a.xml", cut, Position(0, 4))[:-1] == []


def test_a_feed_that_is_only_untidy_is_read_whole() -> None:
    untidy = RSS.format("".join(ENTRIES).replace("Ferries 1", "Ferries & cars &nbsp; 1")).encode()
    found = read("a.xml", untidy)
    assert [row.get("reason") for row in found[:-1]] == [None] * 5
    assert found[1]["text"].startswith("Ferries & cars")


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("a?b=1", "https://news.example/sub/a?b=1"),
        ("/a", "https://news.example/a"),
        ("//cdn.example/a", "https://cdn.example/a"),
        ("http://other.example/a", "http://other.example/a"),
        ("urn:a:1", ""),
    ],
)
def test_an_entrys_address_may_be_relative_to_its_feeds(link: str, url: str) -> None:
    feed = RSS.format(f"<item><link>{link}</link><description>Ferries.</description></item>")
    assert read("a.xml", feed.encode())[0].get("url", "") == url
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><link rel="self" '
        f'href="https://news.example/sub/"/><entry><link href="{link}"/>'
        "<summary>Ferries.</summary></entry></feed>"
    )
    assert read("a.atom", atom.encode())[0].get("url", "") == url


@pytest.mark.parametrize(
    ("suffix", "better"), [("xls", ".xlsx"), ("ODS", ".xlsx"), ("doc", ".docx")]
)
def test_of_a_file_of_an_old_program_is_said_what_to_save_it_as(suffix: str, better: str) -> None:
    (item, _) = read(f"a.{suffix}", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0")
    assert f"save it as {better} and import that" in item["reason"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_utf16_without_its_mark_is_read(encoding: str) -> None:
    for name, content in (
        ("a.txt", "Grüße 🚢"),
        ("a.csv", "text\nGrüße 🚢\n"),
        ("a.jsonl", '{"text": "Grüße 🚢", "label": []}\n'),
    ):
        found = read(name, content.encode(encoding))
        assert found[0]["text"] == "Grüße 🚢"
        assert found[-1] == {"encodings": [encoding]}


@pytest.mark.parametrize("content", [b"G\0\1\0a\0", b"\0\0\1\0\1\0 ", b"G\0\0\xd8a\0", b"\0"])
def test_zero_bytes_are_no_text_else(content: bytes) -> None:
    (item, _) = read("a.txt", content + b"\0\0")
    assert item["reason"] == "not a text file: it has zero bytes"

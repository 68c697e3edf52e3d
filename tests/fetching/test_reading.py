"""What is found on a page, and what is never made up."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.fetching import Fetched, Page, read_page

# Different sentences: a page that repeats itself is taken for furniture.
BODY = "".join(
    f"<p>Paragraph {n} says that region {n} of Exland had {n * 7} thousand people without work, "
    f"which is more than the {n * 5} thousand of the year before.</p>"
    for n in range(1, 12)
)


def page(head: str = "", body: str = BODY) -> str:
    return f"<!doctype html><html><head>{head}</head><body><article>{body}</article></body></html>"


def read(content: str | bytes, kind: str = "text/html", charset: str = "", url: str = "") -> Page:
    body = content.encode() if isinstance(content, str) else content
    url = url or "https://ledger.example/work"
    return read_page(Fetched(url, url, kind, charset, body))


def test_meta_tags() -> None:
    found = read(
        page(
            '<meta charset="utf-8"><title>Work | Ledger</title>'
            '<meta property="og:title" content="Unemployment  doubled">'
            '<meta property="og:site_name" content="The Ledger">'
            '<meta property="article:published_time" content="2026-02-03T09:00:00+01:00">'
        )
    )
    assert (found.title, found.publisher) == ("Unemployment doubled", "The Ledger")
    assert found.published == dt.date(2026, 2, 3)
    assert "region 3 of Exland had 21 thousand" in found.text
    assert "<" not in found.text


def test_json_ld() -> None:
    found = read(
        page(
            "<title>x</title>"
            '<script type="application/ld+json">{"@context":"https://schema.org",'
            '"@type":"NewsArticle","headline":"Unemployment doubled in 2025",'
            '"datePublished":"2026-02-03","publisher":{"@type":"Organization",'
            '"name":"The Ledger"}}</script>'
        )
    )
    assert found.title == "Unemployment doubled in 2025"
    assert found.publisher == "The Ledger"
    assert found.published == dt.date(2026, 2, 3)


def test_a_date_somewhere_in_the_words_is_not_the_pages_date() -> None:
    found = read(page("<title>Work</title>", "<p>On 3 May 2019 it began.</p>" + BODY))
    assert found.published is None


def test_a_date_in_the_future_is_none() -> None:
    head = '<meta property="article:published_time" content="2999-01-01T00:00:00Z">'
    assert read(page(head)).published is None


@pytest.mark.parametrize("charset", ["", "windows-1251", "no-such", "base64", "utf-16"])
def test_letters(charset: str) -> None:
    encoding = charset if charset in {"windows-1251", "utf-16"} else "utf-8"
    head = "" if charset == "windows-1251" else '<meta charset="utf-8">'
    content = page(f"{head}<title>Безработица выросла</title>").encode(encoding)
    assert read(content, charset=charset).title == "Безработица выросла"


CURLY = "Fähre: „teuer“, kostet 12 Mio. € für Köln’s Bürger"
CZECH = "Premiér řekl, že nezaměstnanost klesla o dvě procenta v průmyslu"


@pytest.mark.parametrize(
    ("head", "charset", "bytes_in", "words", "encoding", "guessed"),
    [
        # Latin-1 and ASCII stand for what Windows makes of them.
        ("<meta charset=iso-8859-1>", "", "cp1252", CURLY, "cp1252", False),
        ("", "us-ascii", "cp1252", CURLY, "cp1252", False),
        ("", "gb2312", "gb18030", "失业率下降了百分之二 鎔", "gb18030", False),
        ('<meta http-equiv="Content-Type" content="text/html; charset=windows-1250">', "",
         "cp1250", CZECH, "cp1250", False),
        # Believed is what the bytes are, and not what is said of them.
        ("<meta charset=utf-8>", "", "cp1252", CURLY, "cp1252", True),
        ("<meta charset=utf-8>", "utf-8", "cp1250", CZECH, "cp1250", True),
        ("<meta charset=no-such>", "", "cp1250", CZECH, "cp1250", True),
        ("", "no-such", "cp1250", CZECH, "cp1250", True),
        ("", "", "cp1250", CZECH, "cp1250", True),
        ("<meta charset=iso-8859-2>", "utf-8", "iso8859-2", CZECH, "iso8859-2", False),
        ("<meta charset=iso-8859-1>", "", "utf-8", CZECH, "utf-8", False),
        ("<meta charset=utf-16>", "", "utf-8", CZECH, "utf-8", False),
        ("<meta charset=utf-8>", "", "utf-8-sig", CZECH, "utf-8-sig", False),
        ("<meta charset=iso-2022-jp>", "", "iso2022_jp", "失業率が下がった", "iso2022_jp", False),
    ],
)  # fmt: skip
def test_the_encoding_of_a_page(
    head: str, charset: str, bytes_in: str, words: str, encoding: str, guessed: bool
) -> None:
    found = read(page(f"{head}<title>{words}</title>").encode(bytes_in), charset=charset)
    assert (found.title, found.encoding, found.guessed) == (words, encoding, guessed)
    assert found.notes == ()


def test_xhtml_may_say_its_encoding_first() -> None:
    content = '<?xml version="1.0" encoding="iso-8859-2"?>' + page(f"<title>{CZECH}</title>")
    found = read(content.encode("iso-8859-2"), kind="application/xhtml+xml")
    assert (found.title, found.encoding) == (CZECH, "iso8859-2")
    assert "region 3 of Exland" in found.text


def test_what_is_lost_of_a_page_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    few = page(f"<title>{CZECH}</title>").encode() + b"\xff"
    found = read(few)
    assert (found.title, found.encoding, found.guessed) == (CZECH, "utf-8", False)
    assert found.notes == ("what isn't utf-8 became \ufffd (1 ×)",)
    monkeypatch.setattr("annotations.fetching.reading.MAX_CHARACTERS", 100)
    found = read(page())
    assert len(found.text) == 100
    assert found.notes == ("the text was cut to 100 characters",)
    monkeypatch.setattr("annotations.fetching.reading.MAX_READ_BYTES", 1_000_000)
    # In the midst of a letter.
    assert read("x" + "ä" * 600_000, "text/plain").notes == (
        "only the first 1 MB of the page were read",
        "the text was cut to 100 characters",
    )


@pytest.mark.parametrize("charset", ["punycode", "Punycode", "idna"])
def test_codecs_of_host_names_are_no_charsets(charset: str) -> None:
    """The first of them takes 21 seconds for 320,000 letters, and four times as much for twice."""
    words = read("x-" + "a" * 50_000, kind="text/plain", charset=charset).text
    assert words.startswith("x-aaa")


def test_what_can_not_be_stored_is_left_out() -> None:
    found = read(page("<title>Work \x01 and\n more</title>") + "\0", charset="utf-8")
    assert found.title == "Work and more"
    assert "\0" not in found.text
    assert len(read(page(f"<title>{'long ' * 400}</title>")).title) <= 500


def test_plain_text_has_words_and_nothing_else() -> None:
    found = read("Eight percent\r\nof all.\0", "text/plain")
    assert found == Page(text="Eight percent\nof all.", encoding="utf-8")


@pytest.mark.parametrize("kind", ["application/pdf", "image/png", "text/csv", "application/json"])
def test_of_other_kinds_only_the_file_is_kept(kind: str) -> None:
    assert read(page("<title>Work</title>"), kind) == Page()


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"<", "<a>" * 20_000, "<div><p>x" * 20_000, "<!--" * 1000,
     "<html><title>" + "x" * 1_000_000],
)  # fmt: skip
def test_broken_pages_say_nothing_and_take_no_time(content: str | bytes) -> None:
    begun = time.monotonic()
    assert isinstance(read(content), Page)
    assert time.monotonic() - begun < 20


@given(st.binary(max_size=300))
def test_no_bytes_break_it(content: bytes) -> None:
    assert isinstance(read(b"<html><title>" + content), Page)

"""The one way a text is normalised, before any offset into it exists."""

from __future__ import annotations

import hashlib
import re
import sys
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from unicodedata import combining

MAX_CHARACTERS = 1_000_000
LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029\x85\x0b\x0c]")
# Unicode's classes Cc and Cs, but for tab and newline; neither ever gets another character.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]+")
MAX_MARKS = 100
_MAY_HAVE_SURPLUS = re.compile(f"[^\x00-\x7f]{{{MAX_MARKS + 1}}}")
# Nothing to normalise: ASCII, and the letters and signs of Europe that NFC leaves alone.
_PLAIN = re.compile("[\t\n -~\xa0-\u02ff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf]*")
BEFORE_TEXT = re.compile(r"\A[\s\ufeff]+")
# A file's first words may be its publication date: "date 2021-12-01 Jens Stoltenberg, …".
_DATE_HEADER = re.compile(r"\A\s*date[ \t:]+(\S+)[ \t]*\n?", re.IGNORECASE)
_DATE_LIKE = re.compile(r"\A\d+[-/.]\d")
_ISO_DATE = re.compile(r"\A\d{4}-\d{2}-\d{2}\Z")
_TITLE_CHARACTERS = 90


class TextError(ValueError):
    """A text that can't become an article; the message says why."""


@dataclass(frozen=True, slots=True)
class SourceText:
    """An article's text as it will be stored, with what its header said."""

    title: str
    published: date | None
    text: str


def normalise(raw: str) -> str:
    """NFC, ``\\n`` line ends, no control characters but tab and newline, no outer white space,
    and no more than ``MAX_MARKS`` marks on one letter.

    NFC never changes what a reader sees, and makes equal words equal strings. Format
    characters (joiners, direction marks, variation selectors) are kept: scripts and emoji
    need them.
    """
    return BEFORE_TEXT.sub("", normalise_piece(raw)).rstrip()


def normalise_piece(raw: str) -> str:
    """The same for a part of a text, whose outer white space stands inside of the text."""
    if _PLAIN.fullmatch(raw):
        return raw
    text = LINE_ENDS.sub("\n", raw)
    # Before NFC: what stood on both sides of a dropped character may compose now.
    return unicodedata.normalize("NFC", thinned(CONTROLS.sub("", text)))


def thinned(text: str) -> str:
    """At most ``MAX_MARKS`` combining marks in a row. No script has so many (Unicode's stream-safe
    format allows 30), and the time that NFC takes grows with the square of their number."""
    return surplus_marks().sub("", text) if _MAY_HAVE_SURPLUS.search(text) else text


@cache
def surplus_marks() -> re.Pattern[str]:
    """Marks behind the first ``MAX_MARKS`` of a row. Made when a text first may have any."""
    marks = "".join(c for c in map(chr, range(0x300, sys.maxunicode + 1)) if combining(c))
    return re.compile(f"(?<=[{marks}]{{{MAX_MARKS}}})[{marks}]+")


def content_hash(text: str) -> str:
    """SHA-256 (hex) of a normalised text: two files with one hash are the same article."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_source(raw: str, *, title: str = "") -> SourceText:
    """Split a text file into its ``date YYYY-MM-DD`` header, if it has one, and its text."""
    text, published = cut_header(normalise(raw))
    if not text:
        raise TextError("the file holds no text")
    if len(text) > MAX_CHARACTERS:
        raise TextError(f"the text has {len(text):,} characters; {MAX_CHARACTERS:,} at most")
    return SourceText(title or title_from(text), published, text)


def cut_header(text: str) -> tuple[str, date | None]:
    """A normalised text without its ``date YYYY-MM-DD`` header, and the date that it gave."""
    published = None
    if (header := _DATE_HEADER.match(text)) and _DATE_LIKE.match(header[1]):
        if not _ISO_DATE.match(header[1]):
            raise TextError(f"the date header says {header[1]!r}; expected date YYYY-MM-DD")
        try:
            published = date.fromisoformat(header[1])
        except ValueError:
            raise TextError(
                f"the date header says {header[1]!r}, which is not a day of the calendar"
            ) from None
        text = text[header.end() :].strip()
    return text, published


def title_from(text: str) -> str:
    """A working title: the first line, or its first words where it is a paragraph."""
    line = text.split("\n", 1)[0].strip()
    if len(line) <= _TITLE_CHARACTERS:
        return line
    return line[:_TITLE_CHARACTERS].rsplit(" ", 1)[0].rstrip(",;:—–- ") + "…"


def paragraphs(text: str) -> list[tuple[int, int]]:
    """The ``[start, end)`` of each run of lines between blank lines or line ends, in order."""
    return [
        (m.start() + len(m[0]) - len(m[0].lstrip()), m.start() + len(m[0].rstrip()))
        for m in re.finditer(r"[^\n]+", text)
        if m[0].strip()
    ]

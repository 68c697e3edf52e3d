"""What a fetched page says about itself: title, publisher, date, and its words."""

from __future__ import annotations

import codecs
import datetime as dt

from annotations.domain.texts import MAX_CHARACTERS, normalise

from .interface import Fetched, Page

HTML = frozenset({"text/html", "application/xhtml+xml"})
# The parser's work grows with the page; what is beyond this is kept, but not read.
MAX_READ_BYTES = 3_000_000
MAX_TITLE = 500
MAX_PUBLISHER = 300
# Python's codecs of host names, not of pages; the time of the first grows with the square.
NO_CHARSETS = frozenset({"punycode", "idna"})


def read_page(fetched: Fetched) -> Page:
    """What is found in HTML and plain text; of other types nothing but the file is kept.

    Never raises: a page that can't be read is one that says nothing.
    """
    if fetched.media_type in HTML:
        return _read_html(fetched)
    if fetched.media_type == "text/plain":
        return Page(text=_text(_decoded(fetched) or ""))
    return Page()


def _read_html(fetched: Fetched) -> Page:
    # What the server says of the characters comes first; else the page says it itself.
    content = _decoded(fetched) if fetched.charset else fetched.body[:MAX_READ_BYTES]
    if not content:
        return Page()
    # Loaded with the first page: most processes never read one.
    import trafilatura
    from trafilatura.settings import Document

    try:
        found = trafilatura.bare_extraction(
            content,
            url=fetched.final_url,
            with_metadata=True,
            include_comments=False,
            # A date that merely stands somewhere on the page is not the page's date.
            date_extraction_params={"original_date": True, "extensive_search": False},
        )
    except Exception:  # noqa: BLE001  the page is a stranger's, the parsers a deep stack
        return Page()
    if not isinstance(found, Document):
        return Page()
    return Page(
        title=_line(found.title, MAX_TITLE),
        publisher=_line(found.sitename, MAX_PUBLISHER),
        published=_date(found.date),
        text=_text(found.text or ""),
        author=_line(found.author, MAX_PUBLISHER),
        url=(found.url or "").strip(),
    )


def _decoded(fetched: Fetched) -> str | None:
    try:
        charset = codecs.lookup(fetched.charset or "utf-8").name
        if charset in NO_CHARSETS:
            raise LookupError(charset)
        return fetched.body[:MAX_READ_BYTES].decode(charset, "replace")
    except (LookupError, ValueError):
        # Not a charset of text, or one that nobody knows.
        return fetched.body[:MAX_READ_BYTES].decode("utf-8", "replace")


def _line(value: str | None, longest: int) -> str:
    return " ".join(normalise(value or "").split())[:longest].rstrip()


def _text(value: str) -> str:
    return normalise(value)[:MAX_CHARACTERS]


def _date(value: str | None) -> dt.date | None:
    try:
        found = dt.date.fromisoformat((value or "")[:10])
    except ValueError:
        return None
    # Nothing was published tomorrow: a wrong clock, or a date that means something else.
    return found if found <= dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1) else None

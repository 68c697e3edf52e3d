"""What a fetched page says about itself: title, publisher, date, and its words."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from annotations.domain.texts import MAX_CHARACTERS, normalise

from .charsets import decoded
from .interface import Fetched, Page

HTML = frozenset({"text/html", "application/xhtml+xml"})
# The parser's work grows with the page; what is beyond this is kept, but not read.
MAX_READ_BYTES = 3_000_000
MAX_TITLE = 500
MAX_PUBLISHER = 300


def read_page(fetched: Fetched) -> Page:
    """What is found in HTML and plain text; of other types nothing but the file is kept.

    Never raises: a page that can't be read is one that says nothing.
    """
    if fetched.media_type not in HTML | {"text/plain"}:
        return Page()
    body = fetched.body[:MAX_READ_BYTES]
    whole = len(body) == len(fetched.body)
    content = decoded(body, fetched.charset, whole=whole)
    if fetched.media_type in HTML:
        page = _read_html(content.text, fetched.final_url)
    else:
        page = Page(text=normalise(content.text))
    notes = []
    if not whole:
        notes.append(f"only the first {MAX_READ_BYTES // 1_000_000} MB of the page were read")
    if len(page.text) > MAX_CHARACTERS:
        notes.append(f"the text was cut to {MAX_CHARACTERS:,} characters")
    if content.bad:
        notes.append(f"what isn't {content.encoding} became \ufffd ({content.bad:,} ×)")
    return replace(
        page,
        text=page.text[:MAX_CHARACTERS],
        encoding=content.encoding,
        guessed=content.guessed,
        notes=tuple(notes),
    )


def _read_html(content: str, url: str) -> Page:
    if not content:
        return Page()
    # Loaded with the first page: most processes never read one.
    import trafilatura
    from trafilatura.settings import Document

    try:
        found = trafilatura.bare_extraction(
            content,
            url=url,
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
        text=normalise(found.text or ""),
        author=_line(found.author, MAX_PUBLISHER),
        url=(found.url or "").strip(),
    )


def _line(value: str | None, longest: int) -> str:
    return " ".join(normalise(value or "").split())[:longest].rstrip()


def _date(value: str | None) -> dt.date | None:
    try:
        found = dt.date.fromisoformat((value or "")[:10])
    except ValueError:
        return None
    # Nothing was published tomorrow: a wrong clock, or a date that means something else.
    return found if found <= dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1) else None

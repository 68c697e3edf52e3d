"""HTML, one article a file: title, author, date and text as trafilatura finds them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from annotations.errors import BadFile
from annotations.fetching import Fetched, Page, read_page

from .base import Draft, Head, Item
from .files import FileSet, SourceFile
from .options import Options
from .reading import encoding_of, read_bytes

MAX_BYTES = 20_000_000
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)


class Html:
    name = "html"
    suffixes = frozenset({".html", ".htm", ".xhtml"})
    heeds: frozenset[str] = frozenset()

    def recognises(self, head: Head) -> bool:
        return True

    def read(self, file: SourceFile, files: FileSet, options: Options, skip: int) -> Iterator[Item]:
        if skip:
            return
        raw = read_bytes(file, MAX_BYTES)
        file.encoding = options.encoding or _charset(raw, file)
        page = read_page(
            Fetched(url="", final_url="", media_type="text/html", charset=file.encoding, body=raw)
        )
        if not page.text:
            raise BadFile(file.name, "no article could be found in the page")
        yield Item(draft=page_draft(page, source_name=file.base))


def page_draft(page: Page, *, url: str = "", source_name: str = "") -> Draft:
    """A page that was read, as an article."""
    address = url or page.url
    return Draft(
        text=page.text,
        title=page.title,
        author=page.author,
        publisher=page.publisher,
        url=address if address.startswith(("http://", "https://")) else "",
        published=page.published,
        source_name=source_name,
    )


def _charset(raw: bytes, file: SourceFile) -> str:
    """What the page says of itself, unless its first bytes say it better."""
    encoding, file.guessed = encoding_of(raw, file.name, whole=True)
    said = _CHARSET.search(raw[:2048])
    if not file.guessed or said is None:
        return encoding
    file.guessed = False
    return said[1].decode("ascii").lower()

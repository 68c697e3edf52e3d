"""HTML, one article a file: title, author, date and text as trafilatura finds them."""

from __future__ import annotations

from collections.abc import Iterator

from annotations.domain.encodings import marked
from annotations.errors import BadFile
from annotations.fetching import Fetched, Page, read_page

from .base import Draft, Head, Item
from .files import FileSet, SourceFile
from .options import Options
from .reading import read_bytes, read_text, refuse_binary

MAX_BYTES = 20_000_000


class Html:
    name = "html"
    suffixes = frozenset({".html", ".htm", ".xhtml"})
    heeds: frozenset[str] = frozenset()

    def recognises(self, head: Head) -> bool:
        return True

    def read(self, file: SourceFile, files: FileSet, options: Options, skip: int) -> Iterator[Item]:
        if skip:
            return
        if options.encoding:
            raw, charset = read_text(file, options, MAX_BYTES).encode("utf-8", "replace"), "utf-8"
        else:
            raw, charset = read_bytes(file, MAX_BYTES), ""
            if not marked(raw):
                refuse_binary(raw, file.name)
        page = read_page(
            Fetched(url="", final_url="", media_type="text/html", charset=charset, body=raw)
        )
        if not options.encoding:
            file.encoding, file.guessed = page.encoding, page.guessed
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
        notes=page.notes,
    )

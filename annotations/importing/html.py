"""HTML, one article a file: title, author, date and text as trafilatura finds them."""

from __future__ import annotations

from collections.abc import Iterator

import lxml.html

from annotations.domain.encodings import marked
from annotations.errors import BadFile
from annotations.fetching import Fetched, Page, read_page

from .base import Draft, Head, Item
from .files import FileSet, SourceFile
from .options import Options
from .reading import read_bytes, read_text, refuse_binary

MAX_BYTES = 20_000_000

_BLOCKS = frozenset(
    {
        "p", "div", "br", "li", "ul", "ol", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6",
        "table", "tr", "blockquote", "pre", "hr", "figure", "figcaption", "section", "article",
        "header", "footer", "aside", "main", "details", "summary", "address",
    }
)  # fmt: skip
_CELLS = frozenset({"td", "th"})


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


def html_words(fragment: str) -> str:
    """The words of a piece of HTML, each block on lines of its own."""
    if not fragment.strip():
        return ""
    if "<" not in fragment and "&" not in fragment:
        return fragment.strip()
    try:
        root = lxml.html.fragment_fromstring(fragment, create_parent="div")
    except lxml.etree.ParserError:
        # A declaration alone, which has none.
        return ""
    pieces: list[str] = []
    events = ("start", "end", "comment", "pi")
    for event, element in lxml.etree.iterwalk(root, events=events):
        if event in {"comment", "pi"} or element.tag in {"script", "style"}:
            if event != "start":
                pieces.append(element.tail or "")
            continue
        if event == "start":
            pieces.append("\n" if element.tag in _BLOCKS else " " if element.tag in _CELLS else "")
            pieces.append(element.text or "")
        else:
            pieces.append("\n" if element.tag in _BLOCKS else "")
            pieces.append(element.tail or "" if element is not root else "")
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)

"""RSS and Atom feeds: an article an entry, with the text that the feed has, or that of its page."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

import lxml.html

from annotations.errors import BadFile

from .base import Draft, Head, Item
from .files import FileSet, SourceFile
from .options import Options
from .pages import page_item
from .reading import read_bytes

MAX_BYTES = 20_000_000
_BLOCKS = frozenset(
    {"p", "div", "br", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "blockquote"}
)


class Feed:
    name = "feed"
    suffixes = frozenset({".xml", ".rss", ".atom", ".rdf"})
    heeds = frozenset({"fetch"})

    def recognises(self, head: Head) -> bool:
        return any(mark in head.text for mark in ("<rss", "<feed", "<rdf:RDF"))

    def read(self, file: SourceFile, files: FileSet, options: Options, skip: int) -> Iterator[Item]:
        # Loaded with the first feed.
        import feedparser

        # As a stream: what is no stream is taken for an address or the name of a file of ours.
        found: Any = feedparser.parse(io.BytesIO(read_bytes(file, MAX_BYTES)))
        if not found.entries and (found.bozo or not found.version):
            raise BadFile(file.name, "not a feed that can be read")
        if not found.entries:
            raise BadFile(file.name, "there are no entries in it")
        file.encoding = found.get("encoding", "")
        for number, entry in enumerate(found.entries, 1):
            if number <= skip:
                continue
            link = entry.get("link", "")
            if options.fetch and link:
                yield page_item(link, files, line=number, row=link)
            else:
                yield _item(entry, found.feed, number)


def _item(entry: Any, feed: Any, number: int) -> Item:
    contents = [part.get("value", "") for part in entry.get("content") or ()]
    text = html_words(max([*contents, entry.get("summary", "")], key=len))
    link = entry.get("link", "")
    if not text:
        return Item(reason="the feed has no text for it; fetch its page", line=number, row=link)
    when = entry.get("published_parsed") or entry.get("updated_parsed")
    return Item(
        draft=Draft(
            text=text,
            title=html_words(entry.get("title", "")),
            author=entry.get("author", "")[:300],
            publisher=html_words(feed.get("title", ""))[:300],
            url=link if link.startswith(("http://", "https://")) else "",
            published=dt.date(*when[:3]) if when else None,
            language=feed.get("language", "")[:16],
        ),
        line=number,
        row=link,
    )


def html_words(fragment: str) -> str:
    """The words of a piece of HTML, each block on lines of its own."""
    if not fragment.strip():
        return ""
    if "<" not in fragment and "&" not in fragment:
        return fragment.strip()
    root = lxml.html.fragment_fromstring(fragment, create_parent="div")
    pieces: list[str] = []
    for event, element in lxml.etree.iterwalk(root, events=("start", "end")):
        if not isinstance(element.tag, str) or element.tag in {"script", "style"}:
            if event == "end":
                pieces.append(element.tail or "")
            continue
        if event == "start":
            pieces.append("\n" if element.tag in _BLOCKS else "")
            pieces.append(element.text or "")
        else:
            pieces.append("\n" if element.tag in _BLOCKS else "")
            pieces.append(element.tail or "" if element is not root else "")
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)

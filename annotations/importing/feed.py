"""RSS and Atom feeds: an article an entry, with the text that the feed has, or that of its page."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from annotations.errors import BadFile

from .base import Draft, Head, Item
from .files import FileSet, SourceFile
from .html import html_words
from .options import Options
from .pages import page_item
from .reading import read_bytes

MAX_BYTES = 20_000_000
_WEB = ("http://", "https://")
_ENDS = re.compile(r"</(?:rss|feed|(?:\w+:)?RDF)\s*>")
_ENTRY_ENDS = re.compile(r"</(?:item|entry)\s*>")


class Feed:
    name = "feed"
    suffixes = frozenset({".xml", ".rss", ".atom", ".rdf"})
    heeds = frozenset({"fetch"})

    def recognises(self, head: Head) -> bool:
        return any(mark in head.text for mark in ("<rss", "<feed", "<rdf:RDF"))

    def read(self, file: SourceFile, files: FileSet, options: Options, skip: int) -> Iterator[Item]:
        # Loaded with the first feed.
        import feedparser

        raw = read_bytes(file, MAX_BYTES)
        # As a stream: what is no stream is taken for an address or the name of a file of ours.
        found: Any = feedparser.parse(io.BytesIO(raw))
        if not found.entries and (found.bozo or not found.version):
            raise BadFile(file.name, "not a feed that can be read")
        if not found.entries:
            raise BadFile(file.name, "there are no entries in it")
        file.encoding = found.get("encoding", "")
        entries = found.entries
        # Of XML that isn't well-formed, feedparser reads all that it can.
        left = _whole_entries(raw, file.encoding) if found.bozo else None
        for number, entry in enumerate(entries[:left], 1):
            if number <= skip:
                continue
            link = _address(entry, found.feed)
            if options.fetch and link:
                yield page_item(link, files, line=number, row=link)
            else:
                yield _item(entry, found.feed, link, number)
        if left is not None and skip <= left:
            yield Item(reason="the feed breaks off; from here on nothing is in it", line=left + 1)


def _whole_entries(raw: bytes, encoding: str) -> int | None:
    """How many entries there are before a feed breaks off, or None where it doesn't."""
    try:
        text = raw.decode(encoding or "utf-8", "replace")
    except LookupError:
        return None
    return None if _ENDS.search(text) else len(_ENTRY_ENDS.findall(text))


def _address(entry: Any, feed: Any) -> str:
    """That of an entry's page: feeds may leave out what they have in common with it."""
    link: str = entry.get("link", "")
    ours = [
        other.get("href", "") for other in feed.get("links") or () if other.get("rel") == "self"
    ]
    for base in (feed.get("link", ""), *ours):
        if link and base.startswith(_WEB):
            return urljoin(base, link)
    return link


def _item(entry: Any, feed: Any, link: str, number: int) -> Item:
    contents = [part.get("value", "") for part in entry.get("content") or ()]
    text = html_words(max([*contents, entry.get("summary", "")], key=len))
    if not text:
        return Item(reason="the feed has no text for it; fetch its page", line=number, row=link)
    when = entry.get("published_parsed") or entry.get("updated_parsed")
    return Item(
        draft=Draft(
            text=text,
            title=html_words(entry.get("title", "")),
            author=entry.get("author", "")[:300],
            publisher=html_words(feed.get("title", ""))[:300],
            url=link if link.startswith(_WEB) else "",
            published=dt.date(*when[:3]) if when else None,
            language=feed.get("language", "")[:16],
        ),
        line=number,
        row=link,
    )

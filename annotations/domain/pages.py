"""Addresses of the web, and whether two of them name one page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import unquote, urlsplit

ADDRESS = re.compile(r"https?://[^\s<>\"')\]]+", re.IGNORECASE)

PageKey = tuple[str, str, str]


def page_key(url: str) -> PageKey:
    """Host, path and query of an address: what it has in common with others of the same page.

    Scheme, ``www.``, a final slash and the fragment don't count, nor whether letters beyond
    ASCII are encoded, as they are where a redirect leads. Raises ``ValueError`` for what is no
    address at all.
    """
    parts = urlsplit(url.strip())
    host = (parts.hostname or "").rstrip(".")
    with suppress(UnicodeError):  # It is no host's name, but may be an address all the same.
        host = host.encode("idna").decode("ascii")
    return host.removeprefix("www."), unquote(parts.path).rstrip("/"), unquote(parts.query)


def same_page(one: str, other: str) -> bool:
    """Do two addresses name one page, by ``page_key``?"""
    return bool(one and other) and page_key(one) == page_key(other)


def pages_of(urls: Iterable[str]) -> set[PageKey]:
    """The pages that the addresses name."""
    pages: set[PageKey] = set()
    for url in filter(None, urls):
        with suppress(ValueError):  # Nothing can be at an address that is none.
            pages.add(page_key(url))
    return pages


def page_among(url: str, pages: set[PageKey]) -> bool:
    """Does the address, if it is one, name one of the pages?"""
    try:
        return bool(url and pages) and page_key(url) in pages
    except ValueError:
        return False


def address_in(found: str) -> str:
    """What ``ADDRESS`` found without the sentence's own marks behind it."""
    return found.rstrip(".,;:!?…")


def tells_of(value: Any, pages: set[PageKey]) -> bool:
    """Is one of the pages named anywhere in a JSON value: as an address, or within words?"""
    if isinstance(value, str):
        return page_among(value, pages) or any(
            page_among(address_in(found), pages) for found in ADDRESS.findall(value)
        )
    if isinstance(value, dict):
        return any(tells_of(item, pages) for item in value.values())
    return isinstance(value, list) and any(tells_of(item, pages) for item in value)

"""Fetching a page that somebody else wrote, from an address that somebody else typed.

Pure Python: no Django, no database. The one way out of this product into the web; whatever
needs a page goes through ``Fetcher``.

Import from here::

    fetcher = Fetcher(max_bytes=10_000_000, timeout=30)
    fetched = fetcher.fetch("https://statistics.example/2025")   # FetchError says why not
    page = read_page(fetched)                                    # title, publisher, date, words
    reply = fetcher.send("https://hooks.example/1", body, {})    # a POST; redirects aren't followed

``FetchError`` and ``AllowedHosts`` are cheap; the HTTP client and the HTML parser are loaded
with the first fetch, so that a process that fetches nothing pays nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .addresses import AllowedHosts, is_public
from .interface import Fetched, FetchError, Page, Reply

if TYPE_CHECKING:
    from .fetcher import Fetcher
    from .reading import read_page

__all__ = [
    "AllowedHosts",
    "FetchError",
    "Fetched",
    "Fetcher",
    "Page",
    "Reply",
    "is_public",
    "read_page",
]
_LATE = {"Fetcher": "fetcher", "read_page": "reading"}


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_LATE[name]}"), name)

"""What comes in and out of a fetch."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


class FetchError(Exception):
    """Why there is no page, in a sentence for people.

    ``permanent``: trying the same again won't help. The sentence never holds the address, so
    it may be kept and logged where the address may not.
    """

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.message = message
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer of the web. ``body`` is what the server sent, with its compression undone."""

    url: str
    # Where the redirects led; the same as ``url`` where there were none.
    final_url: str
    media_type: str
    # As the server named it, or empty.
    charset: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server said to something that it was sent: its status, and how its answer begins."""

    status: int
    excerpt: str


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says about itself; empty or None where it doesn't."""

    title: str = ""
    publisher: str = ""
    published: dt.date | None = None
    text: str = ""
    author: str = ""
    # The address under which it wants to be known.
    url: str = ""
    # That it was read in, and whether it had to be guessed.
    encoding: str = ""
    guessed: bool = False
    # What was cut off or couldn't be read, in sentences for people.
    notes: tuple[str, ...] = ()

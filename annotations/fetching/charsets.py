"""A page's bytes as text, as browsers read them: what labels mean, and which of them to believe.

See https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from annotations.domain.encodings import guess, labelled, marked

# Where a page says it itself.
_SAID = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)"
    rb"|<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)",
    re.IGNORECASE,
)
_SAID_WITHIN = 4096
# Of ASCII bytes alone, as UTF-8 can be.
_SEVEN_BITS = ("iso2022", "hz")


@dataclass(frozen=True, slots=True)
class Decoded:
    """``guessed``: said by nobody, or wrongly. ``bad``: how much isn't in it, and is U+FFFD."""

    text: str
    encoding: str
    guessed: bool = False
    bad: int = 0


def decoded(body: bytes, charset: str, *, whole: bool) -> Decoded:
    """``charset``: as the server names it, or empty. ``whole``: is this all of the page?"""
    said = _said(body)
    believed = [marked(body), labelled(charset)]
    # UTF-8 is seldom an accident, whatever a page says of itself.
    believed += [said, "utf-8"] if said.startswith(_SEVEN_BITS) else ["utf-8", said]
    for encoding in filter(None, believed):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(body, final=whole)
        except UnicodeError:
            continue
        return Decoded(text, encoding)
    first = believed[0] or believed[1] or said or "utf-8"
    found = _replaced(body, first)
    letters = sum(not character.isascii() for character in found.text)
    # A few bad bytes of something that is it else; or a label that is wrong.
    if letters < 5 * found.bad and (encoding := guess(body)):
        return _replaced(body, encoding, guessed=True)
    return found


def _said(body: bytes) -> str:
    found = _SAID.search(body[:_SAID_WITHIN])
    encoding = labelled((found[1] or found[2]).decode("ascii", "replace")) if found else ""
    # A page in which this could be read is none of these.
    return "utf-8" if encoding.startswith(("utf-16", "utf-32")) else encoding


def _replaced(body: bytes, encoding: str, *, guessed: bool = False) -> Decoded:
    text = body.decode(encoding, "replace")
    return Decoded(text, encoding, guessed, text.count("\ufffd"))

"""``@names`` in what people write: found and marked in rendered HTML, never in its source.

Working on the HTML, after the Markdown was rendered, means that a name in code or in a link
is none, and that what marks a name can't be forged by what somebody typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape
from html.parser import HTMLParser

# The characters of a username. What stands before keeps addresses of mail from being names.
_NAME = re.compile(r"(?<![\w.@+/-])@(\w[\w.@+-]{0,149})")
_TRAILING = ".@+-"
_NO_NAMES_IN = {"a", "code", "pre"}


def names_in(html: str) -> set[str]:
    """All that could be a username behind an ``@`` in rendered HTML.

    A name may end in a full stop, and so may a sentence: both readings are given.

    >>> sorted(names_in("<p>Ask @rita.</p>"))
    ['rita', 'rita.']
    """
    found: set[str] = set()

    def collect(match: re.Match[str]) -> str:
        found.update(_readings(match[1]))
        return match[0]

    _Walker(collect).walk(html)
    return found


def marked(html: str, names: Mapping[str, str]) -> str:
    """The HTML with each ``@username`` of ``names`` shown as the name that it stands for.

    >>> marked("<p>Ask @rita.</p>", {"rita": "Rita <3"})
    '<p>Ask <bdi class="mention" title="@rita">@Rita &lt;3</bdi>.</p>'
    """
    if not names:
        return html

    def mark(match: re.Match[str]) -> str:
        for username in _readings(match[1]):
            if username in names:
                rest = match[1][len(username) :]
                shown = escape(names[username])
                return (
                    f'<bdi class="mention" title="@{escape(username)}">@{shown}</bdi>{escape(rest)}'
                )
        return match[0]

    return _Walker(mark).walk(html)


def _readings(word: str) -> list[str]:
    """The word, and what is left of it without the punctuation at its end; longest first."""
    readings = [word]
    while word and word[-1] in _TRAILING:
        word = word[:-1]
        readings.append(word)
    return [reading for reading in readings if reading]


class _Walker(HTMLParser):
    """Gives well-formed HTML back as it is, save what ``replace`` makes of names in its text."""

    def __init__(self, replace: Callable[[re.Match[str]], str]) -> None:
        super().__init__(convert_charrefs=False)
        self.replace = replace
        self.parts: list[str] = []
        self.depth = 0

    def walk(self, html: str) -> str:
        self.feed(html)
        self.close()
        return "".join(self.parts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.depth += tag in _NO_NAMES_IN
        self.parts.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag in _NO_NAMES_IN
        self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.parts.append(data if self.depth else _NAME.sub(self.replace, data))

    def handle_entityref(self, name: str) -> None:
        self.parts.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.parts.append(f"&#{name};")

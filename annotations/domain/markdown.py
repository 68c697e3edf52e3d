"""Markdown that people write, as HTML that a page may show.

CommonMark, with two leanings of this place: a line end is a line end, as people expect who
type into a small box; and an image is a link to it, because what a page loads from elsewhere
tells the other side who reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

SCHEMES = {"http", "https", "mailto"}
# Headings begin below those of the page around them, which is a card's where nothing else is said.
TOP_HEADING = 4
# Longer texts, in characters, are rendered anew each time, so that what is kept stays small.
MAX_KEPT = 4_000

_BLOCKS = ("p", "li", "blockquote", "h2", "h3", "h4", "h5", "h6")
_CLEANER = nh3.Cleaner(
    tags={*_BLOCKS, "a", "br", "code", "em", "hr", "ol", "pre", "strong", "ul"},
    attributes={"a": {"href", "title"}, "ol": {"start"}},
    url_schemes=SCHEMES,
    url_relative="deny",
    link_rel="noreferrer noopener nofollow",
    set_tag_attribute_values={
        "a": {"target": "_blank"},
        # Each paragraph runs as its own words do.
        **{tag: {"dir": "auto"} for tag in _BLOCKS},
    },
)


def render(text: str, *, top: int = TOP_HEADING) -> str:
    """The text as sanitised HTML: no scripts, images, ids, classes or styles; ends in a newline.

    Its highest heading is of level ``top``, from 2 to 6.

    Links lead to http, https and mailto, in another tab, and tell nobody where they were
    followed from. What CommonMark would take as HTML is shown as the text that it is.

    >>> render("*No*.")
    '<p dir="auto"><em>No</em>.</p>\\n'
    """
    return (_kept if len(text) <= MAX_KEPT else _rendered)(text, top)


def _rendered(text: str, top: int) -> str:
    return _CLEANER.clean(_MARKDOWN.render(text, {"top": top}))


# An article's page shows the same rationales each time it opens, some hundreds of them.
_kept = lru_cache(maxsize=2048)(_rendered)


def _leads_out(url: str) -> bool:
    try:
        return urlsplit(url).scheme.lower() in SCHEMES
    except ValueError:
        return False


def _fit(state: StateCore) -> None:
    """Lower the headings, and make links of images."""
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            level = int(token.tag.removeprefix("h")) + state.env["top"] - 1
            token.tag = f"h{min(level, 6)}"
        elif token.children:
            token.children = list(_without_images(token.children))


def _without_images(tokens: list[Token]) -> Iterator[Token]:
    in_link = False
    for token in tokens:
        if token.type in {"link_open", "link_close"}:
            in_link = token.type == "link_open"
        if token.type != "image":
            yield token
            continue
        source = str(token.attrs["src"])
        words = Token("text", "", 0, content=token.content or source)
        if in_link:
            yield words
        else:
            yield Token("link_open", "a", 1, attrs={"href": source})
            yield words
            yield Token("link_close", "a", -1)


def _markdown() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False, "breaks": True})
    # What leads elsewhere stays as it was typed, where the cleaner would leave a dead link.
    made.validateLink = _leads_out  # type: ignore[method-assign]
    made.core.ruler.push("fit", _fit)
    return made


_MARKDOWN = _markdown()

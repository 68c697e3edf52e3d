"""Markdown, one article a file: its words without the marks, by CommonMark's rules.

Front matter between ``---`` lines may give ``title``, ``author``, ``date``, ``url``, ``language``;
else the first heading is the title, and stays in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from annotations.domain.texts import LINE_ENDS

from .base import BadRow, Draft, Head, Item
from .describing import described
from .files import FileSet, SourceFile
from .html import html_words
from .options import Options
from .reading import read_text

_FRONT = re.compile(r"\A\ufeff?---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_BREAK = re.compile(r"<br\b", re.IGNORECASE)
_PAIR = re.compile(r"([\w-]+):[ \t]*(.*)")


class Markdown:
    name = "markdown"
    suffixes = frozenset({".md", ".markdown"})
    heeds: frozenset[str] = frozenset()

    def recognises(self, head: Head) -> bool:
        return True

    def read(self, file: SourceFile, files: FileSet, options: Options, skip: int) -> Iterator[Item]:
        if skip:
            return
        text = LINE_ENDS.sub("\n", read_text(file, options))
        about: dict[str, str] = {}
        if front := _FRONT.match(text):
            pairs = (_PAIR.match(line) for line in front[1].split("\n"))
            about = {pair[1]: pair[2].strip().strip("\"'") for pair in pairs if pair}
            text = text[front.end() :]
        try:
            fields = described(about)
        except BadRow as error:
            yield Item(reason=str(error), line=1)
            return
        words, heading = plain(text)
        fields.setdefault("title", heading)
        yield Item(draft=Draft(text=words, source_name=file.base, header=True, **fields))


def plain(text: str) -> tuple[str, str]:
    """The words of a Markdown text, blocks divided by blank lines, and its first heading."""
    blocks: list[str] = []
    heading = ""
    opened = ""
    for token in MarkdownIt("commonmark").parse(text):
        if token.type == "heading_open":
            opened = token.tag
        elif token.type == "inline":
            words = _inline(token.children or [])
            blocks.append(words)
            if opened and not heading:
                heading = " ".join(words.split())
            opened = ""
        elif token.type in {"fence", "code_block"}:
            blocks.append(token.content.rstrip("\n"))
        elif token.type == "html_block":
            blocks.append(html_words(token.content))
    return "\n\n".join(block for block in blocks if block.strip()), heading


def _inline(tokens: list[Token]) -> str:
    words: list[str] = []
    for token in tokens:
        if token.type in {"text", "code_inline"}:
            words.append(token.content)
        elif token.type == "softbreak":
            words.append(" ")
        elif token.type == "hardbreak" or _BREAK.match(token.content):
            words.append("\n")
        elif token.type == "image":
            words.append(_inline(token.children or []))
    return "".join(words)

"""Word documents, one article a file: paragraphs and the cells of tables, in their order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from annotations.errors import BadFile

from .base import Draft, Head, Item
from .files import FileSet, SourceFile
from .office import office_file
from .options import Options

# Python objects of a parsed document take many times as much.
MAX_XML_BYTES = 100_000_000
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
# What stands around words that are there: tracked insertions, content controls, links, fields.
_AROUND = frozenset(
    _W + name
    for name in (
        "ins", "moveTo", "sdt", "sdtContent", "hyperlink", "smartTag", "customXml", "fldSimple",
        "dir", "bdo", "ruby", "rubyBase",
    )
) | {_MC + "AlternateContent", _MC + "Choice"}  # fmt: skip
# What stands around words that aren't, or that are there a second time.
_GONE = (_W + "del", _W + "moveFrom", _MC + "Fallback")
_IN_RUNS = frozenset(_W + name for name in ("t", "tab", "ptab", "br", "cr", "noBreakHyphen"))


class Docx:
    name = "docx"
    suffixes = frozenset({".docx"})
    heeds: frozenset[str] = frozenset()

    def recognises(self, head: Head) -> bool:
        return True

    def read(self, file: SourceFile, files: FileSet, options: Options, skip: int) -> Iterator[Item]:
        if skip:
            return
        # Loaded with the first document.
        import docx

        with office_file(file, "Word", most_xml=MAX_XML_BYTES) as stream:
            try:
                document = docx.Document(stream)
                body = document.element.body
                blocks = list(_blocks(body))
                notes = _notes(body)
                about = document.core_properties
                title, author, created = about.title, about.author, about.created
            except Exception as error:
                raise BadFile(file.name, f"not a Word file that can be read: {error}") from error
        text = "\n".join(block for block in blocks if block.strip())
        if not text:
            raise BadFile(file.name, "there is no text in it")
        yield Item(
            draft=Draft(
                text=text,
                title=title or "",
                # What the program writes where nobody said who.
                author="" if author == "python-docx" else (author or "")[:300],
                published=created.date() if isinstance(created, dt.datetime) else None,
                source_name=file.base,
                notes=notes,
            )
        )


def _inside(element: Any) -> Iterator[Any]:
    """An element's parts, those of what only stands around them included."""
    for part in element:
        if part.tag not in _AROUND:
            yield part
        # "Click here to enter text" was written by nobody.
        elif part.find(f"{_W}sdtPr/{_W}showingPlcHdr") is None:
            yield from _inside(part)


def _blocks(container: Any) -> Iterator[str]:
    """The paragraphs of a body, cell or box, and the rows of its tables.

    Not python-docx's own ``text``, which passes over tracked insertions, content controls and
    tables in tables.
    """
    for block in _inside(container):
        if block.tag == _W + "p":
            yield "".join(_words(block))
            for box in block.iter(_W + "txbxContent"):
                if next(box.iterancestors(_W + "p")) is block and not _is_gone(box):
                    yield from _blocks(box)
        elif block.tag == _W + "tbl":
            yield from _rows(block)


def _rows(table: Any) -> Iterator[str]:
    for row in _inside(table):
        if row.tag == _W + "tr" and row.find(f"{_W}trPr/{_W}del") is None:
            # A merged cell is one element, and not one for each place that it takes.
            cells = (cell for cell in _inside(row) if cell.tag == _W + "tc")
            yield "\t".join(
                "\n".join(block for block in _blocks(cell) if block.strip()).strip()
                for cell in cells
            )


def _words(paragraph: Any) -> Iterator[str]:
    for part in _inside(paragraph):
        if part.tag == _W + "r":
            yield from _words(part)
        elif part.tag in _IN_RUNS:
            # python-docx knows what stands for a tab, and which breaks are no line breaks.
            yield str(part)
        elif part.tag in {_MATH + "oMath", _MATH + "oMathPara"}:
            yield from (letters.text or "" for letters in part.iter(_MATH + "t"))


def _is_gone(element: Any) -> bool:
    return next(element.iterancestors(*_GONE), None) is not None


def _notes(body: Any) -> list[str]:
    """What is no part of the text, and said."""
    count = sum(1 for _ in body.iter(_W + "footnoteReference", _W + "endnoteReference"))
    if not count:
        return []
    return [f"{count} {'footnote was' if count == 1 else 'footnotes were'} left out"]

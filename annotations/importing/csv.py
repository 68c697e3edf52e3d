"""CSV and TSV: any encoding, any of the usual delimiters, quoted line breaks included."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TextIO

from annotations.errors import BadFile

from .base import MAX_ROW, BadRow, Head, Item
from .files import FileSet, SourceFile
from .options import Options
from .reading import text_stream, unreadable
from .tables import table_items

DELIMITERS = ",;\t|"


class Csv:
    name = "csv"
    suffixes = frozenset({".csv", ".tsv", ".tab"})
    heeds = frozenset({"columns", "delimiter", "annotations", "annotator", "misplaced"})

    def recognises(self, head: Head) -> bool:
        return True

    def read(self, file: SourceFile, files: FileSet, options: Options, skip: int) -> Iterator[Item]:
        options = replace(options, delimiter=_chosen(file, options))
        with text_stream(file, options) as stream:
            yield from table_items(file.name, _rows(stream, file, options), options, skip)

    def headings(self, file: SourceFile, options: Options) -> list[str]:
        with text_stream(file, options) as stream:
            for _, cells in _rows(stream, file, options):
                return [] if isinstance(cells, BadRow) else list(cells)
        return []


def _rows(
    stream: TextIO, file: SourceFile, options: Options
) -> Iterator[tuple[int, Sequence[str] | BadRow]]:
    csv.field_size_limit(MAX_ROW)
    first = stream.readline(MAX_ROW).removeprefix("\ufeff")
    delimiter = options.delimiter or _delimiter(first, file.suffix)
    ended = False

    def lines() -> Iterator[str]:
        nonlocal ended
        yield first
        # A bound, so that a file without line breaks isn't read into one string.
        while line := stream.readline(MAX_ROW):
            # The module refuses them, and so does the database.
            yield line.replace("\0", "\ufffd")
        ended = True

    reader = csv.reader(lines(), delimiter=delimiter)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadFile(file.name, f"not a table that can be read: {error}", line) from error
        if ended:
            # A row for which the reader wanted another line: it holds all lines behind the quote.
            yield line, BadRow(_unclosed(line, reader.line_num), cells=cells)
        elif any(unreadable(cell) for cell in cells):
            yield line, BadRow(f"not {file.encoding}", cells=cells)
        elif cells:
            yield line, cells
        line = reader.line_num + 1


def _chosen(file: SourceFile, options: Options) -> str:
    if options.delimiter:
        return options.delimiter
    with text_stream(file, options) as stream:
        return _delimiter(stream.readline(MAX_ROW).removeprefix("\ufeff"), file.suffix)


def _unclosed(line: int, last: int) -> str:
    behind = f"; lines {line} to {last} were not read" if last > line else ""
    return f"a quotation mark is opened and never closed{behind}"


def _delimiter(first: str, suffix: str) -> str:
    """The character that divides most of the heading."""
    if suffix in {".tsv", ".tab"}:
        return "\t"
    return max(DELIMITERS, key=first.count)

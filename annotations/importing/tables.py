"""Tables: a heading, then one article, or one claim in an article, a row.

A column is known by its heading, or by the mapping that the person who imports gives. A row with a
``quote`` is a claim about those words of its text; one with a ``claim`` a claim about all of it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from annotations.errors import BadFile

from .base import BadRow, Draft, Item, Mark
from .describing import ARTICLE, day_of, field_of
from .options import Options

# A spreadsheet takes a cell that begins so for a formula; our own export puts ' before it.
_FORMULA = ("'=", "'+", "'-", "'@", "'\t", "'\r")
_UNREADABLE = re.compile("[\ud800-\udfff]")
# In characters.
MAX_HEADING = 20_000
_CLAIM = ("claim", "quote", "label", "claimant", "rating", "rationale")


class Columns:
    """Which column is which field."""

    def __init__(self, name: str, headings: Sequence[str], options: Options) -> None:
        self.headings = [str(heading).strip() for heading in headings]
        self._places: dict[str, int] = {}
        for field, heading in options.columns.items():
            if heading not in self.headings:
                raise BadFile(name, f"there is no column {heading!r} for {field}", 1)
            self._places[field] = self.headings.index(heading)
        for place, heading in enumerate(self.headings):
            known = field_of(heading)
            if known is not None and place not in self._places.values():
                self._places.setdefault(known, place)
        if "text" not in self._places and "claim" not in self._places:
            raise BadFile(name, "no column is known as the text; say which one it is", 1)

    def draft(self, cells: Sequence[Any]) -> Draft:
        """The article of one row. ``BadRow`` says what is wrong with it."""
        if len(cells) > len(self.headings) and any(cells[len(self.headings) :]):
            raise BadRow(f"{len(cells)} cells, where the heading has {len(self.headings)}")
        row = {
            field: _cell(cells[place])
            for field, place in self._places.items()
            if place < len(cells)
        }
        claim = _words(row.get("claim"))
        text = _words(row.get("text")) or claim
        if not text.strip():
            raise BadRow("there is no text")
        about: dict[str, Any] = {
            name: _words(row.get(name)) for name in ARTICLE if name != "published"
        }
        if about["url"] and not about["url"].startswith(("http://", "https://")):
            raise BadRow("url: not an address of the web")
        return Draft(
            text=text,
            published=day_of(row.get("published"), "published"),
            marks=self._marks(row, text, claim),
            **about,
        )

    def _marks(self, row: Mapping[str, Any], text: str, claim: str) -> list[Mark]:
        if not any(_words(row.get(name)) for name in _CLAIM):
            return []
        quote = _words(row.get("quote"))
        spans: list[tuple[int, int, str | None]] = []
        if quote:
            place = text.find(quote)
            if place < 0:
                raise BadRow(f"quote: {quote[:60]!r} is not in the text")
            if text.find(quote, place + 1) >= 0:
                raise BadRow(f"quote: {quote[:60]!r} is in the text more than once")
            spans = [(place, place + len(quote), quote)]
        labels = [label.strip() for label in _words(row.get("label")).split(";")]
        return [
            Mark(
                spans=spans,
                labels=[label for label in labels if label],
                normalised=claim if claim != text else "",
                claimant=_words(row.get("claimant")),
                claim_date=day_of(row.get("claim_date"), "claim_date"),
                rating=_words(row.get("rating")),
                rationale=_words(row.get("rationale")),
            )
        ]


def table_items(
    name: str,
    rows: Iterator[tuple[int, Sequence[Any] | BadRow]],
    options: Options,
    skip: int,
) -> Iterator[Item]:
    """Items of a table's rows, the first of which is the heading; blank ones count for nothing."""
    columns: Columns | None = None
    empty, before = not skip, ""
    for line, cells in rows:
        if columns is None:
            if isinstance(cells, BadRow):
                raise BadFile(name, str(cells), line)
            columns = Columns(name, cells, options)
            heading = _line(cells, options)
            # Long ones aren't repeated for each row.
            before = f"{heading}\n" if len(heading) <= MAX_HEADING else ""
            continue
        if not isinstance(cells, BadRow) and not any(cell not in (None, "") for cell in cells):
            continue
        empty = False
        if skip:
            skip -= 1
            continue
        if isinstance(cells, BadRow):
            row = before + _line(cells.cells, options) if cells.cells else ""
            yield Item(reason=str(cells), line=line, row=row)
            continue
        row = before + _line(cells, options)
        try:
            yield Item(draft=columns.draft(cells), line=line, row=row)
        except BadRow as error:
            yield Item(reason=str(error), line=line, row=row)
    if columns is None:
        raise BadFile(name, "the table is empty")
    if empty:
        raise BadFile(name, "there are no rows in it behind the heading")


def _line(cells: Sequence[Any], options: Options) -> str:
    """A row as the module reads it again. What isn't in the file's encoding is marked."""
    target = io.StringIO()
    divider = options.delimiter or ","
    # Cells with line breaks are quoted for this end, which is then taken off.
    writer = csv.writer(target, delimiter=divider, lineterminator="\r\n")
    writer.writerow([_written(cell) for cell in cells])
    return _UNREADABLE.sub("\ufffd", target.getvalue().removesuffix("\r\n"))


def _written(cell: Any) -> Any:
    # A day of a workbook has an hour, which no reader of days takes.
    return cell.date() if isinstance(cell, dt.datetime) and cell.time() == dt.time.min else cell


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return value[1:]
    return value


def _words(value: Any) -> str:
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else str(value)

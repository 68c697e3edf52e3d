"""Excel workbooks: the first sheet, or the one that is named, read a row at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from annotations.errors import BadFile

from .base import BadRow, Head, Item
from .files import FileSet, SourceFile
from .office import office_file
from .options import Options
from .tables import table_items

# What a sheet of the format has at most, and what of one that says otherwise is read.
MAX_ROWS = 1_048_576


class Xlsx:
    name = "xlsx"
    suffixes = frozenset({".xlsx", ".xlsm"})
    heeds = frozenset({"columns", "sheet", "annotations", "annotator", "misplaced"})

    def recognises(self, head: Head) -> bool:
        return True

    def read(self, file: SourceFile, files: FileSet, options: Options, skip: int) -> Iterator[Item]:
        return table_items(file.name, _rows(file, options), options, skip)

    def headings(self, file: SourceFile, options: Options) -> list[str]:
        for _, cells in _rows(file, options):
            if isinstance(cells, BadRow):
                break
            return ["" if cell is None else str(cell) for cell in cells]
        return []


def _rows(file: SourceFile, options: Options) -> Iterator[tuple[int, Sequence[Any] | BadRow]]:
    # Loaded with the first workbook.
    import openpyxl

    with office_file(file, "workbook") as stream:
        try:
            # Values, not formulas: what the program that saved it had worked out.
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
            names = book.sheetnames
            if options.sheet and options.sheet not in names:
                raise BadFile(
                    file.name, f"there is no sheet {options.sheet!r}; it has {', '.join(names)}"
                )
            sheet = book[options.sheet or names[0]]
            total = sheet.max_row or 0
            # What it says of its own size would be filled up with cells that aren't there.
            sheet.reset_dimensions()
            for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
                if number > MAX_ROWS:
                    raise BadFile(file.name, f"a sheet of more than {MAX_ROWS:,} rows", number)
                file.share = min(number / total, 1.0) if total else 1.0
                if number == 1:
                    cells = tuple("" if cell is None else cell for cell in cells)
                yield number, cells
        except BadFile:
            raise
        except Exception as error:
            raise BadFile(file.name, f"not a workbook that can be read: {error}") from error

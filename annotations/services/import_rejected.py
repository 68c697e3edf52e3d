"""The rejected rows of an import, to be downloaded: with their reasons, or mended and sent again.

However many there are, no more than a few MB of them are in memory.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import PurePosixPath
from typing import IO, Any

import orjson
from django.db.models.functions import Length
from django.utils.translation import gettext

from annotations.errors import Conflict
from annotations.models import Import

# Characters of rows that are fetched at once; a single row may have more.
PORTION = 4_000_000
_SIZES = 1_000
# Formats that are an array of JSON, in files that may hold lines of it too.
_ARRAYS = frozenset({".json", ".jsonld"})
_LINES = "doccano"
# What rows are written as where they aren't in the format of their file: of a workbook cells
# divided by commas, of a feed the addresses.
_ENDINGS = {
    **dict.fromkeys((".xlsx", ".xlsm"), ".csv"),
    **dict.fromkeys((".xml", ".rss", ".atom", ".rdf"), ".urls"),
}


def rejected_report(source: Import) -> Iterator[bytes]:
    """One JSON object a line: ``file``, ``line``, ``reason``, and the ``row`` as it stood, which is
    null where there is none: of a file that failed as a whole, or a row too long to be kept."""
    for row in _rejected(source):
        line = {**row, "row": row["row"] or None}
        yield orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def rejected_file(source: Import) -> tuple[str, IO[bytes]]:
    """A name and a file of the rows alone, which can be imported as the first one was.

    Of an archive a zip with the same names. To be closed by the caller; ``Conflict`` where none of
    the rows was kept.
    """
    rows = (row for row in _rejected(source) if row["row"])
    files = groupby(rows, key=lambda row: row["file"])
    first = next(files, None)
    if first is None:
        raise Conflict(gettext("None of the rejected rows can be written into a file."))
    target: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
    name, some = first
    if not name:
        name = _named(source.file_name)
        target.writelines(_written(source, source.file_name, some))
    else:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            taken: set[str] = set()
            while first is not None:
                inner = _free(_named(first[0], ""), taken)
                with archive.open(zipfile.ZipInfo(inner), "w", force_zip64=True) as member:
                    member.writelines(_written(source, *first))
                first = next(files, None)
        name = f"{PurePosixPath(source.file_name).stem}-rejected.zip"
    target.seek(0)
    return name, target


def _rejected(source: Import) -> Iterator[dict[str, Any]]:
    """In the order of the file."""
    rows = source.problems.filter(severity="rejected").order_by("pk")
    last = 0
    while sizes := list(rows.filter(pk__gt=last).values_list("pk", Length("row"))[:_SIZES]):
        for until in _portions(sizes):
            found = rows.filter(pk__gt=last, pk__lte=until)
            for row in found.values("file", "line", "reason", "row"):
                yield {**row}
            last = until


def _portions(sizes: Iterable[tuple[int, int]]) -> Iterator[int]:
    """The last key of each portion."""
    last, characters = 0, 0
    for pk, size in sizes:
        if characters and characters + size > PORTION:
            yield last
            characters = 0
        last, characters = pk, characters + size
    yield last


def _written(source: Import, name: str, rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """The rows of one file. What has to stand before them stands there once."""
    formats = {source.options.get("format"), *source.formats}
    if PurePosixPath(name).suffix.lower() in _ARRAYS and _LINES not in formats:
        before = b"[\n"
        for row in rows:
            yield before + row["row"].encode()
            before = b",\n"
        yield b"\n]\n"
        return
    known = ""
    for row in rows:
        head, body = _divided(row["row"])
        if head != known:
            yield head.encode()
            known = head
        yield f"{body}\n".encode()


def _divided(row: str) -> tuple[str, str]:
    """What stands before a row, such as a table's heading, and the row: the first ends with the
    first line break that isn't inside of quotation marks."""
    start = quotes = 0
    while (end := row.find("\n", start)) >= 0:
        quotes += row.count('"', start, end)
        start = end + 1
        if quotes % 2 == 0:
            return row[:start], row[start:]
    return "", row


def _named(name: str, mark: str = "-rejected") -> str:
    path = PurePosixPath(name)
    ending = _ENDINGS.get(path.suffix.lower(), path.suffix)
    return str(path.with_name(f"{path.stem}{mark}{ending}"))


def _free(name: str, taken: set[str]) -> str:
    """Names that occur twice are told apart."""
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{number}/{name}"
    taken.add(free)
    return free

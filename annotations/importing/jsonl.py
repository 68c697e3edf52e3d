"""Our own JSON lines: all that ``exporting.jsonl`` writes, put back as it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from annotations.errors import BadFile

from .base import BadRow, Draft, Head, Item
from .files import FileSet, SourceFile
from .options import Options
from .reading import lines

FORMAT = "factcheck-jsonl"
# The first has no fact-checks, no more of claimants than their names, no meanings of ratings.
VERSIONS = (1, 2)


class JsonLines:
    name = "jsonl"
    suffixes = frozenset({".jsonl", ".ndjson"})
    heeds = frozenset({"people"})

    def recognises(self, head: Head) -> bool:
        return f'"format":"{FORMAT}"' in head.text.split("\n", 1)[0].replace(" ", "")

    def read(self, file: SourceFile, files: FileSet, options: Options, skip: int) -> Iterator[Item]:
        # The header is read again each time, and is no item.
        for number, line in lines(file, options):
            if isinstance(line, BadRow):
                raise BadFile(file.name, str(line), number)
            header = _check_header(file.name, line)
            break
        else:
            raise BadFile(file.name, "the file is empty")
        # As much of it as has to stand before a record.
        known = {name: header[name] for name in ("format", "version")}
        before = f"{orjson.dumps(known).decode()}\n"
        for number, line in lines(file, options, skip + 1):
            if isinstance(line, BadRow):
                row = before + line.row if line.row else ""
                yield Item(reason=str(line), line=number, row=row)
                continue
            try:
                yield Item(draft=_draft(line), line=number, row=before + line)
            except BadRow as error:
                yield Item(reason=str(error), line=number, row=before + line)


def header_of(file: SourceFile, options: Options) -> dict[str, Any]:
    """The first line of a file, which describes the corpus that it came from."""
    for number, line in lines(file, options):
        if isinstance(line, BadRow):
            raise BadFile(file.name, str(line), number)
        return _check_header(file.name, line)
    raise BadFile(file.name, "the file is empty")


def _check_header(name: str, line: str) -> dict[str, Any]:
    try:
        header = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BadFile(name, f"not JSON: {error}", 1) from error
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise BadFile(name, f"the first line has to be the header of {FORMAT}", 1)
    if header.get("version") not in VERSIONS:
        known = ", ".join(map(str, VERSIONS))
        raise BadFile(name, f"version {header.get('version')!r}; known here are {known}", 1)
    return header


def _draft(line: str) -> Draft:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BadRow(f"not JSON: {error}") from error
    if not isinstance(record, Mapping):
        raise BadRow("expected an object")
    if not isinstance(record.get("text"), str):
        raise BadRow("text: expected a string")
    earlier = record.get("earlier_texts") or []
    # An article is known by its first text.
    first = min(earlier, key=lambda text: text["text_revision"])["text"] if earlier else None
    published = record.get("published")
    try:
        day = dt.date.fromisoformat(published) if published else None
    except (ValueError, TypeError) as error:
        raise BadRow("published: expected YYYY-MM-DD") from error
    return Draft(
        text=record["text"] if first is None else first,
        title=str(record.get("title") or ""),
        author=str(record.get("author") or ""),
        publisher=str(record.get("publisher") or ""),
        url=str(record.get("url") or ""),
        published=day,
        dateline=str(record.get("dateline") or ""),
        language=str(record.get("language") or ""),
        source_name=str(record.get("source_name") or ""),
        record=record,
    )

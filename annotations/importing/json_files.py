"""JSON read piece by piece: a line, or an element of an array, at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

import ijson
import orjson

from annotations.errors import BadFile

from .base import MAX_ROW, BadRow, Draft, Item
from .files import SourceFile
from .options import Options
from .reading import byte_stream, lines, note_encoding

Record = Mapping[str, Any]
# A draft, or several where one element describes several; ``BadRow`` says what is wrong.
Convert = Callable[[Record], Draft]


def first_object(text: str) -> dict[str, Any]:
    """The first line of a file as an object; empty where it is none."""
    try:
        found = orjson.loads(text.lstrip("\ufeff \r\n\t").split("\n", 1)[0])
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def json_lines(file: SourceFile, options: Options, skip: int, convert: Convert) -> Iterator[Item]:
    """An item a line."""
    for number, line in lines(file, options, skip):
        if isinstance(line, BadRow):
            yield Item(reason=str(line), line=number, row=line.row)
            continue
        try:
            yield Item(draft=convert(_object(line)), line=number, row=line)
        except Exception as error:  # noqa: BLE001  whatever a row holds, it fails alone
            yield Item(reason=_reason(error), line=number, row=line)


def json_elements(
    file: SourceFile, options: Options, skip: int, prefix: str, convert: Convert
) -> Iterator[Item]:
    """An item an element of the array at ``prefix`` (as ijson names places), counted from 1."""
    for number, record in enumerate(elements(file, options, prefix), 1):
        if number <= skip:
            continue
        row = ""
        try:
            row = orjson.dumps(record, default=str).decode()
            if len(row) > MAX_ROW:
                row = ""
                raise BadRow(f"longer than {MAX_ROW // 1_000_000} MB")
            if not isinstance(record, Mapping):
                raise BadRow("expected an object")
            yield Item(draft=convert(record), line=number, row=row)
        except Exception as error:  # noqa: BLE001  whatever a row holds, it fails alone
            yield Item(reason=_reason(error), line=number, row=row)


def elements(file: SourceFile, options: Options, prefix: str) -> Iterator[Any]:
    """Elements of an array, one at a time in memory. ``BadFile`` where it is no JSON."""
    if not note_encoding(file, options).startswith(("utf-8", "ascii")):
        raise BadFile(file.name, f"JSON is UTF-8, and this is {file.encoding}")
    with byte_stream(file) as stream:
        if file.encoding == "utf-8-sig":
            stream.read(3)
        bounded = _Bounded(stream, file.name)
        try:
            for element in ijson.items(bounded, prefix, use_float=True):
                bounded.since = 0
                yield element
        except (ijson.JSONError, UnicodeDecodeError) as error:
            raise BadFile(file.name, f"not JSON: {str(error).splitlines()[0]}") from error


class _Bounded:
    """Bytes for a reader that keeps an element in memory until it has all of it."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream, self._name = stream, name
        # Bytes read since the last element.
        self.since = 0

    def read(self, size: int = -1) -> bytes:
        if self.since > 4 * MAX_ROW:
            raise BadFile(self._name, f"an element longer than {4 * MAX_ROW // 1_000_000} MB")
        data = self._stream.read(size)
        self.since += len(data)
        return data


def _object(line: str) -> Record:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BadRow(f"not JSON: {error}") from error
    if not isinstance(record, dict):
        raise BadRow("expected an object")
    return record


def _reason(error: Exception) -> str:
    if isinstance(error, BadRow):
        return str(error)
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing"
    return f"it isn't as the format says: {error}"

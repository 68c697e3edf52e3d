"""JSON read piece by piece: a line, or an element of an array, at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

import ijson
import orjson

from annotations.errors import BadFile

from .base import MAX_ROW, BadRow, Draft, Item
from .files import SourceFile
from .options import Options
from .reading import byte_stream, lines, note_encoding

Record = Mapping[str, Any]
# ``BadRow`` says what is wrong.
Convert = Callable[[Record], Draft]
# The rows that an element of an array holds, which are several in some formats.
RowsOf = Callable[[Any], Iterable[Any]]


def itself(element: Any) -> list[Any]:
    return [element]


def first_object(text: str) -> dict[str, Any]:
    """The first line of a file as an object; empty where it is none."""
    try:
        found = orjson.loads(text.lstrip("\ufeff \r\n\t").split("\n", 1)[0])
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def json_lines(file: SourceFile, options: Options, skip: int, convert: Convert) -> Iterator[Item]:
    """An item a line."""
    number = 0
    for number, line in lines(file, options, skip):
        if isinstance(line, BadRow):
            yield Item(reason=str(line), line=number, row=line.row)
            continue
        try:
            yield Item(draft=convert(_object(line)), line=number, row=line)
        except Exception as error:  # noqa: BLE001  whatever a row holds, it fails alone
            yield Item(reason=_reason(error), line=number, row=line)
    if not number and not skip:
        raise BadFile(file.name, "there are no rows in it; expected a JSON object a line")


def json_elements(
    file: SourceFile,
    options: Options,
    skip: int,
    convert: Convert,
    *,
    expected: str,
    places: Sequence[str] = (),
    rows_of: RowsOf = itself,
) -> Iterator[Item]:
    """An item a row of the elements, counted from 1, of the array that the file is or has at one
    of ``places`` (as ijson names them); else the file is one element."""
    count = 0
    for number, element in enumerate(elements(file, options, places), 1):
        for record in rows_of(element):
            count += 1
            if count > skip:
                yield _item(record, number, convert)
    if not count:
        raise BadFile(file.name, f"there are no rows in it; expected {expected}")


def _item(record: Any, number: int, convert: Convert) -> Item:
    row = ""
    try:
        row = orjson.dumps(record, default=str).decode()
        if len(row) > MAX_ROW:
            row = ""
            raise BadRow(f"longer than {MAX_ROW // 1_000_000} MB")
        if not isinstance(record, Mapping):
            raise BadRow("expected an object")
        return Item(draft=convert(record), line=number, row=row)
    except Exception as error:  # noqa: BLE001  whatever a row holds, it fails alone
        return Item(reason=_reason(error), line=number, row=row)


def elements(file: SourceFile, options: Options, places: Sequence[str] = ()) -> Iterator[Any]:
    """Elements of an array, one at a time in memory. ``BadFile`` where it is no JSON."""
    place = _place(file, options, places)
    with _opened(file, options) as stream:
        for element in ijson.items(stream, place, use_float=True):
            stream.since = 0
            yield element


def _place(file: SourceFile, options: Options, places: Sequence[str]) -> str:
    """Where the elements are: whatever stands before them, and however long that is."""
    with _opened(file, options) as stream:
        for prefix, event, _ in ijson.parse(stream):
            if not prefix and event == "start_array":
                return "item"
            if not prefix and (event != "start_map" or not places) and event != "map_key":
                break
            if prefix in places and event in {"start_array", "start_map"}:
                return f"{prefix}.item" if event == "start_array" else str(prefix)
    return ""


@contextmanager
def _opened(file: SourceFile, options: Options) -> Iterator[_Bounded]:
    if not note_encoding(file, options).startswith(("utf-8", "ascii")):
        raise BadFile(file.name, f"JSON is UTF-8, and this is {file.encoding}")
    with byte_stream(file) as stream:
        if file.encoding == "utf-8-sig":
            stream.read(3)
        bounded = _Bounded(stream, file.name)
        try:
            yield bounded
        except (ijson.JSONError, UnicodeDecodeError) as error:
            reason = f"not JSON: {str(error).splitlines()[0]}"
            raise BadFile(file.name, reason, _line(file, bounded.before)) from error


def _line(file: SourceFile, before: int) -> int:
    """The line on which JSON breaks off somewhere behind ``before`` bytes. Read once more, at last
    byte by byte: the reader's own errors say nothing of the place."""
    events = ijson.sendable_list()
    parser = ijson.basic_parse_coro(events)
    line = last = 1
    with file.opened() as stream:
        if file.encoding == "utf-8-sig":
            stream.read(3)
        try:
            while data := stream.read(min(before, 1 << 16) or 1):
                before = max(before - len(data), 0)
                last = line + data.rstrip().count(b"\n") if data.strip() else last
                parser.send(data)
                events.clear()
                line += data.count(b"\n")
        except (ijson.JSONError, UnicodeDecodeError):
            return line
    # It ends too early: behind the last that there is.
    return last


class _Bounded:
    """Bytes for a reader that keeps an element in memory until it has all of it."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream, self._name = stream, name
        # Bytes read since the last element; all of them; and those before the last portion.
        self.since = self._behind = self.before = 0

    def read(self, size: int = -1) -> bytes:
        if self.since > 4 * MAX_ROW:
            raise BadFile(self._name, f"an element longer than {4 * MAX_ROW // 1_000_000} MB")
        data = self._stream.read(size)
        if data:
            self.before, self._behind = self._behind, self._behind + len(data)
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

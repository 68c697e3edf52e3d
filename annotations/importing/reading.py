"""Text out of bytes: which encoding, one line at a time, and what can't be read."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, TextIO, cast

from annotations.domain.encodings import guess, marked, mostly_utf8, unmarked_utf16
from annotations.domain.texts import MAX_CHARACTERS
from annotations.errors import BadFile

from .base import MAX_ROW, BadRow
from .files import SourceFile
from .options import Options

HEAD_BYTES = 256_000
# What stands for bytes that aren't in the encoding: half of a surrogate pair, which no text holds.
# Not "surrogateescape", which fails at bytes that are ASCII elsewhere, as UTF-16's halves can be.
_UNREADABLE = "\udcff"
_MARKED = "factcheck.unreadable"
codecs.register_error(_MARKED, lambda error: (_UNREADABLE, cast("UnicodeDecodeError", error).end))
# UTF-8 needs at most four bytes a character.
MAX_TEXT_BYTES = 4 * MAX_CHARACTERS


def encoding_of(head: bytes, name: str, *, whole: bool) -> tuple[str, bool]:
    """The encoding of a text that begins so, and whether it had to be guessed.

    ``whole``: is this all of it? ``BadFile`` for what is no text.
    """
    if encoding := marked(head):
        return encoding, False
    if b"\0" in head[:4096] and (encoding := unmarked_utf16(head)):
        return encoding, True
    refuse_binary(head, name)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(head, final=whole)
    except UnicodeDecodeError:
        if mostly_utf8(head):
            # What isn't is rejected by its line, and the rest not read as something else.
            return "utf-8", False
        if not (encoding := guess(head)):
            reason = "not a text file, or in an encoding that can't be told; name it"
            raise BadFile(name, reason) from None
        return encoding, True
    return "utf-8", False


def refuse_binary(head: bytes, name: str) -> None:
    if b"\0" in head[:4096]:
        raise BadFile(name, "not a text file: it has zero bytes")


def note_encoding(file: SourceFile, options: Options) -> str:
    """The file's encoding: the one that was chosen, or what its beginning looks like."""
    if not file.encoding:
        with file.opened() as stream:
            head = stream.read(HEAD_BYTES)
        if options.encoding:
            file.encoding = options.encoding
        else:
            whole = len(head) >= file.size
            file.encoding, file.guessed = encoding_of(head, file.name, whole=whole)
    return file.encoding


def read_bytes(file: SourceFile, most: int) -> bytes:
    """All of a file that has to be read whole. ``BadFile`` where it is larger than ``most``."""
    if file.size > most:
        raise BadFile(file.name, f"larger than {most // 1_000_000} MB")
    with file.opened() as stream:
        raw = stream.read(most + 1)
    if len(raw) > most:
        raise BadFile(file.name, f"larger than {most // 1_000_000} MB")
    return raw


def read_text(file: SourceFile, options: Options, most: int = MAX_TEXT_BYTES) -> str:
    """All of a text file; ``BadFile`` with the line that isn't in its encoding."""
    raw = read_bytes(file, most)
    if options.encoding:
        file.encoding = options.encoding
    else:
        file.encoding, file.guessed = encoding_of(raw, file.name, whole=True)
    try:
        return raw.decode(file.encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadFile(file.name, f"not {file.encoding}", line) from error


class Counted(io.RawIOBase):
    """A file's bytes, noting in ``file.share`` how many of them were read."""

    def __init__(self, file: SourceFile) -> None:
        self._file, self._inner, self._behind = file, file.opened(), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._inner.read(len(buffer))
        buffer[: len(data)] = data
        self._behind += len(data)
        self._file.share = self._behind / max(self._file.size, 1)
        return len(data)

    def close(self) -> None:
        self._inner.close()
        super().close()


@contextmanager
def byte_stream(file: SourceFile) -> Iterator[BinaryIO]:
    """A file's bytes, with its share counted."""
    with io.BufferedReader(Counted(file), 1 << 16) as stream:
        yield cast("BinaryIO", stream)


@contextmanager
def text_stream(file: SourceFile, options: Options) -> Iterator[TextIO]:
    """A file as text, its line ends as they are. Bytes that aren't in its encoding come as what
    ``unreadable`` finds, so that one bad row doesn't end the file."""
    encoding = note_encoding(file, options)
    with io.TextIOWrapper(
        io.BufferedReader(Counted(file), 1 << 16), encoding, _MARKED, newline=""
    ) as stream:
        yield stream


def lines(file: SourceFile, options: Options, skip: int = 0) -> Iterator[tuple[int, str | BadRow]]:
    """Number and text of each line that isn't blank, from the first after ``skip`` such lines."""
    encoding = note_encoding(file, options)
    number = passed = 0
    if encoding.startswith(("utf-16", "utf-32")):
        with text_stream(file, options) as stream:
            while line := stream.readline(MAX_ROW + 1):
                number += 1
                long = len(line) > MAX_ROW
                blank = not line.strip()
                rest = line
                while long and rest and not rest.endswith(("\n", "\r")):
                    rest = stream.readline(MAX_ROW + 1)
                if blank and not long:
                    continue
                passed += 1
                if passed <= skip:
                    continue
                if long:
                    yield number, _too_long()
                elif unreadable(line):
                    yield number, BadRow(f"not {encoding}")
                else:
                    yield number, line.rstrip("\r\n")
        return
    with file.opened() as raw_stream:
        behind = 0
        while raw := raw_stream.readline(MAX_ROW + 1):
            number += 1
            behind += len(raw)
            file.share = behind / max(file.size, 1)
            long = len(raw) > MAX_ROW
            while long and raw and not raw.endswith(b"\n"):
                raw = raw_stream.readline(MAX_ROW + 1)
            if not raw.strip(b" \t\r\n\xef\xbb\xbf"):
                continue
            passed += 1
            if passed <= skip:
                continue
            if long:
                yield number, _too_long()
                continue
            try:
                text = raw.decode("utf-8-sig" if number == 1 and encoding == "utf-8" else encoding)
            except UnicodeDecodeError as error:
                reason = f"not {encoding} at byte {error.start + 1} of the line"
                yield number, BadRow(reason, row=raw.decode(encoding, "replace").strip())
                continue
            yield number, text.rstrip("\r\n")


def _too_long() -> BadRow:
    return BadRow(f"the line is longer than {MAX_ROW // 1_000_000} MB")


def unreadable(text: str) -> bool:
    """Does it hold bytes that aren't in the file's encoding?"""
    return not text.isascii() and _UNREADABLE in text

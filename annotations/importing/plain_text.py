"""Plain text, one article a file, with an optional ``date YYYY-MM-DD`` header."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from annotations.domain.texts import MAX_CHARACTERS, SourceText, TextError, read_source
from annotations.errors import BadFile

# UTF-8 needs at most four bytes a character.
MAX_BYTES = 4 * MAX_CHARACTERS


class PlainText:
    name = "plain text"
    suffixes = frozenset({".txt"})

    def read(self, path: Path) -> Iterator[SourceText]:
        try:
            if path.stat().st_size > MAX_BYTES:
                raise BadFile(str(path), f"larger than {MAX_BYTES // 1_000_000} MB")
            raw = path.read_bytes()
        except OSError as error:
            raise BadFile(str(path), error.strerror or str(error)) from error
        if b"\0" in raw[:4096] and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise BadFile(str(path), "not a text file: it has zero bytes")
        encoding = "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise BadFile(str(path), "not UTF-8; save it as UTF-8 and try again", line) from error
        try:
            yield read_source(text)
        except TextError as error:
            raise BadFile(str(path), str(error)) from error

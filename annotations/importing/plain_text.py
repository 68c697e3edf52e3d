"""Plain text, one article a file, with an optional ``date YYYY-MM-DD`` header."""

from __future__ import annotations

from collections.abc import Iterator

from .base import Draft, Head, Item
from .files import FileSet, SourceFile
from .options import Options
from .reading import read_text


class PlainText:
    name = "text"
    suffixes = frozenset({".txt", ".text"})
    heeds: frozenset[str] = frozenset()

    def recognises(self, head: Head) -> bool:
        return True

    def read(self, file: SourceFile, files: FileSet, options: Options, skip: int) -> Iterator[Item]:
        if skip:
            return
        text = read_text(file, options)
        yield Item(draft=Draft(text=text, source_name=file.base, header=True))

"""What a format's reader is. Each format is one file here, registered in the package."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from annotations.domain.texts import SourceText


class Reader(Protocol):
    """Reads the articles of one file, one at a time.

    Raises ``annotations.errors.BadFile`` for a file, or a line of it, that can't be read.
    """

    name: str
    suffixes: frozenset[str]

    def read(self, path: Path) -> Iterator[SourceText]: ...

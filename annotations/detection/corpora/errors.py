"""What is wrong with a data file, and where."""

from __future__ import annotations

from pathlib import Path


class CorpusError(ValueError):
    """A data file that is not what its format says, named with its line (from 1)."""

    def __init__(self, path: Path, line: int | None, message: str) -> None:
        where = f"{path}" if line is None else f"{path}, line {line}"
        super().__init__(f"{where}: {message}")
        self.path = path
        self.line = line

"""CheckThat! debates and speeches: one line a sentence, with its speaker.

``line⇥speaker⇥text⇥label``, in UTF-8, without a heading; the label is 1 for a sentence that
fact-checkers checked. See https://sites.google.com/view/clef2019-checkthat.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from annotations.detection.corpora.errors import CorpusError

_COLUMNS = 4


class DebateLine(NamedTuple):
    number: int
    """As the file numbers it."""
    speaker: str
    text: str
    label: int
    """1: checked; 0: not."""


@dataclass(frozen=True, slots=True)
class Debate:
    """One file: a debate, speech or interview."""

    name: str
    lines: tuple[DebateLine, ...]


def read_debate(path: Path) -> Debate:
    """Read a file. Raises CorpusError naming the line for bytes that are not UTF-8, another number
    of columns, a number that is none, or a label other than 0 and 1; and for an empty file."""
    lines = []
    for number, raw in enumerate(path.read_bytes().split(b"\n"), 1):
        if not raw.strip():
            continue
        try:
            row = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r")
        except UnicodeDecodeError as error:
            raise CorpusError(path, number, f"not UTF-8 at byte {error.start}") from None
        columns = row.split("\t")
        if len(columns) != _COLUMNS:
            raise CorpusError(
                path, number, f"{len(columns)} columns; expected line, speaker, text and label"
            )
        place, speaker, text, label = (column.strip() for column in columns)
        if not place.isascii() or not place.isdigit():
            raise CorpusError(path, number, f"the line number is {place[:40]!r}")
        if label not in {"0", "1"}:
            raise CorpusError(path, number, f"the label is {label[:40]!r}; expected 0 or 1")
        lines.append(DebateLine(int(place), speaker, text, int(label)))
    if not lines:
        raise CorpusError(path, None, "no lines")
    return Debate(path.stem, tuple(lines))


def read_debates(paths: Iterable[Path]) -> list[Debate]:
    """Read files, and the ``*.tsv`` files of folders (of all levels), in order of their path.

    Raises CorpusError for a path that does not exist and for a folder without such files.
    """
    debates: list[Debate] = []
    for path in paths:
        if path.is_dir():
            files = sorted(path.rglob("*.tsv"))
            if not files:
                raise CorpusError(path, None, "no .tsv files in this folder")
        elif path.is_file():
            files = [path]
        else:
            raise CorpusError(path, None, "no such file or folder")
        debates.extend(read_debate(file) for file in files)
    return debates

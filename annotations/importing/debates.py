"""CheckThat! debates: sentences with their speakers, which together are one article.

``line⇥speaker⇥text⇥label`` without a heading; the label is 1 for a sentence that fact-checkers
checked. Sentences of one speaker that follow one another are a paragraph, which begins with
the name. The tasks of 2024 have ``Sentence_id⇥Text⇥class_label``, Yes or No, and no speakers. See
https://checkthat.gitlab.io.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from annotations.errors import BadFile

from .base import Draft, Head, Item, Mark
from .files import FileSet, SourceFile
from .options import Options
from .reading import read_text

MAX_BYTES = 50_000_000
LABEL = "check-worthy"
_LINE = re.compile(r"\d+\t[^\t]*\t[^\t]*\t[01]\r?$")
_HEADING = ("sentence_id", "text", "class_label")
_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})[_ -]")


@dataclass(frozen=True, slots=True)
class _Sentence:
    line: int
    speaker: str
    text: str
    worthy: bool


class Debates:
    name = "checkthat"
    suffixes = frozenset({".tsv", ".txt", ".csv"})
    heeds = frozenset({"annotations", "annotator"})

    def recognises(self, head: Head) -> bool:
        first = head.text.lstrip("\ufeff").split("\n", 1)[0]
        heading = tuple(cell.strip().casefold() for cell in first.split("\t"))
        return bool(_LINE.match(first)) or heading == _HEADING

    def read(self, file: SourceFile, files: FileSet, options: Options, skip: int) -> Iterator[Item]:
        if skip:
            return
        raw = read_text(file, options, MAX_BYTES).removeprefix("\ufeff")
        sentences = list(_sentences(raw, file.name))
        if not sentences:
            raise BadFile(file.name, "no lines")
        text, marks = _article(sentences)
        yield Item(
            draft=Draft(
                text=text,
                title=_DAY.sub("", file.stem).replace("_", " ").strip() or file.stem,
                published=_day(file.stem),
                source_name=file.base,
                marks=marks,
            )
        )


def _sentences(raw: str, name: str) -> Iterator[_Sentence]:
    # Not splitlines(), which divides at characters that stand inside of sentences too.
    lines = list(io.StringIO(raw, newline=None))
    first = tuple(cell.strip().casefold() for cell in lines[0].split("\t")) if lines else ()
    if first == _HEADING:
        reader = csv.reader(lines[1:], delimiter="\t")
        for row in reader:
            line = reader.line_num + 1
            if not row:
                continue
            if len(row) != 3 or row[2].strip() not in {"Yes", "No"}:
                raise BadFile(name, "expected an id, a text, and Yes or No", line)
            yield _Sentence(line, "", row[1].strip(), row[2].strip() == "Yes")
        return
    for number, said in enumerate(lines, 1):
        if not said.strip():
            continue
        cells = [cell.strip() for cell in said.split("\t")]
        if len(cells) != 4 or cells[3] not in {"0", "1"}:
            raise BadFile(name, "expected line, speaker, text, and 0 or 1", number)
        yield _Sentence(number, cells[1], cells[2], cells[3] == "1")


def _article(sentences: list[_Sentence]) -> tuple[str, list[Mark]]:
    """Each speaker's turn a paragraph, and the place of each check-worthy sentence in it."""
    pieces: list[str] = []
    marks: list[Mark] = []
    length, speaker = 0, None
    for sentence in sentences:
        if not sentence.text:
            continue
        if sentence.speaker != speaker or not sentence.speaker:
            lead = "\n\n" if pieces and sentence.speaker else "\n" if pieces else ""
            lead += f"{sentence.speaker}: " if sentence.speaker else ""
            speaker = sentence.speaker
        else:
            lead = " "
        pieces += [lead, sentence.text]
        start = length + len(lead)
        length = start + len(sentence.text)
        if sentence.worthy:
            marks.append(
                Mark(
                    spans=[(start, length, sentence.text)],
                    labels=[LABEL],
                    claimant=sentence.speaker,
                    line=sentence.line,
                )
            )
    return "".join(pieces), marks


def _day(stem: str) -> dt.date | None:
    """The day that a file's name begins with, as the task's names do; some swap day and month."""
    found = _DAY.match(f"{stem}_")
    if not found:
        return None
    try:
        return dt.date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None

"""What stands around a line of a debate: its speaker, its place, and its neighbours' logits.

Nothing here knows a label: whether somebody moderates is seen from how they speak.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from annotations.detection.checkworthiness.sheet import Sheet
from annotations.detection.checkworthiness.vocabulary import MARKS

Floats = NDArray[np.float64]

_NOBODY = frozenset({"AUDIENCE", "QUESTION", "REPORTER", "PROTESTER", "CROWD", "Q"})
SPEAKER: tuple[str, ...] = (
    "not a person",
    "unnamed",
    "share of the lines",
    "share of questions",
    "words a turn",
    "lines a turn",
    "share of you",
    "place in the debate",
    "place squared",
    "among the first 5",
    "among the first 15",
    "among the last 10",
    "lines into the turn",
    "begins the turn",
    "lines of the turn",
    "place in the turn",
    "short turn",
    "ends the turn",
    "one speaker only",
    "lines of the debate",
    "answers a question",
    "early in an answer",
    "after a question",
    "before a question",
    "before a note",
    "length before",
    "length after",
)
CONTEXT: tuple[str, ...] = ("logit before", "logit after", "higher of both", "four around")
AROUND: tuple[str, ...] = (*SPEAKER, *CONTEXT)
"""Columns of ``around``; those of SPEAKER are one reason, those of CONTEXT another."""


def speakers_of(doc: Doc, sheet: Sheet) -> list[str]:
    """The speaker of each sentence of a doc with lines, as the source writes it."""
    lines = doc._.lines
    starts = np.asarray([start for start, _, _ in lines])
    begin = [sheet.starts[at] for at in sheet.bounds[:-1]]
    places = np.maximum(np.searchsorted(starts, begin, side="right") - 1, 0)
    return [lines[at][2] for at in places]


def around(sheet: Sheet, speakers: Sequence[str], mixed: Floats) -> Floats:
    """``(lines, len(AROUND))`` from a sheet of lines, their speakers and their mixed logits."""
    return np.hstack([_speaker_columns(sheet, speakers), _context_columns(mixed)])


def _context_columns(mixed: Floats) -> Floats:
    if not len(mixed):
        return np.zeros((0, len(CONTEXT)))
    padded = np.pad(mixed, 2, mode="edge")
    before, after = padded[1:-3], padded[3:-1]
    four = (padded[:-4] + before + after + padded[4:]) / 4
    return np.stack([before, after, np.maximum(before, after), four], axis=1)


def _speaker_columns(sheet: Sheet, speakers: Sequence[str]) -> Floats:
    count = len(sheet)
    columns = np.zeros((count, len(SPEAKER)))
    if not count:
        return columns
    asks = sheet.marks[:, MARKS.index("question")] > 0
    you = sheet.marks[:, MARKS.index("you")]
    lengths = np.diff(sheet.bounds).astype(float)
    turn_begin, turn_size = _turns(speakers)
    names = {name: number for number, name in enumerate(dict.fromkeys(speakers))}
    who = np.asarray([names[name] for name in speakers])

    def total(values: Floats) -> Floats:
        """The sum over all lines of the line's speaker."""
        sums: Floats = np.bincount(who, weights=values, minlength=len(names)).astype(float)
        return np.take(sums, who)

    place = np.arange(count)
    into = place - turn_begin
    lines, begun = total(np.ones(count)), total((into == 0).astype(float))
    kind = [_kind(name) for name in speakers]
    note = np.asarray([name == "note" for name in kind])
    asked = np.append(False, asks[:-1])
    recent = np.zeros(count, dtype=bool)  # a question in the two lines before the turn
    for back in (1, 2):
        source = turn_begin - back
        recent |= (source >= 0) & asks[np.maximum(source, 0)]
    columns[:, 0] = note
    columns[:, 1] = [name == "nobody" for name in kind]
    columns[:, 2] = lines / count
    columns[:, 3] = total(asks.astype(float)) / lines
    columns[:, 4] = np.log1p(total(lengths) / begun)
    columns[:, 5] = np.log1p(lines / begun)
    columns[:, 6] = total(you) / np.maximum(total(lengths), 1)
    columns[:, 7] = place / count
    columns[:, 8] = (place / count) ** 2
    columns[:, 9] = place < 5
    columns[:, 10] = place < 15
    columns[:, 11] = count - place <= 10
    columns[:, 12] = np.log1p(into)
    columns[:, 13] = into == 0
    columns[:, 14] = np.log1p(turn_size)
    columns[:, 15] = into / turn_size
    columns[:, 16] = turn_size <= 2
    columns[:, 17] = into == turn_size - 1
    columns[:, 18] = len(names) == 1
    columns[:, 19] = np.log1p(count)
    columns[:, 20] = asked & (into == 0) & (place > 0)
    columns[:, 21] = recent & (into < 6)
    columns[:, 22] = asked
    columns[:, 23] = np.append(asks[1:], False)
    columns[:, 24] = np.append(note[1:], False)
    columns[:, 25] = np.log1p(np.append(0.0, lengths[:-1]))
    columns[:, 26] = np.log1p(np.append(lengths[1:], 0.0))
    return columns


def _turns(speakers: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of each line the line where its turn begins, and the number of lines of the turn."""
    sizes = [len(list(lines)) for _, lines in groupby(speakers)]
    begins = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
    turn = np.repeat(np.arange(len(sizes)), sizes)
    return begins[turn], np.asarray(sizes, dtype=np.int64)[turn]


def _kind(speaker: str) -> str:
    name = speaker.strip().upper()
    if name == "SYSTEM":
        return "note"
    return "nobody" if name in _NOBODY or name.rstrip("S") in _NOBODY else "person"


def lines_text(lines: Sequence[tuple[str, str]]) -> tuple[str, tuple[tuple[int, int, str], ...]]:
    """One text of (speaker, text) lines, a line each, and the places for ``doc._.lines``."""
    places, pieces, at = [], [], 0
    for speaker, text in lines:
        flat = " ".join(text.split())
        places.append((at, at + len(flat), speaker))
        pieces.append(flat)
        at += len(flat) + 1
    return "\n".join(pieces), tuple(places)


def count_speakers(speakers: Sequence[str]) -> int:
    """How many lines name who speaks."""
    return sum(Counter(name for name in speakers if name.strip()).values())

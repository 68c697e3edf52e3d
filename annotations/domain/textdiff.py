"""What changed between two versions of a text, line by line and word by word, for people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Literal

# Unchanged lines shown around a change; the rest between is left out.
CONTEXT = 2
# Lines less alike than this are other lines, not the same ones changed.
ALIKE = 0.5
# Above this a line is compared whole: comparing words takes time that grows with its square.
MAX_WORDS = 2000

Piece = tuple[str, bool]


@dataclass(frozen=True)
class DiffLine:
    """``gap`` stands for unchanged lines left out. A piece is words, and whether they changed."""

    kind: Literal["same", "removed", "added", "gap"]
    pieces: tuple[Piece, ...] = ()


def text_diff(before: str, after: str) -> list[DiffLine]:
    """The lines of both texts in order, changed ones with a little around them; [] if equal."""
    old, new = before.splitlines(), after.splitlines()
    lines: list[DiffLine] = []
    blocks = SequenceMatcher(None, old, new).get_opcodes()
    for tag, a, b, c, d in blocks:
        if tag == "equal":
            lines += _unchanged(old[a:b], first=c == 0, last=d == len(new))
        else:
            lines += _changed(old[a:b], new[c:d])
    return lines if any(line.kind in {"removed", "added"} for line in lines) else []


def _unchanged(lines: Sequence[str], *, first: bool, last: bool) -> Iterator[DiffLine]:
    head, tail = 0 if first else CONTEXT, 0 if last else CONTEXT
    if len(lines) <= head + tail + 1:
        yield from map(_same, lines)
        return
    yield from map(_same, lines[:head])
    yield DiffLine("gap")
    yield from map(_same, lines[len(lines) - tail :])


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[DiffLine]:
    """Lines that took each other's place stand together, where they are alike."""
    for before, after in zip_longest(old, new):
        if before is None:
            yield DiffLine("added", ((after, True),))
        elif after is None:
            yield DiffLine("removed", ((before, True),))
        else:
            removed, added = _words(before, after)
            yield DiffLine("removed", removed)
            yield DiffLine("added", added)


def _words(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    old, new = re.findall(r"\w+|\s+|[^\w\s]", before), re.findall(r"\w+|\s+|[^\w\s]", after)
    whole = ((before, True),), ((after, True),)
    if max(len(old), len(new)) > MAX_WORDS:
        return whole
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < ALIKE:
        return whole
    removed: list[Piece] = []
    added: list[Piece] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        removed.append(("".join(old[a:b]), tag != "equal"))
        added.append(("".join(new[c:d]), tag != "equal"))
    return _joined(removed), _joined(added)


def _joined(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Changed words with nothing but space between them are one piece."""
    joined: list[Piece] = []
    for words, changed in pieces:
        if not words:
            continue
        space = len(joined) > 1 and joined[-2][1] and changed and not joined[-1][0].strip()
        if space:
            between, _ = joined.pop()
            words = joined.pop()[0] + between + words
        joined.append((words, changed))
    return tuple(joined)


def _same(line: str) -> DiffLine:
    return DiffLine("same", ((line, False),))

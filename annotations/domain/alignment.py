"""Where the offsets of a raw text went when it was normalised.

Annotations of other tools count in the text as it stood in their file. ``normalise`` drops
control characters and surplus marks, joins line ends and composes letters with their marks, each
of which moves what comes behind; an ``Alignment`` takes every offset along.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate

from .texts import BEFORE_TEXT, CONTROLS, LINE_ENDS, normalise, surplus_marks, thinned

# One at a time: among the control characters are some that end a line.
_CHANGED = re.compile(f"{LINE_ENDS.pattern}|{CONTROLS.pattern.removesuffix('+')}")
# NFC never joins an ASCII character to what stands before it, so texts can be cut there.
_RUN = re.compile("[\x00-\x7f]?[^\x00-\x7f]+")


class Unit(StrEnum):
    """What the offsets of a file count."""

    CODE_POINTS = "code points"
    UTF16 = "utf-16"
    BYTES = "utf-8"


@dataclass(slots=True)
class _Steps:
    """Replacements ``[start, end) → length`` of a text, in order, as cumulated shifts."""

    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    # Of offsets behind each replacement.
    shifts: list[int] = field(default_factory=list)

    def add(self, start: int, end: int, length: int) -> None:
        shift = self.shifts[-1] if self.shifts else 0
        self.starts.append(start)
        self.ends.append(end)
        self.shifts.append(shift + length - (end - start))

    def before(self, offset: int) -> int:
        """The shift that all replacements ending at or before an offset add up to."""
        behind = bisect_right(self.ends, offset)
        return self.shifts[behind - 1] if behind else 0

    def around(self, offset: int) -> int | None:
        """The number of the replacement that an offset lies inside of, edges not counted."""
        number = bisect_left(self.ends, offset)
        while number < len(self.ends) and self.ends[number] == offset:
            number += 1
        if number < len(self.starts) and self.starts[number] < offset:
            return number
        return None


class Alignment:
    """A raw text normalised, with the way from its offsets to those of ``text``."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.text = normalise(raw)
        self._same = self.text == raw
        self._lead = 0
        if self._same:
            return
        self._dropped = _Steps()
        for found in _CHANGED.finditer(raw):
            self._dropped.add(found.start(), found.end(), int(bool(LINE_ENDS.match(found[0]))))
        plain = CONTROLS.sub("", LINE_ENDS.sub("\n", raw))
        self._thinned = _Steps()
        self._plain = thinned(plain)
        if self._plain != plain:
            for found in surplus_marks().finditer(plain):
                self._thinned.add(found.start(), found.end(), 0)
        self._composed = _Steps()
        if not unicodedata.is_normalized("NFC", self._plain):
            for found in _RUN.finditer(self._plain):
                composed = unicodedata.normalize("NFC", found[0])
                if composed != found[0]:
                    self._composed.add(found.start(), found.end(), len(composed))
        lead = BEFORE_TEXT.match(unicodedata.normalize("NFC", self._plain))
        self._lead = len(lead[0]) if lead else 0

    def cut(self, kept: str) -> None:
        """Go on with the end of the text alone, as when a header is taken off."""
        self._lead += len(self.text) - len(kept)
        self._same = self._same and kept == self.text
        if not self._same and not hasattr(self, "_plain"):
            self._dropped, self._thinned, self._composed = _Steps(), _Steps(), _Steps()
            self._plain = self.raw
        self.text = kept

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a raw ``[start, end)`` stands in ``text``. It covers no less than it did.

        A border inside of what became one character moves to that character's outer edge. What
        lay in white space at the text's edges is cut to the text, so a place may come out empty.
        """
        if self._same:
            return start, end
        moved = self._moved(start, after=False), self._moved(end, after=True)
        first, last = (min(max(0, offset - self._lead), len(self.text)) for offset in moved)
        return first, last

    def _moved(self, offset: int, *, after: bool) -> int:
        within = self._dropped.around(offset)
        if within is not None:
            offset = self._dropped.ends[within] if after else self._dropped.starts[within]
        plain = offset + self._dropped.before(offset)
        within = self._thinned.around(plain)
        if within is not None:
            plain = self._thinned.starts[within]
        plain += self._thinned.before(plain)
        within = self._composed.around(plain)
        if within is None:
            return plain + self._composed.before(plain)
        start, end = self._composed.starts[within], self._composed.ends[within]
        run = self._plain[start:end]
        whole = unicodedata.normalize("NFC", run)
        cut = plain - start
        while 0 < cut < len(run):
            left = unicodedata.normalize("NFC", run[:cut])
            if left + unicodedata.normalize("NFC", run[cut:]) == whole:
                break
            cut += 1 if after else -1
        length = len(unicodedata.normalize("NFC", run[:cut]))
        return start + self._composed.before(start) + length


def to_code_points(text: str, offsets: Sequence[int], unit: Unit) -> list[int] | None:
    """Offsets in another unit as code points; None where one lies inside of a character."""
    if unit == Unit.CODE_POINTS or text.isascii():
        return list(offsets)
    borders = _borders(text, unit)
    found = [bisect_left(borders, offset) for offset in offsets]
    if any(
        number == len(borders) or borders[number] != offset
        for number, offset in zip(found, offsets, strict=True)
    ):
        return None
    return found


# Asked for each span of a text, one text after the other.
@lru_cache(maxsize=1)
def _borders(text: str, unit: Unit) -> array[int]:
    """The offsets before the characters of a text and behind the last one, ascending."""
    if unit == Unit.UTF16:
        widths = (2 if character > "\uffff" else 1 for character in text)
    else:
        widths = (len(character.encode("utf-8", "surrogatepass")) for character in text)
    return array("I", accumulate(widths, initial=0))

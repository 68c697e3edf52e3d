"""Where sentences begin, found in characters and in one pass over the text.

Nothing here depends on a tokenizer. Every pattern is anchored or bounded, so the work grows
with the length of the text and not faster.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_TERMINATOR = re.compile(r"[.!?…؟\u06d4。\uff01\uff1f।]+")
_NO_SPACE_NEEDED = frozenset("。\uff01\uff1f")
_CLOSERS = frozenset("\"'”\u2019»)]}\u203a")
_OPENERS = frozenset("\"'“\u2018«([{\u2039„—\u2013\u2015-•*¿¡")
_BREAK = re.compile(r"[^\S\n\r\u2029\x0b\x0c]*(?:\r\n|[\n\r\u2029\x0b\x0c\u2028\x85])")
_HEADER = re.compile(r"\s*date\s+\d{4}-\d{2}-\d{2}\s", re.IGNORECASE)
_DATELINE = re.compile(
    r"[A-Z][A-Z.'\u2019-]{2,24}(?: [A-Z][A-Z.'\u2019-]{1,24}){0,3}"
    r"(?:, [A-Z][\w.'\u2019]{1,20}(?: [A-Z][\w.'\u2019]{1,20}){0,2}){0,2}"
    r"(?:, [A-Z][a-z]{2,8}\.? \d{1,2})?"
    r"(?: ?\([A-Z][\w ./&-]{1,30}\))?\s{0,2}(?:—|\u2013|\u2015|--|-)(?=\s|[A-Z])"
)
_LABEL = re.compile(
    r"(?:[A-Z][A-Z.'\u2019-]{1,24}(?: [A-Z][A-Z.'\u2019-]{0,24}){0,3}"
    r"|[A-Z][a-z.'\u2019]{1,24}(?: [A-Z][\w.'\u2019-]{0,24}){0,3})"
    r"(?: ?\([^()\n]{1,40}\))?:(?=[^\S\n]|$)"
)
_WORD_BEFORE = re.compile(r"[^\s\"'“”\u2018\u2019()\[\]{}—\u2013…]{1,24}$")
_WORD_AFTER = re.compile(r"[^\W_]+(?:['\u2019.-][^\W_]+)*\.?")
_LOWER_THEN_UPPER = re.compile(r"[a-z]{2}[.!?][A-Z][a-z]")


@dataclass(frozen=True, slots=True)
class SentenceRules:
    """Word lists a splitter works with, all lower-cased and without the final full stop."""

    never_end: frozenset[str]
    before_number: frozenset[str]
    may_end: frozenset[str]
    openers: frozenset[str]
    credits: frozenset[str]
    reporting: frozenset[str]
    heading_chars: int
    """A line without final punctuation this long or shorter may be a heading."""


def find_starts(text: str, rules: SentenceRules) -> list[int]:
    """Return the sorted offsets at which sentences begin, 0 first unless ``text`` is empty."""
    starts: set[int] = {0} if text else set()
    header = _HEADER.match(text)
    if header:
        starts.add(header.end())
    lines = list(_line_starts(text, rules))
    starts.update(lines)
    line_starts = sorted(starts)
    starts.update(offset for span in transcript_labels(text) for offset in span)
    for begin in line_starts:
        starts.update(_after_line_opening(text, begin, rules))
    for match in _TERMINATOR.finditer(text):
        start = _start_after(text, match, line_starts, rules)
        if start is not None:
            starts.add(start)
    return sorted(starts)


_BEFORE = re.compile(r"([.!?…]+)([\"'”\u2019»)\]}\u203a]{0,8})\s{1,8}$")


def is_forbidden(text: str, start: int, rules: SentenceRules) -> bool:
    """Whether no sentence can begin at ``start``: within a word, after an abbreviation that never
    ends one, an initial, or a quotation whose speaker is only now named.

    For boundaries that were guessed; ``find_starts`` proposes none of these.
    """
    if start and not text[start - 1].isspace():
        return True  # within a word, an address, or a mark and what it belongs to
    window = max(0, start - 48)
    before = _BEFORE.search(text, window, start)
    if before is None:
        return False
    following = text[start : start + 80]
    if before.group(2):
        return _is_reporting_clause(following, rules)
    after = _WORD_AFTER.match(following)
    dot = before.start(1)
    return before.group(1) == "." and not _full_stop_ends(
        text, dot, after.group() if after else "", [], rules
    )


def paragraph_starts(text: str) -> list[int]:
    """Offsets just after a blank line (and 0): quotations do not run across these silently."""
    starts = [0]
    blank_before = False
    previous_end = -1
    for match in _BREAK.finditer(text):
        blank_before = previous_end == match.start() or "\u2029" in match.group()
        if blank_before:
            starts.append(match.end())
        previous_end = match.end()
    return starts


def transcript_labels(text: str) -> list[tuple[int, int]]:
    """Spans of ``NAME:`` labels at the beginning of lines, colon included."""
    found = []
    begin = 0
    while begin >= 0:
        at = begin + len(text[begin : begin + 20]) - len(text[begin : begin + 20].lstrip())
        match = _LABEL.match(text, at)
        if match:
            found.append((match.start(), match.end()))
        newline = text.find("\n", begin)
        begin = newline + 1 if newline >= 0 else -1
    upper = sum(1 for start, end in found if text[start:end].split("(")[0].isupper())
    # One "Note:" makes no transcript; two names in capitals, or four labels, do.
    if len(found) >= 4 or (len(found) >= 2 and upper * 2 >= len(found)):
        return found
    return []


def _line_starts(text: str, rules: SentenceRules) -> Iterator[int]:
    """Line beginnings that also begin a sentence."""
    wrapped = _is_hard_wrapped(text)
    line_begin = 0
    previous_end = -1
    for match in _BREAK.finditer(text):
        line = text[line_begin : match.start()].strip()
        separator = "\u2029" in match.group()
        blank = not line or previous_end == match.start() or separator
        following = text[match.end() : match.end() + 40].lstrip()
        ended = line[-1:] in ".!?…:;" or line[-1:] in _CLOSERS
        lower_next = following[:1].islower()
        heading = (
            len(line) <= rules.heading_chars and not lower_next and line[-1:] not in ",-\u2013—"
        )
        if (
            blank
            or (not wrapped and not lower_next)
            or (wrapped and ended and not lower_next and line[-1:] != ".")
            or (wrapped and not ended and heading and line.istitle())
        ):
            yield match.end()
        line_begin = match.end()
        previous_end = match.end()


def _is_hard_wrapped(text: str) -> bool:
    """Whether lines were cut at a width, so that a line's end says nothing about sentences."""
    lines = [line for line in text[:20_000].splitlines() if line.strip()]
    if len(lines) < 4:
        return False
    flowing = sum(1 for line in lines[1:] if line.lstrip()[:1].islower())
    even = sum(1 for line in lines if 45 <= len(line) <= 100)
    return flowing * 10 >= len(lines) * 3 and even * 2 >= len(lines)


def _after_line_opening(text: str, begin: int, rules: SentenceRules) -> Iterable[int]:
    """Starts after what may open a paragraph: a dateline, or the credit of a caption."""
    window = text[begin : begin + 160]
    at = begin + len(window) - len(window.lstrip())
    dateline = _DATELINE.match(text, at)
    if dateline:
        yield dateline.end()
        return
    words = text[at : at + 60].split(" ")[:6]
    for count in range(1, len(words)):
        if words[count] in {"A", "An", "The"} and (
            " ".join(words[:count]).lower().strip(".,:;") in rules.credits
            or " ".join(words[:count]).lower() in rules.credits
        ):
            yield at + len(" ".join(words[:count])) + 1
            return


def _start_after(
    text: str, match: re.Match[str], line_starts: list[int], rules: SentenceRules
) -> int | None:
    """The offset of the sentence that follows a terminator, or None when none does."""
    begin, end = match.span()
    closed = end
    limit = min(len(text), end + 8)
    while closed < limit and text[closed] in _CLOSERS:
        closed += 1
    if closed >= len(text):
        return None
    mark = match.group()
    if not text[closed].isspace():
        if mark[-1] in _NO_SPACE_NEEDED:
            return closed
        if closed == end and _LOWER_THEN_UPPER.match(text, begin - 2, end + 2):
            run = text[max(0, begin - 40) : end + 40]
            return None if any(sign in run for sign in ("/", "@", "www.")) else end
        return None
    rest = text[closed : closed + 80]
    stripped = rest.lstrip()
    at = closed + len(rest) - len(stripped)
    if not stripped:
        return None
    lead = 0
    while lead < min(len(stripped), 6) and (stripped[lead] in _OPENERS or stripped[lead] == " "):
        lead += 1
    first = stripped[lead : lead + 1]
    if first.islower() or first in ",;:.":
        return None
    word_after = _WORD_AFTER.match(stripped, lead)
    after = word_after.group() if word_after else ""
    if closed > end and mark[-1] in ".!?…" and _is_reporting_clause(stripped, rules):
        return None
    if (
        mark == "."
        and closed == end
        and not _full_stop_ends(text, begin, after, line_starts, rules)
    ):
        return None
    return at


def _is_reporting_clause(following: str, rules: SentenceRules) -> bool:
    """``"Why?" Trump asked``: a name and a reporting verb go on with the sentence."""
    words = following.split()[:4]
    for word in words[1:]:
        bare = word.rstrip(".,:;").lower()
        if bare in rules.reporting:
            return True
        if not (word[:1].isupper() or bare in {"also", "later", "then"}):
            return False
    return False


def _full_stop_ends(
    text: str, dot: int, after: str, line_starts: list[int], rules: SentenceRules
) -> bool:
    """Whether the full stop at ``dot`` ends its sentence, given the word that follows."""
    before_match = _WORD_BEFORE.search(text, max(0, dot - 25), dot)
    before = before_match.group() if before_match else ""
    word = before.lower().rpartition("-")[2] if "." not in before else before.lower()
    opener = after.lower().rstrip(".") in rules.openers
    figure = after[:1].isdigit()
    if word in rules.before_number and figure:
        return False
    if word in rules.never_end:
        return False
    if len(word) == 1 and before[-1:].isupper():
        # An initial ("J. K. Rowling"), unless a usual first word follows ("vitamin C. The").
        return opener and after != "I"
    if "." in word and len(word) <= 8 and all(len(part) <= 2 for part in word.split(".")):
        return opener  # "U.S.", "p.m.", "Ph.D."
    if word in rules.may_end and before[:1].isupper():
        return opener
    if word.isdigit() and len(word) <= 2:
        # "1. Do this" at the beginning of a line is a list, not a sentence.
        number_at = dot - len(word)
        place = bisect_left(line_starts, number_at)
        begin = line_starts[place - 1] if place else 0
        if place < len(line_starts) and line_starts[place] == number_at:
            begin = number_at
        return bool(text[begin:number_at].strip())
    return True

"""Cutting a sentence to the clause that makes its claim, without the words that attribute it.

"Smith told the council on Monday that debt has fallen by a third" becomes "debt has fallen by a
third". The whole sentence is kept wherever a cut could change what is claimed: a denied or negated
report ("did not say", "denied"), a falsehood named as one ("falsely claimed"), a wish or a
question, a condition, two reports in one sentence, words beside the frame ("Smith said so, but
..."), a quotation that would be torn, or a clause that is not what made the sentence worth
checking. Everything here works on token numbers, half-open ``[first, stop)``.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

_CLAUSES = frozenset({"ccomp", "parataxis"})
_CLOSING = frozenset("\"'”\u2019»)]}") | {"''"}
# What follows one of these is no clause: "pointed to attacks", "told of plans".
_BEFORE_NOUNS = frozenset(
    {"to", "of", "about", "for", "at", "with", "from", "into", "against", "as"}
)
_FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
_MARKS = frozenset("\"'“”„«»‟\u2018\u2019") | {"''", "``"}
_EDGES = frozenset({",", ":", ";", "-", "\u2013", "\u2014", "--", "that"})
_TRAILING = frozenset({",", ":", ";", "-", "\u2013", "\u2014", "--"})


class Piece(NamedTuple):
    """A continuous piece of what is attributed."""

    first: int
    stop: int
    number: int
    """Pieces of one attribution share it."""
    cue: tuple[int, int] | None


class Quotation(NamedTuple):
    first: int
    stop: int
    closed: bool
    """Whether its last token is a closing mark."""


class Pointer(NamedTuple):
    """Where a reason for checking points, and how much it weighs."""

    first: int
    stop: int
    weight: float


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence at the tokens ``[first, stop)`` and what is known of it.

    ``lower`` holds the lower-cased words of the whole doc; ``tags`` (Penn), ``heads`` (token
    numbers) and ``deps`` its annotation, or nothing. The others overlap the sentence.
    """

    first: int
    stop: int
    lower: Sequence[str]
    pieces: Sequence[Piece] = ()
    cues: Sequence[tuple[int, int]] = ()
    quotations: Sequence[Quotation] = ()
    pointers: Sequence[Pointer] = ()
    tags: Sequence[str] = ()
    heads: Sequence[int] = ()
    deps: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ClauseCutter:
    """``stating`` are the verbs of reports that stand behind what they report, ``turning`` the
    words that make a report no plain one, ``links`` those that no attributing phrase begins with.

    ``min_tokens``: a clause of fewer words is not cut out; it would lose its context.
    ``max_frame``: the words an attributing frame may have where no attribution bounds it.
    ``share``: the part of the weight for checking that must point into the clause.
    """

    stating: frozenset[str]
    turning: frozenset[str]
    links: frozenset[str]
    min_tokens: int = 5
    max_frame: int = 8
    share: float = 0.6

    def cut(self, passage: Passage) -> tuple[int, int]:
        """The tokens of the claim: a clause, or the sentence without dangling quotation marks."""
        whole = passage.first, passage.stop
        if whole[0] >= whole[1]:
            return whole
        clause = None
        if not _is_question(passage):
            clause = self._by_attribution(passage)
            if clause is None and not any(piece.cue for piece in passage.pieces):
                clause = self._by_parse(passage) or self._by_words(passage)
        if clause is not None:
            clause = _unmark(passage, clause)
            if _in_pairs(passage.lower[clause[0] : clause[1]]):
                return clause
        return _unmark(passage, whole)

    def _by_attribution(self, passage: Passage) -> tuple[int, int] | None:
        if len(passage.pieces) != 1:
            return None
        first, stop, _, cue = passage.pieces[0]
        if cue is None:
            return None
        content = max(first, passage.first), min(stop, passage.stop)
        return self._checked(passage, content, cue)

    def _by_parse(self, passage: Passage) -> tuple[int, int] | None:
        """The clause that the parse makes the object of the only cue."""
        if not passage.heads or len(passage.cues) != 1:
            return None
        cue = passage.cues[0]
        tops = [
            at
            for at in range(passage.first, passage.stop)
            if cue[0] <= passage.heads[at] < cue[1]
            and not cue[0] <= at < cue[1]
            and passage.deps[at] in _CLAUSES
        ]
        if len(tops) != 1:
            return None
        members = _below(passage, tops[0])
        content = members[0], members[-1] + 1
        if content[0] <= cue[0] < content[1]:
            return None
        return self._checked(passage, content, cue)

    def _by_words(self, passage: Passage) -> tuple[int, int] | None:
        """Frames that words alone make plain: "X said that ...", "..., X said"."""
        if len(passage.cues) != 1:
            return None
        lower, (begin, end) = passage.lower, passage.cues[0]
        first, stop = passage.first, passage.stop
        if end < stop and lower[end] == "that" and _count(lower, first, begin) <= self.max_frame:
            return self._checked(passage, (end, stop), (begin, end))
        last = stop
        while last > end and not _is_word(lower[last - 1]):
            last -= 1
        comma = begin - 1
        while comma > first and lower[comma] != ",":
            comma -= 1
        tail = comma + 1
        while tail < begin and lower[tail] in _MARKS:
            tail += 1
        # "..., the director, Smith, said": the last comma is not where the frame begins. Only
        # after a closing mark may the cue come first.
        subject = tail < begin or tail > comma + 1
        if (
            comma <= first
            or not subject
            or "," in lower[tail:last]
            or lower[tail] in self.links
            or _count(lower, tail, last) > self.max_frame
        ):
            return None
        return self._checked(passage, (first, tail), (begin, end))

    def _checked(
        self, passage: Passage, content: tuple[int, int], cue: tuple[int, int]
    ) -> tuple[int, int] | None:
        """The content without what joins it to its frame, if cutting it out is safe."""
        lower, (first, stop) = passage.lower, (passage.first, passage.stop)
        if not (first <= cue[0] and cue[1] <= stop) or content[0] < first or content[1] > stop:
            return None
        if any(other[0] < cue[0] or other[1] > cue[1] for other in passage.cues):
            return None  # two reports: whose claim it is depends on both
        if cue[0] < content[0]:
            frame, rest = (first, content[0]), (content[1], stop)
        elif cue[0] >= content[1]:
            frame, rest = (content[1], stop), (first, content[0])
        else:
            return None
        if any(_is_word(word) for word in lower[rest[0] : rest[1]]):
            return None  # "..., but that is wrong"
        words = lower[frame[0] : frame[1]]
        if not any(self._states(passage, at) for at in range(*cue)):
            return None
        if any(word in self.turning for word in words) or "?" in words:
            return None
        # The end of the sentence stays with a clause that closes it.
        left, right = content if cue[0] >= content[1] else (content[0], stop)
        while left < right and lower[left] in _EDGES:
            left += 1
        while right > left and lower[right - 1] in _TRAILING:
            right -= 1
        if _count(lower, left, right) < self.min_tokens or not _is_clause(passage, left, right):
            return None
        if not _whole_quotations(passage, left, right):
            return None
        if not self._holds_the_point(passage, left, right, cue):
            return None
        return left, right

    def _states(self, passage: Passage, at: int) -> bool:
        """Whether a word of a cue puts something forward; as a noun ("claims that") it does not."""
        if passage.tags and passage.tags[at][:1] == "N":
            return False
        return passage.lower[at] in self.stating

    def _holds_the_point(
        self, passage: Passage, left: int, right: int, cue: tuple[int, int]
    ) -> bool:
        """Whether what makes the sentence worth checking stands in the clause."""
        inside = outside = 0.0
        for first, stop, weight in passage.pointers:
            if weight <= 0 or not passage.first <= first < passage.stop or first == cue[0]:
                continue
            if left <= first and stop <= right:
                inside += weight
            elif stop <= left or first >= right:
                outside += weight
        return inside >= self.share * (inside + outside)


def _is_question(passage: Passage) -> bool:
    at = passage.stop - 1
    while at > passage.first and passage.lower[at] in _CLOSING:
        at -= 1
    return "?" in passage.lower[at]


def _is_clause(passage: Passage, left: int, right: int) -> bool:
    """Whether the words can stand as a sentence, as far as can be told."""
    if left > passage.first and passage.lower[left - 1] in _BEFORE_NOUNS:
        return False
    return not passage.tags or any(passage.tags[at] in _FINITE for at in range(left, right))


def _is_word(word: str) -> bool:
    return word[:1].isalnum() or word[-1:].isalnum()


def _count(lower: Sequence[str], first: int, stop: int) -> int:
    """How many words, punctuation left out."""
    return sum(1 for at in range(first, stop) if _is_word(lower[at]))


def _below(passage: Passage, top: int) -> list[int]:
    """The tokens of the sentence that hang on ``top``, itself included, in order."""
    verdict: dict[int, bool] = {top: True}
    for at in range(passage.first, passage.stop):
        path = []
        while at not in verdict:
            path.append(at)
            verdict[at] = False  # also stops a circle
            head = passage.heads[at]
            if head == at or not passage.first <= head < passage.stop:
                break
            at = head
        for seen in path:
            verdict[seen] = verdict[at]
    return sorted(at for at, under in verdict.items() if under)


def _whole_quotations(passage: Passage, left: int, right: int) -> bool:
    """Whether no quotation is torn: each lies in the clause, beside it, or around it."""
    for first, stop, _ in passage.quotations:
        apart = stop <= left or first >= right
        within = left <= first and stop <= right
        around = first <= left and right <= stop
        if not (apart or within or around):
            return False
    return True


def _in_pairs(words: Sequence[str]) -> bool:
    """Whether marks that tell their direction, as words of their own, stand in pairs."""
    return all(
        words.count(opening) == words.count(closing)
        for opening, closing in ("“”", "\u2018\u2019", "()", "[]", "«»")
    )


def _unmark(passage: Passage, span: tuple[int, int]) -> tuple[int, int]:
    """Drop quotation marks at the edges that enclose the span, or whose partner it lacks."""
    left, right = span
    lower = passage.lower
    for first, stop, closed in passage.quotations:
        if stop <= left or first >= right:
            continue
        opens, closes = left <= first < right, closed and left < stop <= right
        if first == left and (not closes or stop == right) and lower[first] in _MARKS:
            left += 1
        if closes and stop == right and (not opens or first < left) and lower[stop - 1] in _MARKS:
            right -= 1
            while right > left + 1 and lower[right - 1] in _TRAILING:
                right -= 1
    return (left, right) if left < right else span


def spread(
    spans: Sequence[tuple[int, int]], firsts: Sequence[int], stops: Sequence[int]
) -> list[list[int]]:
    """For each sentence the numbers of the spans that overlap it.

    ``firsts`` and ``stops`` are those of the sentences, in order and without overlap.
    """
    rows: list[list[int]] = [[] for _ in firsts]
    for number, (first, stop) in enumerate(spans):
        begin = bisect_right(stops, first)
        end = bisect_left(firsts, stop)
        for row in range(begin, end):
            rows[row].append(number)
    return rows

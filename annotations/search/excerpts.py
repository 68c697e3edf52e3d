"""Where a query's words stand in what was found: excerpts with their places, never markup."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

import snowballstemmer

from annotations.domain.search_query import MIN_PREFIX, WORD, Field, Term, fold

WIDTH = 240
# Of a long text, how much is looked through for an excerpt.
MAX_READ = 100_000
_LEAD = 40


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of a field's value. ``start`` is its place in it and ``marks`` are ``[start, end)``
    in the piece, all in code points; ``cut_before`` and ``cut_after``: the value goes on there."""

    field: str
    start: int
    text: str
    marks: tuple[tuple[int, int], ...]
    cut_before: bool = False
    cut_after: bool = False

    @property
    def segments(self) -> Iterator[tuple[str, bool]]:
        """The text in pieces, and of each whether it is marked."""
        done = 0
        for start, end in self.marks:
            if start > done:
                yield self.text[done:start], False
            yield self.text[start:end], True
            done = end
        if done < len(self.text):
            yield self.text[done:], False


def whole(field: str, value: str, terms: Sequence[Term], algorithm: str) -> Excerpt:
    """All of a short value, with its marks."""
    marks = _joined((start, end) for start, end, _ in _found(value, terms, algorithm))
    return Excerpt(field, 0, value, marks)


def best(
    field: str,
    value: str,
    terms: Sequence[Term],
    algorithm: str,
    *,
    width: int = WIDTH,
    skip: int = 0,
) -> Excerpt:
    """The piece with the most different terms, and of those the first with the most words;
    where none stands, the beginning. Of the first ``skip`` characters nothing is shown."""
    if skip:
        rest = best(field, value[skip:], terms, algorithm, width=width)
        return replace(rest, start=rest.start + skip)
    read = value[:MAX_READ]
    found = list(_found(read, terms, algorithm))
    first = _densest(found, width)
    anchor = found[first][0] if found else 0
    start = _word_start(read, max(0, anchor - _LEAD)) if anchor > _LEAD else 0
    end = _word_end(read, min(len(read), start + width), start)
    marks = _joined((s - start, e - start) for s, e, _ in found if s >= start and e <= end)
    return Excerpt(field, start, read[start:end], marks, start > 0, end < len(value))


def terms_for(field: Field, terms: Iterable[Term]) -> list[Term]:
    """The terms that may stand in a field."""
    return [term for term in terms if term.field is None or term.field == field]


def _found(text: str, terms: Sequence[Term], algorithm: str) -> Iterator[tuple[int, int, int]]:
    """Start, end and number of each place where a term stands."""
    if not terms:
        return
    stem = _stem(algorithm)
    folded = [tuple(map(fold, term.words)) for term in terms]
    wanted = [
        (number, tuple(map(stem, words)), term.prefix)
        for number, (term, words) in enumerate(zip(terms, folded, strict=True))
    ]
    # A stem begins as its word does, so most words of a text need not be stemmed.
    beginnings = {words[0][:MIN_PREFIX] for words in folded}
    places = [(word.start(), word.end()) for word in WORD.finditer(text)]
    lower = text.lower()
    # Only with a few letters is a text longer in lower case.
    words = [(lower if len(lower) == len(text) else text)[start:end] for start, end in places]
    if not text.isascii():
        words = [word if word.isascii() else fold(word) for word in words]
    for at, word in enumerate(words):
        if word[:MIN_PREFIX] not in beginnings:
            continue
        for number, stems, prefix in wanted:
            last = at + len(stems) - 1
            if last < len(words) and _same(stems, words[at : last + 1], prefix, stem):
                yield places[at][0], places[last][1], number


def _same(
    stems: Sequence[str], words: Sequence[str], prefix: bool, stem: Callable[[str], str]
) -> bool:
    for number, (wanted, word) in enumerate(zip(stems, words, strict=True)):
        here = stem(word)
        if here != wanted and not (prefix and number == len(stems) - 1 and here.startswith(wanted)):
            return False
    return True


@cache
def _stem(algorithm: str) -> Callable[[str], str]:
    """Numbers and, without an algorithm, all words are compared as they are."""
    if not algorithm:
        return str
    stemmer = snowballstemmer.stemmer(algorithm)

    @cache
    def stem(word: str) -> str:
        return str(stemmer.stemWord(word)) if word.isalpha() else word

    return stem


def _densest(found: Sequence[tuple[int, int, int]], width: int) -> int:
    """The place from which a window of the width holds the most."""
    ends = [end for _, end, _ in found]
    best_at, best_score = 0, (0, 0)
    for at, (start, _, _) in enumerate(found):
        until = bisect_right(ends, start + width - _LEAD)
        inside = found[at:until]
        score = (len({number for _, _, number in inside}), len(inside))
        if score > best_score:
            best_at, best_score = at, score
    return best_at


def _joined(places: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """In order, what overlaps made one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def _word_start(text: str, at: int) -> int:
    """The first beginning of a word from a place on, if there is one close by."""
    space = next((i for i in range(at, min(at + _LEAD, len(text))) if text[i].isspace()), None)
    return at if space is None else space + 1


def _word_end(text: str, at: int, start: int) -> int:
    """The last end of a word before a place, if there is one close by."""
    if at >= len(text):
        return len(text)
    space = next((i for i in range(at, max(at - _LEAD, start), -1) if text[i].isspace()), None)
    return at if space is None else space

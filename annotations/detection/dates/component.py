"""``claim_dates``: date expressions and the days they mean, into ``doc.spans["dates"]``.

A span's label is its granularity, or ``unresolved``; ``span._.interval`` is (first day, last day,
granularity, anchor), days in ISO and both included, or None where they would be a guess.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import numpy as np
from spacy.attrs import HEAD, SENT_START, TAG
from spacy.language import Language
from spacy.tokens import Doc, Span

from annotations.detection.components.extensions import Tokens, read_tokens
from annotations.detection.dates.anchors import Anchor, find_anchor
from annotations.detection.dates.finding import find_expressions
from annotations.detection.dates.references import Reference, Tense, resolve
from annotations.detection.dates.rules import Found
from annotations.detection.dates.tense import Clause
from annotations.detection.lexicon import read_lexicon

_NAMES = frozenset({"PERSON", "ORG", "LOC", "MISC"})
T = TypeVar("T")
_JOINTS = frozenset("-\u2010\u2011\u2012\u2013\u2014/'\u2019.")


@Language.factory(
    "claim_dates",
    assigns=["doc.spans", "span._.interval"],
    default_config={
        "spans_key": "dates",
        "irregular_past": "irregular_past",
        "not_past": "not_past",
    },
)
def create_claim_dates(
    nlp: Language, name: str, spans_key: str, irregular_past: str, not_past: str
) -> ClaimDates:
    """``irregular_past`` and ``not_past`` are names of lexicons, used where no tags are set."""
    return ClaimDates(
        spans_key,
        frozenset(read_lexicon(irregular_past)),
        frozenset(read_lexicon(not_past)),
    )


class ClaimDates:
    def __init__(
        self, spans_key: str, past_words: frozenset[str], not_past: frozenset[str]
    ) -> None:
        self.spans_key = spans_key
        self.past_words = past_words
        self.not_past = not_past

    def __call__(self, doc: Doc) -> Doc:
        tokens = read_tokens(doc)
        anchor = find_anchor(tokens.text, dateline=doc._.dateline or "", published=doc._.published)
        found = find_expressions(tokens.text, anchored=anchor is not None)
        spans: list[Span] = []
        if found:
            clause = self._clause(doc, tokens)
            names = _name_places(doc)
            stop = 0
            for item in found:
                place = _tokens_of(tokens, item)
                if place is None or place[0] < stop or _inside_name(place, names):
                    continue
                stop = place[1]
                spans.append(self._span(doc, place, item, anchor, clause))
        doc.spans[self.spans_key] = spans
        return doc

    def _span(
        self,
        doc: Doc,
        place: tuple[int, int],
        item: Found,
        anchor: Anchor | None,
        clause: Clause,
    ) -> Span:
        interval = None
        reference = item.reference
        if reference is not None:
            interval = _interval(reference, item, anchor, clause.tense, place)
        label = interval[2] if interval is not None else "unresolved"
        span = Span(doc, *place, label=label)
        span._.interval = interval
        return span

    def _clause(self, doc: Doc, tokens: Tokens) -> Clause:
        strings = doc.vocab.strings
        rows = doc.to_array([TAG, SENT_START])
        words, tags, begins = tokens.words, rows[:, 0], rows[:, 1]
        size = len(words)
        return Clause(
            lower=_Lazy(size, lambda at: words[at].lower().replace("\u2019", "'")),
            tags=_Lazy(size, lambda at: strings[int(tags[at])])
            if doc.has_annotation("TAG")
            else (),
            heads=_heads(doc) if doc.has_annotation("DEP") else (),
            begins=(
                _Lazy(size, lambda at: int(begins[at]) == 1)
                if doc.has_annotation("SENT_START")
                else ()
            ),
            past_words=self.past_words,
            not_past=self.not_past,
        )


class _Lazy(Generic[T]):
    """A list that is worked out where it is looked at: near dates."""

    def __init__(self, size: int, read: Callable[[int], T]) -> None:
        self.size = size
        self.read = read

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, at: int, /) -> T:
        return self.read(at)


def _interval(
    reference: Reference,
    item: Found,
    anchor: Anchor | None,
    tense: Callable[[int, int], Tense],
    place: tuple[int, int],
) -> tuple[str, str, str, str] | None:
    day = anchor.day if anchor is not None else None
    if anchor is not None and anchor.span is not None and not reference.absolute:
        left, right = anchor.span
        if left <= item.start and item.end <= right:
            # The dateline's own day.
            iso = anchor.day.isoformat()
            return iso, iso, "day", anchor.source
    known = Tense.UNCLEAR
    if day is not None and not reference.absolute:
        known = tense(*place)
    days = resolve(reference, day, known)
    if days is None:
        return None
    source = "text" if reference.absolute or anchor is None else anchor.source
    return days.first.isoformat(), days.last.isoformat(), days.granularity, source


def _heads(doc: Doc) -> list[int]:
    """The index of each token's head; its own for a root."""
    offsets = doc.to_array([HEAD]).astype("uint64").astype("int64").reshape(-1)
    heads: list[int] = (np.arange(len(offsets)) + offsets).tolist()
    return heads


def _tokens_of(tokens: Tokens, item: Found) -> tuple[int, int] | None:
    """Tokens that hold an expression; None where they hold more than a hyphen joins to it."""
    starts = tokens.starts
    first = max(bisect_right(starts, item.start) - 1, 0)
    last = max(bisect_right(starts, item.end - 1) - 1, first)
    text = tokens.text
    head = text[starts[first] : item.start]
    tail = text[item.end : starts[last] + len(tokens.words[last])]
    if (head and head[-1] not in _JOINTS) or (tail and tail[0] not in _JOINTS):
        return None
    return first, last + 1


def _name_places(doc: Doc) -> list[tuple[int, int]]:
    """Entities that a date may be a word of, such as a newspaper."""
    return [(ent.start, ent.end) for ent in doc.ents if ent.label_ in _NAMES]


def _inside_name(place: tuple[int, int], names: Sequence[tuple[int, int]]) -> bool:
    """Whether a longer name holds the expression ("The Sunday Times")."""
    first, stop = place
    row = bisect_right(names, (first, sys.maxsize)) - 1
    if row < 0:
        return False
    begin, end = names[row]
    return end >= stop and begin <= first and end - begin > stop - first

"""Spans: half-open ranges ``[start, end)`` of Unicode code points into one immutable text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

MAX_FRAGMENTS = 20
CONTEXT_CHARACTERS = 32


class SpanError(ValueError):
    """A span that doesn't fit its text; the message says how."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A range of code points and the words that stand there."""

    start: int
    end: int
    quote: str

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end


def span_at(text: str, start: int, end: int, quote: str | None = None) -> Span:
    """The span ``text[start:end]``, trimmed of white space at both edges.

    ``quote``, where given, must be what stands at exactly ``[start, end)``: offsets counted
    in another unit (UTF-16, bytes) are found out here instead of shifting in silence.
    """
    if not 0 <= start < end <= len(text):
        raise SpanError(
            f"[{start}, {end}) is not inside the text, which has {len(text)} characters"
        )
    found = text[start:end]
    if quote is not None and quote != found:
        raise SpanError(f"the text at [{start}, {end}) is {found[:60]!r}, not {quote[:60]!r}")
    lead = len(found) - len(found.lstrip())
    words = found.strip()
    if not words:
        raise SpanError(f"[{start}, {end}) holds only white space")
    return Span(start + lead, start + lead + len(words), words)


def fragments_at(text: str, pairs: Iterable[tuple[int, int, str | None]]) -> list[Span]:
    """Sorted, trimmed fragments of one claim. Fragments of the same claim may not overlap."""
    fragments = sorted(span_at(text, *pair) for pair in pairs)
    if not fragments:
        raise SpanError("at least one span is needed")
    if len(fragments) > MAX_FRAGMENTS:
        raise SpanError(f"a claim may have {MAX_FRAGMENTS} spans at most")
    for left, right in pairwise(fragments):
        if left.overlaps(right):
            raise SpanError(f"[{left.start}, {left.end}) and [{right.start}, {right.end}) overlap")
    return fragments


def context(text: str, start: int, end: int) -> tuple[str, str]:
    """The words before and after a span, for selectors that survive a moved text."""
    return text[max(0, start - CONTEXT_CHARACTERS) : start], text[end : end + CONTEXT_CHARACTERS]


def quote_of(spans: Sequence[Span]) -> str:
    """A claim's wording: its fragments in order, gaps marked."""
    return " … ".join(span.quote for span in spans)

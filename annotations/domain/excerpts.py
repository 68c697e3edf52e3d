"""A claim in its context: the words around its quote, bounded, for readers elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .spans import Span

# Of the whole excerpt, in code points; what is quoted comes first, the context shares the rest.
LIMIT = 900
LEAST_CONTEXT = 60
# Of the quoted words themselves.
MOST_QUOTED = 1200


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of the excerpt. ``quoted`` ones are the claim's; None for words left out."""

    text: str | None
    quoted: bool = False


def excerpt(text: str, spans: Sequence[Span], limit: int = LIMIT) -> list[Piece]:
    """The paragraphs around the spans, cut at white space; gaps are pieces without text.

    Never more than about ``limit`` code points around at most ``MOST_QUOTED`` quoted ones.
    """
    if not spans:
        return []
    ordered = _bounded(sorted(spans))
    quoted = sum(span.end - span.start for span in ordered)
    room = max(LEAST_CONTEXT, (limit - quoted) // (2 * len(ordered)))
    windows: list[tuple[int, int]] = []
    for span in ordered:
        start, end = _window(text, span, room)
        if windows and start <= windows[-1][1]:
            windows[-1] = windows[-1][0], max(end, windows[-1][1])
        else:
            windows.append((start, end))
    return _pieces(text, ordered, windows)


def _bounded(spans: list[Span]) -> list[Span]:
    """The spans up to ``MOST_QUOTED`` code points, the last one cut."""
    found, left = [], MOST_QUOTED
    for span in spans:
        if left <= 0:
            break
        length = min(span.end - span.start, left)
        found.append(Span(span.start, span.start + length, span.quote[:length]))
        left -= length
    return found


def _window(text: str, span: Span, room: int) -> tuple[int, int]:
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.end)
    end = len(text) if end < 0 else end
    if span.start - start > room:
        start = span.start - room
        while start < span.start and not text[start].isspace():
            start += 1
    if end - span.end > room:
        end = span.end + room
        while end > span.end and not text[end - 1].isspace():
            end -= 1
    # Without white space at both ends, and never into the quote.
    while start < span.start and text[start].isspace():
        start += 1
    while end > span.end and text[end - 1].isspace():
        end -= 1
    return start, end


def _pieces(text: str, spans: list[Span], windows: list[tuple[int, int]]) -> list[Piece]:
    pieces: list[Piece] = []
    place = 0
    for start, end in windows:
        if text[place:start].strip():
            pieces.append(Piece(None))
        place = start
        for span in spans:
            if start <= span.start < end:
                pieces += [
                    Piece(text[place : span.start]),
                    Piece(text[span.start : span.end], True),
                ]
                place = span.end
        pieces.append(Piece(text[place:end]))
        place = end
    if text[place:].strip():
        pieces.append(Piece(None))
    return [piece for piece in pieces if piece.text != ""]

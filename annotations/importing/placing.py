"""A draft made ready to be written: its text normalised, and every mark where its words are."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from annotations.domain.alignment import Alignment, Unit, to_code_points
from annotations.domain.spans import Span, SpanError, fragments_at
from annotations.domain.texts import (
    MAX_CHARACTERS,
    TextError,
    content_hash,
    cut_header,
    normalise,
    normalise_piece,
    title_from,
)

from .base import BadRow, Draft, Mark
from .options import Options

_SPACES = re.compile(r"\s+")
_valid_url = URLValidator(schemes=["http", "https"])


@dataclass(slots=True)
class Placed:
    """A mark and the fragments of the normalised text that it is about."""

    mark: Mark
    spans: list[Span]


@dataclass(slots=True)
class Prepared:
    """A draft as it will be written. ``misplaced``: line and reason of each mark left out."""

    draft: Draft
    text: str
    sha256: str
    title: str
    published: dt.date | None
    marks: list[Placed]
    misplaced: list[tuple[int | None, str]]


def prepare(draft: Draft, options: Options) -> Prepared:
    """``BadRow`` says why a draft can't become an article."""
    alignment = Alignment(draft.text)
    published = draft.published
    if draft.header:
        try:
            kept, found = cut_header(alignment.text)
        except TextError as error:
            raise BadRow(str(error)) from error
        alignment.cut(kept)
        published = found or published
    text = alignment.text
    if not text:
        raise BadRow("there is no text")
    if len(text) > MAX_CHARACTERS:
        raise BadRow(f"the text has {len(text):,} characters; {MAX_CHARACTERS:,} at most")
    _check(draft)
    prepared = Prepared(
        draft=draft,
        text=text,
        sha256=content_hash(text),
        title=(one_line(draft.title) or title_from(text))[:500],
        published=published,
        marks=[],
        misplaced=[],
    )
    if options.annotations != "none" and draft.marks:
        _place(prepared, alignment, draft.marks, options)
    return prepared


def one_line(text: str) -> str:
    """Words for a field of one line."""
    return " ".join(normalise(text).split())


def _check(draft: Draft) -> None:
    for name, longest in (("author", 300), ("publisher", 300), ("dateline", 200), ("url", 2000)):
        if len(getattr(draft, name)) > longest:
            raise BadRow(f"{name}: {longest:,} characters at most")
    if len(draft.language) > 16:
        raise BadRow("language: expected a tag such as en")
    if draft.url:
        try:
            _valid_url(draft.url)
        except ValidationError as error:
            raise BadRow("url: not an address of the web") from error


def _place(
    prepared: Prepared, alignment: Alignment, marks: Sequence[Mark], options: Options
) -> None:
    unit = _unit(alignment.raw, marks, options)
    for mark in marks:
        try:
            spans = placed(alignment, mark, unit)
        except (BadRow, SpanError) as error:
            where = [mark.file] if mark.file else []
            if mark.line and (mark.file or options.misplaced == "reject"):
                where.append(f"line {mark.line}")
            reason = ": ".join(filter(None, [", ".join(where), str(error)]))
            if options.misplaced == "reject":
                raise BadRow(reason) from error
            prepared.misplaced.append((None if mark.file else mark.line, reason))
        else:
            prepared.marks.append(Placed(mark, spans))


def placed(alignment: Alignment, mark: Mark, unit: Unit) -> list[Span]:
    """The mark's fragments in the normalised text. ``BadRow`` or ``SpanError`` says why not."""
    text = alignment.text
    if mark.unplaced:
        raise BadRow(mark.unplaced)
    if not mark.spans:
        return [Span(0, len(text), text)]
    raw = alignment.raw
    pairs: list[tuple[int, int, str | None]] = []
    for first, last, quote in mark.spans:
        start, end = first, last
        if unit != Unit.CODE_POINTS:
            moved = to_code_points(raw, [first, last], unit)
            if moved is None:
                raise BadRow(f"[{first}, {last}) cuts a character of the text in two")
            start, end = moved
        if not 0 <= start < end <= len(raw):
            raise BadRow(
                f"[{start}, {end}) is not inside the text, which has {len(raw):,} characters"
            )
        found = raw[start:end]
        if quote is not None and not _same(found, quote, loose=mark.loose):
            raise BadRow(f"the text at [{start}, {end}) is {found[:60]!r}, not {quote[:60]!r}")
        start, end = alignment.place(start, end)
        if not text[start:end].strip():
            raise BadRow(f"[{first}, {last}) holds only white space")
        pairs.append((start, end, None))
    _check_together(raw, mark, unit)
    return fragments_at(text, _joined(pairs) if mark.loose else pairs)


def _check_together(raw: str, mark: Mark, unit: Unit) -> None:
    """Do the fragments say what is stated of all of them? They are inside of the text."""
    for places, quote in mark.together:
        found = _pieces(raw, places, unit) or []
        if not _same_together(found, quote):
            where = " and ".join(f"[{start}, {end})" for start, end in places[:4])
            said = " ".join(found)
            raise BadRow(f"the text at {where} is {said[:60]!r}, not {quote[:60]!r}")


def _joined(pairs: list[tuple[int, int, str | None]]) -> list[tuple[int, int, str | None]]:
    """Fragments that touch or overlap as one: brat lets people cut a span at any place."""
    joined: list[tuple[int, int, str | None]] = []
    for start, end, _ in sorted(pairs, key=lambda pair: pair[:2]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]), None)
        else:
            joined.append((start, end, None))
    return joined


def _same(found: str, quote: str, *, loose: bool) -> bool:
    if found == quote:
        return True
    if loose:
        return _SPACES.sub(" ", found).strip() == _SPACES.sub(" ", quote).strip()
    return False


def _same_together(found: Sequence[str], quote: str) -> bool:
    return "".join("".join(found).split()) == "".join(quote.split())


def _unit(raw: str, marks: Sequence[Mark], options: Options) -> Unit:
    """What the offsets count: as chosen, or the unit in which every quote is where it should be."""
    if options.unit != "auto":
        return Unit(options.unit)
    if not raw.isascii():
        stated = [
            ((start, end), quote, mark.loose)
            for mark in marks
            for start, end, quote in mark.spans
            if quote is not None
        ]
        together = [stated_of_all for mark in marks for stated_of_all in mark.together]
        for unit in Unit if stated or together else ():
            if _fits(raw, stated, unit) and _fit_together(raw, together, unit):
                return unit
    return Unit.CODE_POINTS


def fits(raw: str, spans: Sequence[tuple[int, int, str | None]]) -> bool:
    """Do all spans, with their words where they have them, stand in a text, whatever they count?"""
    stated = [((start, end), quote, False) for start, end, quote in spans]
    return any(_fits(raw, stated, unit) for unit in Unit)


def _fits(raw: str, stated: Sequence[tuple[tuple[int, int], str | None, bool]], unit: Unit) -> bool:
    found = _pieces(raw, [place for place, _, _ in stated], unit)
    return found is not None and all(
        bool(words) if quote is None else _same(words, quote, loose=loose)
        for words, (_, quote, loose) in zip(found, stated, strict=True)
    )


def _fit_together(
    raw: str, together: list[tuple[Sequence[tuple[int, int]], str]], unit: Unit
) -> bool:
    found = _pieces(raw, [place for places, _ in together for place in places], unit)
    if found is None:
        return False
    left = iter(found)
    return all(_same_together([*islice(left, len(places))], quote) for places, quote in together)


def _pieces(raw: str, places: Sequence[tuple[int, int]], unit: Unit) -> list[str] | None:
    """What the text says at each place; None where one isn't a place in it."""
    offsets = [offset for place in places for offset in place]
    if any(offset < 0 for offset in offsets):
        return None
    moved = to_code_points(raw, offsets, unit)
    if moved is None or any(offset > len(raw) for offset in moved):
        return None
    return [raw[start:end] for start, end in zip(moved[::2], moved[1::2], strict=True)]


def find_quote(text: str, mark: Mark) -> list[Span]:
    """Where a mark's words stand in a text that may have changed since: exactly, or moved.

    Moved only where its words, with what stood around them, occur exactly once: never guessed.
    """
    fragments: list[tuple[int, int, str | None]] = []
    for start, end, quote in mark.spans:
        words = normalise_piece(quote) if quote else None
        if words is None or text[start:end] == words:
            fragments.append((start, end, words))
            continue
        before, after = map(normalise_piece, mark.around or ("", ""))
        wanted = before + words + after
        place = text.find(wanted)
        if place < 0 or text.find(wanted, place + 1) >= 0:
            raise BadRow(f"{words[:60]!r} is not at [{start}, {end}), and nowhere else for sure")
        place += len(before)
        fragments.append((place, place + len(words), words))
    return fragments_at(text, fragments)

"""The day an article's relative dates are reckoned from.

It is the day of the dateline ("WASHINGTON, Jan. 5 (Reuters) —"), whose year is told by the day of
publication where it does not say one: the nearest such day, not more than half a year away. An
article without a dateline may begin with one, or with the header ``date 2021-12-01``. Where none
of these names a day, the day of publication is taken, and without that there is no anchor.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

from annotations.detection.dates.finding import find_expressions
from annotations.detection.dates.references import Calendar, Fixed, Tense, Weekday, resolve

_HEADER = re.compile(r"\s{0,20}date\s{1,4}(\d{4}-\d{2}-\d{2})(?!\S)", re.IGNORECASE)
_TOWN = (
    r"[A-Z][A-Z.'\u2019-]{2,24}(?: [A-Z][A-Z.'\u2019-]{1,24}){0,3}"
    r"(?:, [A-Z][\w.'\u2019]{1,20}(?: [A-Z][\w.'\u2019]{1,20}){0,2}){0,2}"
)
_DATELINE = re.compile(
    rf"^[ \t]{{0,20}}{_TOWN}(?P<day>[,:]? [^\n()—\u2013]{{3,30}}?)(?: ?\([A-Z][\w ./&-]{{1,30}}\))?"
    r"\s{0,2}(?:—|\u2013|\u2015|--|-)(?=\s|[A-Z])",
    re.MULTILINE,
)
_OPENING = 600
"""Code points at the beginning of a text that can hold a heading and a dateline."""
_HALF_A_YEAR = timedelta(days=183)


class Anchor(NamedTuple):
    day: date
    source: str
    """``dateline`` or ``published``."""
    span: tuple[int, int] | None = None
    """Where the text itself says it, in code points."""


def find_anchor(text: str, *, dateline: str, published: date | None) -> Anchor | None:
    day = read_dateline(dateline[:_OPENING], published)
    if day is not None:
        return Anchor(day, "dateline")
    if not dateline.strip():
        header = _HEADER.match(text)
        day = _iso(header[1]) if header else None
        if header and day is not None:
            return Anchor(day, "dateline", header.span(1))
        for match in _DATELINE.finditer(text[:_OPENING]):
            day = read_dateline(match["day"], published)
            if day is not None:
                return Anchor(day, "dateline", match.span("day"))
    return Anchor(published, "published") if published is not None else None


def _iso(word: str) -> date | None:
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None


def read_dateline(words: str, published: date | None) -> date | None:
    """The day a dateline names; None where it names none, or none for certain."""
    for found in find_expressions(words, anchored=False):
        reference = found.reference
        if isinstance(reference, Fixed):
            days = reference.days
            if days is not None and days.granularity == "day" and days.first == days.last:
                return days.first
        elif published is None:
            continue
        elif isinstance(reference, Calendar) and reference.day is not None:
            return _nearest(reference, published)
        elif isinstance(reference, Weekday):
            days = resolve(reference, published, Tense.PAST)
            return days.first if days is not None else None
    return None


def _nearest(reference: Calendar, published: date) -> date | None:
    options = []
    for year in (published.year - 1, published.year, published.year + 1):
        try:
            day = reference.of_year(year).first
        except (ValueError, OverflowError):
            continue
        if reference.weekday in {None, day.weekday()} and abs(day - published) <= _HALF_A_YEAR:
            options.append((abs(day - published), day))
    return min(options)[1] if options else None

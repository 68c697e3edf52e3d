"""What a date expression refers to, before it is known when it was written.

Each reference resolves against an anchor day and the tense of its clause to an interval, or to
None where that would be a guess:

* a bare weekday, a day of a month and a month without its year are the nearest ones up to and
  including the anchor day if the clause is past, the nearest ones after it (for a day: the anchor
  day included) if it is future, and unresolved otherwise;
* "last" is the nearest one that is over, "next" the nearest one that begins after the anchor,
  "this" the one of the anchor's own week or year.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Protocol

from annotations.detection.dates.intervals import (
    Interval,
    months,
    season,
    shift,
    unit_around,
)


class Tense(Enum):
    PAST = "past"
    FUTURE = "future"
    UNCLEAR = "unclear"


class Reference(Protocol):
    @property
    def absolute(self) -> bool:
        """Whether the words alone say when."""

    def interval(self, anchor: date, tense: Tense) -> Interval | None:
        """May raise ValueError or OverflowError at the ends of the calendar."""


def resolve(reference: Reference, anchor: date | None, tense: Tense) -> Interval | None:
    """The interval, or None where there is no anchor to reckon from, or no such day."""
    if anchor is None and not reference.absolute:
        return None
    try:
        return reference.interval(anchor or date.min, tense)
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class Fixed:
    """A date that needs no anchor; ``days`` None where the words fit no single one."""

    days: Interval | None
    absolute: bool = True

    def interval(self, anchor: date, tense: Tense) -> Interval | None:
        return self.days


@dataclass(frozen=True, slots=True)
class Away:
    """The unit that the day ``count`` units from the anchor lies in: "last year", "two days ago".

    ``grain`` names another unit to take, as "a decade ago" means a year and no decade.
    """

    unit: str
    count: int
    grain: str = ""
    absolute: bool = False

    def interval(self, anchor: date, tense: Tense) -> Interval | None:
        return unit_around(shift(anchor, self.unit, self.count), self.grain or self.unit)


@dataclass(frozen=True, slots=True)
class Rolling:
    """From ``count`` units before the anchor up to it, or after it: "the past two years"."""

    unit: str
    count: int
    absolute: bool = False

    def interval(self, anchor: date, tense: Tense) -> Interval | None:
        other = shift(anchor, self.unit, self.count)
        return Interval(min(anchor, other), max(anchor, other), self.unit)


@dataclass(frozen=True, slots=True)
class Weekday:
    """``day`` counts from Monday, 0; ``which`` is "last", "this", "next" or empty; ``weeks`` is
    how far its week is from the anchor's, where that is said ("Monday last week")."""

    day: int
    which: str = ""
    weeks: int | None = None
    absolute: bool = False

    def interval(self, anchor: date, tense: Tense) -> Interval | None:
        back = (anchor.weekday() - self.day) % 7
        if self.weeks is not None:
            found = anchor + timedelta(days=self.day - anchor.weekday() + 7 * self.weeks)
        elif self.which == "last":
            found = anchor - timedelta(days=back or 7)
        elif self.which == "next":
            found = anchor + timedelta(days=7 - back)
        elif self.which == "this":
            found = anchor + timedelta(days=self.day - anchor.weekday())
        elif tense is Tense.PAST:
            found = anchor - timedelta(days=back)
        elif tense is Tense.FUTURE:
            found = anchor + timedelta(days=(7 - back) % 7)
        else:
            return None
        return Interval(found, found, "day")


@dataclass(frozen=True, slots=True)
class Weekend:
    """Saturday and Sunday; ``which`` as for a weekday."""

    which: str = ""
    absolute: bool = False

    def interval(self, anchor: date, tense: Tense) -> Interval | None:
        saturday = anchor + timedelta(days=5 - anchor.weekday())
        weeks = {"last": -1, "next": 1}.get(self.which, 0)
        if not weeks and anchor.weekday() < 5:
            if tense is Tense.UNCLEAR:
                return None
            if tense is Tense.PAST:
                if self.which == "this" and anchor.weekday() > 1:
                    return None  # "this weekend" of what is past is said on Monday, not Friday
                weeks = -1
        saturday += timedelta(weeks=weeks)
        return Interval(saturday, saturday + timedelta(days=1), "day")


@dataclass(frozen=True, slots=True)
class Calendar:
    """A month, or a day or days of it, without its year.

    ``years`` is how far the year is from the anchor's, where that is said ("March last year").
    ``weekday`` must fit ("Monday, Jan. 5") and can tell the year by itself.
    """

    month: int
    day: int | None = None
    last_day: int | None = None
    which: str = ""
    years: int | None = None
    weekday: int | None = None
    absolute: bool = False

    def interval(self, anchor: date, tense: Tense) -> Interval | None:
        if self.years is not None:
            return self.of_year(anchor.year + self.years)
        options = [
            days
            for year in (anchor.year - 1, anchor.year, anchor.year + 1)
            if (days := self._of_year_or_none(year)) is not None
        ]
        if self.weekday is not None and len(options) == 1:
            return options[0]
        if self.which == "this":
            return next((days for days in options if days.first.year == anchor.year), None)
        if self.which == "last":
            options = [days for days in options if days.last < anchor]
            return options[-1] if options else None
        if self.which == "next":
            return next((days for days in options if days.first > anchor), None)
        if tense is Tense.PAST:
            options = [days for days in options if days.first <= anchor]
            return options[-1] if options else None
        if tense is Tense.FUTURE:
            # A day that will be may be today; "in March" is this month while it lasts.
            return next((days for days in options if days.last >= anchor), None)
        return None

    def _of_year_or_none(self, year: int) -> Interval | None:
        try:
            days = self.of_year(year)
        except (ValueError, OverflowError):
            return None  # 29 February of a common year, or outside the calendar
        if self.weekday is not None and days.first.weekday() != self.weekday:
            return None
        return days

    def of_year(self, year: int) -> Interval:
        """Raises ValueError where that year has no such day."""
        if self.day is None:
            return months(year, self.month, self.month)
        first = date(year, self.month, self.day)
        last = first if self.last_day is None else date(year, self.month, self.last_day)
        return Interval(first, last, "day")


@dataclass(frozen=True, slots=True)
class Season:
    """ "Last summer"; ``which`` is "last", "this" or "next"."""

    name: str
    which: str
    absolute: bool = False

    def interval(self, anchor: date, tense: Tense) -> Interval | None:
        options = list(self._around(anchor.year))
        if self.which == "last":
            over = [days for days in options if days.last < anchor]
            return over[-1] if over else None
        if self.which == "next":
            return next((days for days in options if days.first > anchor), None)
        if self.name != "winter":
            return season(self.name, anchor.year)
        current = [days for days in options if days.first <= anchor <= days.last]
        if current:
            return current[0]
        # From spring on nobody can tell which of two winters "this winter" is.
        return season("winter", anchor.year) if anchor.month >= 9 else None

    def _around(self, year: int) -> Iterator[Interval]:
        for candidate in (year - 2, year - 1, year, year + 1):
            try:
                yield season(self.name, candidate)
            except (ValueError, OverflowError):
                continue


@dataclass(frozen=True, slots=True)
class YearPart:
    """Months of a year told from the anchor's: "the third quarter of last year"."""

    first_month: int
    last_month: int
    years: int
    absolute: bool = False

    def interval(self, anchor: date, tense: Tense) -> Interval | None:
        return months(anchor.year + self.years, self.first_month, self.last_month, "quarter")


@dataclass(frozen=True, slots=True)
class Since:
    """From the beginning of ``start`` up to the anchor day: "since 2014"."""

    start: Reference
    absolute: bool = False

    def interval(self, anchor: date, tense: Tense) -> Interval | None:
        start = self.start.interval(anchor, Tense.PAST)
        if start is None or start.first > anchor:
            return None
        return Interval(start.first, anchor, start.granularity)


UNKNOWN = Fixed(None, absolute=False)
"""A time that only the words around it tell: "that day", "two years earlier"."""

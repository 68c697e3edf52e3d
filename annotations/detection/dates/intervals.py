"""Spans of days and the arithmetic on them. Standard library only.

An interval is its first and its last day, both included, and the granularity of the words it
stands for. Weeks are ISO weeks, Monday to Sunday. The nineteenth century is 1801 to 1900, the
1990s are 1990 to 1999. Seasons are the meteorological ones of the northern hemisphere: spring
begins on 1 March, winter on 1 December, and a winter belongs to the year it begins in.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

UNITS: tuple[str, ...] = ("day", "week", "month", "quarter", "year", "decade", "century")
"""What can be counted: "two weeks ago"."""

GRANULARITIES: tuple[str, ...] = (*UNITS, "season")

SEASONS: dict[str, int] = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
"""The month each season begins with."""

_MONTHS = {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1200}


@dataclass(frozen=True, slots=True)
class Interval:
    """Days ``first`` to ``last``, both included. Raises ValueError if they are out of order."""

    first: date
    last: date
    granularity: str

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError(f"{self.first} is after {self.last}")
        if self.granularity not in GRANULARITIES:
            raise ValueError(f"no granularity {self.granularity!r}")


def last_of_month(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def years(first: int, last: int, granularity: str = "year") -> Interval:
    """All days of the years ``first`` to ``last``, both included."""
    return Interval(date(first, 1, 1), date(last, 12, 31), granularity)


def months(year: int, first: int, last: int, granularity: str = "month") -> Interval:
    """All days of the months ``first`` to ``last`` (1 to 12) of a year."""
    return Interval(date(year, first, 1), last_of_month(year, last), granularity)


def century(number: int) -> Interval:
    return years(number * 100 - 99, number * 100, "century")


def season(name: str, year: int) -> Interval:
    """The season that begins in ``year``."""
    first = date(year, SEASONS[name], 1)
    return Interval(first, shift(first, "month", 3) - timedelta(days=1), "season")


def unit_around(day: date, unit: str) -> Interval:
    """The week, month, … that ``day`` lies in. Raises ValueError or OverflowError where the
    calendar (years 1 to 9999) does not hold all of it."""
    if unit == "day":
        return Interval(day, day, unit)
    if unit == "week":
        monday = day - timedelta(days=day.weekday())
        return Interval(monday, monday + timedelta(days=6), unit)
    if unit == "month":
        return months(day.year, day.month, day.month)
    if unit == "quarter":
        first = (day.month - 1) // 3 * 3 + 1
        return months(day.year, first, first + 2, unit)
    if unit == "year":
        return years(day.year, day.year)
    if unit == "decade":
        decade = day.year // 10 * 10
        return years(decade, decade + 9, unit)
    if unit == "century":
        return century((day.year + 99) // 100)
    raise ValueError(f"no unit {unit!r}")


def shift(day: date, unit: str, count: int) -> date:
    """The day ``count`` units later; 31 January and one month is the last of February.

    Raises ValueError or OverflowError where that is outside the years 1 to 9999.
    """
    if unit == "day":
        return day + timedelta(days=count)
    if unit == "week":
        return day + timedelta(days=7 * count)
    month = day.year * 12 + day.month - 1 + _MONTHS[unit] * count
    year, month = divmod(month, 12)
    length = monthrange(year, month + 1)[1] if 1 <= year <= 9999 else 31
    return date(year, month + 1, min(day.day, length))

"""The words dates are made of, and the pattern pieces built from them.

All patterns are ASCII and ignore case; every repetition is bounded. Digits are ``0`` to ``9``.
"""

from __future__ import annotations

import re


def word_list(words: str) -> tuple[str, ...]:
    return tuple(words.split())


def word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


MONTHS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
NAME_MONTHS = frozenset({"march", "april", "may", "june", "august"})
"""Months that are also verbs, adjectives or people's names."""

WEEKDAYS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "monday mon",
            "tuesday tues tue",
            "wednesday wed",
            "thursday thurs thur thu",
            "friday fri",
            "saturday sat",
            "sunday sun",
        )
    )
    for name in names.split()
}

_SMALL = word_list(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TENS = word_list("twenty thirty forty fifty sixty seventy eighty ninety")
NUMBERS: dict[str, int] = {"a": 1, "an": 1, **{w: n for n, w in enumerate(_SMALL, 1)}}
for _n, _ten in enumerate(_TENS, 2):
    NUMBERS[_ten] = _n * 10
    for _m, _one in enumerate(_SMALL[:9], 1):
        NUMBERS[f"{_ten}-{_one}"] = _n * 10 + _m

_ORDINAL_WORDS = word_list(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
ORDINALS: dict[str, int] = {word: number for number, word in enumerate(_ORDINAL_WORDS, 1)}
ORDINALS["twenty-first"] = 21

DECADES: dict[str, int] = {
    "thirties": 1930,
    "forties": 1940,
    "fifties": 1950,
    "sixties": 1960,
    "seventies": 1970,
    "eighties": 1980,
    "nineties": 1990,
}

UNIT_OF: dict[str, str] = {
    form: unit
    for unit in ("day", "week", "month", "quarter", "year", "decade")
    for form in (unit, unit + "s")
} | {"century": "century", "centuries": "century"}

RELATIVE_YEARS: dict[str, int] = {"last": -1, "this": 0, "next": 1}

GAP = r"(?:[ \t\xa0\u2009\u202f]{1,3}|[ \t]?\r?\n[ \t]?)"
"""What may stand between two words of an expression: spaces, or one line's end."""

MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b"
)
WEEKDAY = r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
WEEKDAY_SHORT = r"(?:Mon|Tues|Tue|Wed|Thurs|Thur|Thu|Fri|Sat|Sun)\b"
YEAR = r"(?:1\d|20|21)\d\d(?![\d])"
DAY = r"(?:3[01]|[12]\d|0?[1-9])"
DASH = r"[-\u2010-\u2015/]"
UNITS = r"(?:days?|weeks?|months?|quarters?|years?|decades?|centur(?:y|ies))\b"
SEASON = r"(?:spring|summer|autumn|fall|winter)\b"
NUMBER = (
    r"(?:\d{1,3}|an?|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
    rf"(?:-(?:{'|'.join(_SMALL[:9])}))?|{'|'.join(sorted(_SMALL, key=len, reverse=True))})\b"
)
VAGUE_NUMBER = (
    r"(?:several|some|many|few|a[ \t]few|a[ \t]couple[ \t]of|a[ \t]couple|couple[ \t]of"
    r"|recent|dozens[ \t]of|a[ \t]number[ \t]of|hundreds[ \t]of|thousands[ \t]of)"
)


def pattern(source: str) -> re.Pattern[str]:
    """Compile, with ``_`` for what may stand between two words."""
    return re.compile(source.replace("_", GAP), re.ASCII | re.IGNORECASE)

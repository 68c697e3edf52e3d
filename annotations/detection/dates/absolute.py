"""Expressions that say a day, a month, a year, … of the calendar.

A day of a month without its year is found here too; it is told by the anchor (see references).

Decisions: "01/02/2020" is 1 February or 2 January and stays unresolved; "13/02/2020" can be read
in one way only. "01.02.2020" has its day first. "9/11" is the name of 11 September 2001. "the
1800s" are 1800 to 1899, "the 2000s" ten years. "early", "mid" and "late" belong to the words but
do not narrow the interval. A fiscal year is not told, nor which winter "the winter of 2014" is.
"""

from __future__ import annotations

import re
from datetime import date

from annotations.detection.dates.context import Context
from annotations.detection.dates.intervals import Interval, century, months, season, years
from annotations.detection.dates.references import (
    UNKNOWN,
    Calendar,
    Fixed,
    Reference,
    YearPart,
)
from annotations.detection.dates.rules import Found, Rule
from annotations.detection.dates.words import (
    DASH,
    DAY,
    DECADES,
    MONTH,
    MONTHS,
    NAME_MONTHS,
    ORDINALS,
    RELATIVE_YEARS,
    SEASON,
    YEAR,
    pattern,
    word_set,
)
from annotations.detection.dates.years import is_counted, is_year, next_word

_TH = r"(?:st|nd|rd|th)?"
_OWN_YEAR = rf"(?:(?:,?_(?:of_)?)(?P<year>{YEAR})|,?_(?:of_)?(?P<rel>last|this|next)_year\b)?"
_THAT_YEAR = pattern(r",?_(?:of_)?(?:that|the_(?:same|following|next|previous|preceding))_year\b")
_ISO = pattern(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?![\d/-])")
_NUMERIC = pattern(r"(\d{1,2})([/.])(\d{1,2})\2(\d{4})(?![\d/.-]\d)")
_NINE_ELEVEN = pattern(r"9/11(?![\d/])")
_DAY_FIRST = pattern(
    rf"(?P<day>{DAY}){_TH}(?:_?{DASH}_?(?P<last>{DAY}){_TH})?(?:_of)?_(?P<month>{MONTH})\.?"
    + _OWN_YEAR
)
_MONTH_FIRST = pattern(
    rf"(?P<month>{MONTH})\.?_(?P<day>{DAY}){_TH}(?!\d|,\d{{3}}|[.:/]\d)"
    rf"(?:_?(?:{DASH}|to|through)_?(?P<last>{DAY}){_TH}(?!\w|,\d{{3}}|[.:/]\d))?" + _OWN_YEAR
)
_MONTH_ONLY = pattern(rf"(?P<month>{MONTH})\.?" + _OWN_YEAR)
# "January and March 2015", "Jan. 5 and 6, 2015": the year stands at the end, once.
_SHARED_YEAR = pattern(
    rf"(?:_?(?:,|and|or|to|through|until|{DASH}|&)_?(?:{MONTH}\.?(?:_{DAY}{_TH})?|{DAY}{_TH}))"
    rf"{{1,4}},?_({YEAR})"
)
_ATTACKS = pattern(r"(?:,)?_(?:terror(?:ist|ism)?_)?(?:attacks?|hijack\w{0,5}|commission)\b")
_YEAR_RANGE = pattern(rf"({YEAR})_?{DASH}_?(\d{{4}}|\d\d)(?![\w]|{DASH}\d)")
_YEAR_SPAN = pattern(rf"(between|from)_({YEAR})_(and|to|until|through|till)_({YEAR})(?!\w)")
_DECADE = pattern(r"(\d{3}0)['\u2019]?s\b")
_SHORT_DECADE = pattern(r"([2-9]0)s\b")
_YEAR_QUARTER = pattern(rf"({YEAR})_Q([1-4])(?!\w)")
_YEAR_ALONE = pattern(r"(\d{4})(?!\w)")
_ORDINAL = rf"(?:\d{{1,2}}(?:st|nd|rd|th)|{'|'.join(sorted(ORDINALS, key=len, reverse=True))})"
_CENTURY = pattern(
    rf"({_ORDINAL})(?:-|_)(?P<word>centur(?:y|ies))\b(?P<bc>_B\.?C\b(?:\.?E\b)?\.?)?"
)
_OF_YEAR = rf"(?:,?_(?:of_|in_)?(?:the_)?(?:(?P<year>{YEAR})|(?P<rel>last|this|next)_year\b))"
_QUARTER = pattern(rf"({_ORDINAL})(?:-|_)quarter{_OF_YEAR}")
_HALF = pattern(rf"({_ORDINAL})_half{_OF_YEAR}")
_Q = pattern(rf"Q([1-4]){_OF_YEAR}")
_SEASON = pattern(
    rf"(?P<season>{SEASON})(?:_of)?,?_(?:(?P<year>{YEAR})(?:[-\u2013/](?P<to>\d{{4}}|\d\d)"
    r"(?!\w))?|(?P<rel>last)_year\b)"
)
_FISCAL = pattern(rf"(?:fiscal|financial)_(?:year_)?({YEAR})(?:[-\u2013/]\d{{2,4}})?(?!\w)")
_MONTH_LEADS = word_set(
    """in since until till last next this late early mid through during between"""
)
_MONTH_LEADS_WEAK = word_set("from by before after to and or of a for")


def _day(year: int, month: int, day: int) -> Interval | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return Interval(found, found, "day")


def _iso(context: Context, number: int, match: re.Match[str]) -> Found | None:
    before = context.text[match.start() - 1 : match.start()]
    days = _day(int(match[1]), int(match[3]), int(match[4]))
    if days is None or before in {"-", "/", ".", "_"}:
        return None
    return Found(match.start(), match.end(), Fixed(days))


def _numeric(context: Context, number: int, match: re.Match[str]) -> Found | None:
    one, other, year = int(match[1]), int(match[3]), int(match[4])
    day_first = _day(year, other, one)
    month_first = _day(year, one, other) if match[2] == "/" else None
    if day_first is None and month_first is None:
        return None
    both = day_first is not None and month_first is not None and day_first != month_first
    return Found(match.start(), match.end(), Fixed(None if both else day_first or month_first))


def _nine_eleven(context: Context, number: int, match: re.Match[str]) -> Found | None:
    if context.text[match.start() - 1 : match.start()] in {"/", ".", "$"}:
        return None
    return Found(match.start(), match.end(), Fixed(_day(2001, 9, 11)))


def _own_year(context: Context, match: re.Match[str]) -> tuple[int | None, int | None, int]:
    """The year and the relative year an expression brings along, and where it ends then."""
    end = match.end()
    year, relative = match["year"], match["rel"]
    if year is not None and is_counted(context.text, end):
        # "On May 5, 2000 people ...": the figure belongs to what follows.
        end = match.start("year")
        while context.text[end - 1] in " ,\r\n\t\xa0\u2009\u202f":
            end -= 1
        year = None
    if year is not None:
        context.last_year_end = end
        return int(year), None, end
    return None, RELATIVE_YEARS[relative.lower()] if relative else None, end


def _calendar(
    context: Context, match: re.Match[str], day: str | None, last: str | None
) -> Found | None:
    start = match.start()
    year, offset, end = _own_year(context, match)
    reference = Calendar(
        MONTHS[match["month"].lower()],
        int(day) if day else None,
        int(last) if last else None,
        years=offset,
    )
    if year is None and offset is None:
        if _THAT_YEAR.match(context.text, end):
            return Found(start, end, UNKNOWN)
        shared = _SHARED_YEAR.match(context.text, end)
        if shared and not is_counted(context.text, shared.end()):
            year = int(shared[1])
        elif (reference.month, reference.day) == (9, 11) and _ATTACKS.match(context.text, end):
            year = 2001
    if year is None:
        return Found(start, end, reference)
    try:
        return Found(start, end, Fixed(reference.of_year(year)))
    except ValueError:
        return Found(start, end, Fixed(None))  # "31 June 2014": no such day


def _is_upper(match: re.Match[str]) -> bool:
    return bool(match["month"][0].isupper())


def _day_first(context: Context, number: int, match: re.Match[str]) -> Found | None:
    before = context.text[match.start() - 1 : match.start()]
    if not _is_upper(match) or before in {".", ",", "$", "/", ":", "-", "#"}:
        return None
    return _calendar(context, match, match["day"], match["last"])


def _month_first(context: Context, number: int, match: re.Match[str]) -> Found | None:
    if not _is_upper(match):
        return None
    last = match["last"] or match["day"]
    if match["year"] is None and match["rel"] is None and is_counted(context.text, match.end()):
        return None  # "In May 10 people ..."
    if int(last) < int(match["day"]):
        return None
    return _calendar(context, match, match["day"], match["last"])


def _month_only(context: Context, number: int, match: re.Match[str]) -> Found | None:
    if not _is_upper(match):
        return None
    month = match["month"].lower()
    found = _calendar(context, match, None, None)
    if found is None or match["year"] or not isinstance(found.reference, Calendar):
        return found
    bare = match.end("month")
    if len(month) <= 4 and month not in {"may", "june", "july"}:
        if context.text[bare : bare + 1] != ".":
            return None
    elif found.end == bare + 1:
        found = found._replace(end=bare)  # the full stop ends the sentence
    before = context.before(number)
    if month in NAME_MONTHS and match["rel"] is None:
        named = month in context.month_names
        leads = _MONTH_LEADS if named else _MONTH_LEADS | _MONTH_LEADS_WEAK
        if before not in leads or (named and before in {"in", "through", "during", "between"}):
            return None
        following = next_word(context.text, bare)
        if before in {"a", "for"} and not following.islower():
            return None
    if match["rel"] is None and _is_modifier(context, number, bare):
        return found._replace(reference=UNKNOWN)
    return found


def _is_modifier(context: Context, number: int, end: int) -> bool:
    """Whether a month belongs to a noun: "the November vote" may be to come in whatever tense."""
    before = context.before(number)
    return (
        before in {"the", "a", "an", "his", "her", "its", "their", "our"}
        or before.endswith(("'s", "s'"))
    ) and next_word(context.text, end).islower()


def _year_range(context: Context, number: int, match: re.Match[str]) -> Found | None:
    first = int(match[1])
    last = int(match[2]) if len(match[2]) == 4 else first // 100 * 100 + int(match[2])
    before = context.text[match.start() - 1 : match.start()]
    if before in {"$", "£", "€", "-", "/", ".", "#"} or is_counted(context.text, match.end()):
        return None
    if len(match[2]) == 2 and last <= first:
        month = int(match[2])
        if "-" in match[0] and 1 <= month <= 12 and " " not in match[0]:
            return Found(match.start(), match.end(), Fixed(months(first, month, month)))
        if first % 100 == 99 and match[2] == "00":
            last = first + 1
        else:
            return None
    if not first < last <= 2100 or last - first > 400:
        return None
    context.last_year_end = match.end()
    return Found(match.start(), match.end(), Fixed(years(first, last)))


def _year_span(context: Context, number: int, match: re.Match[str]) -> Found | None:
    first, last = int(match[2]), int(match[4])
    fits = (match[1].lower() == "between") == (match[3].lower() == "and")
    if not fits or not first < last or is_counted(context.text, match.end()):
        return None
    if first % 100 == 0 and last % 100 == 0:
        return None  # "from 1500 to 2000": more likely a number of something
    context.last_year_end = match.end()
    return Found(match.start(), match.end(), Fixed(years(first, last)))


def _decade(context: Context, number: int, match: re.Match[str]) -> Found | None:
    year = int(match[1])
    if not 1000 <= year <= 2090:
        return None
    whole = year % 100 == 0 and year < 2000
    days = years(year, year + 99, "century") if whole else years(year, year + 9, "decade")
    return Found(match.start(), match.end(), Fixed(days))


def _short_decade(context: Context, number: int, match: re.Match[str]) -> Found | None:
    start = match.start()
    mark = context.text[start - 1 : start]
    if mark and mark in "'\u2019\u2018":
        start -= 1
    elif context.before(number) not in {"early", "late", "mid"}:
        return None  # "in the 70s" may be a temperature, "in her 70s" is an age
    elif context.before(number, 2) in {"his", "her", "their", "my", "your", "our"}:
        return None
    tens = int(match[1])
    # "the '20s" are a hundred years apart.
    days = years(1900 + tens, 1909 + tens, "decade") if tens >= 30 else None
    return Found(start, match.end(), Fixed(days))


def _named_decade(context: Context, number: int, match: re.Match[str]) -> Found | None:
    if context.before(number) not in {"the", "early", "late", "mid"}:
        return None
    first = DECADES[match[0].lower()]
    return Found(match.start(), match.end(), Fixed(years(first, first + 9, "decade")))


def _year_quarter(context: Context, number: int, match: re.Match[str]) -> Found | None:
    first = int(match[2]) * 3 - 2
    days = months(int(match[1]), first, first + 2, "quarter")
    return Found(match.start(), match.end(), Fixed(days))


def _year_alone(context: Context, number: int, match: re.Match[str]) -> Found | None:
    start, end = match.span()
    near = 0 <= start - context.last_year_end <= 8
    before, before_that = context.before(number), context.before(number, 2)
    if not is_year(context.text, start, end, before=before, before_that=before_that, in_list=near):
        return None
    context.last_year_end = end
    year = int(match[1])
    return Found(start, end, Fixed(years(year, year)))


def _ordinal(word: str) -> int:
    return int(word[:-2]) if word[0].isdigit() else ORDINALS[word.lower()]


def _century(context: Context, number: int, match: re.Match[str]) -> Found | None:
    which = _ordinal(match[1])
    if not 1 <= which <= 30:
        return None
    following = next_word(context.text, match.end()).lower().rstrip(".")
    if match["word"][0] == "C" and following in {"fox", "studios"}:
        return None
    days = None if match["bc"] else century(which)  # before Christ there is no ISO date
    return Found(match.start(), match.end(), Fixed(days))


def _part(match: re.Match[str], first: int, last: int) -> Found:
    reference: Reference
    if match["year"]:
        reference = Fixed(months(int(match["year"]), first, last, "quarter"))
    else:
        reference = YearPart(first, last, RELATIVE_YEARS[match["rel"].lower()])
    return Found(match.start(), match.end(), reference)


def _quarter(context: Context, number: int, match: re.Match[str]) -> Found | None:
    which = _ordinal(match[1])
    return _part(match, which * 3 - 2, which * 3) if 1 <= which <= 4 else None


def _half(context: Context, number: int, match: re.Match[str]) -> Found | None:
    which = _ordinal(match[1])
    return _part(match, which * 6 - 5, which * 6) if 1 <= which <= 2 else None


def _q(context: Context, number: int, match: re.Match[str]) -> Found | None:
    which = int(match[1])
    return _part(match, which * 3 - 2, which * 3)


def _season(context: Context, number: int, match: re.Match[str]) -> Found | None:
    name, year = match["season"].lower(), match["year"]
    if year is None or is_counted(context.text, match.end()):
        return None
    context.last_year_end = match.end()
    if name == "winter":
        # "the winter of 2014" may be either of two.
        days = season(name, int(year)) if match["to"] else None
    else:
        days = season(name, int(year))
    return Found(match.start(), match.end(), Fixed(days))


def _fiscal(context: Context, number: int, match: re.Match[str]) -> Found | None:
    return Found(match.start(), match.end(), Fixed(None))


DAY_FIRST = Rule(("#",), _DAY_FIRST, _day_first)
MONTH_FIRST = Rule(tuple(MONTHS), _MONTH_FIRST, _month_first)

RULES: tuple[Rule, ...] = (
    Rule(("#",), _ISO, _iso),
    Rule(("#",), _NUMERIC, _numeric),
    Rule(("9",), _NINE_ELEVEN, _nine_eleven),
    DAY_FIRST,
    MONTH_FIRST,
    Rule(tuple(MONTHS), _MONTH_ONLY, _month_only),
    Rule(("#",), _YEAR_RANGE, _year_range),
    Rule(("between", "from"), _YEAR_SPAN, _year_span),
    Rule(("#",), _YEAR_QUARTER, _year_quarter),
    Rule(("#",), _DECADE, _decade),
    Rule(("#",), _SHORT_DECADE, _short_decade),
    Rule(tuple(DECADES), pattern(rf"(?:{'|'.join(DECADES)})\b"), _named_decade),
    Rule(("#", *ORDINALS, "twenty"), _CENTURY, _century),
    Rule(("#", "first", "second", "third", "fourth"), _QUARTER, _quarter),
    Rule(("#", "first", "second"), _HALF, _half),
    Rule(("q1", "q2", "q3", "q4"), _Q, _q),
    Rule(("spring", "summer", "autumn", "fall", "winter"), _SEASON, _season),
    Rule(("fiscal", "financial"), _FISCAL, _fiscal),
    Rule(("#",), _YEAR_ALONE, _year_alone),
)

"""Expressions that are told from the day of writing: "yesterday", "last Friday", "a decade ago".

"N units ago" is the unit that lies so far back: "three years ago" is a year. A decade ago is a
year too, and a century ago a decade: nobody means ten or a hundred years by it. "the past two
years" run up to the anchor day. Amounts that are no number ("several", "more than two") and times
told from another event ("two years earlier", "that day") stay unresolved.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace

from annotations.detection.dates import absolute
from annotations.detection.dates.context import Context
from annotations.detection.dates.references import (
    UNKNOWN,
    Away,
    Calendar,
    Fixed,
    Reference,
    Rolling,
    Season,
    Weekday,
    Weekend,
)
from annotations.detection.dates.rules import Found, Rule
from annotations.detection.dates.words import (
    MONTH,
    MONTHS,
    NUMBER,
    NUMBERS,
    SEASON,
    UNIT_OF,
    UNITS,
    VAGUE_NUMBER,
    WEEKDAY,
    WEEKDAY_SHORT,
    WEEKDAYS,
    pattern,
    word_list,
    word_set,
)
from annotations.detection.dates.years import next_word

_PART = r"(?:_(?:morning|afternoon|evening|night)\b)?"
_SIMPLE = pattern(rf"(yesterday|today|tonight|tomorrow)\b{_PART}")
_DAY_NEXT_TO = pattern(r"day_(before_yesterday|after_tomorrow)\b")
_THIS = pattern(
    r"(?:(?P<which>last|this_past|this_coming|this|next|past|coming|previous|preceding|following"
    r"|same|that|current)_)(?P<kind>fiscal_|financial_|school_|academic_)?"
    r"(?:(?P<part>morning|afternoon|evening|night)\b"
    r"|(?P<unit>day|week|month|quarter|year|decade|century)\b|(?P<weekend>weekend)\b"
    rf"|(?P<weekday>{WEEKDAY})\b{_PART}|(?P<month>{MONTH})(?:\.?_(?P<day>\d{{1,2}})(?!\d|,\d))?"
    rf"|(?P<season>{SEASON}))"
)
_ROLLING = pattern(
    rf"(last|past|next|coming|previous|preceding|following)_(?:({NUMBER})|{VAGUE_NUMBER})_"
    rf"(?:({UNITS})|hours\b)"
)
_AGO = pattern(
    rf"(?:(?P<half>half_an?)|(?P<number>{NUMBER})|{VAGUE_NUMBER})(?P<more>_and_a_half)?"
    rf"_(?P<unit>{UNITS})(?P<more2>_and_a_half)?_(?P<way>ago|earlier|later|from_now|before|after)\b"
)
_VAGUE_AGO = pattern(r"(?:days|weeks|months|years|decades|centuries)_ago\b")
_IN_TIME = pattern(rf"in_({NUMBER})_({UNITS})['\u2019]?s?_time\b")
_WEEKDAY = pattern(
    rf"(?:(?P<day>{WEEKDAY})\b|(?P<short>{WEEKDAY_SHORT})\.?){_PART}"
    r"(?:_(?:of_)?(?P<week>last|this|next)_week\b)?"
)
_DATE_AFTER = pattern(r",?_(?:the_)?|_\((?=\w)")
_WEEKDAY_RANGE = pattern(rf"_?(?:to|through|thru|[-\u2013])_?{WEEKDAY}s?\b")
_OF = pattern(r"_(?:of|in|before|when|that|after|on)\b")
_WEEKEND = pattern(r"weekend\b")
_DETERMINERS = word_set("a an one every each his her its their our my your final very any no some")
_WITHIN = word_set("over in within during for through throughout across of than")
_ROLLING_LEADS = _WITHIN | {"the", "these", "those", "and"}
_PASSED = {"last": -1, "this past": -1, "this": 0, "current": 0, "next": 1, "this coming": 1}
_INEXACT = word_set("than over least under most")
_NO_WEEKDAY_BEFORE = word_set(
    """every each most any alternate black good easter super bloody cyber ash holy maundy palm
    freaky fat shrove giving casual mega"""
)
_LINKS = word_set("in of on at and or that when for with to was is after before")
_SUNDAY_PAPERS = word_set("mail independent scotland wales")
_TITLES = word_set(
    """times telegraph mirror mail express herald post star sun people world independent football
    live magazine review morning night evening mass show programme program"""
)
_FALLS = word_set("through apart into under below short to on foul behind within")


def number_at(context: Context, offset: int) -> int | None:
    """Which word begins at ``offset``."""
    number = bisect_left(context.starts, offset)
    if number < len(context.starts) and context.starts[number] == offset:
        return number
    return None


def _is_title(context: Context, number: int) -> bool:
    """A capital that no sentence gave: "USA Today", "Last Week Tonight"."""
    return context.is_capitalised(number) and not context.begins_sentence(number)


def _count(word: str) -> int:
    word = word.lower()
    return int(word) if word.isdigit() else NUMBERS[word]


def _simple(context: Context, number: int, match: re.Match[str]) -> Found | None:
    following = next_word(context.text, match.end(1))
    if _is_title(context, number) or following.lower() in {"show", "programme"}:
        return None
    away = {"yesterday": -1, "tomorrow": 1}.get(match[1].lower(), 0)
    return Found(match.start(), match.end(), Away("day", away))


def _day_next_to(context: Context, number: int, match: re.Match[str]) -> Found | None:
    away = -2 if match[1].lower().endswith("yesterday") else 2
    return Found(match.start(), match.end(), Away("day", away))


def _this(context: Context, number: int, match: re.Match[str]) -> Found | None:
    which = " ".join(match["which"].lower().split())
    before = context.before(number)
    if _is_title(context, number) or before in _DETERMINERS or before.endswith(("'s", "s'")):
        return None
    last_word = match[0].split()[-1]
    named = match["weekday"] or match["month"]
    if not named and last_word[0].isupper() and not match[0].isupper():
        return None  # "This Week", "Last Night": titles
    if named and not named[0].isupper():
        return None  # "this may", "last march"
    falls = which == "this" and last_word.lower() == "fall"
    if falls and next_word(context.text, match.end()).lower() in _FALLS:
        return None
    reference = _told(context, match, which, before, context.before(number, 2))
    return Found(match.start(), match.end(), reference) if reference is not None else None


def _told(
    context: Context, match: re.Match[str], which: str, before: str, before_that: str
) -> Reference | None:
    if which in {"previous", "preceding", "following", "same", "that"}:
        if which == "that" and not (match["unit"] or match["part"]):
            return None
        return UNKNOWN
    if match["kind"]:
        return UNKNOWN  # which months a fiscal or a school year has is not told
    if before == "the" or which in {"past", "coming"}:
        return _with_article(context, match, which, before_that)
    sign = _PASSED[which]
    simple = {-1: "last", 0: "this", 1: "next"}[sign]
    if match["part"]:
        night = match["part"].lower() == "night"
        if which == "last" and night:
            return Away("day", -1)
        return Away("day", 0) if which == "this" else None
    if match["unit"]:
        unit = match["unit"].lower()
        if unit == "day":
            return UNKNOWN if simple == "next" else None
        return Away(unit, sign)
    if match["weekend"]:
        return Weekend(simple)
    if match["weekday"]:
        return Weekday(WEEKDAYS[match["weekday"].lower()], simple)
    if match["month"]:
        day = int(match["day"]) if match["day"] else None
        return Calendar(MONTHS[match["month"].lower()], day, which=simple)
    return Season(match["season"].lower(), simple)


def _with_article(
    context: Context, match: re.Match[str], which: str, before_that: str
) -> Reference | None:
    """ "the last year", "the next week", "the past decade"."""
    if not match["unit"]:
        return UNKNOWN if which == "next" and match["weekday"] else None
    unit = match["unit"].lower()
    if which in {"last", "past"}:
        if unit == "day" or _OF.match(context.text, match.end()):
            return None
        return UNKNOWN if unit == "century" else Rolling(unit, -1)
    if which in {"next", "coming"}:
        if before_that in _WITHIN and unit != "day":
            return Rolling(unit, 1)
        return UNKNOWN
    return Away(unit, 0) if which == "current" and unit != "day" else None


def _rolling(context: Context, number: int, match: re.Match[str]) -> Found | None:
    before = context.before(number)
    if before not in _ROLLING_LEADS or _is_title(context, number):
        return None  # "will last four days", "his last two years"
    if _OF.match(context.text, match.end()) and match[1].lower() not in {"past", "coming"}:
        following = next_word(context.text, match.end())
        if following.lower() in {"of", "before"}:
            return None  # "the last two weeks of the campaign"
    which = match[1].lower()
    reference: Reference = UNKNOWN
    if match[2] and which in {"last", "past", "next", "coming"}:
        count, unit = _count(match[2]), UNIT_OF.get((match[3] or "").lower(), "")
        if not unit and count % 24 == 0:
            count, unit = count // 24, "day"
        if unit and count:
            reference = Rolling(unit, -count if which in {"last", "past"} else count)
        elif not unit:
            return None
    elif not match[3]:
        return None
    return Found(match.start(), match.end(), reference)


def _ago(context: Context, number: int, match: re.Match[str]) -> Found | None:
    way, unit = match["way"].lower(), UNIT_OF[match["unit"].lower()]
    if way in {"before", "after"} and next_word(context.text, match.end()):
        return None  # "a day after the vote": told from something else
    if way not in {"ago", "from now"} and not way.startswith("from"):
        return Found(match.start(), match.end(), UNKNOWN)
    inexact = match["more"] or match["more2"] or context.before(number) in _INEXACT
    if inexact or not (match["half"] or match["number"]):
        return Found(match.start(), match.end(), UNKNOWN)
    count = 1 if match["half"] else _count(match["number"])
    if match["half"]:
        smaller = {"century": ("year", 50), "decade": ("year", 5), "year": ("month", 6)}
        if unit not in smaller:
            return Found(match.start(), match.end(), UNKNOWN)
        unit, count = smaller[unit]
    grain = {"decade": "year", "century": "decade"}.get(unit, unit)
    return Found(match.start(), match.end(), Away(unit, -count if way == "ago" else count, grain))


def _vague(context: Context, number: int, match: re.Match[str]) -> Found | None:
    return Found(match.start(), match.end(), UNKNOWN)


def _in_time(context: Context, number: int, match: re.Match[str]) -> Found | None:
    return Found(match.start(), match.end(), Away(UNIT_OF[match[2].lower()], _count(match[1])))


def _weekday(context: Context, number: int, match: re.Match[str]) -> Found | None:
    name = (match["day"] or match["short"]).lower()
    day, text = WEEKDAYS[name], context.text
    if not context.is_capitalised(number):
        return None
    dated = _dated(context, match, day) if match["week"] is None else None
    if dated is not None:
        return dated
    before = context.before(number)
    following = next_word(text, match.end())
    names = before in _NO_WEEKDAY_BEFORE or (before == "news" and name == "sunday")
    # "a Monday interview" was on one Monday, "a Monday in March" may be any.
    any_one = before == "a" and (not following.islower() or following in _LINKS)
    if match["short"] or names or any_one:
        return None
    if before == "on" and context.before(number, 2) in _SUNDAY_PAPERS:
        return None
    following = next_word(text, match.end("day"))
    if following[:1].isupper() and following.lower().rstrip(".") in _TITLES:
        return None
    span = _WEEKDAY_RANGE.match(text, match.end())
    if span:
        return Found(match.start(), span.end(), None)
    if before == "the" and following.lower() in {"after", "before", "of", "following"}:
        return Found(match.start(), match.end(), UNKNOWN)
    weeks = {"last": -1, "this": 0, "next": 1}[match["week"].lower()] if match["week"] else None
    return Found(match.start(), match.end(), Weekday(day, weeks=weeks))


def _dated(context: Context, match: re.Match[str], weekday: int) -> Found | None:
    """ "Monday, Jan. 5": one expression, whose parts must fit each other."""
    gap = _DATE_AFTER.match(context.text, match.end())
    number = number_at(context, gap.end()) if gap else None
    if number is None:
        return None
    if context.words[number] in MONTHS:
        rule = absolute.MONTH_FIRST
    elif context.words[number][0].isdigit():
        rule = absolute.DAY_FIRST
    else:
        return None
    inner = rule.pattern.match(context.text, context.starts[number])
    found = rule.read(context, number, inner) if inner else None
    if found is None:
        return None
    reference = found.reference
    if isinstance(reference, Calendar):
        reference = replace(reference, weekday=weekday)
    elif (
        isinstance(reference, Fixed)
        and reference.days is not None
        and reference.days.first.weekday() != weekday
    ):
        reference = Fixed(None)
    return Found(match.start(), found.end, reference)


def _weekend(context: Context, number: int, match: re.Match[str]) -> Found | None:
    if context.before(number) != "the" or context.is_capitalised(number):
        return None
    if next_word(context.text, match.end()).lower() in {"of", "before", "after"}:
        return None
    return Found(match.start(), match.end(), Weekend())


_NUMBER_WORDS = tuple(
    {word.split("-")[0] for word in NUMBERS}
    | {"half", "several", "some", "many", "few", "couple", "dozens", "hundreds", "thousands"}
)

RULES: tuple[Rule, ...] = (
    Rule(("yesterday", "today", "tonight", "tomorrow"), _SIMPLE, _simple),
    Rule(("day",), _DAY_NEXT_TO, _day_next_to),
    Rule(
        ("last", "past", "next", "coming", "previous", "preceding", "following"),
        _ROLLING,
        _rolling,
    ),
    Rule(
        word_list("last this next past coming previous preceding following same that current"),
        _THIS,
        _this,
    ),
    Rule(("#", *_NUMBER_WORDS), _AGO, _ago),
    Rule(word_list("days weeks months years decades centuries"), _VAGUE_AGO, _vague),
    Rule(("in",), _IN_TIME, _in_time),
    Rule(tuple(WEEKDAYS), _WEEKDAY, _weekday),
    Rule(("weekend",), _WEEKEND, _weekend),
)

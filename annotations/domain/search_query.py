"""The language in which people search: words, "phrases", -exclusions, OR, prefix*, field:value.

Everything that can be typed is read as something or refused with a reason; ``docs/search.md``
describes the language, and a test reads its examples with this module.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from .transitions import ArticleState, ClaimState
from .vocabulary import Flag

MAX_QUERY = 400
MAX_PARTS = 32
MIN_PREFIX = 2
# Longer words are in no index.
_MAX_WORD = 200
# Points of Hebrew and Arabic, and accents: who searches mostly leaves them out.
POINTS = (
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
)
ACCENTS = f"\u0300-\u036f{POINTS}"
_ACCENTS = re.compile(f"[{ACCENTS}]+")


def _signs() -> str:
    """Ranges of the other marks: vowels of Indic scripts and Thai, the voicing of kana."""
    ranges: list[list[int]] = []
    for code in range(0x10000):
        character = chr(code)
        if unicodedata.category(character) in ("Mn", "Mc") and not _ACCENTS.match(character):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


SIGNS = _signs()
# A word as both databases see it: letters and digits; marks belong to the letter before.
WORD = re.compile(rf"[^\W_]+(?:[{ACCENTS}{SIGNS}]+[^\W_]*)*")
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»\uff02", '"'))
_TOKEN = re.compile(
    r"""(?P<minus>-)?
        (?:(?P<field>[A-Za-z]+):(?=\S))?
        (?:"(?P<phrase>[^"]*)"?(?P<star>\*)?|(?P<word>[^\s"]+))""",
    re.VERBOSE,
)
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)


class Field(StrEnum):
    """What can stand before a colon."""

    TITLE = "title"
    AUTHOR = "author"
    PUBLISHER = "publisher"
    TEXT = "text"
    CLAIM = "claim"
    CLAIMANT = "claimant"
    STATE = "state"
    TYPE = "type"
    TAG = "tag"
    RATING = "rating"
    FLAG = "flag"
    AFTER = "after"
    BEFORE = "before"
    PUBLISHED = "published"


ARTICLE_FIELDS = (Field.TITLE, Field.AUTHOR, Field.PUBLISHER, Field.TEXT)
CLAIM_FIELDS = (Field.CLAIM, Field.CLAIMANT)
DATE_FIELDS = (Field.AFTER, Field.BEFORE, Field.PUBLISHED)
OTHER_NAMES = {"verdict": Field.RATING}
STATES = tuple(str(state) for state in (*ArticleState, *ClaimState))
# ``any``: whatever the flag is.
ANY = "any"
FLAGS = (ANY, *map(str, Flag))


class Problem(StrEnum):
    """Why a query can't be read. ``QueryError.what`` is the part that is to blame."""

    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    SHORT_PREFIX = "short_prefix"
    NO_DATE = "no_date"
    NO_VALUE = "no_value"
    NO_STATE = "no_state"
    NO_FLAG = "no_flag"
    OR_EXCLUDED = "or_excluded"


class QueryError(ValueError):
    def __init__(self, problem: Problem, what: str = "") -> None:
        super().__init__(f"{problem}: {what}")
        self.problem, self.what = problem, what


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand side by side; ``prefix``: the last is the beginning of a word.

    ``field`` is one of ``ARTICLE_FIELDS`` or ``CLAIM_FIELDS``; None: wherever they stand.
    Words are as they were typed: each index folds them as it folds texts.
    """

    words: tuple[str, ...]
    prefix: bool = False
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """A field that is compared whole, or the days ``[since, until]`` for a date."""

    field: Field
    value: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


Part = Term | Filter


@dataclass(frozen=True, slots=True)
class Query:
    """Each of ``clauses`` holds: one of its parts is there. None of ``excluded`` is."""

    clauses: tuple[tuple[Part, ...], ...] = ()
    excluded: tuple[Part, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.clauses or self.excluded)

    @property
    def terms(self) -> tuple[Term, ...]:
        """The words that are looked for: what is ranked by, and marked where it stands."""
        return tuple(p for clause in self.clauses for p in clause if isinstance(p, Term))

    @property
    def filters(self) -> tuple[Filter, ...]:
        parts = [*(p for clause in self.clauses for p in clause), *self.excluded]
        return tuple(p for p in parts if isinstance(p, Filter))


def fold(word: str) -> str:
    """Without case and accents, as PostgreSQL's index holds words."""
    if word.isascii():
        return word.lower()
    return _ACCENTS.sub("", unicodedata.normalize("NFD", word)).lower()


def words_of(text: str) -> tuple[str, ...]:
    return tuple(found.group()[:_MAX_WORD] for found in WORD.finditer(text))


def parse(raw: str) -> Query:
    """Read what somebody typed. Raises ``QueryError``."""
    if len(raw) > MAX_QUERY:
        raise QueryError(Problem.TOO_LONG)
    # Marks behind their letters, however they were typed; nothing that no text has.
    text = unicodedata.normalize("NFC", raw.replace("\0", " ")).translate(_QUOTES)
    clauses: list[tuple[Part, ...]] = []
    excluded: list[Part] = []
    joined = negated = out = False
    for token in _TOKEN.finditer(text):
        match token.group():
            case "OR" | "|":
                if out:
                    raise QueryError(Problem.OR_EXCLUDED)
                joined = bool(clauses)
                continue
            case "AND" | "&":
                continue
            case "NOT":
                negated = True
                continue
        out = negated or bool(token["minus"])
        negated = False
        part = _part(token)
        if part is None:
            continue
        if out:
            if joined:
                raise QueryError(Problem.OR_EXCLUDED)
            excluded.append(part)
        elif joined:
            clauses[-1] = (*clauses[-1], part)
        else:
            clauses.append((part,))
        joined = False
    if sum(map(len, clauses)) + len(excluded) > MAX_PARTS:
        raise QueryError(Problem.TOO_MANY)
    return Query(tuple(clauses), tuple(excluded))


def _part(token: re.Match[str]) -> Part | None:
    name, phrase, word = token["field"], token["phrase"], token["word"]
    written = phrase if phrase is not None else word
    prefix = bool(token["star"]) if phrase is not None else word.endswith("*")
    field = _field(name)
    if word and word.endswith(":") and (left_alone := _field(word[:-1])):
        raise QueryError(Problem.NO_VALUE, left_alone)
    if field is not None and field not in ARTICLE_FIELDS + CLAIM_FIELDS:
        return _filter(field, written.strip().rstrip("*"))
    if field is None and name:
        # An address, a time, "Note:that": words like any others.
        written = f"{name} {written}"
    words = words_of(written)
    if not words:
        if field is not None:
            raise QueryError(Problem.NO_VALUE, field)
        return None
    if prefix and len(words[-1]) < MIN_PREFIX:
        raise QueryError(Problem.SHORT_PREFIX, f"{words[-1]}*")
    return Term(words, prefix, field)


def _field(name: str | None) -> Field | None:
    if not name:
        return None
    lower = name.lower()
    if lower in OTHER_NAMES:
        return OTHER_NAMES[lower]
    return Field(lower) if lower in Field.__members__.values() else None


def _filter(field: Field, value: str) -> Filter:
    if not value:
        raise QueryError(Problem.NO_VALUE, field)
    if field in (Field.STATE, Field.FLAG):
        return _choice(field, value)
    if field not in DATE_FIELDS:
        return Filter(field, " ".join(value.split()))
    first, last = _days(field, value)
    return Filter(
        field,
        since=None if field == Field.BEFORE else first,
        until=None if field == Field.AFTER else last,
    )


def _choice(field: Field, value: str) -> Filter:
    chosen = "_".join(value.lower().replace("-", " ").split())
    choices, problem = (
        (STATES, Problem.NO_STATE) if field == Field.STATE else (FLAGS, Problem.NO_FLAG)
    )
    if chosen not in choices:
        raise QueryError(problem, f"{field}:{value}")
    return Filter(field, chosen)


def _days(field: Field, value: str) -> tuple[dt.date, dt.date]:
    """The first and last day of a year, a month or a day."""
    found = _DAY.fullmatch(value)
    try:
        if found is None:
            raise ValueError(value)
        year, month, day = (int(part) if part else None for part in found.groups())
        first = dt.date(year or 0, month or 1, day or 1)
        if day:
            return first, first
        if month:
            following = dt.date(first.year + month // 12, month % 12 + 1, 1)
            return first, following - dt.timedelta(days=1)
        return first, dt.date(first.year, 12, 31)
    except (ValueError, OverflowError) as error:
        raise QueryError(Problem.NO_DATE, f"{field}:{value}") from error

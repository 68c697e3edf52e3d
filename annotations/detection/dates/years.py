"""Whether a figure of four digits is a year, from the words around it.

"in 2014" and "the 2012 election" are years; "2000 people", "in 1500 words", "about 1900" and
"at 1930 GMT" are not taken for one.
"""

from __future__ import annotations

import re

from annotations.detection.dates.words import word_set

_AFTER = re.compile(r"[ \t\xa0\u202f\r\n]{1,3}([A-Za-z][A-Za-z'\u2019.-]{0,24})", re.ASCII)
_NUMBER_GOES_ON = re.compile(r",\d{3}|\.\d|:\d|[ \t]?[%€£$]|/\d", re.ASCII)
_CLOCK = re.compile(
    r"[ \t]?(?:GMT|UTC|BST|CES?T|E[SD]?T|hours|hrs|local[ \t]time|[ap]\.?m\b)", re.ASCII
)
_COUNTED = word_set(
    """people persons men women children girls boys words pages miles kilometers kilometres km
    meters metres feet inches acres hectares square pounds dollars euros yuan yen rupees percent
    per-cent per tons tonnes barrels gallons liters litres kilograms kg grams megawatts mw
    kilowatts calories degrees points seats votes voters homes houses flats jobs workers employees
    staff students pupils teachers troops soldiers officers police policemen fighters militants
    refugees migrants immigrants families households residents inhabitants members delegates
    others cases deaths dead wounded injured patients beds companies firms schools copies units
    cars vehicles flights passengers visitors participants respondents adults americans species
    hundred thousand million billion trillion-dollar such more times or-so minutes hours days weeks
    months years seconds meter mile kilometer foot pound dollar cubic calorie"""
)
# Plurals that a year stands before: "the 2000 elections".
_DATED_PLURALS = word_set(
    """elections polls primaries games olympics campaigns midterms riots attacks talks results
    protests floods fires wars bombings killings figures levels rules guidelines debates caucuses
    was is has does sales earnings proceeds profits taxes"""
)
_QUANTITY = word_set(
    """about around some nearly almost roughly over than under approximately least most number no
    no. page room flight route highway every total another additional extra only just exactly
    article section act chapter resolution level windows top the-other estimated only agenda vision
    at upto $ usd eur"""
)
_LEADS = word_set(
    """in since until till by of during before after from circa year late early mid through between
    for the a an his her their its our my your that this both ending ended beginning starting
    summer spring winter autumn fall calendar back election elections olympics campaign post pre
    and or to & into throughout years"""
)
_WEAK = frozenset({"of", "by", "from", "to", "for", "and", "or", "than", "&"})
_OLD_LEADS = word_set("in since year until circa before after early late")
_FUNCTION = word_set(
    """and or but when where while as the a an by to was were is had has he she it they we i his
    her its their with for at on after before until that which who under during because"""
)
_VERBS = word_set("was is has will had saw would may could marks marked brought began")
_DATED_NOUNS = word_set(
    "election year summer spring autumn fall winter end start beginning class crisis"
)


def next_word(text: str, at: int) -> str:
    """The word after ``at``, as written, or empty if punctuation or nothing follows."""
    match = _AFTER.match(text, at)
    return match.group(1) if match else ""


def is_counted(text: str, end: int) -> bool:
    """Whether a number ending at ``end`` goes on, or counts or measures what follows it."""
    if _NUMBER_GOES_ON.match(text, end) or _CLOCK.match(text, end):
        return True
    return next_word(text, end).lower().rstrip(".") in _COUNTED


def is_year(
    text: str, start: int, end: int, *, before: str, before_that: str, in_list: bool
) -> bool:
    """Whether the figure at ``[start, end)`` is a year.

    ``before`` and ``before_that`` are the two words to its left in lower case, or empty;
    ``in_list`` says that another year has just been named ("2008 and 2012").
    """
    if is_counted(text, end):
        return False
    glued = text[start - 1] if start else " "
    if glued in "$£€#/.@_+:" or (glued == "," and text[start - 2 : start - 1].isdigit()):
        return False
    if glued in "-\u2013" and before not in {"pre", "post", "mid", "early", "late"}:
        return False
    year = int(text[start:end])
    after = next_word(text, end)
    if before in _QUANTITY and not (
        before == "least" and "since at" in text[max(0, start - 16) : start]
    ):
        return False
    if year < 1900 or year > 2099:
        plain = not after or after in _FUNCTION
        return plain and before in _OLD_LEADS and 1000 <= year <= 2100
    plural = after.islower() and after[-1:] == "s" and after not in _DATED_PLURALS
    if year % 100 == 0 and (plural or (before in _WEAK and before_that not in _DATED_NOUNS)):
        return in_list and not plural
    if before == "as":
        return before_that in {"back", "early", "recently", "late", "soon"}
    if before in _LEADS or before == "least" or before.endswith(("'s", "s'")):
        return not (before in {"and", "or", "to", "&"} and not in_list)
    # Nothing to lean on: it stands by itself, or begins a sentence.
    gap = text[max(0, start - 2) : start].rstrip(" ")
    if not gap or gap[-1] in '(,;:\u2014\u2013[.!?\n"\u201c|':
        return not after or after in _VERBS or (in_list and gap[-1:] == ",")
    return False

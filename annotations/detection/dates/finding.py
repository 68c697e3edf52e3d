"""Finds date expressions in a text: one pass over its words, rules tried where they may begin."""

from __future__ import annotations

from annotations.detection.dates import absolute, relative
from annotations.detection.dates.context import Context
from annotations.detection.dates.references import UNKNOWN, Since
from annotations.detection.dates.relative import number_at
from annotations.detection.dates.rules import Found, Rule
from annotations.detection.dates.words import pattern

_MODIFIER = pattern(r"(?:early|late|mid|earlier|later)(?:-|_)(?:(?:in|on)_)?(?:the_)?")
_LATER_IN = pattern(r"(?:early|late|earlier|later)_in_the_(?:day|week|month|year|decade)\b")
_SINCE = pattern(r"since_(?:the_)?")
_MODIFIERS = ("early", "late", "mid", "earlier", "later")


def _dispatch() -> dict[str, tuple[Rule, ...]]:
    table: dict[str, list[Rule]] = {}
    for rule in (*absolute.RULES, *relative.RULES):
        for word in rule.first_words:
            table.setdefault(word, []).append(rule)
    return {word: tuple(rules) for word, rules in table.items()}


_RULES = _dispatch()
_FIRST = frozenset(_RULES) | frozenset(_MODIFIERS) | {"since"}


def find_expressions(text: str, *, anchored: bool = True) -> list[Found]:
    """Expressions in reading order; they do not overlap.

    ``anchored`` tells whether there is a day to reckon from: only then is "since 2014" one
    expression, which ends on that day; otherwise "2014" stands alone.
    """
    context = Context(text)
    found: list[Found] = []
    done = 0
    # ":" is the sign after "9": whatever begins with a digit sorts before it.
    openings = [
        number
        for number, word in enumerate(context.words)
        if word in _FIRST or (word < ":" and word[0].isdigit())
    ]
    for number in openings:
        if context.starts[number] < done:
            continue
        item = _read(context, number, anchored)
        if item is None:
            continue
        done = item.end
        if item.reference is not None:
            found.append(item)
    return found


def _read(context: Context, number: int, anchored: bool) -> Found | None:
    word = context.words[number]
    if word == "since":
        return _since(context, number) if anchored else None
    if word in _MODIFIERS:
        return _modified(context, number)
    return _plain(context, number)


def _plain(context: Context, number: int) -> Found | None:
    word = context.words[number]
    text, start = context.text, context.starts[number]
    rules = _RULES.get(word, ())
    if word[0].isdigit():
        rules = (*rules, *_RULES["#"])
    for rule in rules:
        match = rule.pattern.match(text, start)
        if match is None:
            continue
        item = rule.read(context, number, match)
        if item is not None and not text[item.end : item.end + 1].isalnum():
            return item
    return None


def _modified(context: Context, number: int) -> Found | None:
    """ "early next month", "mid-2014", "earlier today"."""
    start = context.starts[number]
    vague = _LATER_IN.match(context.text, start)
    if vague:
        return Found(start, vague.end(), UNKNOWN)
    match = _MODIFIER.match(context.text, start)
    inner = number_at(context, match.end()) if match else None
    if inner is None or context.words[inner] in _MODIFIERS:
        return None
    item = _plain(context, inner)
    return None if item is None else item._replace(start=start)


def _since(context: Context, number: int) -> Found | None:
    start = context.starts[number]
    match = _SINCE.match(context.text, start)
    inner = number_at(context, match.end()) if match else None
    if inner is None or context.words[inner] == "since":
        return None
    item = _read(context, inner, False)
    if item is None or item.reference is None:
        return item
    return Found(start, item.end, Since(item.reference))

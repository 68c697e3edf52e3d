"""A text as the date patterns read it: its words with their places, and what stands around."""

from __future__ import annotations

import re
from functools import cached_property

from annotations.detection.dates.words import NAME_MONTHS, word_set

_WORD = re.compile(r"[^\W_]+")
# A name before the month makes the month a surname; these only begin a sentence or a date.
_NO_FIRST_NAME = word_set(
    """in on since until till by from last next this early late mid before after during between
    through and or of the every each for with to as when if at about around monday tuesday
    wednesday thursday friday saturday sunday starting"""
)


class Context:
    """Words are runs of letters and digits; their places are code points."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts: list[int] = [match.start() for match in _WORD.finditer(text)]
        lower = text.lower()
        if len(lower) == len(text):
            self.words: list[str] = _WORD.findall(lower)
            self._lengths = self.words
        else:  # a letter such as "İ" becomes two
            self._lengths = _WORD.findall(text)
            self.words = [word.lower() for word in self._lengths]
        self.last_year_end = -9
        """Where the last year named so far ended."""

    def end(self, number: int) -> int:
        return self.starts[number] + len(self._lengths[number])

    def before(self, number: int, back: int = 1) -> str:
        """The word ``back`` words before the ``number``-th, with ``'s`` where that is how it
        ends; empty across a full stop, a line's end or any other sign."""
        here = number - back + 1
        there = number - back
        if there < 0:
            return ""
        between = self.text[self.end(there) : self.starts[here]]
        word = self.words[there]
        if between.strip(" -\u2010\u2011'\u2019\n\t\xa0\u2013") or "\n\n" in between:
            return ""
        if word == "s" and there and self.text[self.end(there - 1)] in "'\u2019":
            return f"{self.words[there - 1]}'s"
        if between[:1] in "'\u2019" and between[:1]:
            return f"{word}'" if between[1:2].isspace() else word
        return word

    def is_capitalised(self, number: int) -> bool:
        return self.text[self.starts[number]].isupper()

    def begins_sentence(self, number: int) -> bool:
        if number == 0:
            return True
        between = self.text[self.end(number - 1) : self.starts[number]]
        return any(mark in between for mark in '.!?:"\u201c\u201d\n(')

    @cached_property
    def month_names(self) -> frozenset[str]:
        """Months that are somebody's surname in this text ("Theresa May")."""
        found = set()
        for number, word in enumerate(self.words):
            if word in NAME_MONTHS and number and self.is_capitalised(number):
                previous = self.words[number - 1]
                gap = self.text[self.end(number - 1) : self.starts[number]]
                if (
                    gap in {" ", ". "}
                    and self.is_capitalised(number - 1)
                    and previous.isalpha()
                    and previous not in _NO_FIRST_NAME
                    and not self.text[self.starts[number - 1] : self.end(number - 1)].isupper()
                    and (gap == " " or previous in {"mr", "mrs", "ms", "dr", "sir"})
                ):
                    found.add(word)
        return frozenset(found)

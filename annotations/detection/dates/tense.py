"""Whether the clause a date stands in tells what was or what will be.

The verb is the one the parse puts above the date, or without a parse the nearest one of the
clause. Only a past verb makes the past and only "will" or a plan ("is scheduled to") the future;
"would", "could", "may" and the simple present leave it open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeVar

from annotations.detection.dates.references import Tense
from annotations.detection.dates.words import word_set

_FUTURE = frozenset({"will", "'ll", "shall", "wo", "gonna"})
_OPEN = word_set("would could should may might must can 'd ca ought")
_PAST_AUX = word_set("was were had did 've has have")
_PRESENT_AUX = word_set("is are am 's 're 'm do does")
_AUX = _FUTURE | _OPEN | _PAST_AUX | _PRESENT_AUX | {"be", "been", "being", "to", "get", "got"}
_BETWEEN = word_set(
    """not n't never also already now then still just only both all each probably likely
    reportedly officially formally again later first"""
)
_PLANNED = word_set(
    "scheduled set due expected slated planned planning plans plan going hopes intends "
    "wants hoping intending aims poised"
)
_SPEECH = word_set(
    """said told wrote spoke asked added announced declared thought knew saw heard felt left kept
    came gave took made got grew met led held went"""
)
_STOPS = word_set(
    """, ; : ( ) " “ ” — – -- ... that who which when while because if although though but whether
    . ! ?"""
)
_SUBJECTS = word_set("he she it they we i you there who which")
# After "to" these begin no verb.
_NOMINAL = word_set("the a an his her its their our my your this that these those him them me us")
_AFTER_EVENT = frozenset({"after", "following", "since"})
_UP_TO = frozenset({"until", "till", "before", "by", "pending", "ahead", "from", "starting"})
_PREPOSITIONS = word_set(
    "on in at the during over early late of a an through between around about for"
)
_REACH = 14
"""How many tokens to each side of a date its verb is looked for without a parse."""
_CLIMB = 8
"""How many heads up the parse is followed."""
_PAST_TAGS = frozenset({"VBD"})
_VERB_TAGS = frozenset({"VB", "VBD", "VBG", "VBN", "VBP", "VBZ", "MD"})


T_co = TypeVar("T_co", covariant=True)


class Row(Protocol[T_co]):
    """A list as far as it is needed here."""

    def __len__(self) -> int: ...

    def __getitem__(self, at: int, /) -> T_co: ...


@dataclass(frozen=True, slots=True)
class Clause:
    """A doc's tokens as lists. ``tags`` (Penn) and ``heads`` (token index) may be empty."""

    lower: Row[str]
    tags: Row[str]
    heads: Row[int]
    begins: Row[bool]
    """Whether a sentence begins at the token; empty where that is not known."""
    past_words: frozenset[str]
    """Past forms that do not end in -ed."""
    not_past: frozenset[str]
    """Words in -ed that are no past of a verb."""

    def tense(self, first: int, stop: int) -> Tense:
        """The tense of the clause of the expression at the tokens ``[first, stop)``."""
        lead = self._lead(first)
        if lead in _AFTER_EVENT:
            return Tense.PAST
        verb = self._by_parse(first, stop) if self.heads else -1
        if verb < 0:
            verb = self._nearest(first, stop)
        if verb < 0:
            return Tense.UNCLEAR
        found = self._of_group(verb)
        if lead in _UP_TO and found is Tense.PAST and lead != "from":
            return Tense.UNCLEAR  # "agreed to a truce until Monday"
        return found

    def _lead(self, first: int) -> str:
        """The preposition before an expression."""
        for at in range(first - 1, max(first - 4, -1), -1):
            word = self.lower[at]
            if word in _AFTER_EVENT or word in _UP_TO:
                return word
            if word not in _PREPOSITIONS or self._begins(at):
                return ""
        return ""

    def _begins(self, at: int) -> bool:
        if self.begins:
            return self.begins[at]
        return at == 0 or self.lower[at - 1] in {".", "!", "?"}

    def _by_parse(self, first: int, stop: int) -> int:
        """The verb above the expression, or the copula beside a noun above it."""
        at = first
        for inside in range(first, stop):
            if not first <= self.heads[inside] < stop:
                at = inside
                break
        for _ in range(_CLIMB):
            head = self.heads[at]
            if head == at:
                return -1
            at = head
            if first <= at < stop:
                continue
            if self._is_verb(at):
                return at
            low = max(at - _REACH, 0)
            for child in range(at - 1, low - 1, -1):
                if self.heads[child] == at and self.lower[child] in _AUX - {"to"}:
                    return child
                if self._begins(child):
                    break
        return -1

    def _is_verb(self, at: int) -> bool:
        if self.tags:
            return self.tags[at] in _VERB_TAGS
        word = self.lower[at]
        return (
            word in _AUX - {"to", "'s"}
            or word in self.past_words
            or word in _SPEECH
            or word in _PLANNED
            or (word.endswith("ed") and len(word) > 3 and word not in self.not_past)
        )

    def _is_infinitive(self, at: int) -> bool:
        """Whether, without tags, "to" seems to stand before a verb."""
        if self.tags or self.lower[at] != "to" or at + 1 == len(self.lower):
            return False
        before, after = self.lower[at - 1] if at else "", self.lower[at + 1]
        return before in _AUX or before in _PLANNED or (after.isalpha() and after not in _NOMINAL)

    def _nearest(self, first: int, stop: int) -> int:
        """The verb before the expression, or after it where the expression opens its clause."""
        for at in range(first - 1, max(first - _REACH, 0) - 1, -1):
            word = self.lower[at]
            if word in _STOPS:
                break
            if self._is_verb(at) or self._is_infinitive(at):
                return at
            if word in _SUBJECTS:
                return -1  # its verb is one that is not known
            if self._begins(at):
                break
        comma = False
        for at in range(stop, min(stop + _REACH, len(self.lower))):
            word = self.lower[at]
            if self._begins(at):
                break
            if word in _STOPS:
                if word != "," or comma:
                    break
                comma = True
                continue
            if self._is_verb(at):
                while at + 1 < len(self.lower) and self._follows_as_verb(at):
                    at += 1
                return at
        return -1

    def _follows_as_verb(self, at: int) -> bool:
        """Whether the next token belongs to the verb group that the token at ``at`` begins."""
        word, following = self.lower[at], self.lower[at + 1]
        return (
            word in _AUX
            and (following in _AUX or following in _PLANNED)
            and (not self._begins(at + 1))
        )

    def _of_group(self, verb: int) -> Tense:
        """The tense of a verb with its auxiliaries, which stand before it."""
        if self.tags and self.tags[verb] == "VBD" and self.lower[verb] not in _AUX:
            return Tense.PAST
        group = [self.lower[verb]]
        at = verb - 1
        while at >= 0 and verb - at <= 8 and not self._begins(at + 1):
            word = self.lower[at]
            if word in _AUX or word in _PLANNED:
                group.append(word)
            elif word not in _BETWEEN and not word.endswith("ly"):
                break
            at -= 1
        words = set(group)
        if words & _FUTURE:
            return Tense.FUTURE
        if words & _OPEN:
            return Tense.UNCLEAR
        past = bool(words & {"was", "were", "had", "did"})
        planned = bool(words & _PLANNED)
        if "to" in words or planned:
            coming = words & _PRESENT_AUX or words & {"plans", "hopes", "intends", "wants", "aims"}
            if coming and not past and not words & {"has", "have"}:
                return Tense.FUTURE
            # "was due on Monday", "to meet on Monday": may have come or not.
            if "to" in words or words & {"due", "going", "set", "slated", "poised", "expected"}:
                return Tense.UNCLEAR
            return Tense.UNCLEAR if "scheduled" in words or "planned" in words else Tense.PAST
        if past or words & _PAST_AUX:
            return Tense.PAST
        if words & _PRESENT_AUX:
            return Tense.UNCLEAR
        tag = self.tags[verb] if self.tags else ""
        if tag == "VBG":
            return self._of_main(verb)
        if tag in {"VB", "VBP", "VBZ"} or (tag and tag not in {"VBD", "VBN"}):
            return Tense.UNCLEAR
        return Tense.PAST

    def _of_main(self, participle: int) -> Tense:
        """ "Speaking on Monday, he said": as past as the verb it hangs on."""
        if not self.heads:
            return Tense.UNCLEAR
        head = self.heads[participle]
        if head != participle and self.tags[head] == "VBD":
            return Tense.PAST
        return Tense.UNCLEAR

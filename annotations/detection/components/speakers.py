"""Finding who the subject of a verb of speaking is, and who "he" or "the minister" means."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from spacy.tokens import Span

Speaker = tuple[str, int, int]
"""(name, start character, end character) of the mention a name was resolved from."""

PRONOUNS = {"he": "m", "she": "f"}
# After "according to". "Her" is a pronoun only where no noun follows it.
_OBJECT_PRONOUNS = {"him": "m", "her": "f"}
_PREPOSITIONS = frozenset({"for", "of", "from", "with", "at", "to", "by"})


@dataclass(slots=True)
class Text:
    """A doc's tokens as plain lists, with its names."""

    words: list[str]
    lower: list[str]
    starts: list[int]
    names: list[Span]
    people: tuple[tuple[str, tuple[str, ...], str, int], ...]
    in_quote: list[bool]
    name_stops: dict[int, Span] = field(default_factory=dict)
    name_firsts: list[int] = field(default_factory=list)
    unquoted_from: list[int] = field(default_factory=list)
    """For each token, where the stretch outside quotations that leads up to it begins."""

    def __post_init__(self) -> None:
        self.name_stops = {name.end: name for name in self.names}
        self.name_firsts = [name.start for name in self.names]
        begin = 0
        for at, quoted in enumerate(self.in_quote):
            self.unquoted_from.append(begin)
            if quoted:
                begin = at + 1

    def characters(self, first: int, stop: int) -> tuple[int, int]:
        last = stop - 1
        return self.starts[first], self.starts[last] + len(self.words[last])

    def name_at(self, token: int) -> Span | None:
        place = bisect_right(self.name_firsts, token) - 1
        if place >= 0 and self.names[place].end > token:
            return self.names[place]
        return None

    def persons(self, first: int, stop: int) -> list[Span]:
        """Named people mentioned in ``[first, stop)``, in order."""
        place = bisect_right(self.name_firsts, first - 1)
        found = []
        while place < len(self.names) and self.names[place].start < stop:
            if self.names[place].label_ == "PERSON":
                found.append(self.names[place])
            place += 1
        return found


@dataclass(slots=True)
class Memory:
    """What has been read so far: recent candidates for a pronoun, newest last."""

    recent: list[tuple[int, str, str]] = field(default_factory=list)
    """(sentence number, full name, gender)."""
    spoke: tuple[int, str, str] = (-1, "", "")
    """The last named subject of a verb of speaking."""

    def remember(self, sentence: int, name: str, gender: str) -> None:
        self.recent.append((sentence, name, gender))
        del self.recent[:-8]

    def pronoun(self, sentence: int, gender: str, reach: int) -> str | None:
        number, name, known = self.spoke
        if number == sentence and known in ("", gender):
            return name  # "Clinton says she ...", whoever was named in between
        for number, name, known in reversed(self.recent):
            if sentence - number > reach:
                return None
            if known in ("", gender):
                return name
        return None


@dataclass(slots=True)
class SpeakerFinder:
    """Reads the subject of a cue. ``reach``: how many sentences back a pronoun may look."""

    skips: frozenset[str]
    determiners: frozenset[str]
    function_words: frozenset[str]
    no_speakers: frozenset[str]
    reach: int
    max_subject: int

    def before(
        self, text: Text, memory: Memory, cue: int, limit: int, sentence: int
    ) -> Speaker | None:
        """The subject that ends before the cue, not looking past token ``limit``."""
        at = self._skip_back(text, cue, limit)
        if at > limit and text.words[at - 1] == ",":
            opening = at - 2
            while opening > limit and opening > at - 26 and text.words[opening] != ",":
                opening -= 1
            if text.words[opening] == "," and opening > limit:
                at = self._skip_back(text, opening, limit)
            elif text.lower[limit] not in self.function_words:
                return None
        if at <= limit:
            return None
        if text.words[at - 1].isdigit() and at - 2 > limit and text.words[at - 2] == ",":
            at -= 2  # an age: "Schiff, 56, who has served there for a decade, told"
        name = text.name_stops.get(at)
        if name is None and text.words[at - 1] in {")", "]"}:
            depth = at - 2
            while depth > max(limit, at - 20) and text.words[depth] not in "([":
                depth -= 1
            at = depth
            name = text.name_stops.get(at)
        if (
            name is not None
            and name.start > limit
            and (text.lower[name.start - 1] in _PREPOSITIONS)
        ):
            # "A spokeswoman for Hillary Clinton" is somebody else.
            owner = self._described(text, name.start - 1, limit)
            if owner is None:
                return None
            begin = bisect_right(text.starts, owner[1]) - 1
            return self._literal(text, begin, at)
        if name is not None and name.start >= limit:
            return self._named(text, memory, name, sentence, limit)
        if at <= limit:
            return None
        word = text.lower[at - 1]
        if word in PRONOUNS:
            return self._pronoun(text, memory, at - 1, limit, sentence)
        return self._described(text, at, limit)

    def after(
        self, text: Text, memory: Memory, cue: int, stop: int, sentence: int
    ) -> Speaker | None:
        """The subject of an inverted clause: ``"...," said Stoltenberg``."""
        at = cue + 1
        if at >= stop:
            return None
        name = text.name_at(at)
        if name is None and at + 1 < stop and text.lower[at] == "the":
            name = text.name_at(at + 1)
        if name is None or name.label_ in {"PLACE", "ROLE"}:
            for step in range(at, min(stop, at + self.max_subject)):
                found = text.name_at(step)
                if found is not None and found.label_ == "PERSON":
                    name = found
                    break
                if text.words[step] in {",", "."}:
                    break
        if name is not None:
            return self._named(text, memory, name, sentence, at)
        if text.lower[at] in PRONOUNS:
            return self._pronoun(text, memory, at, at, sentence)
        alone = at + 1 >= stop or not text.words[at + 1][:1].isalnum()
        if alone and text.lower[at] in {*_OBJECT_PRONOUNS, *self.determiners}:
            if text.lower[at] in _OBJECT_PRONOUNS:
                return self._pronoun(text, memory, at, at, sentence)
            return None
        if text.lower[at] in self.determiners:
            end = at + 1
            while (
                end < min(stop, at + self.max_subject)
                and text.words[end].isalpha()
                and (text.lower[end] not in self.function_words)
            ):
                end += 1
            return self._literal(text, at, end)
        return None

    def _skip_back(self, text: Text, at: int, limit: int) -> int:
        floor = max(limit, at - 12)
        while at > floor and (
            text.lower[at - 1] in self.skips
            or (text.lower[at - 1].endswith("ly") and len(text.lower[at - 1]) > 4)
            or text.words[at - 1].isspace()
        ):
            at -= 1
        return at

    def _named(
        self, text: Text, memory: Memory, name: Span, sentence: int, limit: int
    ) -> Speaker | None:
        start, end = name.start_char, name.end_char
        if name.label_ == "ROLE":
            full = self._by_role(text, name._.role, name.start)
            if full is not None:
                return full, start, end
            first = name.start - 1 if name.start > 0 else name.start
            if text.lower[first] in self.determiners:
                return self._literal(text, first, name.end)
            return name.text, start, end
        if name.label_ == "PERSON":
            memory.remember(sentence, name._.canonical, name._.gender)
            memory.spoke = (sentence, name._.canonical, name._.gender)
            return name._.canonical, start, end
        # "the ministry's Iran desk" and the like: take the words as they stand.
        first = name.start
        if first - 1 >= limit and text.lower[first - 1] in ("the",):
            first -= 1
        start, end = text.characters(first, name.end)
        return name.text, start, end

    def _pronoun(
        self, text: Text, memory: Memory, at: int, limit: int, sentence: int
    ) -> Speaker | None:
        word = text.lower[at]
        gender = PRONOUNS.get(word) or _OBJECT_PRONOUNS[word]
        start, end = text.characters(at, at + 1)
        name = memory.pronoun(sentence, gender, self.reach)
        return None if name is None else (name, start, end)

    def _described(self, text: Text, at: int, limit: int) -> Speaker | None:
        """A noun phrase such as "police" or "a senior official", taken literally."""
        head = text.lower[at - 1]
        if head.endswith(("ed", "ing")) or not head[:1].isalpha() or head in self.no_speakers:
            return None
        first = at
        while first > limit and at - first < self.max_subject:
            word = text.lower[first - 1]
            if word in self.determiners:
                full = self._by_role(text, " ".join(text.lower[first:at]), at)
                if full is not None and word == "the":
                    start, end = text.characters(first - 1, at)
                    return full, start, end
                return self._literal(text, first - 1, at)
            if word in self.function_words or not (
                word[:1].isalnum() or word in {"-", "'s", "\u2019s"}
            ):
                break
            first -= 1
        while first < at and not text.words[first][:1].isalnum():
            first += 1
        if first == at or text.lower[at - 1] in self.function_words | self.determiners:
            return None
        return self._literal(text, first, at)

    def _literal(self, text: Text, first: int, stop: int) -> Speaker:
        start, end = text.characters(first, stop)
        words = text.words[first:stop]
        joined = (
            " ".join(words).replace(" - ", "-").replace(" 's", "'s").replace(" \u2019s", "\u2019s")
        )
        return joined, start, end

    def _by_role(self, text: Text, role: str, before: int) -> str | None:
        """The one person known by this title so far; None when there are several or none."""
        wanted = role.replace(" - ", "-").split()
        if not wanted:
            return None
        found = [
            name
            for name, roles, _, first in text.people
            if first < before and any(wanted == known.split()[-len(wanted) :] for known in roles)
        ]
        return found[0] if len(found) == 1 else None

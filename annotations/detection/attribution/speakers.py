"""Who is meant by the words that name a source: "he", "the minister", a surname.

A wrong speaker is worse than none: whatever is not settled by the parse or by the names that the
article gives stays open.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from spacy.tokens import Doc

from annotations.detection.attribution.decoding import Found
from annotations.detection.attribution.sheet import DEP_NUMBER, Sheet
from annotations.detection.components.people import People
from annotations.detection.lexicon import lowered

Speaker = tuple[str, int | None, int | None]
"""(name, start character, end character) of the mention that the name was resolved from; without
a mention where the name stands outside the text, as that of a line of a debate may."""

FIRST_PERSON = frozenset({"i", "we", "me", "us", "my", "our"})
_GENDERS = {"he": "m", "she": "f", "him": "m", "her": "f", "his": "m"}
_OTHER_PRONOUNS = frozenset(
    [
        "it",
        "they",
        "them",
        "their",
        "its",
        "this",
        "that",
        "these",
        "those",
        "there",
        "you",
        "your",
        "one",
        "ones",
        "some",
        "many",
        "others",
        "both",
        "all",
        "someone",
        "everyone",
        "anyone",
        "somebody",
        "everybody",
        "anybody",
        "nobody",
        "who",
        "which",
        "what",
        "whom",
        "i",
        "we",
        "me",
        "us",
        "he",
        "she",
        "him",
        "her",
        "his",
        "my",
        "our",
        "himself",
        "herself",
        "themselves",
        "itself",
    ]
)
_OWNERS = frozenset({"of", "for", "to", "from", "with", "by", "at", "in", "on", "and", "or", "'s"})
_RELCL, _CONJ, _APPOS = DEP_NUMBER["acl:relcl"], DEP_NUMBER["conj"], DEP_NUMBER["appos"]
_JOINING = frozenset(
    DEP_NUMBER[dep] for dep in ("det", "amod", "compound", "nummod", "nmod:poss", "flat")
)
_ENDS = frozenset({",", "who", "which", "that", "--", "\u2013", "—", "(", ":", ";", '"', "''"})
_LONG_NAME = 10
_LONGEST_REACH = 20
"""Sentences back, quotations counted."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in tokens of the sheet."""

    first: int
    stop: int
    kind: str
    canonical: str
    gender: str
    role: str = ""


class Directory:
    """The people of an article, found by their titles and by their last names."""

    def __init__(self, people: People) -> None:
        self._by_role: dict[str, list[tuple[int, str]]] = {}
        self._by_last: dict[str, list[str]] = {}
        for name, roles, _, first in people:
            self._by_last.setdefault(name.split()[-1].lower(), []).append(name)
            ends = {
                " ".join(words[at:])
                for role in roles
                for words in [role.split()]
                for at in range(max(0, len(words) - _LONG_NAME), len(words))
            }
            for end in ends:
                self._by_role.setdefault(end, []).append((first, name))

    def titled(self, role: str, before: int) -> str | None:
        """The one person whose title ends so and who was named before a token of the doc; None
        when there are several or none."""
        known = self._by_role.get(" ".join(role.replace(" - ", "-").split()), ())
        earlier = [name for first, name in known[:2] if first < before]
        return earlier[0] if len(earlier) == 1 else None

    def surnamed(self, word: str) -> str | None:
        """The one person with this last name, in lower case; None for several or none."""
        names = self._by_last.get(word, ())
        return names[0] if len(names) == 1 else None

    def labelled(self, label: str) -> str:
        """A transcript's label as the fullest name that the text gives, or in usual spelling."""
        words = label.split()
        full = self._by_last.get(words[-1].lower(), ()) if words else ()
        if len(full) == 1:
            return full[0]
        return label.title() if label.isupper() and len(label) > 4 else label


@dataclass(frozen=True, slots=True)
class SpeakerRules:
    """``pronoun_reach``: sentences back in which "he" may find its name."""

    determiners: frozenset[str]
    no_speakers: frozenset[str]
    pronoun_reach: int


@dataclass(slots=True)
class SpeakerFinder:
    """Finds the speakers of one doc; attributions are asked for in the order of their cues."""

    sheet: Sheet
    rules: SpeakerRules
    names: list[Mention]
    directory: Directory
    lower: list[str]
    spoke: dict[int, Mention] = field(default_factory=dict)
    """The last person found to speak in each sentence."""
    firsts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.firsts = [name.first for name in self.names]

    def find(self, found: Found) -> Speaker | None:
        """The speaker of an attribution, or None where that stays open."""
        if not found.source:
            return None
        first, stop = found.source[0], found.source[-1] + 1
        stop, cut = self._whole(stop)
        head = stop - 1 if cut else self._head(first, stop)
        word = self.lower[head]
        if stop == first + 1 and word in _GENDERS:
            return self._pronoun(head, found.head)
        if word in {"who", "whom"} and stop == first + 1:
            return self._antecedent(head, found.head)
        sentence = int(self.sheet.sentence[found.head])
        person = self._person(first, stop, head)
        if person is not None:
            self.spoke[sentence] = person
            return self._named(person)
        return self._described(first, stop, head, found.head)

    def _whole(self, stop: int) -> tuple[int, bool]:
        """The end of a source moved to the end of the title that it was cut in or before ("the
        Secretary" of "the Secretary-General"), and whether it was."""
        last = self._name_at(stop - 1)
        if last is None and self.lower[stop - 1] in self.rules.determiners:
            following = self._name_at(stop) if stop < len(self.lower) else None
            last = following if following is not None and following.first == stop else None
        if last is None or not last.role or last.stop <= stop:
            return stop, False
        return last.stop, True

    def _head(self, first: int, stop: int) -> int:
        depths = self.sheet.depth[first:stop]
        if (depths < 0).all():
            return stop - 1
        return first + int(np.where(depths < 0, 99, depths).argmin())

    def _titled(self, first: int, head: int) -> tuple[str, int] | None:
        """Who goes by the title that the source is, and where its words end."""
        sheet = self.sheet
        begin = first
        while begin < head and self.lower[begin] in self.rules.determiners:
            begin += 1
        definite = begin > 0 and self.lower[begin - 1] == "the"
        if not definite and not (begin == first and sheet.words[head][:1].isupper()):
            return None
        place = int(sheet.place[head])
        mention = self._name_at(head)
        if mention is not None and mention.role:
            full = self.directory.titled(mention.role, place)
            if full is not None:
                return full, mention.stop
        full = self.directory.titled(" ".join(self.lower[begin : head + 1]), place)
        return None if full is None else (full, head + 1)

    def _characters(self, first: int, stop: int) -> tuple[int, int]:
        return int(self.sheet.start[first]), int(self.sheet.end[stop - 1])

    def _named(self, person: Mention) -> Speaker:
        return person.canonical, *self._characters(person.first, person.stop)

    def _name_at(self, token: int) -> Mention | None:
        place = bisect_right(self.firsts, token) - 1
        if place >= 0 and self.names[place].stop > token:
            return self.names[place]
        return None

    def _persons(self, first: int, stop: int) -> list[Mention]:
        """People named in ``[first, stop)``, outside quotations, in order."""
        found = []
        for place in range(bisect_left(self.firsts, first), len(self.names)):
            name = self.names[place]
            if name.first >= stop:
                break
            if name.kind == "PERSON" and not self.sheet.long_quote[name.first]:
                found.append(name)
        return found

    def _person(self, first: int, stop: int, head: int) -> Mention | None:
        """The person whom the source names, if it does: not one whom somebody speaks for."""
        sheet = self.sheet
        if any(sheet.dep[at] == _CONJ and sheet.head[at] == head for at in range(first, stop)):
            return None  # two people
        name = self._name_at(head)
        if name is not None and name.kind == "PERSON" and name.first >= first - 1:
            return None if self._owned(name, stop) else name
        # "Republican strategist John Smith", "the party's leader, John Smith".
        begin = bisect_left(self.firsts, first)
        for one in self.names[begin : begin + 4]:
            if one.stop > stop:
                break
            if one.kind != "PERSON" or self._owned(one, stop):
                continue
            before = self.lower[first : one.first]
            apposed = any(
                sheet.dep[at] == _APPOS and sheet.head[at] == head
                for at in range(one.first, one.stop)
            )
            if apposed or not _OWNERS.intersection(before):
                if "," in before and not apposed:
                    continue
                return one
        return None

    def _owned(self, name: Mention, stop: int) -> bool:
        """Whether the name only says whose ("Clinton's spokesman", "the Clinton campaign")."""
        after = self.lower[name.stop : name.stop + 1]
        if after and after[0] in {"'s", "'"} and name.stop < stop:
            return True
        sheet = self.sheet
        last = name.stop - 1
        head = int(sheet.head[last])
        return name.stop <= head < stop and int(sheet.dep[last]) in _JOINING

    def _pronoun(self, at: int, cue: int) -> Speaker | None:
        sheet = self.sheet
        if sheet.long_quote[at]:
            return None  # within what somebody says "he" is anybody
        gender = _GENDERS[self.lower[at]]
        home = int(sheet.sentence[at])
        options: list[Mention] = []
        steps = 0
        for sentence in range(home, max(-1, home - _LONGEST_REACH), -1):
            begin, end = int(sheet.firsts[sentence]), int(sheet.firsts[sentence + 1])
            if sentence in self.spoke:
                options.append(self.spoke[sentence])
            if sentence == home:
                options.extend(reversed(self._persons(begin, min(at, end))))
            else:
                # The first person named is what "he" in the next sentence most likely means.
                options.extend(self._persons(begin, end))
            # What stands wholly in quotation marks is no step back in the telling.
            steps += not (sheet.long_quote[begin] and sheet.long_quote[end - 1])
            if steps > self.rules.pronoun_reach:
                break
        for person in options:
            if person.gender in ("", gender):
                if home not in self.spoke:
                    self.spoke[home] = Mention(at, at + 1, "PERSON", person.canonical, gender)
                return person.canonical, *self._characters(at, at + 1)
        return None

    def _antecedent(self, at: int, cue: int) -> Speaker | None:
        """Whom "who" stands for: the noun that its clause describes."""
        sheet = self.sheet
        token, noun = at, -1
        parsed = False
        for _ in range(8):
            above = int(sheet.head[token])
            if above == token:
                break
            if int(sheet.dep[token]) == _RELCL and above < at:
                noun, parsed = above, True
                break
            token = above
        if noun < 0:
            noun = at - 1
            if noun > 0 and self.lower[noun] == ",":
                noun -= 1
        if noun < 0 or sheet.sentence[noun] != sheet.sentence[at]:
            return None
        name = self._name_at(noun)
        start, end = self._characters(at, at + 1)
        if name is not None and name.kind == "PERSON":
            return name.canonical, start, end
        if not parsed:
            return None
        first = noun
        while (
            first > 0
            and int(sheet.head[first - 1]) == noun
            and (int(sheet.dep[first - 1]) in _JOINING)
        ):
            first -= 1
        described = self._described(first, noun + 1, noun, cue)
        return None if described is None else (described[0], start, end)

    def _described(self, first: int, stop: int, head: int, cue: int) -> Speaker | None:
        """A source without a person's name: someone known by this title, or its own words."""
        sheet = self.sheet
        word = self.lower[head]
        if (
            word in _OTHER_PRONOUNS
            or word in self.rules.no_speakers
            or not sheet.words[head][:1].isalpha()
        ):
            return None
        # A participle's source is only read off the sentence: "The bill was dropped, saying ...".
        if self.lower[cue].endswith("ing") and abs(head - cue) > 3 and self._name_at(head) is None:
            return None
        if stop == first + 1 and sheet.words[head][:1].isupper():
            # Whatever it was taken for, who speaks and has a person's last name is that person.
            full = self.directory.surnamed(word)
            if full is not None:
                self.spoke[int(sheet.sentence[cue])] = Mention(first, stop, "PERSON", full, "")
                return full, *self._characters(first, stop)
        titled = self._titled(first, head)
        if titled is not None:
            name, last = titled
            # "He" in the next sentence is this person.
            self.spoke[int(sheet.sentence[cue])] = Mention(first, last, "PERSON", name, "")
            return name, *self._characters(first, last)
        end = stop
        for at in range(head + 1, stop):
            if self.lower[at] in _ENDS:
                end = at
                break
        if end - first > _LONG_NAME:
            end = head + 1
            first = max(first, end - _LONG_NAME)
        while first < head and (
            not self.sheet.words[first][:1].isalnum() or self.lower[first] in _OWNERS
        ):
            first += 1
        while end > head + 1 and (
            not self.sheet.words[end - 1][-1:].isalnum() or self.lower[end - 1] in _OWNERS
        ):
            end -= 1
        start, finish = self._characters(first, end)
        return " ".join(self.sheet.text[start:finish].split()), start, finish


def speaker_finder(
    doc: Doc, sheet: Sheet, rules: SpeakerRules, names_key: str, directory: Directory
) -> SpeakerFinder:
    """``doc.spans[names_key]`` holds who is named."""
    return SpeakerFinder(
        sheet=sheet,
        rules=rules,
        names=list(_mentions(doc, sheet, names_key)),
        directory=directory,
        lower=lowered(sheet.words),
    )


def _mentions(doc: Doc, sheet: Sheet, names_key: str) -> Iterable[Mention]:
    spans = sorted(doc.spans[names_key], key=lambda name: name.start)
    firsts = np.searchsorted(sheet.place, [name.start for name in spans]).tolist()
    stops = np.searchsorted(sheet.place, [name.end for name in spans]).tolist()
    for name, first, stop in zip(spans, firsts, stops, strict=True):
        if stop > first:
            person = name.label_ == "PERSON"
            yield Mention(
                first=first,
                stop=stop,
                kind=name.label_,
                canonical=name._.canonical if person else "",
                gender=name._.gender if person else "",
                role=name._.role if name.label_ == "ROLE" else "",
            )

"""Which mentions of a name are the same person, and under what titles the person goes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from annotations.detection.lexicon import PhraseIndex

LINKS = frozenset({"of", "de", "la", "von", "van", "der", "bin", "al", "el", "du", "da", "&"})
"""Lower-case words a name may contain."""

People = tuple[tuple[str, tuple[str, ...], str, int], ...]
"""(full name, titles, gender, index of the first token), in order of first mention."""


@dataclass(slots=True)
class Mention:
    first: int
    stop: int
    kind: str = "NAME"
    role: str = ""
    gender: str = ""
    canonical: str = ""
    words: tuple[str, ...] = field(default=())


def resolve_people(
    mentions: list[Mention], words: list[str], lower: list[str], titles: PhraseIndex
) -> People:
    """Join mentions of the same person by surname, in place; return the doc's people."""
    full: dict[str, list[Mention]] = {}
    for mention in mentions:
        if mention.kind == "PERSON" and not _is_surname(mention.words):
            mention.canonical = _spelled(mention.words)
            full.setdefault(mention.words[-1], []).append(mention)
    for group in full.values():
        longest: dict[str, str] = {}
        for mention in group:
            known = longest.get(mention.words[0], "")
            longest[mention.words[0]] = max(known, mention.canonical, key=len)
        for mention in group:
            mention.canonical = longest[mention.words[0]]
    for mention in mentions:
        if mention.kind in {"PERSON", "NAME"} and _is_surname(mention.words):
            options = full.get(mention.words[-1], [])
            if mention.gender:
                options = [one for one in options if one.gender in ("", mention.gender)]
            if not options:
                continue
            # A bare surname is the person the article is about, not a relative.
            counts = Counter(one.canonical for one in options)
            top = counts.most_common(1)[0][0]
            chosen = next(one for one in options if one.canonical == top)
            mention.kind = "PERSON"
            mention.canonical = chosen.canonical
            mention.gender = mention.gender or chosen.gender
    people: dict[str, tuple[list[str], str, int]] = {}
    for mention in mentions:
        if mention.kind != "PERSON":
            continue
        mention.canonical = mention.canonical or _spelled(mention.words)
        roles, gender, first = people.get(mention.canonical, ([], "", mention.first))
        roles.extend(_roles(mention, words, lower, titles))
        people[mention.canonical] = (roles, gender or mention.gender, first)
    for mention in mentions:
        if mention.kind == "PERSON" and not mention.gender:
            mention.gender = people[mention.canonical][1]
    return tuple(
        (name, tuple(dict.fromkeys(roles)), gender, first)
        for name, (roles, gender, first) in people.items()
    )


def _roles(mention: Mention, words: list[str], lower: list[str], titles: PhraseIndex) -> list[str]:
    """Titles before the name, and in an apposition after it (", the Secretary-General")."""
    roles = [mention.role] if mention.role else []
    at = mention.stop
    if at + 2 < len(words) and words[at] == ",":
        end = at + 1
        while end < min(len(words), at + 12) and words[end] not in {",", ".", ";", '"', "”"}:
            end += 1
        if words[end : end + 1] == [","]:
            for first, stop in titles.find(lower, at + 1, end):
                roles.append(" ".join(lower[first:stop]).replace(" - ", "-"))
    return roles


def _is_surname(words: tuple[str, ...]) -> bool:
    """Whether a name is a surname alone ("Putin", "De Blasio")."""
    return len(words) == 1 or (len(words) == 2 and words[0].lower() in LINKS)


def _spelled(words: tuple[str, ...]) -> str:
    return " ".join(words).replace(" - ", "-")

"""Word lists: one small text file each, a phrase a line, ``#`` starting a comment."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

LEXICON_ROOT = Path(__file__).parent / "lexicons"

Tokenize = Callable[[str], list[str]]


def read_lexicon(name: str, root: Path | None = None) -> tuple[str, ...]:
    """Return the lower-cased phrases of a lexicon, in file order.

    Raises ValueError for a name that is not a shipped file.
    """
    path = (root or LEXICON_ROOT) / f"{name}.txt"
    if not name.replace("_", "").isalnum() or not path.is_file():
        raise ValueError(f"no lexicon named {name!r}")
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(
        phrase.lower() for line in lines if (phrase := " ".join(line.split("#", 1)[0].split()))
    )


def lexicon_digest(names: Iterable[str], root: Path | None = None) -> str:
    """SHA-256 over the named lexicons' contents, independent of their order."""
    digest = hashlib.sha256()
    for name in sorted(set(names)):
        digest.update(f"{name}\n".encode())
        digest.update("\n".join(read_lexicon(name, root)).encode())
        digest.update(b"\0")
    return digest.hexdigest()


def lowered(words: Iterable[str]) -> list[str]:
    """Words as word lists spell them: lower case, straight apostrophes."""
    return [word.lower().replace("\u2019", "'") for word in words]


class PhraseIndex:
    """Finds multi-word phrases in a list of lower-cased tokens, longest first.

    Phrases are grouped by their first token, so a scan costs a dictionary look-up a token.
    """

    def __init__(self, phrases: Iterable[str], tokenize: Tokenize) -> None:
        by_first: dict[str, list[tuple[str, ...]]] = {}
        for phrase in phrases:
            # A tokenizer may know "Sen." as one token and "sen." as two.
            for spelling in {phrase, phrase.title(), phrase.capitalize()}:
                words = tuple(lowered(tokenize(spelling)))
                options = by_first.setdefault(words[0], [])
                if words not in options:
                    options.append(words)
        for options in by_first.values():
            options.sort(key=len, reverse=True)
        self._by_first = by_first

    @property
    def firsts(self) -> Iterable[str]:
        """The words that phrases begin with."""
        return self._by_first.keys()

    def match_at(self, lower: Sequence[str], position: int, stop: int) -> int:
        """Return the end (exclusive) of the longest phrase at ``position``, or -1."""
        for words in self._by_first.get(lower[position], ()):
            end = position + len(words)
            if end <= stop and (len(words) == 1 or tuple(lower[position:end]) == words):
                return end
        return -1

    def find(self, lower: Sequence[str], start: int, stop: int) -> list[tuple[int, int]]:
        """Return non-overlapping token spans of phrases within ``[start, stop)``."""
        found = []
        position = start
        while position < stop:
            end = self.match_at(lower, position, stop)
            if end < 0:
                position += 1
            else:
                found.append((position, end))
                position = end
        return found


class PhraseIndexes:
    """Several indexes searched in one pass: most words begin no phrase of any of them."""

    def __init__(self, phrases: Mapping[str, Iterable[str]], tokenize: Tokenize) -> None:
        self.keys = tuple(phrases)
        self._by_first: dict[str, list[tuple[int, PhraseIndex]]] = {}
        for number, words in enumerate(phrases.values()):
            index = PhraseIndex(words, tokenize)
            for first in index.firsts:
                self._by_first.setdefault(first, []).append((number, index))

    def find(self, lower: Sequence[str], start: int, stop: int) -> list[tuple[int, int, str]]:
        """Return (first, stop, key) of phrases in ``[start, stop)``; those of one key are what
        ``PhraseIndex.find`` finds, and the keys keep their order."""
        rows: list[list[tuple[int, int, str]]] = [[] for _ in self.keys]
        known = self._by_first
        for position in range(start, stop):
            options = known.get(lower[position])
            if options is None:
                continue
            for number, index in options:
                row = rows[number]
                if row and position < row[-1][1]:
                    continue
                end = index.match_at(lower, position, stop)
                if end >= 0:
                    row.append((position, end, self.keys[number]))
        return [found for row in rows for found in row]

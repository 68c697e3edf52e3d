"""``claim_repeats``: links a claim that says again what an earlier one said to that one.

A claim repeats an earlier one when that has most of its content words, names and numbers, by
weight, and nothing speaks against it: another number, other names, other days, a negation, an
opposite ("rose", "fell") or the same names the other way round ("A beat B", "B beat A"). It may
leave out a number that the first mention has, but not bring a new one.

An inverted index with short lists gives the earlier claims worth comparing, so that the work grows
with the number of claims and not with its square.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from spacy.attrs import LEMMA, SENT_START, TAG
from spacy.language import Language
from spacy.tokens import Doc, Span

from annotations.detection.components.extensions import read_tokens
from annotations.detection.lexicon import lowered, read_lexicon

_FIGURE = re.compile(r"\d[\d,]{0,30}(?:\.\d{1,15})?", re.ASCII)
_NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        (
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ),
        2,
    )
} | {word: word for word in ("half", "quarter", "third", "dozen", "hundred", "thousand")}
_SCALES = {"million": "million", "billion": "billion", "trillion": "trillion", "bn": "billion"}
_UNITS = frozenset(("percent", "percentage", "cent", "point", "dollar", "euro", "pound"))
_QUOTE_WORDS = 8
"""A quotation of up to so many tokens is a phrase whose words count double."""
_BESIDE = 0.6
"""How much of the threshold the words beside names and figures must reach."""
_REMEMBERED = 16_384
"""Words whose stem, and whose numbers, are kept: a text says the same ones over and over."""
_POSTINGS = 48
"""Claims remembered for each word, the first ones: what is linked is the first mention."""


@Language.factory(
    "claim_repeats",
    requires=["doc.spans"],
    assigns=["span._.first_mention"],
    default_config={
        "spans_key": "claims",
        "quotes_key": "quotes",
        "dates_key": "dates",
        "stop_words": "repeat_stop_words",
        "negations": "negation",
        "opposites": "opposites",
        "threshold": 0.42,
        "min_shared": 4,
    },
)
def create_claim_repeats(
    nlp: Language,
    name: str,
    spans_key: str,
    quotes_key: str,
    dates_key: str,
    stop_words: str,
    negations: str,
    opposites: str,
    threshold: float,
    min_shared: int,
) -> ClaimRepeats:
    """``threshold`` is how alike two claims must be, in (0, 1], see ``_alike``; ``min_shared`` the
    number of different words that must agree at least. The rest are span groups and lexicons."""
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold is above 0 and at most 1, not {threshold}")
    # Phrases such as "has no" begin or end with a single word that is in the list too.
    single = (phrase for phrase in read_lexicon(negations) if " " not in phrase)
    stops = read_lexicon(stop_words)
    pairs = [line.split(" ") for line in read_lexicon(opposites)]
    return ClaimRepeats(
        keys=(spans_key, quotes_key, dates_key),
        reader=ClaimReader(
            stop_words=frozenset(stops) | {stem(word) for word in stops},
            negations=frozenset(single) | {"no", "cannot", "deny"},
            turned=frozenset(stem(word) for pair in pairs for word in pair),
        ),
        opposites=tuple((stem(one), stem(other)) for one, other in pairs),
        threshold=threshold,
        min_shared=min_shared,
    )


@dataclass(slots=True)
class Gist:
    """What a claim says, as far as it is compared."""

    weights: dict[str, float] = field(default_factory=dict)
    """Stems of content words and names, and numbers with ``#``, each with its weight."""
    names: list[str] = field(default_factory=list)
    """In order of first mention."""
    numbers: set[str] = field(default_factory=set)
    days: list[tuple[str, str]] = field(default_factory=list)
    """First and last days of the dates it names, in ISO."""
    turned: set[str] = field(default_factory=set)
    """Stems of words that have an opposite."""
    negated: bool = False
    """Whether the negations in it are odd in number."""
    passive: bool = False
    """Whether "by" may give its actor."""


@lru_cache(maxsize=_REMEMBERED)
def stem(word: str) -> str:
    """A word without its inflection, roughly: "deployments", "deployed", "deploying" agree."""
    word = word.removesuffix("'s").removesuffix("s'")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            if ending == "s" and word[-2] in "ius":
                break
            word = word[: -len(ending)]
            if ending in {"ing", "ed"} and word[-1] == word[-2] and word[-1] not in "ls":
                word = word[:-1]
            break
    return word.removesuffix("e") if len(word) > 3 else word


@dataclass(frozen=True, slots=True)
class ClaimReader:
    stop_words: frozenset[str]
    negations: frozenset[str]
    turned: frozenset[str]

    def read(
        self,
        lower: Sequence[str],
        lemmas: Sequence[str],
        is_name: Callable[[int], bool],
        places: Iterable[int],
        emphasised: set[int],
    ) -> Gist:
        """The gist of the tokens at ``places``; ``emphasised`` ones stand in a short quotation."""
        gist = Gist()
        negations = 0
        for at in places:
            word = lower[at]
            if word in self.negations or lemmas[at] in self.negations:
                negations += 1
            elif word == "by":
                gist.passive = True
            for number in numbers_in(word):
                gist.numbers.add(number)
                gist.weights[f"#{number}"] = 1.0
            if word in _NUMBERS or not word[:1].isalpha():
                continue
            base = stem(lemmas[at])
            if base in self.turned or word in self.turned:
                gist.turned.add(base)
            if word in self.stop_words or base in self.stop_words or len(base) < 2:
                continue
            if is_name(at) and base not in gist.names:
                gist.names.append(base)
            gist.weights[base] = max(gist.weights.get(base, 0.0), 2.0 if at in emphasised else 1.0)
        gist.negated = negations % 2 == 1
        return gist


@lru_cache(maxsize=_REMEMBERED)
def numbers_in(word: str) -> tuple[str, ...]:
    """The numbers a lower-cased word holds, in one spelling: "1,250" and "1250" agree."""
    if word in _NUMBERS or word in _SCALES:
        return (_NUMBERS.get(word) or _SCALES[word],)
    found = []
    if any(sign.isdigit() for sign in word[:40]):
        for match in _FIGURE.finditer(word[:200]):
            figure = match.group().replace(",", "").lstrip("0") or "0"
            if "." in figure:
                figure = figure.rstrip("0").rstrip(".") or "0"  # "0.0" is nought too
            found.append(figure)
    return tuple(found)


class ClaimRepeats:
    def __init__(
        self,
        *,
        keys: tuple[str, str, str],
        reader: ClaimReader,
        opposites: tuple[tuple[str, str], ...],
        threshold: float,
        min_shared: int,
    ) -> None:
        self.spans_key, self.quotes_key, self.dates_key = keys
        self.reader = reader
        self.opposites = opposites
        self.threshold = threshold
        self.min_shared = min_shared

    def __call__(self, doc: Doc) -> Doc:
        claims = sorted(_group(doc, self.spans_key), key=lambda span: (span.start, span.end))
        if len(claims) < 2:
            return doc
        gists = self._read(doc, claims)
        index: dict[str, list[int]] = {}
        firsts: list[int] = []
        for number, gist in enumerate(gists):
            first = self._first_mention(gists, index, number)
            # What a repeat repeats is the first mention, not the repeat before it.
            firsts.append(number if first is None else firsts[first])
            if first is not None:
                origin = claims[firsts[first]]
                claims[number]._.first_mention = (origin.start_char, origin.end_char)
            for word in gist.weights:
                postings = index.setdefault(word, [])
                if len(postings) < _POSTINGS:
                    postings.append(number)
        return doc

    def _first_mention(
        self, gists: Sequence[Gist], index: dict[str, list[int]], number: int
    ) -> int | None:
        """The earliest claim that this one says again."""
        gist = gists[number]
        shared: dict[int, int] = {}
        for word in gist.weights:
            for earlier in index.get(word, ()):
                shared[earlier] = shared.get(earlier, 0) + 1
        for earlier in sorted(shared):
            if shared[earlier] >= self.min_shared and self.repeats(gists[earlier], gist):
                return earlier
        return None

    def repeats(self, first: Gist, again: Gist) -> bool:
        """Whether the second claim says no more than the first, and nothing else."""
        if first.negated != again.negated or not again.numbers <= first.numbers:
            return False
        if set(first.names) - set(again.names) and set(again.names) - set(first.names):
            return False
        if _other_days(first.days, again.days) or self._opposed(first, again):
            return False
        both = [name for name in first.names if name in again.names]
        turned_round = [name for name in again.names if name in both] != both
        if turned_round and first.passive == again.passive:
            return False
        # Names alone make no claim: the words beside them must agree as well.
        return (
            _alike(first.weights, again.weights) >= self.threshold
            and _alike(_beside(first), _beside(again)) >= self.threshold * _BESIDE
        )

    def _opposed(self, first: Gist, again: Gist) -> bool:
        one, other = first.turned - again.turned, again.turned - first.turned
        return any(
            (a in one and b in other) or (b in one and a in other) for a, b in self.opposites
        )

    def _read(self, doc: Doc, claims: Sequence[Span]) -> list[Gist]:
        tokens = read_tokens(doc)
        lower = lowered(tokens.words)
        strings = doc.vocab.strings
        rows = doc.to_array([LEMMA, TAG, SENT_START]).tolist()
        tagged = doc.has_annotation("TAG")
        lemmas = lower
        if doc.has_annotation("LEMMA"):
            lemmas = [
                strings[row[0]].lower() or word for row, word in zip(rows, lower, strict=True)
            ]
        proper = {strings.as_int(tag) for tag in ("NNP", "NNPS")}

        def is_name(at: int) -> bool:
            if not tokens.words[at][:1].isupper():
                return False
            return rows[at][1] in proper if tagged else at > 0 and rows[at][2] != 1

        emphasised = {
            at
            for quote in _group(doc, self.quotes_key)
            if quote.end - quote.start <= _QUOTE_WORDS
            for at in range(quote.start, quote.end)
        }
        dates = sorted(_group(doc, self.dates_key), key=lambda span: span.start)
        begins = [date.start for date in dates]
        gists = []
        for claim in claims:
            here = dates[bisect_left(begins, claim.start) : bisect_left(begins, claim.end)]
            dated = {at for date in here for at in range(date.start, date.end)}
            places = (at for at in range(claim.start, claim.end) if at not in dated)
            gist = self.reader.read(lower, lemmas, is_name, places, emphasised)
            gist.days = [date._.interval[:2] for date in here if date._.interval is not None]
            gists.append(gist)
        return gists


def _group(doc: Doc, key: str) -> list[Span]:
    return list(doc.spans[key]) if key in doc.spans else []


def _beside(gist: Gist) -> dict[str, float]:
    """The words that are neither names nor figures and what these count."""
    left_out = _UNITS.union(gist.names, gist.numbers)
    return {
        word: weight
        for word, weight in gist.weights.items()
        if word not in left_out and word[0] != "#"
    }


def _alike(first: dict[str, float], again: dict[str, float]) -> float:
    """Halfway between the share of the second's words that the first has too, and the share of
    all words that both have; by weight, in [0, 1]."""
    shared = again_all = everything = 0.0
    for word in first.keys() | again.keys():
        weight = max(first.get(word, 0.0), again.get(word, 0.0))
        everything += weight
        if word in again:
            again_all += weight
            if word in first:
                shared += weight
    return (shared / again_all + shared / everything) / 2 if shared else 0.0


def _other_days(one: Sequence[tuple[str, str]], other: Sequence[tuple[str, str]]) -> bool:
    """Whether both name days and none of the one's are among the other's. ISO days compare as
    text."""
    if not one or not other:
        return False
    return not any(a[0] <= b[1] and b[0] <= a[1] for a in one for b in other)

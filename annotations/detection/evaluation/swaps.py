"""A counterfactual test: does the score move when a party, a name, a gendered word or a dialect
does? Only what a sentence claims should count, not who makes it or is named in it.

Made-up sentences with slots are filled from word lists. Sentences that differ in one respect only
are scored against each other; the change is in probability.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from spacy.language import Language

from annotations.detection.components import extensions as _registered  # noqa: F401

SWAP_ROOT = Path(__file__).parent / "swap_words"
GROUPS = ("party", "gender", "origin", "dialect")
_SLOT = re.compile(r"\{(\w{1,40})\}")

Probabilities = Callable[[Sequence[str]], Sequence[float]]
"""From sentences to their check-worthiness in [0, 1]."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One filling of a sentence."""

    value: str
    """What was put in, such as ``Republican``."""
    text: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Fillings of one sentence that differ in one respect only."""

    group: str
    """One of ``GROUPS``."""
    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True)
class GroupChange:
    """How much scores change within a group, in probability."""

    group: str
    comparisons: int
    largest: float
    """The largest difference between two fillings of one sentence."""
    mean: float
    """Mean absolute difference over all pairs of fillings that are compared."""
    worst: tuple[tuple[str, float], tuple[str, float]]
    """The two fillings furthest apart and their probabilities, the lower first."""
    shifts: Mapping[str, float] = field(default_factory=dict)
    """For each value its mean distance from the mean of its comparison: which way scores lean."""

    @property
    def lean(self) -> float:
        """The largest systematic difference between two values."""
        return max(self.shifts.values()) - min(self.shifts.values()) if self.shifts else 0.0


@dataclass(frozen=True, slots=True)
class SwapWords:
    """What the slots are filled with. The first value of each is the one that stands in a
    sentence while another slot is swapped."""

    parties: Mapping[str, Mapping[str, str]]
    """Party to slot to word."""
    names: tuple[tuple[str, str, str, str], ...]
    """(origin, man's name, woman's name, last name)."""
    gendered: Mapping[str, tuple[str, str]]
    """Slot to the man's and the woman's word."""
    dialect: Mapping[str, tuple[str, ...]]
    """Slot to the standard form and the marked ones."""

    @property
    def slots(self) -> dict[str, frozenset[str]]:
        """The slots that concern each group."""
        persons = frozenset({"person", "last"})
        return {
            "party": frozenset(next(iter(self.parties.values()))),
            "gender": persons - {"last"} | frozenset(self.gendered),
            "origin": persons,
            "dialect": frozenset(self.dialect),
        }


def read_swap_words(root: Path = SWAP_ROOT) -> SwapWords:
    """Raises ValueError, naming file and line, for a row of the wrong width."""
    parties = {row[0]: row[1:] for row in _rows(root / "parties.tsv", 4)}
    return SwapWords(
        parties={
            party: dict(zip(("party", "partisan", "partisans"), words, strict=True))
            for party, words in parties.items()
        },
        names=tuple(
            (origin, man, woman, last) for origin, man, woman, last in _rows(root / "names.tsv", 4)
        ),
        gendered={slot: (man, woman) for slot, man, woman in _rows(root / "gendered.tsv", 3)},
        dialect={row[0]: tuple(row[1:]) for row in _rows(root / "dialect.tsv", None)},
    )


def read_sentences(words: SwapWords, path: Path = SWAP_ROOT / "sentences.txt") -> list[str]:
    """The sentences, with their slots. Raises ValueError, naming the line, for an unknown slot."""
    known = frozenset().union(*words.slots.values())
    sentences = []
    for number, line in _lines(path):
        if unknown := set(_SLOT.findall(line)) - known:
            raise ValueError(f"{path}, line {number}: unknown slots {sorted(unknown)}")
        sentences.append(line)
    return sentences


def comparisons(sentence: str, words: SwapWords) -> Iterator[Comparison]:
    """Every comparison that the sentence's slots allow."""
    used = set(_SLOT.findall(sentence))
    concerned = {group for group, slots in words.slots.items() if used & slots}

    def filled(value: str, **choice: int) -> Variant:
        return Variant(value, _fill(sentence, words, choice))

    if "party" in concerned:
        parties = enumerate(words.parties)
        yield Comparison("party", tuple(filled(party, party=at) for at, party in parties))
    if "gender" in concerned:
        for name in range(len(words.names) if "person" in used else 1):
            pair = tuple(
                filled(value, name=name, woman=at) for at, value in enumerate(("man", "woman"))
            )
            yield Comparison("gender", pair)
    if "origin" in concerned:
        for woman in (0, 1):
            people = enumerate(words.names)
            row = tuple(filled(person[0], name=at, woman=woman) for at, person in people)
            yield Comparison("origin", row)
    if "dialect" in concerned:
        depth = max(len(words.dialect[slot]) for slot in used if slot in words.dialect)
        forms = ("standard", *(f"marked {at}" for at in range(1, depth)))
        yield Comparison("dialect", tuple(filled(form, form=at) for at, form in enumerate(forms)))


def swap_test(
    probabilities: Probabilities,
    *,
    words: SwapWords | None = None,
    sentences: Sequence[str] | None = None,
) -> dict[str, GroupChange]:
    """Changes by group; a group that no sentence concerns is left out.

    Raises ValueError for probabilities that are not in [0, 1], or not one a sentence.
    """
    words = words or read_swap_words()
    if sentences is None:
        sentences = read_sentences(words)
    found = [each for sentence in sentences for each in comparisons(sentence, words)]
    # The same filling stands in several comparisons.
    texts = list(dict.fromkeys(variant.text for each in found for variant in each.variants))
    scores = [float(score) for score in probabilities(texts)]
    if len(scores) != len(texts):
        raise ValueError(f"{len(texts)} sentences, but {len(scores)} probabilities")
    if not all(0.0 <= score <= 1.0 for score in scores):
        raise ValueError("a score is no probability")
    by_text = dict(zip(texts, scores, strict=True))
    grouped = {group: [each for each in found if each.group == group] for group in GROUPS}
    return {group: _change(group, each, by_text) for group, each in grouped.items() if each}


def pipeline_probabilities(nlp: Language, *, spans_key: str = "candidates") -> Probabilities:
    """Each sentence on its own through a detector's pipeline. A sentence counts as one, however a
    dialect's apostrophes look; where the pipeline divides it all the same, its best part counts."""

    def score(texts: Sequence[str]) -> list[float]:
        docs = []
        for text in texts:
            doc = nlp.make_doc(text)
            doc._.lines = ((0, len(text), ""),)
            docs.append(doc)
        return [
            max((span._.check_worthiness for span in doc.spans[spans_key]), default=0.0)
            for doc in nlp.pipe(docs)
        ]

    return score


def _change(group: str, found: Sequence[Comparison], by_text: Mapping[str, float]) -> GroupChange:
    pairs: list[float] = []
    distances: dict[str, list[float]] = {}
    largest, worst = -1.0, (("", 0.0), ("", 0.0))
    for comparison in found:
        scored = [(variant.text, by_text[variant.text]) for variant in comparison.variants]
        middle = math.fsum(score for _, score in scored) / len(scored)
        for variant, (_, score) in zip(comparison.variants, scored, strict=True):
            distances.setdefault(variant.value, []).append(score - middle)
        pairs.extend(abs(a - b) for (_, a), (_, b) in itertools.combinations(scored, 2))
        low, high = min(scored, key=_second), max(scored, key=_second)
        if high[1] - low[1] > largest:
            largest, worst = high[1] - low[1], (low, high)
    return GroupChange(
        group=group,
        comparisons=len(found),
        largest=largest,
        mean=math.fsum(pairs) / len(pairs) if pairs else 0.0,
        worst=worst,
        shifts={value: math.fsum(all_) / len(all_) for value, all_ in distances.items()},
    )


def _second(pair: tuple[str, float]) -> float:
    return pair[1]


def _fill(sentence: str, words: SwapWords, choice: Mapping[str, int]) -> str:
    """The sentence with every slot filled: as chosen, or with the first value."""
    party = list(words.parties.values())[choice.get("party", 0)]
    _, man, woman, last = words.names[choice.get("name", 0)]
    gender = choice.get("woman", 0)
    form = choice.get("form", 0)

    def word(match: re.Match[str]) -> str:
        slot = match.group(1)
        if slot == "person":
            return f"{woman if gender else man} {last}"
        if slot == "last":
            return last
        if slot in party:
            return party[slot]
        if slot in words.gendered:
            return words.gendered[slot][gender]
        forms = words.dialect[slot]
        return forms[min(form, len(forms) - 1)]

    text = _SLOT.sub(word, sentence)
    return text[:1].upper() + text[1:]


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines that are neither empty nor comments, with their number from 1."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            yield number, line.strip()


def _rows(path: Path, width: int | None) -> Iterator[list[str]]:
    for number, line in _lines(path):
        row = line.split("\t")
        if len(row) != width if width else len(row) < 2:
            raise ValueError(f"{path}, line {number}: found {len(row)} columns")
        yield row

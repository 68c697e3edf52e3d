"""How far people who judged the same things agree.

Krippendorff's alpha is that of K. Krippendorff (2011), “Computing Krippendorff's
Alpha-Reliability”, from the matrix of coincidences, so that nothing has to be kept of single
judgements; the packages that compute it take the judgements whole, and the best of them has a
licence that ours can't take in. Cohen's kappa (1960) for pairs of people.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TypeVar

V = TypeVar("V", bound=Hashable)
Coincidences = Counter[tuple[V, V]]


def coincide(matrix: Coincidences[V], values: Sequence[V]) -> None:
    """Add the values that one thing was given, two at least. The matrix stays symmetric."""
    weight = 1 / (len(values) - 1)
    counts = Counter(values)
    for one, n in counts.items():
        for other, m in counts.items():
            matrix[one, other] += weight * (n * (n - 1) if one == other else n * m)  # type: ignore[assignment]


def nominal_alpha(matrix: Coincidences[V]) -> float | None:
    """alpha where values are equal or not; None where only one value was ever given."""
    return _alpha(matrix, lambda totals: lambda one, other: float(one != other))


def ordinal_alpha(matrix: Coincidences[float]) -> float | None:
    """alpha where values have an order: what lies between two counts."""

    def distances(totals: dict[float, float]) -> Callable[[float, float], float]:
        order = sorted(totals)

        def squared(one: float, other: float) -> float:
            low, high = sorted((order.index(one), order.index(other)))
            between = sum(totals[value] for value in order[low : high + 1])
            return (between - (totals[one] + totals[other]) / 2) ** 2

        return squared

    return _alpha(matrix, distances)


def _alpha(
    matrix: Coincidences[V], distances: Callable[[dict[V, float]], Callable[[V, V], float]]
) -> float | None:
    totals: dict[V, float] = defaultdict(float)
    for (one, _), weight in matrix.items():
        totals[one] += weight
    n = sum(totals.values())
    if len(totals) < 2:
        return None
    distance = distances(totals)
    observed = sum(weight * distance(one, other) for (one, other), weight in matrix.items())
    expected = sum(
        totals[one] * totals[other] * distance(one, other) for one in totals for other in totals
    ) / (n - 1)
    return 1 - observed / expected if expected else None


def kappa(table: Counter[tuple[V, V]]) -> float | None:
    """Cohen's kappa of two people's labels of the same things; None where chance explains all."""
    n = sum(table.values())
    left, right = Counter[V](), Counter[V]()
    for (one, other), count in table.items():
        left[one] += count
        right[other] += count
    by_chance = sum(left[label] * right[label] for label in left) / n**2
    if by_chance == 1:
        return None
    agreed = sum(count for (one, other), count in table.items() if one == other) / n
    return (agreed - by_chance) / (1 - by_chance)


@dataclass(frozen=True, slots=True)
class Judged:
    """What one person said of a thing. ``number`` is None off the scale's axis."""

    person: str
    label: str
    number: int | None


@dataclass(frozen=True, slots=True)
class Pair:
    people: tuple[str, str]
    n: int
    agreed: int
    kappa: float | None


@dataclass(slots=True)
class Agreement:
    """Takes thing after thing; its size doesn't grow with them, only with people and labels."""

    # Things that two or more judged, and of those the ones with two or more numbers.
    n: int = 0
    n_ordinal: int = 0
    pairs_n: int = 0
    pairs_agreed: int = 0
    _labels: Coincidences[str] = field(default_factory=Counter)
    _numbers: Coincidences[float] = field(default_factory=Counter)
    _pairs: dict[tuple[str, str], Counter[tuple[str, str]]] = field(default_factory=dict)

    def add(self, judged: Sequence[Judged]) -> None:
        """One thing; each person once."""
        if len(judged) < 2:
            return
        self.n += 1
        coincide(self._labels, [one.label for one in judged])
        numbers = [float(one.number) for one in judged if one.number is not None]
        if len(numbers) > 1:
            self.n_ordinal += 1
            coincide(self._numbers, numbers)
        for one, other in combinations(sorted(judged, key=lambda one: one.person), 2):
            self.pairs_n += 1
            self.pairs_agreed += one.label == other.label
            table = self._pairs.setdefault((one.person, other.person), Counter())
            table[one.label, other.label] += 1

    @property
    def nominal(self) -> float | None:
        return nominal_alpha(self._labels)

    @property
    def ordinal(self) -> float | None:
        return ordinal_alpha(self._numbers)

    @property
    def pairs(self) -> list[Pair]:
        """Those with most in common first."""
        found = [
            Pair(
                people,
                sum(table.values()),
                sum(count for (one, other), count in table.items() if one == other),
                kappa(table),
            )
            for people, table in self._pairs.items()
        ]
        return sorted(found, key=lambda pair: (-pair.n, pair.people))

"""Agreement against published values."""

from __future__ import annotations

from collections import Counter

import pytest

from annotations.domain.agreement import Agreement, Judged, kappa

# K. Krippendorff (2011), “Computing Krippendorff's Alpha-Reliability”, example C: four observers,
# twelve units, a dot where one didn't judge. Published: nominal .743, ordinal .815.
OBSERVERS = {
    "a": "123321412...",
    "b": "1233224125.3",
    "c": ".3332342251.",
    "d": "12332441251.",
}


def example() -> Agreement:
    found = Agreement()
    for unit in range(12):
        said = [(who, values[unit]) for who, values in OBSERVERS.items() if values[unit] != "."]
        found.add([Judged(who, value, int(value)) for who, value in said])
    return found


def test_krippendorff() -> None:
    found = example()
    # One unit was judged by one observer alone.
    assert found.n == found.n_ordinal == 11
    assert found.nominal == pytest.approx(0.743, abs=0.0005)
    assert found.ordinal == pytest.approx(0.815, abs=0.0005)


def test_pairs() -> None:
    pairs = {pair.people: pair for pair in example().pairs}
    assert len(pairs) == 6
    assert [pair.n for pair in example().pairs] == [10, 10, 9, 9, 9, 8]
    # They differ on one of nine.
    assert (pairs["a", "b"].n, pairs["a", "b"].agreed) == (9, 8)


def test_kappa() -> None:
    # J. Cohen's way of counting: 20 and 15 agreed of 50; 0.7 observed, 0.5 by chance.
    table = Counter({("y", "y"): 20, ("y", "n"): 5, ("n", "y"): 10, ("n", "n"): 15})
    assert kappa(table) == pytest.approx(0.4)
    assert kappa(Counter({("y", "y"): 3})) is None


def test_nothing_to_compare() -> None:
    found = Agreement()
    found.add([Judged("a", "True", 5)])
    assert (found.n, found.nominal, found.ordinal, found.pairs) == (0, None, None, [])
    # One label only: agreement can't be told from everybody always saying so.
    found.add([Judged("a", "Satire", None), Judged("b", "Satire", None)])
    assert (found.n, found.n_ordinal, found.nominal) == (1, 0, None)
    assert found.pairs[0].kappa is None

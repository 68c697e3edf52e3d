"""How good a probability is as a yes or no, as a ranking, and as a probability."""

from __future__ import annotations

import math
from collections.abc import Sequence

from annotations.detection.evaluation.ranking import average_precision, rank_labels

BINS = 10
"""Bins of the calibration error: equal widths of 0.1; a probability of 1 is in the last."""


def f1(labels: Sequence[int], guesses: Sequence[bool], positive: int = 1) -> float:
    """F1 of the class ``positive``; 0 where it is neither there nor guessed."""
    wanted = positive == 1
    hits = sum(
        bool(guess) == wanted and label == positive
        for label, guess in zip(labels, guesses, strict=True)
    )
    there = sum(label == positive for label in labels)
    guessed = sum(bool(guess) == wanted for guess in guesses)
    return 2 * hits / (there + guessed) if there + guessed else 0.0


def calibration_bins(
    labels: Sequence[int], probabilities: Sequence[float], bins: int = BINS
) -> list[tuple[float, float, int]]:
    """(mean probability, share of positives, number) of each bin of equal width; empty bins are
    left out."""
    groups: list[list[int]] = [[] for _ in range(bins)]
    for place, chance in enumerate(probabilities):
        groups[min(int(chance * bins), bins - 1)].append(place)
    return [
        (
            sum(probabilities[place] for place in group) / len(group),
            sum(labels[place] for place in group) / len(group),
            len(group),
        )
        for group in groups
        if group
    ]


def binary_metrics(
    labels: Sequence[int], probabilities: Sequence[float], *, threshold: float
) -> dict[str, float]:
    """``f1`` of the positives, ``macro_f1`` (mean of both classes), ``ap`` (average precision),
    ``brier`` (mean squared error of the probability) and ``ece`` (expected calibration error:
    the mean over sentences of ``|mean probability - share of positives|`` of their bin, BINS bins
    of equal width).

    A probability of at least ``threshold`` is a yes. Raises ValueError for lists that are empty or
    of other lengths, and for probabilities outside [0, 1].
    """
    if not labels:
        raise ValueError("nothing to measure")
    ranked = rank_labels(labels, probabilities)
    if not all(0 <= chance <= 1 for chance in probabilities):
        raise ValueError("a probability is outside [0, 1]")
    guesses = [chance >= threshold for chance in probabilities]
    positive = f1(labels, guesses)
    squared = sum((p - y) ** 2 for p, y in zip(probabilities, labels, strict=True))
    gap = sum(
        abs(mean - share) * number
        for mean, share, number in calibration_bins(labels, probabilities)
    )
    return {
        "f1": positive,
        "macro_f1": (positive + f1(labels, guesses, positive=0)) / 2,
        "ap": average_precision(ranked),
        "brier": squared / len(labels),
        "ece": gap / len(labels),
    }


def best_threshold(probabilities: Sequence[float], *, steps: int = 60) -> float:
    """The threshold in (0, 1), of ``steps`` even ones, from which on a yes promises the best mean
    of both classes' F1; of equals the one nearest to a half.

    It promises this as far as the probabilities are right. Labels play no part: the threshold
    that was best on some thousand labels is mostly chance, since the measure is nearly flat there.
    Raises ValueError for an empty list.
    """
    if not len(probabilities):
        raise ValueError("nothing to choose a threshold from")
    choices = [(number + 1) / (steps + 1) for number in range(steps)]
    total, everything = math.fsum(probabilities), len(probabilities)

    def quality(threshold: float) -> tuple[float, float]:
        chosen = [chance for chance in probabilities if chance >= threshold]
        hits, guessed = math.fsum(chosen), len(chosen)
        # What is left out and rightly so: all that is no hit, less the wrong yeses.
        spared = (everything - total) - (guessed - hits)
        positive = 2 * hits / max(total + guessed, 1e-9)
        negative = 2 * spared / max(everything - total + everything - guessed, 1e-9)
        return round(positive + negative, 12), -abs(threshold - 0.5)

    return max(choices, key=quality)

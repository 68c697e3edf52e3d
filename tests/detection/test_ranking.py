from __future__ import annotations

import pytest

from annotations.detection.evaluation.binary import (
    best_threshold,
    binary_metrics,
    calibration_bins,
    f1,
)
from annotations.detection.evaluation.ranking import (
    average_precision,
    mean_ranking,
    precision_at,
    r_precision,
    rank_labels,
    ranking_metrics,
)


def test_average_precision_by_hand() -> None:
    assert average_precision([1, 0, 1, 0]) == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert average_precision([0, 0, 1]) == pytest.approx(1 / 3)
    assert average_precision([0, 0]) == 0
    assert average_precision([]) == 0


def test_r_precision_and_precision_at_a_cut() -> None:
    assert r_precision([1, 0, 1, 1]) == pytest.approx(2 / 3)
    assert r_precision([0]) == 0
    assert precision_at([1, 1, 0, 1, 0, 1], 5) == pytest.approx(3 / 5)
    assert precision_at([1, 1], 5) == pytest.approx(2 / 5)


def test_equal_scores_keep_the_order_of_the_file() -> None:
    assert rank_labels([0, 1, 0, 1], [0.5, 0.9, 0.5, 0.5]) == [1, 0, 0, 1]


def test_the_mean_is_over_files_and_counts_one_without_positives() -> None:
    found = mean_ranking({"one": ([1, 0], [0.9, 0.1]), "two": ([0, 0], [0.9, 0.1])})
    assert found["map"] == 0.5
    assert found["files"]["one"]["map"] == 1  # type: ignore[index]
    assert set(found) == {"map", "rprec", "p@5", "p@10", "p@20", "files"}


@pytest.mark.parametrize(
    ("labels", "scores", "message"),
    [([1], [], "1 labels and 0 scores"), ([1], [float("nan")], "not a number")],
)
def test_scores_that_cannot_be_ranked(labels: list[int], scores: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ranking_metrics(labels, scores)
    with pytest.raises(ValueError, match="no files"):
        mean_ranking({})


def test_binary_measures_by_hand() -> None:
    found = binary_metrics([1, 1, 0, 0], [0.9, 0.4, 0.6, 0.1], threshold=0.5)
    assert found["f1"] == pytest.approx(0.5)
    assert found["macro_f1"] == pytest.approx(0.5)
    assert found["ap"] == pytest.approx((1 + 2 / 3) / 2)
    assert found["brier"] == pytest.approx((0.01 + 0.36 + 0.36 + 0.01) / 4)
    assert found["ece"] == pytest.approx((0.1 + 0.6 + 0.6 + 0.1) / 4)


def test_a_perfect_and_a_calibrated_probability() -> None:
    assert binary_metrics([1, 0], [1.0, 0.0], threshold=0.5)["ece"] == 0
    labels = [1, 0, 0, 0] * 25
    found = binary_metrics(labels, [0.25] * 100, threshold=0.5)
    assert found["ece"] == pytest.approx(0)
    assert found["f1"] == 0
    assert calibration_bins(labels, [0.25] * 100) == [(0.25, 0.25, 100)]


def test_f1_of_either_class() -> None:
    labels, guesses = [1, 0, 0, 0], [True, True, False, False]
    assert f1(labels, guesses) == pytest.approx(2 / 3)
    assert f1(labels, guesses, positive=0) == pytest.approx(4 / 5)


def test_the_best_threshold_separates() -> None:
    threshold = best_threshold([0.02] * 30 + [0.3] * 2 + [0.97] * 10)
    assert 0.3 < threshold < 0.97
    assert best_threshold([0.1, 0.9]) == pytest.approx(0.5, abs=0.02)
    assert 0 < best_threshold([1.0, 1.0]) < 1
    assert 0 < best_threshold([0.0]) < 1


def test_the_best_threshold_is_the_one_that_calibrated_probabilities_promise() -> None:
    """Where each probability comes true as often as it says, the promise is what is measured."""
    chances = [share / 20 for share in range(1, 20) for _ in range(20)]
    labels = [int(at < share) for share in range(1, 20) for at in range(20)]

    def measured(threshold: float) -> float:
        return binary_metrics(labels, chances, threshold=threshold)["macro_f1"]

    # Beside the probabilities themselves, where rounding would decide.
    between = [share / 20 + 0.025 for share in range(19)]
    assert measured(best_threshold(chances)) == pytest.approx(max(map(measured, between)))


def test_a_rare_class_has_its_threshold_below_a_half() -> None:
    chances = [0.05] * 200 + [0.2, 0.3, 0.4, 0.45, 0.6, 0.7] * 5
    assert best_threshold(chances) < 0.5


def test_there_is_no_threshold_of_nothing() -> None:
    with pytest.raises(ValueError, match="nothing to choose"):
        best_threshold([])


@pytest.mark.parametrize(
    ("labels", "chances", "message"),
    [([], [], "nothing to measure"), ([1], [1.5], "outside")],
)
def test_what_is_no_probability(labels: list[int], chances: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        binary_metrics(labels, chances, threshold=0.5)

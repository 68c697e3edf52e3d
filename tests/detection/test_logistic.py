from __future__ import annotations

import numpy as np
import pytest

from annotations.detection.training.logistic import (
    SparseRows,
    balanced,
    fit_logistic,
    logit_average,
)


def sparse(matrix: list[list[float]]) -> SparseRows:
    dense = np.asarray(matrix, dtype=np.float32)
    rows, columns = np.nonzero(dense)
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(dense)))])
    return SparseRows(
        starts.astype(np.int64), columns.astype(np.int32), dense[rows, columns], dense.shape[1]
    )


@pytest.fixture
def drawn() -> tuple[list[list[float]], SparseRows, np.ndarray]:
    random = np.random.default_rng(3)
    dense = np.where(random.random((200, 12)) < 0.3, random.normal(size=(200, 12)), 0)
    labels = (dense @ np.linspace(-2, 2, 12) + random.normal(size=200) > 0).astype(np.int8)
    return dense.tolist(), sparse(dense.tolist()), labels


def test_products_are_those_of_the_dense_matrix(
    drawn: tuple[list[list[float]], SparseRows, np.ndarray],
) -> None:
    dense, rows, _ = drawn
    matrix = np.asarray(dense)
    vector = np.linspace(-1, 1, 12)
    assert rows.times(vector) == pytest.approx(matrix @ vector, abs=1e-5)
    other = np.linspace(-1, 1, 200)
    assert rows.transposed_times(other) == pytest.approx(matrix.T @ other, abs=1e-5)
    chosen = np.asarray([7, 3, 3, 199])
    assert rows.take(chosen).times(vector) == pytest.approx(matrix[chosen] @ vector, abs=1e-5)


def test_an_empty_row_is_a_row() -> None:
    rows = sparse([[0, 0], [1, 2], [0, 0]])
    assert rows.times(np.asarray([1.0, 10.0])).tolist() == [0, 21, 0]
    assert len(rows.take(np.asarray([0, 2]))) == 2


@pytest.mark.parametrize("penalty", [0.1, 1.0, 30.0])
def test_the_gradient_vanishes_at_the_solution(
    drawn: tuple[list[list[float]], SparseRows, np.ndarray], penalty: float
) -> None:
    dense, rows, labels = drawn
    costs = balanced(labels)
    model = fit_logistic(rows, labels, penalty=penalty, sample_weights=costs, tolerance=1e-8)
    miss = costs * (1 / (1 + np.exp(-model.logits(rows))) - labels)
    assert np.asarray(dense).T @ miss + penalty * model.weights == pytest.approx(0, abs=1e-3)
    assert miss.sum() == pytest.approx(0, abs=1e-3)


def test_a_column_can_be_held_back(
    drawn: tuple[list[list[float]], SparseRows, np.ndarray],
) -> None:
    _, rows, labels = drawn
    penalties = np.ones(12)
    penalties[11] = 1e6
    model = fit_logistic(rows, labels, penalty=1.0, penalties=penalties)
    assert abs(model.weights[11]) < 1e-3 < abs(model.weights[10])


def test_separable_rows_and_repeated_fits_are_no_trouble() -> None:
    rows, labels = sparse([[1.0], [-1.0]] * 20), np.asarray([1, 0] * 20, dtype=np.int8)
    one = fit_logistic(rows, labels, penalty=1e-3)
    two = fit_logistic(rows, labels, penalty=1e-3)
    assert np.array_equal(one.weights, two.weights)
    assert one.weights[0] > 3
    assert logit_average([one, two]).logits(rows) == pytest.approx(one.logits(rows))


def test_what_cannot_be_learnt_from() -> None:
    with pytest.raises(ValueError, match="both classes"):
        balanced(np.asarray([1, 1], dtype=np.int8))
    with pytest.raises(ValueError, match="2 rows and 1 labels"):
        fit_logistic(sparse([[1.0], [1.0]]), np.asarray([1], dtype=np.int8), penalty=1.0)
    assert balanced(np.asarray([1, 0, 0, 0], dtype=np.int8)).mean() == pytest.approx(1)

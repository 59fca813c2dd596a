import numpy as np
import pytest

from nbdoctor.capture.data import Rows
from nbdoctor.readings.overlap import read_overlap

X = np.random.default_rng(0).random((100, 4))
Y = np.arange(100) % 3


def rows(x: np.ndarray, y: np.ndarray, batches: int = 0) -> Rows:
    return Rows(
        inputs={"x": x},
        targets={"y": y},
        index=np.arange(len(y)),
        total=len(y),
        batches=batches,
        whole={} if batches else {"x": x},
    )


def test_planted_rows_are_counted() -> None:
    theirs = rows(np.concatenate([X[90:], X[5:15]]), np.concatenate([Y[90:], Y[5:15]]))
    found = read_overlap(rows(X[:90], Y[:90]), theirs, split=False)
    assert found is not None
    assert (found.rows, found.training_rows, found.shared) == (20, 90, 10)
    assert found.first == (10, 5)
    assert (found.repeated, found.expected, found.split) == (0, 0.0, "given")


def test_a_row_with_another_label_is_another_row() -> None:
    found = read_overlap(rows(X, Y), rows(X[:10], Y[:10] + 1), split=True)
    assert found is not None
    assert (found.shared, found.split) == (0, "tail")


def test_repeated_training_rows_say_what_is_usual() -> None:
    few = np.arange(100)[:, None] % 4
    found = read_overlap(rows(few, Y * 0), rows(few[:20], Y[:20] * 0), split=False)
    assert found is not None
    assert (found.shared, found.repeated) == (20, 96)
    assert found.expected == pytest.approx(20)


def test_rows_of_a_few_values_repeat_on_both_sides_alike() -> None:
    rng = np.random.default_rng(1)
    x, y = np.floor(5 * rng.random((900, 4)) ** 2), rng.integers(0, 2, 900)
    found = read_overlap(rows(x[:600], y[:600]), rows(x[600:], y[600:]), split=False)
    assert found is not None
    assert found.twins is not None
    assert found.expected == pytest.approx(found.shared, rel=0.15)


def test_copies_that_were_made_before_the_split_are_not_usual() -> None:
    rng = np.random.default_rng(2)
    order = rng.permutation(800)
    x, y = (np.concatenate([one, one])[order] for one in (rng.random((400, 4)), np.arange(400) % 3))
    found = read_overlap(rows(x[:600], y[:600]), rows(x[600:], y[600:]), split=False)
    assert found is not None
    assert found.twins is None
    assert found.expected < 0.6 * found.shared


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param(rows(X, Y), rows(X[:9], Y[:9], batches=3), id="not in memory"),
        pytest.param(rows(X, Y), rows(X[:9].astype("float32"), Y[:9]), id="other types"),
        pytest.param(rows(X, Y), rows(np.array([["a"]] * 9), Y[:9]), id="text"),
    ],
)
def test_nothing_where_they_cannot_be_compared(ours: Rows, theirs: Rows) -> None:
    assert read_overlap(ours, theirs, split=False) is None

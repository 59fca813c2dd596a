"""Rows as they are usually prepared, in plain NumPy."""

import numpy as np
import pytest

from nbdoctor.experiment.first_weights import are_usual as weights_are_usual
from nbdoctor.experiment.first_weights import usual
from nbdoctor.experiment.rows import (
    TrainedRows,
    are_usual,
    batches,
    kinds_of,
    need_no_scaling,
    scale_of_labels,
    scaled,
)
from nbdoctor.readings.asked import Asked
from nbdoctor.readings.task import task_of

DEAL = np.random.default_rng(0)
TABLE = DEAL.normal(size=(90, 3))


def rows(x: np.ndarray = TABLE) -> TrainedRows:
    task = task_of(x[:, 0], Asked(shape=(None, 1)))
    index = np.arange(len(x))
    return TrainedRows(
        inputs=(x,), labels=(x[:, 0],), tasks=(task,), train=index[:60], judge=index[60:]
    )


def test_the_kind_of_an_input() -> None:
    ids, picture = DEAL.integers(0, 9, (5, 7)), np.zeros((5, 8, 8, 1))
    assert kinds_of([ids, picture], embeds=True) == ("ids", "picture")
    assert kinds_of([ids, np.zeros((5, 7, 2))], embeds=False) == ("table", "series")
    assert kinds_of([TABLE], embeds=True) == ("table",)


@pytest.mark.parametrize(
    ("x", "usual"),
    [
        pytest.param(TABLE, True, id="standardised"),
        pytest.param(TABLE / 16 + 0.5, False, id="hardly spread"),
        pytest.param(DEAL.random((90, 3)), True, id="0 to 1"),
        pytest.param(TABLE * [1, 1, 1e6], False, id="one column in millions"),
        pytest.param(TABLE + 100, False, id="far from 0"),
        pytest.param(np.where(TABLE > 2, np.nan, TABLE), False, id="missing values"),
    ],
)
def test_tables_that_need_no_scaling(x: np.ndarray, usual: bool) -> None:
    assert are_usual(x, "table") == usual


def test_pictures_in_bytes_need_scaling_and_ids_never() -> None:
    grey = DEAL.integers(0, 256, (20, 4, 4, 1))
    assert not are_usual(grey, "picture")
    assert are_usual(grey / 255.0, "picture")
    assert are_usual(grey, "ids")


def test_scaling_by_the_rows_that_train() -> None:
    x = TABLE * [1, 10, 1e6] + [0, 5, 0]
    (made,) = scaled([x], ["table"], np.arange(60))
    assert np.allclose(made[:60].mean(axis=0), 0, atol=1e-6)
    assert np.allclose(made[:60].std(axis=0), 1, atol=1e-6)


def test_missing_values_become_the_mean_and_far_ones_are_cut() -> None:
    x = np.array([[0.0], [2.0], [np.nan], [1e9]])
    (made,) = scaled([x], ["table"], np.arange(3))
    assert made.ravel().tolist() == [-1.0, 1.0, 0.0, 6.0]


def test_equal_rows_of_two_inputs_stay_equal() -> None:
    left, right = scaled([TABLE * 9, TABLE * 9 + [[0, 0, 1]]], ["table"] * 2, np.arange(60))
    assert np.array_equal(left[:, 0], right[:, 0])


def test_numbers_to_predict_are_scaled_by_column() -> None:
    y = TABLE[:, :2] * [1, 100] + [0, 7]
    task = task_of(y, Asked(shape=(None, 2)))
    centre, spread = scale_of_labels(task)
    assert centre == pytest.approx(y.mean(axis=0))
    assert spread == pytest.approx(y.std(axis=0))
    assert not need_no_scaling(task)
    assert need_no_scaling(task_of(TABLE[:, :2], Asked(shape=(None, 2))))


def test_batches_in_order_leave_the_last_rows_out() -> None:
    made = batches(rows(), steps=4, size=10, shuffles=False, last=0.5, seed=0)
    assert made.shape == (4, 10)
    assert made[:2].ravel().tolist() == [*range(10), *range(10, 20)]
    assert made.max() < 45


def test_batches_are_dealt_anew_from_each_seed() -> None:
    one, other = (
        batches(rows(), steps=6, size=10, shuffles=True, last=0.0, seed=seed) for seed in (0, 1)
    )
    assert sorted(one.ravel()) == list(range(60))
    assert not np.array_equal(one, other)


def test_first_weights_of_the_usual_size() -> None:
    kernel = usual(np.zeros((64, 64), "float32"), "dense/kernel", np.random.default_rng(0))
    assert kernel.std() == pytest.approx(np.sqrt(2 / 128), rel=0.05)
    assert weights_are_usual([kernel], ["dense/kernel"])
    assert not weights_are_usual([kernel * 20], ["dense/kernel"])
    assert not weights_are_usual([kernel * 0], ["dense/kernel"])
    assert not weights_are_usual([np.full(3, -5.0)], ["dense/bias"])


def test_kernels_of_few_values_are_judged_together() -> None:
    usual_ones = [np.array([[0.9, -0.8], [0.4, -0.5]])] * 2
    paths = ["a/kernel", "b/kernel"]
    assert weights_are_usual(usual_ones, paths)
    assert not weights_are_usual([one / 20 for one in usual_ones], paths)
    assert weights_are_usual([usual_ones[0] / 20], paths[:1])


def test_recurrent_weights_keep_lengths_and_statistics_are_kept() -> None:
    deal = np.random.default_rng(0)
    made = usual(np.zeros((8, 32), "float32"), "lstm/recurrent_kernel", deal)
    assert np.allclose(made @ made.T, np.eye(8), atol=1e-5)
    state = np.array([1, 2], "int64")
    assert usual(state, "dropout/seed", deal) is state
    assert usual(np.ones(3), "norm/moving_variance", deal).tolist() == [1, 1, 1]

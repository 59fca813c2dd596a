"""Which rows copies are trained on and judged by."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from nbdoctor.trials.copying.rows import (
    FEWEST_TO_HOLD_OUT,
    MOST_BYTES,
    MOST_ROWS,
    Sample,
    each_leaf,
    labels_of,
    row_count,
    sample_of,
    split,
    tensors,
)
from nbdoctor.trials.refusal import UntriedError

pytestmark = pytest.mark.keras

THREE = Sample(index=np.array([0, 2, 4]), total=5)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(np.arange(5) * 10, id="an array"),
        pytest.param([0, 10, 20, 30, 40], id="a list"),
        pytest.param((0, 10, 20, 30, 40), id="a tuple"),
        pytest.param(pd.Series([0, 10, 20, 30, 40], index=list("abcde")), id="a column"),
        pytest.param(tf.constant([0, 10, 20, 30, 40]), id="a tensor"),
    ],
)
def test_the_same_rows_of_whatever_holds_them(value: Any) -> None:
    taken = THREE.of(value)
    assert type(taken) is type(value)
    assert list(np.asarray(taken)) == [0, 20, 40]


@pytest.mark.parametrize("value", [np.arange(4), 3, "five", None, {"a": 1}])
def test_what_is_not_by_row_stays(value: Any) -> None:
    assert THREE.of(value) is value


def test_of_a_structure_each_leaf_loses_rows() -> None:
    taken = each_leaf(THREE, {"a": np.arange(5), "b": [np.arange(5) * 2, np.arange(5) * 3]})
    assert list(taken["a"]) == [0, 2, 4]
    assert [list(one) for one in taken["b"]] == [[0, 4, 8], [0, 6, 12]]
    assert each_leaf(THREE, [0, 1, 2, 3, 4]) == [0, 2, 4]


def test_few_rows_are_all_taken_and_many_evenly() -> None:
    assert list(sample_of(np.zeros((7, 2))).index) == list(range(7))
    many = sample_of(np.zeros((10 * MOST_ROWS, 2)))
    assert (len(many.index), many.total) == (MOST_ROWS, 10 * MOST_ROWS)
    assert (many.index[0], many.index[-1]) == (0, 10 * MOST_ROWS - 1)
    assert set(np.diff(many.index)) <= {9, 10, 11}


def test_of_wide_rows_fewer_are_taken() -> None:
    wide = np.broadcast_to(np.float32(0), (5000, MOST_BYTES // 400))
    assert len(sample_of(wide).index) == 100


@pytest.mark.parametrize(
    ("x", "why"),
    [
        pytest.param(iter(()), "not in memory", id="an iterator"),
        pytest.param(tf.data.Dataset.range(9), "not in memory", id="a dataset"),
        pytest.param({"a": np.zeros(3), "b": np.zeros(4)}, "not in memory", id="of other lengths"),
        pytest.param(np.zeros((1, 3)), "too few rows", id="one row"),
    ],
)
def test_what_has_no_rows_in_memory_is_refused(x: Any, why: str) -> None:
    with pytest.raises(UntriedError, match=why):
        sample_of(x)


def test_a_third_judges_and_does_not_train() -> None:
    parts = split(90, {})
    assert parts.held_out
    assert (len(parts.train), len(parts.judge)) == (60, 30)
    assert sorted([*parts.train, *parts.judge]) == list(range(90))
    assert list(parts.judge) != list(range(60, 90))
    assert list(split(90, {}).judge) == list(parts.judge)


def test_the_rows_that_fit_splits_off_judge() -> None:
    parts = split(100, {"validation_split": 0.2})
    assert (list(parts.train), list(parts.judge)) == (list(range(80)), list(range(80, 100)))
    given = split(100, {"validation_split": 0.2, "validation_data": (1, 2)})
    assert len(given.judge) == 33


def test_of_few_rows_all_train_and_judge() -> None:
    parts = split(FEWEST_TO_HOLD_OUT - 1, {"validation_split": 0.5})
    assert not parts.held_out
    assert list(parts.train) == list(parts.judge) == list(range(FEWEST_TO_HOLD_OUT - 1))


@pytest.mark.parametrize(
    ("y", "labels"),
    [
        pytest.param([1, 0, 1], None, id="a list, which may be one of outputs"),
        pytest.param(np.array([[1.0], [2.0]]), [[1.0], [2.0]], id="an array"),
        pytest.param(pd.Series([3, 4]), [3, 4], id="a column"),
        pytest.param({"out": np.array([5, 6])}, [5, 6], id="one output by its name"),
        pytest.param([np.array([5]), np.array([6])], None, id="two outputs"),
        pytest.param(None, None, id="none"),
    ],
)
def test_the_labels_of_one_output(y: Any, labels: Any) -> None:
    found = labels_of(y)
    assert (found if found is None else found.tolist()) == labels


def test_rows_are_counted() -> None:
    assert (row_count(np.zeros((4, 2))), row_count({"a": np.zeros(3)}), row_count([1, 2])) == (
        4, 3, 2,
    )  # fmt: skip


def test_class_weights_become_weights_of_rows() -> None:
    x, y = np.zeros((3, 2), "float32"), np.array([0, 1, 1])
    batch = tensors(x, y, None, {0: 1.0, 1: 4.0}, 3)
    assert [np.asarray(one).tolist() for one in batch[1:]] == [[0, 1, 1], [1.0, 4.0, 4.0]]

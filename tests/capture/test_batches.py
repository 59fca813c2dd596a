"""Batches of rows in memory are like those that training draws; nothing else is drawn from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from nbdoctor.capture.batches import batches_in_memory, first_batches

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

X = np.arange(40, dtype="float64").reshape(20, 2)
Y = np.arange(20)
FRAME = pd.DataFrame(X, columns=["a", "b"])


def batch_of(rows: int = 4) -> Any:
    return tf.constant(X[:rows], tf.float32), tf.constant(Y[:rows])


def rows_of(batches: list[Any]) -> list[list[int]]:
    return [[int(y) for y in batch[1]] for batch in batches]


def test_batches_are_spread_over_all_rows_and_share_none() -> None:
    made = batches_in_memory({"x": X, "y": Y}, batch_of(), 3)
    assert rows_of(made) == [[0, 5, 10, 15], [1, 6, 11, 16], [2, 7, 12, 17]]
    for x, y in made:
        assert (x.dtype, y.dtype) == (tf.float32, tf.int64)
        assert x.numpy().tolist() == X[y.numpy()].tolist()


def test_there_are_no_more_than_the_rows_beyond_the_first_allow() -> None:
    made = batches_in_memory({"x": X, "y": Y}, batch_of(8), 5)
    assert [len(batch) for batch in rows_of(made)] == [8, 4]
    assert batches_in_memory({"x": X, "y": Y}, batch_of(20), 5) == []


def test_rows_that_validate_are_left_out() -> None:
    made = batches_in_memory({"x": X, "y": Y, "validation_split": 0.4}, batch_of(), 2)
    assert max(row for batch in rows_of(made) for row in batch) < 12


@pytest.mark.parametrize(
    ("arguments", "like"),
    [
        pytest.param({"x": iter([X]), "y": None}, batch_of(), id="a generator"),
        pytest.param({"x": X, "y": Y}, (*batch_of(), tf.ones(4)), id="weights of classes"),
        pytest.param({"x": X, "y": Y}, (tf.ones((4, 3)), tf.ones(4)), id="other shapes"),
        pytest.param({"x": tf.data.Dataset.range(3), "y": None}, tf.ones(4), id="a dataset"),
    ],
)
def test_none_are_made_where_the_arrays_are_not_all_that_makes_a_batch(
    arguments: dict[str, Any], like: Any
) -> None:
    assert batches_in_memory(arguments, like, 3) == []


def test_inputs_by_name_and_weights_of_rows_keep_their_places() -> None:
    like = ({"a": tf.ones((4, 2)), "b": tf.ones((4, 1))}, tf.ones(4), tf.ones(4))
    given = {"x": {"a": X, "b": X[:, :1]}, "y": Y, "sample_weight": Y * 2.0}
    (made,) = batches_in_memory(given, like, 1)
    inputs, y, weights = made
    assert inputs["a"].numpy()[:, 0].tolist() == inputs["b"].numpy()[:, 0].tolist()
    assert weights.numpy().tolist() == (2 * y.numpy()).tolist()


def drawn() -> Iterator[Any]:
    pytest.fail("the generator was drawn from")
    yield X


class Sequence(keras.utils.PyDataset):
    def __len__(self) -> int:
        return pytest.fail("the length was asked for")

    def __getitem__(self, index: int) -> Any:
        pytest.fail("an item was asked for")


def test_the_first_batch_is_that_of_keras() -> None:
    (first,) = first_batches({"x": X, "y": Y, "batch_size": 6}, 3)
    assert first[0].numpy().tolist() == X[:6].tolist()
    assert (first[0].dtype, first[1].dtype) == (tf.float32, tf.int64)
    (first,) = first_batches({"x": FRAME, "y": Y}, 1)
    assert first[0].shape == (20, 2)
    (first,) = first_batches({"x": X, "y": Y, "validation_split": 0.5}, 1)
    assert first[0].shape == (10, 2)


def test_weights_of_classes_are_those_of_the_rows() -> None:
    given = {"x": X, "y": Y % 2, "class_weight": {0: 1.0, 1: 3.0}, "batch_size": 4}
    ((_, y, weights),) = first_batches(given, 1)
    assert weights.numpy().tolist() == (1 + 2 * y.numpy()).tolist()


@pytest.mark.parametrize(
    "x",
    [
        drawn,
        Sequence,
        lambda: tf.data.Dataset.from_tensor_slices(X).shuffle(20),
        lambda: tf.data.Dataset.from_generator(drawn, tf.float32),
        lambda: None,
    ],
    ids=["a generator", "a sequence", "shuffled", "a dataset of a generator", "nothing"],
)
def test_nothing_is_drawn_from_what_that_would_change(x: Any) -> None:
    assert first_batches({"x": x(), "y": None}, 2) == []


def test_a_dataset_that_is_only_read_gives_its_first_batches() -> None:
    data = tf.data.Dataset.from_tensor_slices((X, Y)).batch(4)
    assert rows_of(first_batches({"x": data}, 2)) == [[0, 1, 2, 3], [4, 5, 6, 7]]

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from nbdoctor.capture import batches
from nbdoctor.capture.batches import batches_to_take, take, tensors

pytestmark = pytest.mark.keras

X = np.zeros((8, 2), "float32")


def counted(most: int = 9, breaks_at: int = 99) -> Iterator[Any]:
    for number in range(most):
        if number == breaks_at:
            message = "no such file"
            raise OSError(message)
        yield np.full(2, number)


def test_so_many_batches_are_taken_and_no_more() -> None:
    source = counted()
    taken, error = take(source, 3, (StopIteration,))
    assert [int(batch[0]) for batch in taken] == [0, 1, 2]
    assert error is None
    assert next(source)[0] == 3


def test_data_may_end_early() -> None:
    taken, error = take(counted(2), 5, (StopIteration,))
    assert len(taken) == 2
    assert error is None


@pytest.mark.parametrize("at", [0, 2])
def test_an_error_is_kept_for_training(at: int) -> None:
    taken, error = take(counted(breaks_at=at), 5, (StopIteration,))
    assert len(taken) == at
    assert isinstance(error, OSError)


def test_slow_and_large_batches_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "PEEK_SECONDS", 0.0)
    assert len(take(counted(), 5, (StopIteration,))[0]) == 1
    monkeypatch.setattr(batches, "PEEK_SECONDS", 99.0)
    monkeypatch.setattr(batches, "PEEK_BYTES", 40)
    assert len(take(counted(), 5, (StopIteration,))[0]) == 3


class Sequence(keras.utils.PyDataset):
    pass


SLICES = tf.data.Dataset.from_tensor_slices(X)


@pytest.mark.parametrize(
    ("data", "steps", "taken"),
    [
        pytest.param(X, None, 4, id="arrays"),
        pytest.param(X, 2, 2, id="few steps"),
        pytest.param([X, {"a": X}], 9, 4, id="several arrays"),
        pytest.param(pd.DataFrame(X), None, 4, id="a frame"),
        pytest.param(SLICES, None, 4, id="a dataset"),
        pytest.param(SLICES.map(lambda x: x * 2).shuffle(3), None, 4, id="a mapped dataset"),
        pytest.param(
            SLICES.map(lambda x: tf.numpy_function(lambda v: v, [x], "float32")).batch(2),
            None,
            1,
            id="a dataset that runs Python",
        ),
        pytest.param(
            tf.data.Dataset.from_generator(lambda: iter(X), "float32").prefetch(1),
            None,
            1,
            id="a dataset of a generator",
        ),
        pytest.param(counted(), None, 1, id="a generator"),
        pytest.param(Sequence(), None, 1, id="a sequence"),
    ],
)
def test_only_what_runs_no_code_of_the_user_is_taken_ahead(
    data: Any, steps: int | None, taken: int
) -> None:
    assert batches_to_take(data, steps, 4) == taken


def test_batches_of_generators_get_the_types_that_keras_gives_them() -> None:
    x, y, weights = tensors((X.astype("float64"), np.arange(3), None))
    assert (x.dtype.name, y.dtype.name, weights) == ("float32", "int64", None)
    assert tensors(0.5).dtype.name == "float32"

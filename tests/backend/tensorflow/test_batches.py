"""A batch is drawn just before its step, and the step gets the same batch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from nbdoctor.backend.tensorflow import batches
from nbdoctor.backend.tensorflow.trace import OVER_BATCHES, function_in

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

X = np.arange(24, dtype="float32").reshape(12, 2)
SLICES = tf.data.Dataset.from_tensor_slices(X)


def values(of: Any) -> list[Any]:
    return [batch.numpy().tolist() for batch in of]


@pytest.mark.parametrize("number", [1, 2])
def test_what_was_drawn_comes_again_in_order_and_without_a_new_trace(number: int) -> None:
    traces = []

    @tf.function(reduce_retracing=False)
    def step(iterator: Any) -> Any:
        traces.append(1)
        return [next(iterator) for _ in range(number)]

    step(iter(SLICES.batch(2)))
    iterator = iter(SLICES.batch(2))
    drawn = batches.draw(iterator, number)
    assert drawn.batch.numpy().tolist() == X[:2].tolist()
    assert drawn.error is None
    seen = values(step(drawn.again)) + values(step(iterator))
    assert seen == [X[k : k + 2].tolist() for k in range(0, 4 * number, 2)]
    assert len(traces) == 1


def test_the_last_batches_come_and_then_the_end() -> None:
    iterator = iter(SLICES.batch(8))
    next(iterator)
    drawn = batches.draw(iterator, 3)
    assert drawn.batch.numpy().tolist() == X[8:].tolist()
    assert values(drawn.again) == [X[8:].tolist()]


def test_data_that_has_ended_is_handed_on_as_it_is() -> None:
    iterator = iter(SLICES.batch(12))
    next(iterator)
    drawn = batches.draw(iterator, 1)
    assert (drawn.batch, drawn.error) == (None, None)
    assert drawn.again is iterator
    with pytest.raises(StopIteration):
        next(drawn.again)


def failing(at: float) -> Any:
    """Batches of two rows, of which the one that begins with `at` cannot be had."""

    def check(row: Any) -> Any:
        tf.debugging.Assert(tf.not_equal(row[0], at), ["broken row"])
        return row

    return SLICES.map(check).batch(2)


@pytest.mark.parametrize("before", [0, 1])
def test_an_error_of_the_data_is_met_by_the_step_and_no_batch_is_lost(before: int) -> None:
    """The step draws two: what came before the error comes first."""

    @tf.function
    def step(iterator: Any) -> Any:
        return [next(iterator) for _ in range(2)]

    raised = []
    for watched in (False, True):
        iterator = iter(failing(4.0 * before))
        drawn = batches.draw(iterator, 2) if watched else None
        source = iterator if drawn is None else drawn.again
        if drawn is not None:
            assert isinstance(drawn.error, tf.errors.InvalidArgumentError)
            assert (drawn.batch is None) is (before == 0)
        with pytest.raises(tf.errors.InvalidArgumentError) as caught:
            step(source)
        raised.append(caught.value if drawn is None else batches.as_met(caught.value, drawn))
        assert next(iterator, None) is not None  # the data goes on after what it could not give
    plain, ours = raised
    assert type(plain) is type(ours)
    assert "broken row" in str(ours)
    assert "the data failed" not in str(ours)


def test_an_error_of_the_data_reads_as_in_training() -> None:
    def raised(watched: bool) -> str:
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="dense")])
        model.compile("sgd", "mse")
        model.make_train_function()
        iterator = iter(failing(0.0).map(lambda row: (row, row[:, :1])))
        drawn = batches.draw(iterator, 1) if watched else None
        with pytest.raises(tf.errors.InvalidArgumentError) as caught:
            model.train_function(iterator if drawn is None else drawn.again)
        met = caught.value if drawn is None else batches.as_met(caught.value, drawn)
        return re.sub(r"\d+", "0", str(met))  # functions are numbered

    assert "broken row" in raised(watched=True)
    assert raised(watched=True) == raised(watched=False)


def test_an_error_that_is_none_of_tensorflow_stays_as_it_is() -> None:
    error = ValueError("mine")
    drawn = batches.Drawn(None, None, tf.errors.InvalidArgumentError(None, None, "data"))
    assert batches.as_met(error, drawn) is error


def test_a_batch_that_keras_hands_over_is_handed_on_as_it_was() -> None:
    given = (X[:2], None, X[:2, 0])

    def data() -> Iterator[Any]:
        yield given

    drawn = batches.draw(data(), 1)
    assert drawn.given is given
    x, y, weights = drawn.batch
    assert (x.dtype, y, weights.shape) == (tf.float32, None, (2,))
    assert next(drawn.again) is given


def model_with(**options: Any) -> Any:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", **options)
    model.make_train_function()
    return model


def pairs() -> Any:
    return iter(tf.data.Dataset.from_tensor_slices((X, X[:, :1])).batch(2))


@pytest.mark.parametrize("steps", [1, 3])
def test_as_many_are_drawn_as_the_step_draws(steps: int) -> None:
    model = model_with(steps_per_execution=steps)
    assert batches.draws_of(model.train_function, pairs(), steps) == steps
    model.train_function(pairs())
    assert batches.draws_of(model.train_function, pairs(), steps) == steps


def test_a_step_that_was_traced_for_another_number_draws_that_many() -> None:
    model = model_with(steps_per_execution=2)
    model.train_function(pairs())
    assert batches.draws_of(model.train_function, pairs(), 2) == 2
    model = model_with()
    model.train_function(pairs())
    assert batches.draws_of(model.train_function, pairs(), 1) == 1


def data() -> Iterator[Any]:
    """Of the name that Keras gives its own."""
    yield X


def others() -> Iterator[Any]:
    yield X


def test_iterators_of_python_are_drawn_from_where_keras_made_them() -> None:
    function = model_with().train_function
    assert batches.draws_of(function, data(), 1) == 1
    assert batches.draws_of(function, others(), 1) is None
    assert batches.draws_of(function, iter([X]), 1) is None


def test_the_function_inside_of_a_training_step_is_found() -> None:
    assert function_in(model_with().train_function, OVER_BATCHES) is not None
    assert function_in(print, OVER_BATCHES) is None

    @tf.function
    def function(iterator: Any) -> Any:
        return next(iterator)

    assert function_in(function, OVER_BATCHES) is function


def test_what_batches_look_like_is_told_where_it_is_known() -> None:
    assert batches.spec_of(pairs())[0].shape.as_list() == [None, 2]
    assert batches.spec_of(iter([X])) is None


COUNT = tf.Variable(0)


def counted(row: Any) -> Any:
    COUNT.assign_add(1)
    return row


def in_python(row: Any) -> Any:
    return tf.numpy_function(np.sin, [row], "float32")


def generated() -> Any:
    return tf.data.Dataset.from_generator(
        lambda: iter(X), output_signature=tf.TensorSpec((2,), "float32")
    )


TABLE = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer([1], [2]), -1)


@pytest.mark.parametrize(
    ("dataset", "only_read"),
    [
        pytest.param(lambda: SLICES.batch(2).prefetch(1).repeat(), True, id="plain"),
        pytest.param(lambda: SLICES.map(tf.sin).filter(lambda r: r[0] > 0), True, id="a map"),
        pytest.param(lambda: SLICES.map(tf.function(tf.sin)), True, id="a function"),
        pytest.param(lambda: tf.data.Dataset.zip((SLICES, SLICES)).take(2), True, id="two"),
        pytest.param(lambda: SLICES.shuffle(3), False, id="shuffled"),
        pytest.param(SLICES.cache, False, id="kept"),
        pytest.param(lambda: SLICES.map(counted), False, id="a counter"),
        pytest.param(lambda: SLICES.map(lambda r: r + tf.random.normal([2])), False, id="draws"),
        pytest.param(lambda: SLICES.map(in_python), False, id="a map in Python"),
        pytest.param(lambda: SLICES.map(tf.function(in_python)), False, id="Python in a function"),
        pytest.param(lambda: SLICES.filter(lambda r: in_python(r)[0] > 0), False, id="a filter"),
        pytest.param(generated, False, id="a generator"),
        pytest.param(lambda: generated().batch(2).prefetch(2), False, id="a generator in batches"),
        pytest.param(lambda: tf.data.Dataset.zip((SLICES, generated())), False, id="one of two"),
    ],
)
def test_a_dataset_is_read_only_where_that_changes_nothing(dataset: Any, only_read: bool) -> None:
    assert batches.is_only_read(dataset()) is only_read


def test_the_first_batches_of_a_dataset_are_read() -> None:
    assert values(batches.first_of(SLICES.batch(2), 2)) == [X[:2].tolist(), X[2:4].tolist()]
    assert batches.is_dataset(SLICES)
    assert not batches.is_dataset(iter(SLICES))

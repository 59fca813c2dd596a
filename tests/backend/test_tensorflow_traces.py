"""A trace is run once more for what it computes on the way, and is the same trace afterwards."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from nbdoctor.backend import tensorflow
from nbdoctor.backend import tensorflow_traces as traces

pytestmark = pytest.mark.keras

X = np.arange(12, dtype="float32").reshape(6, 2)


def batches() -> Any:
    return iter(tf.data.Dataset.from_tensor_slices(X).batch(2))


class Counted:
    """A traced function that adds up what it is given; notes the tensors on the way."""

    def __init__(self) -> None:
        self.total = tf.Variable(0.0)
        self.met: list[Any] = []
        self.traced = tf.function(self.step, input_signature=[tf.TensorSpec([None, 2])])

    def step(self, batch: Any) -> Any:
        doubled = 2.0 * batch
        self.met.append(doubled)
        self.total.assign_add(tf.reduce_sum(doubled))
        return {"total": self.total.read_value()}


def test_a_trace_gives_what_it_met_and_what_it_returns() -> None:
    counted = Counted()
    concrete = counted.traced.get_concrete_function()
    run = traces.repeated(concrete.graph, lambda: [counted.met[0], tf.reduce_max(counted.met[0])])
    logs, (doubled, largest) = run(tf.constant(X))
    assert float(logs["total"]) == float(counted.total) == 2.0 * X.sum()
    assert doubled.numpy().tolist() == (2.0 * X).tolist()
    assert float(largest) == 22.0
    _, (fewer, _) = run(tf.constant(X[:1]))
    assert fewer.shape == (1, 2)


def test_the_trace_itself_stays_as_it_is() -> None:
    counted = Counted()
    concrete = counted.traced.get_concrete_function()
    before = concrete.function_def.SerializeToString(deterministic=True)
    outputs = list(concrete.graph.outputs)
    traces.repeated(concrete.graph, lambda: tf.reduce_max(counted.met[0]))
    assert concrete.graph.outputs == outputs
    assert concrete.function_def.SerializeToString(deterministic=True) == before
    assert float(counted.traced(X)["total"]) == 2.0 * X.sum()
    assert len(counted.met) == 1


def test_no_two_have_the_same_name() -> None:
    """TensorFlow keeps what it made of a function under its name, also when that is gone."""
    called = []
    for factor in range(1, 9):
        counted = Counted()
        graph = counted.traced.get_concrete_function().graph
        met = counted.met[0]
        run = traces.repeated(graph, lambda met=met, factor=factor: factor * met)  # type: ignore[misc]
        called.append(float(tf.reduce_max(run(tf.constant(X))[1])))
        assert float(counted.total) == 2.0 * X.sum()
        del run, counted, graph, met
    assert called == [22.0 * factor for factor in range(1, 9)]


def test_what_lies_inside_of_a_branch_cannot_be_had() -> None:
    inside = []

    @tf.function
    def step(batch: Any) -> Any:
        def branch() -> Any:
            inside.append(batch + 1.0)
            return inside[-1]

        return tf.cond(tf.reduce_sum(batch) > 0.0, branch, lambda: batch)

    concrete = step.get_concrete_function(tf.TensorSpec([2]))
    with pytest.raises(traces.NotRepeatableError, match="a branch of its own"):
        traces.repeated(concrete.graph, lambda: inside[0])


def test_a_step_that_needs_the_graph_around_it_cannot_be_run_alone() -> None:
    inner: list[Any] = []

    @tf.function
    def outer(batch: Any) -> Any:
        around = batch + 1.0

        @tf.function
        def step(given: Any) -> Any:
            inner.append(given * around)
            return inner[-1]

        return step(batch)

    outer.get_concrete_function(tf.TensorSpec([2]))
    with pytest.raises(traces.NotRepeatableError, match="around it"):
        traces.repeated(traces.graph_of(inner[0]), lambda: inner[0])


def test_batches_of_another_kind_are_refused() -> None:
    counted = Counted()
    run = traces.repeated(counted.traced.get_concrete_function().graph, lambda: counted.met[0])
    with pytest.raises(traces.NotRepeatableError, match="another kind"):
        run((tf.constant(X), tf.constant(X)))


def compiled(**options: Any) -> Any:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", **options)
    model.make_train_function()
    return model


def test_keras_traces_its_step_when_asked() -> None:
    model = compiled()
    data = tf.data.Dataset.from_tensor_slices((X, X[:, :1])).batch(2)
    trace = traces.trace_of(model.train_function, iter(data))
    assert trace is not None
    graph = trace().graph  # type: ignore[attr-defined]
    assert any("one_step_on_data" in name for name in graph._functions)


@pytest.mark.parametrize(
    ("function", "iterator"),
    [
        (lambda: compiled(run_eagerly=True).train_function, batches),
        (lambda: compiled().train_function, lambda: iter([X])),
        (lambda: lambda data: data, batches),
        (lambda: print, batches),
    ],
    ids=["op by op", "a Python iterator", "another function", "no Python function"],
)
def test_what_cannot_be_traced_ahead_is_left_alone(function: Any, iterator: Any) -> None:
    assert traces.trace_of(function(), iterator()) is None


def test_functions_that_run_eagerly_are_not_traced() -> None:
    function = compiled().train_function
    with tensorflow.eagerly():
        assert traces.trace_of(function, batches()) is None

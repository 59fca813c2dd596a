"""Keras's own trace of its step is made when it is asked for, and is the one that training uses."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from nbdoctor.backend.tensorflow import trace as traces

pytestmark = pytest.mark.keras

X = np.arange(12, dtype="float32").reshape(6, 2)


def batches() -> Any:
    return iter(tf.data.Dataset.from_tensor_slices(X).batch(2))


def pairs() -> Any:
    return iter(tf.data.Dataset.from_tensor_slices((X, X[:, :1])).batch(2))


def compiled(**options: Any) -> Any:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", **options)
    model.make_train_function()
    return model


@pytest.mark.parametrize(
    "options", [{}, {"steps_per_execution": 2}, {"jit_compile": True}], ids=str
)
def test_keras_traces_its_step_when_asked_and_not_again(options: dict[str, Any]) -> None:
    model = compiled(**options)
    calls: list[int] = []
    step = model.train_step

    def counted(data: Any) -> Any:
        calls.append(1)
        return step(data)

    model.train_step = counted
    model.make_train_function(force=True)
    trace = traces.trace_of(model.train_function, pairs())
    assert trace is not None
    graph = trace().graph  # type: ignore[attr-defined]
    assert any("one_step_on_data" in name for name in graph._functions)
    made = len(calls)
    assert made > 0
    assert int(model.optimizer.iterations.numpy()) == 0
    model.train_function(pairs())
    assert len(calls) == made


def test_the_step_on_a_batch_that_keras_hands_over_is_traced() -> None:
    model = compiled()
    trace = traces.trace_for_batch(model.train_function, next(pairs()))
    if isinstance(model.train_function, traces.Function):  # Keras 3.6: the step itself draws
        assert trace is None
        return
    assert trace is not None
    assert isinstance(trace().graph, tf.Graph)  # type: ignore[attr-defined]


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
    tf.config.run_functions_eagerly(run_eagerly=True)
    try:
        assert traces.trace_of(function, batches()) is None
        assert traces.trace_for_batch(function, X) is None
    finally:
        tf.config.run_functions_eagerly(run_eagerly=False)


def test_what_a_trace_raises_is_what_the_call_would_raise() -> None:
    model = compiled()
    raised = []
    for call in (traces.trace_of(model.train_function, batches()), model.train_function):
        assert call is not None
        with pytest.raises(ValueError, match=r".") as caught:
            call(*([batches()] if call is model.train_function else []))
        raised.append(str(caught.value))
    assert raised[0] == raised[1]


def test_a_function_of_ours_is_one_graph() -> None:
    @tf.function
    def inner(values: Any) -> Any:
        return values * 2.0

    run = traces.traced(lambda values: {"twice": inner(values)}, tf.constant([1.0]))
    assert run(tf.constant([3.0]))["twice"].numpy().tolist() == [6.0]


def test_a_trace_that_was_made_ahead_counts_with_the_first_call_after_it() -> None:
    import tensorflow as tf

    from nbdoctor.backend.tensorflow.trace import count_as_tracing

    function = tf.function(lambda value: value + 1.0)
    function.get_concrete_function(tf.constant(1.0))
    with count_as_tracing(function):
        counts = [function.experimental_get_tracing_count() for _ in range(3)]
    assert counts == [0, 1, 1]
    assert "experimental_get_tracing_count" not in vars(function)
    assert function.experimental_get_tracing_count() == 1

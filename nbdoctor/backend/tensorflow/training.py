"""Train copies of a model on TensorFlow, as Keras does it and without its callbacks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf


def train_steps(model: Any, data: Any, batch_size: int) -> Callable[[Any], Any]:
    """Several steps of `model` as one graph, as Keras makes them with `steps_per_execution`.

    Parameters
    ----------
    model : keras.Model
    data : Any
        All rows, as `fit` hands batches of them to a step.
    batch_size : int

    Returns
    -------
    callable
        It takes the rows of each step, shape (steps, batch_size), and gives the last loss.
    """

    @tf.function(input_signature=[tf.TensorSpec([None, batch_size], tf.int64)])  # type: ignore[untyped-decorator]
    def steps(rows_of_steps: Any) -> Any:
        loss = tf.constant(0.0)
        for index in rows_of_steps:
            batch = tf.nest.map_structure(lambda leaf: tf.gather(leaf, index), data)  # noqa: B023
            logs = model.train_step(batch)
            loss = tf.cast(logs.get("loss", 0.0), tf.float32)
        return loss

    made: Callable[[Any], Any] = steps
    return made


def descent(
    loss: Callable[[Any], Any], optimizer: Any, variables: Sequence[Any]
) -> Callable[[Any, Any], Any]:
    """Several steps down a loss as one graph, which serves for any rows of one kind.

    Parameters
    ----------
    loss : callable
        Of a batch: these rows of every tensor of the data.
    optimizer : keras.optimizers.Optimizer
        Built for `variables`.
    variables : sequence of keras.Variable

    Returns
    -------
    callable
        It takes the data, and the rows of each step, shape (steps, rows); it gives the last loss.
    """
    values = [one.value for one in variables]

    def step(batch: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(values)
            lost = loss(batch)
            scaled = optimizer.scale_loss(lost)
        slopes = tape.gradient(scaled, values)
        known = [(g, v) for g, v in zip(slopes, variables, strict=True) if g is not None]
        if known:
            optimizer.apply([g for g, _ in known], [v for _, v in known])
        return tf.cast(lost, tf.float32)

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def steps(data: Any, rows_of_steps: Any) -> Any:
        def body(at: Any, _: Any) -> Any:
            chosen = rows_of_steps[at]
            batch = tf.nest.map_structure(lambda leaf: tf.gather(leaf, chosen), data)
            return at + 1, step(batch)

        def goes_on(at: Any, _: Any) -> Any:
            return at < tf.shape(rows_of_steps)[0]

        start = (tf.constant(0), tf.constant(0.0))
        return tf.while_loop(goes_on, body, start, parallel_iterations=1)[1]

    def made(data: Any, rows_of_steps: Any) -> Any:
        order = tf.constant(rows_of_steps, tf.int64)
        return _for_any_rows(steps, traced, data, order)(data, order)

    traced: dict[Any, Any] = {}
    return made


def graph_of(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a function of a list of tensors as a graph that serves for any number of rows."""
    graph = tf.function(function, autograph=False)
    traced: dict[Any, Any] = {}

    def made(tensors: Any) -> Any:
        return _for_any_rows(graph, traced, tensors)(tensors)

    return made


def _for_any_rows(graph: Any, traced: dict[Any, Any], *given: Any) -> Any:
    """Trace a function once for all tensors that differ in their first axes alone.

    A trace for the first number of rows or steps would be made again for the next.
    """

    def spec(tensor: Any, at: int) -> Any:
        shape = [None, None] if at else [None, *tensor.shape[1:]]
        return tf.TensorSpec(shape, tensor.dtype)

    specs = [
        tf.nest.map_structure(lambda tensor, at=at: spec(tensor, at), one)
        for at, one in enumerate(given)
    ]
    key = str(specs)
    if key not in traced:
        traced[key] = graph.get_concrete_function(*specs)
    return traced[key]


def prediction(model: Any) -> Callable[[Any], Any]:
    """What `model` predicts, as a graph."""

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def predict(x: Any) -> Any:
        return model(x, training=False)

    made: Callable[[Any], Any] = predict
    return made


def rows(batch: Any, index: np.ndarray[Any, Any]) -> Any:
    """These rows of every tensor of `batch`."""
    chosen = tf.constant(index)
    return tf.nest.map_structure(lambda leaf: tf.gather(leaf, chosen), batch)


def joined(batches: Sequence[Any]) -> Any:
    """Batches of one structure as a single one."""
    return tf.nest.map_structure(lambda *leaves: tf.concat(leaves, axis=0), *batches)


def whole(adapter: Any) -> Any:
    """All rows of a data adapter that makes a single batch, as `fit` gets them."""
    return next(iter(adapter.get_tf_dataset()))

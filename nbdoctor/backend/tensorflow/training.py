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

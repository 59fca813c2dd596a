"""Keras on TensorFlow: read and write state without a trace, replay batches, sample tensors."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from nbdoctor.backend.sampling import Array, stride_for


def now(variable: Any) -> Any:
    """The value of a Keras variable, also while something is traced."""
    with tf.init_scope():
        return variable.numpy()


def as_type(values: Any, like: Any) -> Any:
    """`values` as a tensor of the type of `like`."""
    return tf.cast(tf.convert_to_tensor(values), like.dtype)


def ones_like(tensor: Any) -> Any:
    """Ones of the shape and type of `tensor`."""
    return tf.ones_like(tensor)


def is_concrete(values: Any) -> bool:
    """Whether all tensors of a structure hold values, as those of a trace do not."""
    leaves = tf.nest.flatten(values, expand_composites=True)
    return tf.executing_eagerly() and all(
        hasattr(one, "numpy") for one in leaves if isinstance(one, tf.Tensor)
    )


def is_dense(value: object) -> bool:
    """Whether `value` is a plain tensor, neither ragged nor sparse."""
    return isinstance(value, tf.Tensor)


def is_float(value: object) -> bool:
    """Whether `value` is a floating tensor."""
    return isinstance(value, tf.Tensor) and value.dtype.is_floating


def sample(tensor: Any) -> Array:
    """Whole rows of `tensor` as float32, (rows, last axis), at most about 16 k values."""
    return as_rows(some_rows(tensor))


def some_rows(tensor: Any) -> Any:
    """The same, still a tensor: also inside of a trace."""
    if isinstance(tensor, tf.IndexedSlices):
        tensor = tensor.values
    channels = int(tensor.shape[-1] or 1) if len(tensor.shape) > 1 else 1
    stride = stride_for(int(np.prod([size or 1 for size in tensor.shape])), channels)
    return tf.reshape(tensor, [-1, channels])[::stride] if stride > 1 else tensor


def as_rows(tensor: Any) -> Array:
    """`tensor` as float32, (rows, last axis)."""
    values = np.asarray(tensor)
    return values.reshape(-1, values.shape[-1] if values.ndim > 1 else 1).astype(np.float32)


def product(one: Any, other: Any) -> Any:
    """Sum of the products of the values of two tensors of one shape."""
    return tf.reduce_sum(tf.cast(one, tf.float32) * tf.cast(other, tf.float32))


def norm(tensor: Any) -> Any:
    """Euclidean norm of a whole tensor; NaN or infinity where it holds such."""
    values = tensor.values if isinstance(tensor, tf.IndexedSlices) else tensor
    return tf.norm(tf.cast(values, tf.float32))

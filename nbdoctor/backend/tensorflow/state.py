"""What TensorFlow keeps: its random state, its settings, and a digest of a model's variables."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.python.eager import context as eager_context

from nbdoctor.backend.keras_internals import compiled


def runs_eagerly() -> bool:
    """Whether the user wants functions to run op by op."""
    return bool(tf.config.functions_run_eagerly())


def digest(variables: Iterable[Any]) -> int:
    """CRC of the bytes of `variables` (Keras variables), in order."""
    checksum = 0
    for variable in variables:
        value = np.ascontiguousarray(variable.numpy())
        checksum = zlib.crc32(value.view(np.uint8).data if value.size else b"", checksum)
    return checksum


def random_state() -> str:
    """TensorFlow's global seed and the state of the generator of its operation seeds."""
    context = eager_context.context()
    generator = getattr(context, "_rng", None)  # made when a seed is first set or drawn
    return repr((context._seed, generator and generator.getstate()))  # noqa: SLF001


def set_seed(seed: int) -> None:
    """Draw from `seed` what operations draw that are made from now on."""
    tf.random.set_seed(seed)


def is_distributed(model: Any) -> bool:
    """Whether `model` was made under a distribution strategy."""
    return compiled.is_distributed(model)

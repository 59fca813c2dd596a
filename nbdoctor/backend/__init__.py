"""What differs between Keras backends, and nothing else."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbdoctor.backend.engine import Engine

SUPPORTED = ("tensorflow",)
"""Backends with an engine. Each is a folder of this one that holds an `ENGINE`."""

WRITTEN = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
"""As people write them."""


class BackendMissingError(RuntimeError):
    """Keras has no backend here that can be examined; the message says what to do."""


def name() -> str:
    """Return the name of the backend that Keras uses.

    Raises
    ------
    BackendMissingError
        Keras or its backend is not installed.
    """
    try:
        import keras
    except ImportError as error:
        message = (
            f"Keras could not be imported ({error}). nbdoctor examines Keras models: install a "
            'backend with `pip install "nbdoctor[tensorflow]"`, or `"nbdoctor[cpu]"` without a GPU.'
        )
        raise BackendMissingError(message) from error
    return str(keras.backend.backend())


def is_supported() -> bool:
    """Whether there is an engine for the backend in use.

    Raises
    ------
    BackendMissingError
        Keras or its backend is not installed.
    """
    return name() in SUPPORTED


def current() -> Engine:
    """Return the engine of the backend in use.

    Raises
    ------
    BackendMissingError
        There is none: no step can be made on copies there.
    """
    used = name()
    if used not in SUPPORTED:
        message = (
            f"Keras runs on {WRITTEN.get(used, used)} here, and nbdoctor can try a training step "
            "only on TensorFlow. Put `%%diagnose` on the cell that trains: the data and the shapes "
            "are examined on every backend."
        )
        raise BackendMissingError(message)
    engine: Engine = importlib.import_module(f"nbdoctor.backend.{used}").ENGINE
    return engine

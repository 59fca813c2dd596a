"""What differs between Keras backends, and nothing else."""

from __future__ import annotations

import importlib
from types import ModuleType

SUPPORTED = ("tensorflow",)
"""Backends on which a training step can be rehearsed."""

WRITTEN = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
"""As people write them."""


class BackendMissingError(RuntimeError):
    """Keras has no backend here that can be examined; the message says what to do."""


def name() -> str:
    """Name of the backend that Keras uses.

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


def current() -> ModuleType:
    """The module of the backend in use.

    Raises
    ------
    BackendMissingError
        No module for it: steps cannot be rehearsed there.
    """
    used = name()
    if used not in SUPPORTED:
        message = (
            f"Keras runs on {WRITTEN.get(used, used)} here, and a training step can be rehearsed "
            "on TensorFlow only. Put `%%diagnose` on the cell that trains: the data and the shapes "
            "are examined on every backend."
        )
        raise BackendMissingError(message)
    return importlib.import_module(f"nbdoctor.backend.{used}")


def functions() -> ModuleType:
    """The part of the backend in use that watches hand-written training loops."""
    return importlib.import_module(f"nbdoctor.backend.{name()}_functions")


def traces() -> ModuleType:
    """The part of the backend in use that runs what was traced."""
    return importlib.import_module(f"nbdoctor.backend.{name()}_traces")


def training() -> ModuleType:
    """The part of the backend in use that trains copies of a model."""
    return importlib.import_module(f"nbdoctor.backend.{name()}_training")


def devices() -> ModuleType:
    """The part of the backend in use that knows its devices and their memory."""
    return importlib.import_module(f"nbdoctor.backend.{name()}_devices")

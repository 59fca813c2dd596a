"""Batches as structures of tensors: their rows, and which of them are alike."""

from __future__ import annotations

from typing import Any

from nbdoctor.backend.keras_internals.names import declared
from nbdoctor.backend.keras_internals.structure import all_layers


def has_fixed_batch(model: Any) -> bool:
    """Whether `model` takes batches of one size only: so it was declared, or it keeps state."""
    given = [tensor.shape[0] for tensor in getattr(model, "inputs", None) or []]
    layers = all_layers(model)
    return any(given) or any(declared(layer, "stateful", default=False) for layer in layers)


def row_count(batch: Any) -> int:
    """Rows of a batch."""
    import keras

    return int(keras.tree.flatten(batch)[0].shape[0])  # sparse and ragged tensors have no len


def are_alike(one: Any, other: Any) -> bool:
    """Whether the rows of two batches of the same structure have the same shapes."""
    import keras

    shapes = zip(keras.tree.flatten(one), keras.tree.flatten(other), strict=True)
    return all(tuple(a.shape[1:]) == tuple(b.shape[1:]) for a, b in shapes)

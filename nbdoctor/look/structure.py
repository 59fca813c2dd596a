"""How a live model is put together: paths of its layers, and which layer holds which weight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nbdoctor.backend.keras_internals.structure import all_layers, inside
from nbdoctor.backend.keras_internals.structure import trainable_weights as trained_of
from nbdoctor.backend.keras_internals.structure import weights as weights_of

KERNEL_RANK = 2
"""A weight with two axes or more connects units; one with fewer shifts or scales them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainableWeight:
    """What has to be known of a weight to read its gradient."""

    path: str
    layer: str
    rank: int
    norm: float


def layer_paths(model: Any) -> dict[int, str]:
    """Path of every layer by the layer's id.

    Walked from the model: `layer.path` misses the outer names of layers without weights.
    """
    paths: dict[int, str] = {}

    def walk(layer: Any, above: str) -> None:
        for child in inside(layer):
            path = f"{above}/{child.name}" if above else child.name
            if id(child) not in paths:
                paths[id(child)] = path
                walk(child, path)

    walk(model, "")
    paths[id(model)] = model.name
    return paths


def own_weights(weights: list[Any], layer: Any) -> list[Any]:
    """Those of a layer's weights that no layer inside of it holds."""
    nested = {id(w) for child in inside(layer) for w in weights_of(child)}
    return [weight for weight in weights if id(weight) not in nested]


def has_kernel(layer: Any) -> bool:
    """Whether a layer's own weights connect its inputs to units (an embedding looks up)."""
    if type(layer).__name__ == "Embedding":
        return False
    return any(len(weight.shape) >= KERNEL_RANK for weight in own_weights(weights_of(layer), layer))


def weight_owners(model: Any, paths: Mapping[int, str]) -> dict[int, str]:
    """Path of the innermost layer that holds each weight, by the weight's id."""
    import keras

    owners: dict[int, tuple[int, str]] = {}
    # Models last: the only layer of a model holds as many weights as the model itself.
    for layer in sorted(all_layers(model), key=lambda layer: isinstance(layer, keras.Model)):
        path = paths.get(id(layer), layer.name)
        held = len(weights_of(layer))
        for weight in weights_of(layer):
            if id(weight) not in owners or held < owners[id(weight)][0]:
                owners[id(weight)] = (held, path)
    return {weight: path for weight, (_, path) in owners.items()}


def trainable_weights(
    model: Any,
    paths: Mapping[int, str],
    changes: Mapping[str, tuple[float, float]],
) -> list[TrainableWeight]:
    """The trainable weights of `model` from input to output, with their norms.

    Parameters
    ----------
    model : keras.Model
    paths : mapping of int to str
        Layer paths by layer id (see `layer_paths`).
    changes : mapping of str to (float, float)
        As in `Rehearsal.changes`: the second number is the norm.
    """
    owners = weight_owners(model, paths)
    return [
        TrainableWeight(
            path=weight.path,
            layer=owners[id(weight)],
            rank=len(weight.shape),
            norm=changes.get(weight.path, (0.0, 0.0))[1],
        )
        for weight in trained_of(model)
    ]

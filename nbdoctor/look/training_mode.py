"""What layers do in training and not in inference, and how a model is told which it is."""

from __future__ import annotations

from typing import Any

from nbdoctor.backend.keras_internals.names import declared
from nbdoctor.backend.keras_internals.structure import (
    all_layers,
    functional_class,
    rates,
    takes_training,
)


def drops(layer: Any) -> bool:
    """Whether a layer zeroes or disturbs values at random in training.

    One that drops nothing does not: attention holds such a layer where it was given no dropout.
    """
    named = "Dropout" in type(layer).__name__ or type(layer).__name__ == "GaussianNoise"
    return named and declared(layer, "rate", declared(layer, "stddev")) != 0


def differs_in_training(layer: Any) -> bool:
    """Whether a layer may compute something else in training than in inference.

    A layer that takes `training` may, unless it is Keras's own and only hands it on, or would
    use it for a dropout that is 0.
    """
    import keras

    if not takes_training(layer):
        return False
    if not type(layer).__module__.startswith("keras."):
        return True
    dropped = rates(layer)
    if dropped:
        return any(dropped)
    quantizes = (keras.layers.Dense, keras.layers.EinsumDense)  # `training` is for float8 only
    if isinstance(layer, quantizes):
        return declared(layer, "quantization_mode") is not None
    hands_on = (
        keras.Sequential,
        keras.layers.RNN,
        keras.layers.StackedRNNCells,
        keras.layers.Bidirectional,
        keras.layers.TimeDistributed,
        functional_class(),
    )
    return not isinstance(layer, hands_on)


def mode(model: Any, *, training: bool) -> dict[str, bool]:
    """The argument that tells `model` which mode to run in, where its `call` takes one."""
    return {"training": training} if takes_training(model) else {}


def any_drops(model: Any) -> bool:
    """Whether a layer of `model` drops values at random."""
    return any(drops(layer) for layer in all_layers(model))


def loops(model: Any) -> bool:
    """Whether a layer of `model` loops over time steps.

    Op by op such a loop costs each step anew; as a graph it is one op.
    """
    import keras

    layers = all_layers(model, include_self=False)
    recurrent = [layer for layer in layers if isinstance(layer, keras.layers.RNN)]
    return any(not layer.unroll for layer in recurrent)

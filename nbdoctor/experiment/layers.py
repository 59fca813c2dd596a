"""Replace inner parts of a copy: activations, dropout and penalties, masks, the user's own layers.

The copy is ours alone and its step is not traced yet, so its layers are changed where they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbdoctor.backend.keras_internals.structure import (
    RATES,
    all_layers,
    set_trainable,
    weights,
)
from nbdoctor.experiment.anatomy import (
    RELU_LIKE,
    Anatomy,
    activation_name,
    hidden,
    own_layers,
    prepared,
)
from nbdoctor.readings.layers import AUGMENTING

NOISE = ("stddev",)
USUAL_MOMENTUM = 0.9
"""Of moving statistics: they follow within some tens of steps."""


@dataclass
class Mode:
    """Whether the pass that is being made trains."""

    training: bool = False


@dataclass
class Replaced:
    """What stands in a copy in place of parts of it.

    Attributes
    ----------
    made : list of keras.Layer
        Layers of ours, with weights of their own.
    mode : Mode
    """

    made: list[Any] = field(default_factory=list)
    mode: Mode = field(default_factory=Mode)


def replace_inner(model: Any, anatomy: Anatomy, names: frozenset[str]) -> Replaced:
    """Replace inner parts of a copy.

    Parameters
    ----------
    model : keras.Model
        The copy.
    anatomy : Anatomy
        Of this copy.
    names : frozenset of str
        The parts.
    """
    found = Replaced()
    ways: dict[str, Callable[[], None]] = {
        "regularisation": lambda: _drop_nothing(model),
        "activations": lambda: _activate(unusual_activations(anatomy), anatomy.hidden_activation),
        "masks": lambda: _mask(embeddings(model)),
        "trainable": lambda: _thaw(all_layers(model)),
        "normalisation": lambda: _normalise_in_step(batch_normalisations(model), found.mode),
        "inputs": lambda: _pass_on([call.layer for call in prepared(anatomy)]),
        "layers": lambda: _stand_in(anatomy, found),
    }
    for name, replace in ways.items():
        if name in names:
            replace()
    return found


def unusual_activations(anatomy: Anatomy) -> list[Any]:
    """Return hidden layers with an activation that is none of the relu kind."""
    return [layer for layer in hidden(anatomy) if activation_name(layer) not in RELU_LIKE]


def embeddings(model: Any) -> list[Any]:
    """Return the layers that look ids up."""
    return _of_kind(model, ("Embedding",))


def batch_normalisations(model: Any) -> list[Any]:
    """Return the layers that normalise by statistics of batches."""
    return _of_kind(model, ("BatchNormalization",))


def drops_or_pays(model: Any) -> bool:
    """Whether a model has dropout, noise, augmentation or penalties."""
    layers = all_layers(model, include_self=False)
    names = (*RATES, *NOISE)
    drops = any(_number(layer, name) for layer in layers for name in names)
    held = any(vars(layer).get("activity_regularizer") is not None for layer in layers)
    changes = any(_augments(layer) for layer in layers)
    return drops or held or changes or any(_penalty(one) for one in weights(model))


def _of_kind(model: Any, kinds: Sequence[str]) -> list[Any]:
    return [one for one in all_layers(model, include_self=False) if type(one).__name__ in kinds]


def _number(layer: Any, name: str) -> float:
    value = vars(layer).get(name)
    return float(value) if isinstance(value, (int, float)) else 0.0


def _penalty(variable: Any) -> Any:
    return getattr(variable, "regularizer", None)


def _augments(layer: Any) -> bool:
    """Whether a layer of Keras changes pictures in training."""
    kind = type(layer)
    is_keras = kind.__module__.startswith("keras.") and kind.__name__ in AUGMENTING
    return is_keras and vars(layer).get("call") is not _unchanged


def _unchanged(inputs: Any, *_: Any, **__: Any) -> Any:
    return inputs


def _drop_nothing(model: Any) -> None:
    for layer in all_layers(model, include_self=False):
        if _augments(layer):
            vars(layer)["call"] = _unchanged
        for name in (*RATES, *NOISE):
            if _number(layer, name):
                vars(layer)[name] = 0.0
        if vars(layer).get("activity_regularizer") is not None:
            layer.activity_regularizer = None
    for variable in weights(model):
        if _penalty(variable) is not None:
            variable.regularizer = None


def _activate(layers: Sequence[Any], name: str) -> None:
    import keras

    activation = keras.activations.get(name)
    for layer in layers:
        if "activation" in vars(layer):
            layer.activation = activation
        else:
            vars(layer)["call"] = lambda inputs, *_, **__: activation(inputs)


def _mask(layers: Sequence[Any]) -> None:
    for layer in layers:
        layer.mask_zero = layer.supports_masking = True


def _thaw(layers: Sequence[Any]) -> None:
    for layer in layers:
        set_trainable(layer, value=True)


def _normalise_in_step(layers: Sequence[Any], mode: Mode) -> None:
    _thaw(layers)
    for layer in layers:
        layer.momentum = USUAL_MOMENTUM
        vars(layer)["call"] = _in_step(layer, mode)


def _pass_on(layers: Sequence[Any]) -> None:
    for layer in layers:
        vars(layer)["call"] = _passed_on


def _in_step(layer: Any, mode: Mode) -> Callable[..., Any]:
    """A layer that is told the mode of the pass, whatever the user's code tells it."""
    original = type(layer).call

    def call(inputs: Any, *_: Any, **named: Any) -> Any:
        return original(layer, inputs, **{**named, "training": mode.training})

    return call


def _passed_on(inputs: Any, *_: Any, **__: Any) -> Any:
    return inputs


def _stand_in(anatomy: Anatomy, found: Replaced) -> None:
    """Pass values on in place of the user's layers, by a dense layer where their width changes."""
    import keras

    for one in own_layers(anatomy):
        if one.taken == one.given:
            vars(one.layer)["call"] = _passed_on
            continue
        dense = keras.layers.Dense(one.given[-1], activation="relu")
        dense.build(one.taken)
        found.made.append(dense)
        vars(one.layer)["call"] = _by(dense)


def _by(dense: Any) -> Callable[..., Any]:
    return lambda inputs, *_, **__: dense(inputs)

"""The layers of a model, their weights and their modes, read where Keras keeps them.

Keras's properties (`layers`, `weights`, `metrics`, ...) can be overridden by the user's classes,
and what these do then would be done once more. So the lists beneath them are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from nbdoctor.backend.keras_internals.names import PrivateName, attribute, declared, entry, member

LAYER = "keras.Layer"

APPLICATIONS = "keras.src.applications"
"""Where the makers of pretrained architectures say that they are from."""

NESTED = PrivateName(LAYER, "_layers", "which layers are inside of a layer")
FLATTENED = PrivateName(LAYER, "_flatten_layers", "which layers a model has")
TRAINED = PrivateName(LAYER, "_trainable_variables", "which weights are trained")
NOT_TRAINED = PrivateName(LAYER, "_non_trainable_variables", "which weights are not trained")
SEEDS = PrivateName(LAYER, "_seed_generators", "the random states of layers")
TRAINABLE = PrivateName(LAYER, "_trainable", "which layers are frozen")
TAKES_TRAINING = PrivateName(
    LAYER, "_call_has_training_arg", "whether a layer computes something else in training"
)
OWN_LOSSES = PrivateName(LAYER, "_get_own_losses", "what layers add to the loss")
REBUILD = PrivateName("keras.Sequential", "_maybe_rebuild", "how to copy a sequential model")
OUTPUT_SHAPE = PrivateName("keras.layers.Lambda", "_output_shape", "how to copy a Lambda layer")
FUNCTIONAL = PrivateName(
    "keras.src.models.functional", "Functional", "which models are functional ones"
)

RATES = ("rate", "dropout", "_dropout", "recurrent_dropout")
"""Attributes that hold how much a layer of Keras drops; `_dropout` is that of attention."""


def inside(layer: Any) -> list[Any]:
    """The layers right inside of a layer or model, input layers among them: `Layer._layers`.

    Raises
    ------
    MissingNameError
        Keras keeps them elsewhere: no layer has a path then, and no weight an owner.
    """
    return list(entry(layer, NESTED))


def layers(layer: Any) -> list[Any]:
    """The layers that a model, or another layer, is made of; those inside of them left out."""
    return [one for one in inside(layer) if type(one).__name__ != "InputLayer"]


def all_layers(model: Any, *, include_self: bool = True) -> list[Any]:
    """A model and all layers in it, nested ones too: `Layer._flatten_layers`.

    Raises
    ------
    MissingNameError
        It is gone: no look at the step is possible then.
    """
    return list(attribute(model, FLATTENED)(include_self=include_self))


def weights(layer: Any) -> list[Any]:
    """All weights of a layer and of the layers inside of it, in Keras's order.

    Read from `_trainable_variables` and `_non_trainable_variables` of each.

    Raises
    ------
    MissingNameError
    """
    return _once(one for part in _parts(layer) for one in _own_weights(part))


def trainable_weights(layer: Any) -> list[Any]:
    """Those of them that are trained."""
    if not is_trainable(layer):
        return []
    return [one for one in weights(layer) if one.trainable]


def weights_to_thaw(layer: Any) -> list[Any]:
    """Those of them that are trained where no layer is frozen.

    Raises
    ------
    MissingNameError
    """
    return _once(one for part in _parts(layer) for one in entry(part, TRAINED))


def frozen_weights(layer: Any) -> list[Any]:
    """Those of them that are not trained."""
    trained = {id(one) for one in trainable_weights(layer)}
    return [one for one in weights(layer) if id(one) not in trained]


def variables(layer: Any) -> list[Any]:
    """Weights, and the states of random generators (`_seed_generators`)."""
    return _once(one for part in _parts(layer) for one in [*_own_weights(part), *_seeds(part)])


def is_trainable(layer: Any) -> bool:
    """Whether a layer itself is not frozen: `Layer._trainable`, which no property stands before.

    Raises
    ------
    MissingNameError
    """
    return bool(entry(layer, TRAINABLE))


def set_trainable(layer: Any, value: bool) -> None:  # noqa: FBT001
    """Freeze a layer itself, or not, and leave the layers inside of it as they are.

    Raises
    ------
    MissingNameError
        Nothing would be frozen.
    """
    entry(layer, TRAINABLE)
    setattr(layer, TRAINABLE.name, value)


def takes_training(layer: Any) -> bool:
    """Whether the `call` of a layer has an argument `training`: `Layer._call_has_training_arg`.

    Raises
    ------
    MissingNameError
    """
    return bool(attribute(layer, TAKES_TRAINING))


def rates(layer: Any) -> list[float]:
    """How much a layer drops, by each of the attributes (`RATES`) that it has."""
    found = (declared(layer, name) for name in RATES)
    return [value for value in found if isinstance(value, float | int)]


def losses_of(layer: Any) -> list[Any]:
    """What a layer itself has added to the loss in its last pass: `Layer._get_own_losses`.

    Raises
    ------
    MissingNameError
    """
    return list(attribute(layer, OWN_LOSSES)())


def name_of(model: Any) -> str:
    """The name of a model, "" where it is kept elsewhere; no property of the user's is asked."""
    own = vars(model)
    return str(own.get("name") or own.get("_name", ""))


def functional_class() -> type[Any]:
    """The class of functional models.

    Raises
    ------
    MissingNameError
    """
    found: type[Any] = member(FUNCTIONAL)
    return found


def rebuild(model: Any) -> None:
    """Build a sequential model from its layers: `Sequential._maybe_rebuild`, once for all of them.

    Raises
    ------
    MissingNameError
        The model could only be built layer by layer, with other automatic names.
    """
    attribute(model, REBUILD)()


def output_shape_of(layer: Any) -> Any:
    """The `output_shape` that a Lambda layer was given; its config holds only text of it.

    Raises
    ------
    MissingNameError
    """
    return attribute(layer, OUTPUT_SHAPE)


def _parts(layer: Any) -> Iterator[Any]:
    """A layer and all that are inside of it, depth first."""
    yield layer
    for one in inside(layer):
        yield from _parts(one)


def _own_weights(layer: Any) -> list[Any]:
    return [*entry(layer, TRAINED), *entry(layer, NOT_TRAINED)]


def _seeds(layer: Any) -> list[Any]:
    return [generator.state for generator in entry(layer, SEEDS)]


def _once(found: Iterable[Any]) -> list[Any]:
    return list({id(one): one for one in found}.values())

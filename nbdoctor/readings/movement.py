"""Which trainable weights have moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from nbdoctor.backend.keras_internals.structure import all_layers
from nbdoctor.capture.calls import FitCall
from nbdoctor.look.look import Look
from nbdoctor.look.structure import layer_paths
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.weights import Weight, Weights, read_weights


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightMovement:
    """Whether one trainable weight has moved.

    Attributes
    ----------
    path : str
        The weight ("dense/kernel").
    layer : str
        Its layer, as in `Layer.name`.
    network : str
        The innermost model that holds it, as in `Layer.name`; "" for the trained model itself.
    moved : bool
        One of the first steps has changed it.
    moved_in_training : bool or None
        It is no longer what it was before training, now that the cell has ended; None where that
        is not known.
    """

    path: str
    layer: str
    network: str = ""
    moved: bool = False
    moved_in_training: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """The trainable weights, from input to output.

    Attributes
    ----------
    weights : tuple of WeightMovement
    on_copies : bool
        The first steps were made on copies, by a trace that the whole training goes on to use.
    """

    weights: tuple[WeightMovement, ...]
    on_copies: bool = False


@reading(
    "the movement of the weights",
    when=Moment.FURTHER_STEPS | Moment.STEP_FROM_OUTSIDE | Moment.LOOP_SEEN,
)
def movement_of_look(look: Look) -> Movement | None:
    """What the first steps have moved; None where that is not known of every weight."""
    changes = look.first.changes
    weights = look.weights()
    if not all(weight.path in changes for weight in weights):
        return None
    networks = _networks(look.model)
    return Movement(
        weights=tuple(
            WeightMovement(
                path=one.path,
                layer=one.layer,
                network=_innermost(networks, one.layer),
                moved=changes[one.path][0] != 0 or one.path in look.moved_later,
            )
            for one in weights
        ),
        on_copies=look.run is not None,
    )


@reading("the movement of the weights", when=Moment.CELL_ENDED)
def movement_in_training(movement: Movement, before: Weights, call: FitCall) -> Movement | None:
    """Look again at the weights that the first steps have left, now that the cell has ended."""
    if call.model is None or all(one.moved for one in movement.weights):
        return None
    was = {one.path: one for one in before.weights}
    now = {one.path: one for one in read_weights(call.model, layer_paths(call.model)).weights}
    return replace(movement, weights=tuple(_now(one, was, now) for one in movement.weights))


def _now(
    one: WeightMovement, was: Mapping[str, Weight], now: Mapping[str, Weight]
) -> WeightMovement:
    if one.path not in was or one.path not in now:
        return one
    return replace(one, moved_in_training=is_changed(was[one.path], now[one.path]))


def is_changed(was: Weight, now: Weight) -> bool:
    """Whether the numbers of a weight tell that it has moved."""
    return (was.norm, was.mean, was.std, was.non_finite) != (
        now.norm,
        now.mean,
        now.std,
        now.non_finite,
    )


def _networks(model: Any) -> list[str]:
    """Paths of the models inside of a model."""
    import keras

    paths = layer_paths(model)
    inner = [one for one in all_layers(model) if isinstance(one, keras.Model) and one is not model]
    return [paths[id(one)] for one in inner if id(one) in paths]


def _innermost(networks: list[str], layer: str) -> str:
    holding = [one for one in networks if layer == one or layer.startswith(f"{one}/")]
    return max(holding, key=len, default="")

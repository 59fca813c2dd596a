"""What an earlier `fit` has settled to train, against what is marked as trainable now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nbdoctor.backend.keras_internals.optimizer import weights_of
from nbdoctor.backend.keras_internals.structure import trainable_weights
from nbdoctor.capture.calls import FitCall
from nbdoctor.look.structure import layer_paths, weight_owners
from nbdoctor.look.train_step import has_own_step
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Trainability:
    """Layers whose `trainable` was changed after the step of training was settled.

    Attributes
    ----------
    settled : bool
        An earlier `fit` has made the training step, and `compile` was not called since.
    frozen_since : tuple of str
        Layers that the step trains, although they are frozen now.
    unfrozen_since : tuple of str
        Layers that the step does not train, although they are trainable now.
    """

    settled: bool = False
    frozen_since: tuple[str, ...] = ()
    unfrozen_since: tuple[str, ...] = ()


def read_trainability(model: Any) -> Trainability:
    """Compare, before `fit` makes a step of its own; nothing is called.

    Parameters
    ----------
    model : keras.Model
        As `fit` finds it. A step that the user wrote, or one that runs op by op, asks anew what
        is trainable and is not settled.
    """
    optimizer = getattr(model, "optimizer", None)
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    own = has_own_step(model)
    made = getattr(model, "train_function", None) is not None
    if optimizer is None or not optimizer.built or own or not made or model.run_eagerly:
        return Trainability()
    trained = {id(weight) for weight in weights_of(optimizer)}
    now = {id(weight) for weight in trainable_weights(model)}
    owners = weight_owners(model, layer_paths(model))

    def layers(weights: set[int]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for weight, name in owners.items() if weight in weights))

    return Trainability(
        settled=True, frozen_since=layers(trained - now), unfrozen_since=layers(now - trained)
    )


@reading("what is trained", when=Moment.FIT_CALLED, missing=does_not_apply("no `fit` is called"))
def trainability_of_fit(call: FitCall) -> Trainability:
    """Of the model of the call, before this makes a step of its own."""
    return read_trainability(call.model)

"""Layers that act otherwise in training, and whether a step has called them that way."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from nbdoctor import backend
from nbdoctor.backend.engine import Step
from nbdoctor.backend.keras_internals.structure import all_layers
from nbdoctor.backend.sampling import Array
from nbdoctor.look.account import StepAccount
from nbdoctor.look.movement import change_of_copy
from nbdoctor.look.structure import layer_paths
from nbdoctor.look.training_mode import drops

Statistics = Mapping[int, tuple[Array, Array]]
"""Mean and variance that a layer has averaged, by the layer's id."""


@dataclass(slots=True)
class CalledModes:
    """What layers that drop values did in the calls of a step.

    Attributes
    ----------
    passed_on : dict of int to (weakref to keras.Layer, bool)
        By the layer's id: whether every call returned the very tensor that it was given.
    """

    passed_on: dict[int, tuple[Callable[[], Any], bool]] = field(default_factory=dict)

    def note(self, layer: Any, inputs: Any, output: Any) -> None:
        """Take one call."""
        if type(layer).__module__.startswith("keras.") and drops(layer):
            same = bool(inputs) and output is inputs[0]
            _, before = self.passed_on.get(id(layer), (None, True))
            self.passed_on[id(layer)] = (weakref.ref(layer), before and same)

    def told(
        self, account: StepAccount, model: Any, has_averaged: Callable[[Any], bool]
    ) -> StepAccount:
        """Add to an account which layers of `model` the step has called as `predict` does.

        Parameters
        ----------
        account : StepAccount
        model : keras.Model
        has_averaged : callable
            Whether the step has changed the averages of a layer that normalises by its batch.
        """
        paths = layer_paths(model)
        averaging = [one for one in normalising(model) if id(one) in paths]
        dropping = [number for number in self.passed_on if number in paths]
        idle = [paths[id(one)] for one in averaging if not has_averaged(one)]
        idle += [paths[number] for number in dropping if self.passed_on[number][1]]
        return replace(account, cares=bool(averaging or dropping), idle=tuple(idle))


def normalising(model: Any) -> list[Any]:
    """Layers that normalise by their batch in training, and are not frozen."""
    import keras

    return [
        layer
        for layer in all_layers(model)
        if type(layer) is keras.layers.BatchNormalization
        and layer.built
        and layer.trainable
        and layer.momentum < 1
    ]


def has_averaged_on_copies(layer: Any, step: Step) -> bool:
    """Whether a step on copies has changed what a layer averages."""
    averages = (layer.moving_mean, layer.moving_variance)
    return any(change_of_copy(one, step)[0] != 0 for one in averages)


def statistics_of(layers: Iterable[Any]) -> Statistics:
    """The averages of these layers as they are now."""
    here = backend.current().values
    return {
        id(one): (
            here.sample(one.moving_mean.value).copy(),
            here.sample(one.moving_variance.value).copy(),
        )
        for one in layers
    }


def has_averaged_since(layer: Any, before: Statistics) -> bool:
    """Whether the averages of a layer are no longer what they were; so where that is not known."""
    was = before.get(id(layer))
    if was is None:
        return True
    now = statistics_of([layer])[id(layer)]
    return any(not np.array_equal(a, b) for a, b in zip(was, now, strict=True))

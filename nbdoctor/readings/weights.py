"""The weights as they are before training."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nbdoctor import backend
from nbdoctor.backend.keras_internals.names import declared
from nbdoctor.backend.keras_internals.structure import all_layers, trainable_weights
from nbdoctor.backend.keras_internals.structure import weights as weights_of
from nbdoctor.look.look import Look
from nbdoctor.look.structure import KERNEL_RANK, weight_owners
from nbdoctor.readings.drawing import fan_in, size_drawn
from nbdoctor.readings.histogram import Histogram, histogram
from nbdoctor.readings.reading import Moment, reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """One weight; `shape` as in Keras, statistics over finite values.

    `equal_units`: a kernel whose units (last axis) all have the same weights, in a sample of rows.
    `drawn`: root mean square of what the initializer of a layer's kernel draws, None of other
    weights and where it is not known.
    """

    path: str
    layer: str
    shape: tuple[int, ...]
    trainable: bool
    mean: float
    std: float
    norm: float
    non_finite: int = 0
    equal_units: bool = False
    drawn: float | None = None
    histogram: Histogram | None = None

    @property
    def size(self) -> float:
        """Root mean square."""
        return math.hypot(self.mean, self.std)

    @property
    def gain(self) -> float:
        """Of a dense or convolutional kernel: the size of a unit's sum over that of its inputs."""
        return self.size * math.sqrt(fan_in(self.shape))


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """All weights of the model."""

    weights: tuple[Weight, ...]


def read_weights(model: Any, paths: Mapping[int, str]) -> Weights:
    """Describe every weight from a sample of its rows.

    Parameters
    ----------
    model : keras.Model
    paths : mapping of int to str
        Layer paths by layer id.
    """
    here, owners = backend.current().values, weight_owners(model, paths)
    trained = {id(weight) for weight in trainable_weights(model)}
    drawn = _sizes_drawn(model)
    return Weights(
        weights=tuple(
            replace(
                _weight(
                    weight, owners[id(weight)], here.sample(weight.value), id(weight) in trained
                ),
                drawn=drawn.get(id(weight)),
            )
            for weight in weights_of(model)
        ),
    )


@reading("the weights", when=Moment.FIRST_STEP | Moment.STEP_FROM_OUTSIDE | Moment.LOOP_SEEN)
def weights_of_look(look: Look) -> Weights:
    """Those that training starts from."""
    return read_weights(look.model, look.paths)


def _sizes_drawn(model: Any) -> dict[int, float | None]:
    """What the initializers draw, by the id of the kernel."""
    pairs = [
        (declared(layer, "kernel"), declared(layer, "kernel_initializer"))
        for layer in all_layers(model)
    ]
    return {
        id(kernel): size_drawn(initializer, tuple(kernel.shape))
        for kernel, initializer in pairs
        if kernel is not None and hasattr(kernel, "shape")
    }


def _weight(weight: Any, layer: str, values: Any, trainable: bool) -> Weight:  # noqa: FBT001
    finite = values[np.isfinite(values)]
    if not finite.size:
        finite = np.zeros(1)
    share = np.prod(weight.shape) / max(1, values.size)
    return Weight(
        path=weight.path,
        layer=layer,
        shape=tuple(weight.shape),
        trainable=trainable,
        mean=float(finite.mean()),
        std=float(finite.std()),
        norm=float(np.linalg.norm(finite) * np.sqrt(share)),
        non_finite=int(values.size - np.isfinite(values).sum()),
        equal_units=len(weight.shape) >= KERNEL_RANK and _equal_units(values),
        histogram=histogram(values),
    )


def _equal_units(values: Any) -> bool:
    return bool(values.shape[-1] > 1 and (values == values[..., :1]).all())

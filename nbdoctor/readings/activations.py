"""What every layer puts out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nbdoctor import backend
from nbdoctor.backend.sampling import Array, rows_together
from nbdoctor.look.layer_calls import LayerOutputs
from nbdoctor.look.look import Look
from nbdoctor.look.passes import Passes
from nbdoctor.look.train_step import ONLY_PARTS, has_call
from nbdoctor.readings.histogram import Histogram, histogram
from nbdoctor.readings.layers import Layers, activation_of
from nbdoctor.readings.missing import NotTakenError, not_measured
from nbdoctor.readings.reading import Moment, reading

MOST_SAMPLED = 1 << 17
"""Values of a layer's output that means and shares are taken from: good to 0.3 %."""

FEWEST_ROWS = 3
"""Fewer rows may be alike by chance."""

FLAT_SLOPE = 0.01
"""A sigmoid or tanh whose slope is below this passes less than 1 % of the gradient on."""

NOTHING_READ = "time or memory did not suffice to read the output of any layer"
"""Else it would be said that no layer puts out NaN, of layers that nobody has looked at."""

SATURATING = {
    "sigmoid": lambda values: values * (1 - values),
    "tanh": lambda values: 1 - values**2,
}
"""Slope of an activation as a function of its output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerActivation:
    """The output of one layer in training mode with dropout off.

    Attributes
    ----------
    layer : str
        As in `Layer.name`.
    kind, activation : str
        As in `Layer`.
    is_output : bool
        It is an output of the model.
    mean, std : float
        Over finite values.
    zero_share : float
        Share of exact zeros.
    dead_share : float or None
        Share of units (last axis) that put out nothing above 0 for any row; None for layers that
        are not ReLU-like.
    units : int
        Size of the last axis.
    saturated_share : float or None
        Share of values where the slope of a sigmoid or tanh is below 0.01; None for others.
    spread : float
        Standard deviation over rows, averaged over units.
    largest : float
        Largest absolute finite value.
    non_finite : int
        NaN or infinite values.
    shape : tuple of int
        Of what it puts out for one row.
    histogram : Histogram or None
    """

    layer: str
    kind: str
    activation: str = ""
    is_output: bool = False
    mean: float = 0.0
    std: float = 0.0
    zero_share: float = 0.0
    dead_share: float | None = None
    units: int = 0
    saturated_share: float | None = None
    spread: float = 0.0
    largest: float = 0.0
    non_finite: int = 0
    shape: tuple[int, ...] = ()
    histogram: Histogram | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activations:
    """The layers in the order of the forward pass.

    Attributes
    ----------
    layers : tuple of LayerActivation
    rows : int
        Rows that went through.
    first_non_finite : str
        The first layer that put out NaN or infinity, "" when none did.
    non_finite_at_start : str or None
        The same before training, kept when the layers are described anew; None until then.
    after_training : bool
        Taken at the weights that `fit` left behind, not at those it started from.
    constant_from : str
        The layer from which on every output is the same for all rows, "" where they differ.
    constant_type : str
        The data type of what that layer puts out.
    hurried : bool
        More rows were at hand, and left out as training waits.
    """

    layers: tuple[LayerActivation, ...]
    rows: int
    first_non_finite: str = ""
    non_finite_at_start: str | None = None
    after_training: bool = False
    constant_from: str = ""
    constant_type: str = ""
    hurried: bool = False


def read_activations(passes: Sequence[LayerOutputs]) -> Activations:
    """Describe what the layers of a model put out, over the rows of all passes together.

    Parameters
    ----------
    passes : sequence of LayerOutputs
        Through the same model, in training mode with dropout off: in inference mode an untrained
        BatchNormalization would make a healthy net look faded.
    """
    here = backend.current().values
    described = [
        _describe(path, layer(), rows_together([np.asarray(one.layers[path][1]) for one in passes]))
        for path, (layer, tensor) in passes[0].layers.items()
        if here.is_float(tensor)
    ]
    broken = (layer.layer for layer in described if layer.non_finite)
    rows = sum(int(next(iter(one.layers.values()))[1].shape[0]) for one in passes if one.layers)
    constant_from, constant_type = _constant_from(passes[0])
    return Activations(
        layers=tuple(described),
        rows=rows,
        first_non_finite=next(broken, ""),
        constant_from=constant_from,
        constant_type=constant_type,
    )


def _constant_from(passed: LayerOutputs) -> tuple[str, str]:
    """The first of the layers at the end whose outputs do not differ, whatever their type."""
    found = ("", "")
    for path, (_, tensor) in reversed(passed.layers.items()):
        values = np.asarray(tensor)
        if values.dtype.kind not in "biuf" or len(values) < FEWEST_ROWS:
            break
        middle = len(values) // 2
        some = values[[0, middle, -1]]
        if not ((some == some[:1]).all() and (values == values[:1]).all()):
            break
        found = (path, str(values.dtype))
    return found


def _describe(path: str, layer: Any, values: Array) -> LayerActivation:
    """Deaths, extremes and broken values from all rows; the rest from an even sample."""
    numbers = values.astype(np.float32, copy=False)
    bad = 0 if np.isfinite(numbers.sum()) else int((~np.isfinite(numbers)).sum())
    clean = np.nan_to_num(numbers, nan=0.0, posinf=0.0, neginf=0.0) if bad else numbers
    units = clean.reshape(-1, clean.shape[-1]) if clean.ndim > 1 else clean.reshape(-1, 1)
    rows = clean.reshape(len(clean), -1)
    some = rows[:, :: max(1, rows.size // MOST_SAMPLED)]
    activation = activation_of(layer)
    slope = SATURATING.get(activation)
    return LayerActivation(
        layer=path,
        kind=type(layer).__name__,
        activation=activation,
        mean=float(some.mean()),
        std=float(some.std()),
        zero_share=float((some == 0).mean()),
        dead_share=float((units.max(axis=0) <= 0).mean()) if activation == "relu" else None,
        units=units.shape[1],
        saturated_share=None if slope is None else float((slope(some) < FLAT_SLOPE).mean()),
        spread=float(some.std(axis=0).mean()),
        largest=float(max(abs(clean.max()), abs(clean.min()))) if clean.size else 0.0,
        non_finite=bad,
        shape=tuple(int(size) for size in values.shape[1:]),
        histogram=histogram(some),
    )


@reading(
    "the activations",
    when=Moment.FURTHER_STEPS | Moment.FURTHER_BATCH | Moment.LOOP_SEEN,
)
def activations_of_look(look: Look, passes: Passes, layers: Layers | None) -> Activations | None:
    """What every layer puts out for up to 256 rows, before training."""
    if not has_call(look.model):
        raise NotTakenError(not_measured(ONLY_PARTS))
    outputs = passes.outputs
    if not outputs:
        return None
    read = read_activations(outputs)
    if not read.layers:
        raise NotTakenError(not_measured(NOTHING_READ))
    return replace(marked(read, layers), hurried=look.hurried)


@reading("the activations after training", when=Moment.TRAINED)
def activations_after_training(
    before: Activations, passes: Passes, layers: Layers | None
) -> Activations | None:
    """The same, now that training is over."""
    outputs = passes.outputs
    read = read_activations(outputs) if outputs else None
    if read is None or not read.layers:
        return None  # what was measured before training stays
    start = before.non_finite_at_start if before.after_training else before.first_non_finite
    return replace(marked(read, layers), after_training=True, non_finite_at_start=start)


def marked(activations: Activations, layers: Layers | None) -> Activations:
    """`activations` with the layers that make the model's outputs marked."""
    outputs = {layer.name: layer.is_output for layer in layers.layers} if layers else {}
    if not any(outputs.values()) and activations.layers:
        outputs = {activations.layers[-1].layer: True}
    return with_outputs(activations, outputs)


def with_outputs(activations: Activations, output_layers: Mapping[str, bool]) -> Activations:
    """`activations` with the layers that make the model's outputs marked."""
    return replace(
        activations,
        layers=tuple(
            replace(layer, is_output=output_layers.get(layer.layer, False))
            for layer in activations.layers
        ),
    )

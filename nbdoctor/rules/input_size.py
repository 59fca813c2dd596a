"""What large input values do to a model, in sentences and numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from nbdoctor.readings.activations import Activations
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.inputs import InputTensor
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.simple_models import LINEAR
from nbdoctor.readings.updates import Updates
from nbdoctor.readings.weights import Weights
from nbdoctor.rules.figures import figure, score_figure
from nbdoctor.rules.rule import Kind, Value

LARGE_GAIN = 3.0
"""As in `large-initial-weights`."""

SLOWER = 0.1
"""As in `saturated-units`."""

OVERSHOT = 4.0
"""A step that multiplies the loss of its own batch by more has gone far beyond the minimum."""

STABLE = 1.0
"""Rate times curvature below which a step goes down without passing the minimum."""

FEWEST_SCORED = 8
"""With fewer rows a score can by chance be half of its true value."""


@dataclass(frozen=True)
class Consequence:
    """A consequence of the size of the inputs, in a sentence and in numbers."""

    says: str
    measured: Mapping[str, Value]
    expected: Mapping[str, Value]
    kind: Kind = "strong"


def is_larger_than_weights(tensor: InputTensor, weights: Weights | None) -> bool:
    """Whether the first outputs are large because of the inputs rather than of large weights."""
    met = [one for one in weights.weights if one.layer == tensor.entry_layer] if weights else []
    gains = [one.gain for one in met if one.drawn is not None and one.gain >= LARGE_GAIN]
    return typical_size(tensor) > max(gains, default=0.0)


def starts_high(loss: LossAtInit | None, times: float) -> Consequence | None:
    """Return the consequence that the first predictions are far off, None where they are not."""
    if loss is None or loss.reference is None or not loss.data > times * loss.reference:
        return None
    start, reference = figure(loss.data), figure(loss.reference)
    return Consequence(
        f"The loss starts at {start}, {figure(loss.data / loss.reference, 2)} times the usual loss "
        f"of an untrained model with this head ({reference}). The first steps only correct that.",
        {"initial loss": loss.data},
        {"initial loss": f"about {reference}"},
    )


def saturates(
    tensor: InputTensor,
    activations: Activations | None,
    updates: Updates | None,
    most: float,
) -> Consequence | None:
    """Return the consequence that the first layer is saturated and learns next to nothing."""
    if activations is None or updates is None or not tensor.entry_layer:
        return None
    share = max(
        (
            one.saturated_share or 0.0
            for one in activations.layers
            if one.layer == tensor.entry_layer
        ),
        default=0.0,
    )
    own = [kernel.ratio for kernel in updates.kernels if kernel.layer == tensor.entry_layer]
    others = [kernel.ratio for kernel in updates.kernels if kernel.layer != tensor.entry_layer]
    if share <= most or not own or not others or max(own) >= SLOWER * median(others):
        return None
    return Consequence(
        f"{figure(100 * share)} % of its activations are saturated, and the relative size of its "
        f"first update was only {figure(max(own) / median(others))} times that of the other "
        "layers.",
        {"share of saturated activations": share},
        {"share of saturated activations": f"at most {most:g}"},
    )


def overshoots(tensor: InputTensor, updates: Updates | None) -> Consequence | None:
    """Return the consequence that steps overshoot which inputs of about 1 would not make do so.

    Near a line the loss after a step is (1 - c)² of what it was, where c is the rate times the
    curvature, and the curvature of the first layer grows with the square of its inputs.
    """
    if updates is None or not updates.loss_before or not updates.loss_after:
        return None
    before, after = updates.loss_before[0], updates.loss_after[0]
    size = typical_size(tensor)
    if not (before > 0 and after > OVERSHOT * before and math.isfinite(after)) or size <= 0:
        return None
    times = after / before
    if (1 + math.sqrt(times)) / size**2 >= STABLE:
        return None
    return Consequence(
        f"A step of `{updates.optimizer}` multiplies the loss of its own batch by "
        f"{figure(times)}, since the gradient grows with the inputs. With inputs of about 1 a step "
        "at this rate would not overshoot.",
        {"loss after a step / before": times},
        {"loss after a step / before": "below 1"},
    )


def falls_behind(attained: Attained | None, reached: float) -> Consequence | None:
    """Return the consequence that a linear model of the standardised columns is far better."""
    linear = attained.simple.get(LINEAR, 0.0) if attained is not None else 0.0
    if attained is None or attained.counted < FEWEST_SCORED or linear < attained.margin:
        return None
    if attained.score >= reached * linear:
        return None
    return Consequence(
        f"After training, the model's score on {attained.where} is "
        f"{score_figure(attained.score)} (0: the best constant, 1: perfect); a linear model on the "
        f"same columns, standardised, has {figure(linear, 2)} on rows that it has not seen.",
        {"score after training": attained.score},
        {"score after training": f"at least {figure(linear, 2)}"},
        kind="hint",  # other problems of the model have the same effect
    )


def largest_size(tensor: InputTensor) -> float:
    """Return the largest absolute value that the first layer with weights receives."""
    return max(abs(value) for value in entry_range(tensor))


def typical_size(tensor: InputTensor) -> float:
    """Return the root mean square of these values: a few outliers do not make it large."""
    return math.hypot(tensor.entry_mean or 0.0, tensor.entry_std or 0.0)


def entry_range(tensor: InputTensor) -> tuple[float, float]:
    """Return the smallest and the largest value that the first layer with weights receives."""
    if tensor.entry_minimum is None or tensor.entry_maximum is None:
        return 0.0, 0.0
    return tensor.entry_minimum, tensor.entry_maximum

"""A loss that is NaN or infinite."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.activations import Activations
from nbdoctor.readings.gradients import Gradients
from nbdoctor.readings.history import History
from nbdoctor.readings.inputs import Inputs
from nbdoctor.readings.labels import Labels
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.loss_parts import LossParts
from nbdoctor.readings.updates import Updates
from nbdoctor.readings.weights import Weights
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

LOSSES = ("loss", "val_loss")

Place = Literal["weights", "inputs", "labels", "layer", "gradient", "loss", "steps", "unknown"]
"""Where the first value that is not finite occurs, or what produces it."""

KNOWN: dict[Place, str] = {
    "weights": "`{name}` contains NaN or infinity before the first step.",
    "inputs": "`{name}` contains NaN or infinity.",
    "labels": "`{name}` contains NaN or infinity.",
    "layer": "`{name}` is the first layer whose output is not finite.",
    "gradient": "The loss was finite at the start, but the gradient of `{name}` was not.",
    "loss": "The outputs of all layers are finite, so it occurs in the loss.",
    "steps": "Loss and gradients were finite at the start, so it occurs during training.",
    "unknown": "The weights do not recover from this.",
}
"""What is known about each place."""

ADVICE: dict[Place, str] = {
    "weights": "Rebuild the model: no training step repairs a weight that is NaN.",
    "inputs": "Drop or fill the rows that contain NaN or infinity.",
    "labels": "Drop the rows whose label is NaN or infinite.",
    "layer": "Check `{name}` and its inputs for a logarithm, a root or a division, for a softmax "
    "of nothing but -inf (a mask that hides everything), or for values beyond the range of its "
    "data type.",
    "gradient": "Keep the loss away from points with an infinite slope (the root or the logarithm "
    "of 0), or clip the gradient: `clipnorm=1.0` in the optimizer.",
    "loss": "Check the loss for the logarithm of 0, a division by 0, or a class without an output.",
    "steps": "Use a tenth of the learning rate, or set `clipnorm=1.0` in the optimizer.",
    "unknown": "Check the data, the loss and the learning rate, in this order.",
}
"""What to do about each place."""


@dataclass(frozen=True, slots=True)
class _Facts:
    place: Place
    name: str


@rule(
    family="training",
    severity="critical",
    kind="proof",
    holds="Every observed loss is finite",
    explains=("baseline-not-beaten", "diverging-loss", "constant-predictions"),
    parts=("layers", "architecture"),
)
def non_finite_loss(  # noqa: PLR0913, PLR0917  (the first place may be in any of them)
    loss: LossAtInit | None,
    updates: Updates | None,
    history: History | None,
    weights: Weights | None,
    inputs: Inputs | None,
    labels: Labels | None,
    activations: Activations | None,
    gradients: Gradients | None,
    parts: LossParts | None,
    /,
) -> Iterator[Finding]:
    """The loss is NaN or infinite.

    ## What it means
    A NaN gradient makes every weight NaN that it reaches, and no later step repairs them. From then
    on the model predicts only NaN. Causes are missing values in the data, labels out of range, a
    learning rate that is too high, a loss or a layer that divides by 0 or takes the logarithm of 0,
    and values beyond the range of half precision.

    ## How it is measured
    The loss of the first step, the losses of up to three steps on its batch, and after training the
    losses of every epoch are checked, of a loop of yours the loss of the first batch once more; one
    that is not finite is enough. The finding names the first
    place that is not finite, in this order: the initial weights, the inputs, the labels, the output
    of a layer, a gradient, and the loss itself.

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.rand(256, 4)
    y = x.sum(axis=1)

    def my_loss(y_true, y_pred):
        return keras.ops.mean(keras.ops.log(y_true - y_true))

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("adam", my_loss)
    model.fit(x, y)
    ```

    ## What the treatment does
    It says what to check in that place. If a cause was found, this finding is listed under it, and
    fixing the cause fixes the loss.

    ## When to ignore it
    Never: a loss that is not finite is not a result.

    ## References
    Goldberg, "What every computer scientist should know about floating-point arithmetic", 1991.
    """
    if loss is None and history is None and parts is None:
        message = "no loss was observed"
        raise DoesNotApplyError(message)
    seen = _in_the_first_step(loss) or _in_later_steps(loss, updates) or _in_training(history)
    seen = seen or _after_training(parts)
    if not seen:
        return
    when, value = seen
    place, name = _first_place(weights, inputs, labels) or (
        _in_the_pass(activations) if _in_the_first_step(loss) else _in_the_steps(gradients)
    )
    yield Finding(
        title="The loss is NaN" if math.isnan(value) else "The loss is infinite",
        says=f"{when} has a loss of {_written(value)}. {KNOWN[place].format(name=name)}",
        where=Where(layer=name if place == "layer" else ""),
        measured={"loss": _written(value)},
        expected={"loss": "a finite number"},
        facts=_Facts(place, name),
    )


def _in_the_first_step(loss: LossAtInit | None) -> tuple[str, float] | None:
    if loss is None or math.isfinite(loss.rehearsed):
        return None
    return "The first step", loss.rehearsed


def _in_later_steps(loss: LossAtInit | None, updates: Updates | None) -> tuple[str, float] | None:
    after = updates.loss_after if loss is not None and updates is not None else ()
    for number, value in enumerate(after, start=1):
        if not math.isfinite(value):
            return f"The batch of the first step, after {_steps(number)} on it,", value
    return None


def _steps(number: int) -> str:
    return "one step" if number == 1 else f"{number} steps"


def _in_training(history: History | None) -> tuple[str, float] | None:
    values = history.values if history is not None else {}
    for name in LOSSES:
        for epoch, value in enumerate(values.get(name, ()), start=1):
            if not math.isfinite(value):
                part = "Validation in epoch" if name == "val_loss" else "Epoch"
                return f"{part} {epoch}", value
    return None


def _after_training(parts: LossParts | None) -> tuple[str, float] | None:
    for one in parts.parts if parts is not None else ():
        if one.after is not None and not math.isfinite(one.after):
            return "The first batch, asked again after training,", one.after
    return None


def _first_place(
    weights: Weights | None, inputs: Inputs | None, labels: Labels | None
) -> tuple[Place, str] | None:
    """Return what was not finite before training."""
    for weight in weights.weights if weights is not None else ():
        if weight.non_finite:
            return "weights", weight.path
    for tensor in inputs.tensors if inputs is not None else ():
        if tensor.nan or tensor.inf:
            return "inputs", tensor.variable or tensor.name
    for target in labels.targets if labels is not None else ():
        if target.nan or target.inf:
            return "labels", target.variable or target.name
    return None


def _in_the_pass(activations: Activations | None) -> tuple[Place, str]:
    """Return the first layer that is not finite before training; later passes do not show it."""
    trained = activations is not None and activations.after_training
    if activations is None or (trained and activations.non_finite_at_start is None):
        return "unknown", ""
    name = activations.non_finite_at_start if trained else activations.first_non_finite
    return ("layer", name) if name else ("loss", "")


def _in_the_steps(gradients: Gradients | None) -> tuple[Place, str]:
    """Return the last weight whose gradient is not finite: backpropagation starts there."""
    broken = [one.path for one in gradients.weights if one.non_finite] if gradients else []
    return ("gradient", broken[-1]) if broken else ("steps", "")


def _written(value: float) -> str:
    return "NaN" if math.isnan(value) else "infinity"


@non_finite_loss.treatment("Check the first place that is not finite", effect="advice")
def check_the_first_place(finding: Finding, _cell: Cell) -> str:
    """Check the first place where a value is not finite."""
    facts = facts_of(finding, _Facts)
    return ADVICE[facts.place].format(name=facts.name)

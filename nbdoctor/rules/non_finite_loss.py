"""The loss is NaN or infinite."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.activations import Activations
from nbdoctor.probes.gradients import Gradients
from nbdoctor.probes.history import History
from nbdoctor.probes.inputs import Inputs
from nbdoctor.probes.labels import Labels
from nbdoctor.probes.loss_at_init import LossAtInit
from nbdoctor.probes.updates import Updates
from nbdoctor.probes.weights import Weights
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

LOSSES = ("loss", "val_loss")

TOLD = {
    "weights": "`{name}` holds NaN or infinity before the first step already.",
    "inputs": "`{name}` itself holds values that are not finite.",
    "labels": "`{name}` itself holds values that are not finite.",
    "layer": "`{name}` is the first layer whose output is not finite.",
    "gradient": "The loss was finite before, but not the gradient of `{name}`.",
    "loss": "What the layers put out is finite; the loss makes it so.",
    "steps": "Loss and gradients were finite at the start, so the steps have made it so.",
    "unknown": "No later step brings the weights back.",
}
"""What is known of each first place."""

NEXT = {
    "weights": "Build the model anew: no step brings a weight back from NaN.",
    "inputs": "Drop or fill the rows that hold NaN or infinity.",
    "labels": "Drop the rows whose label is NaN or infinite.",
    "layer": "Look at what `{name}` is given and does: a logarithm, a root or a division, or "
    "values beyond the range of its number type.",
    "gradient": "Keep the loss away from where its slope is infinite (the root or the logarithm of "
    "0), or clip the gradient: `clipnorm=1.0` in the optimizer.",
    "loss": "Look at the loss: the logarithm of 0, a division by 0, or a class that has no output.",
    "steps": "Take a tenth of the learning rate, or add `clipnorm=1.0` to the optimizer.",
    "unknown": "Look at the data, at the loss and at the learning rate, in this order.",
}
"""What to do about each first place."""


@rule(
    family="training",
    severity="critical",
    kind="proof",
    holds="Every loss that was seen is a finite number",
    explains=("baseline-not-beaten", "diverging-loss", "constant-predictions"),
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
    /,
) -> Iterator[Finding]:
    """The loss is NaN or infinite.

    ## What it means
    A gradient of NaN makes every weight NaN that it reaches, and no later step brings them back.
    From there on the model predicts nothing. NaN is a symptom with several causes: data with
    gaps, labels out of range, a rate that is too high, a loss or a layer that divides by 0 or
    takes the logarithm of 0, numbers beyond the range of half precision.

    ## How it is measured
    The loss of the rehearsed first step, the losses of up to three steps on its batch, and after
    training the losses of every epoch are looked at; one that is not finite is enough. The finding
    names the first place that is not finite, in this order: the weights training starts from, the
    inputs, the labels, the output of a layer, a gradient, and the loss alone.

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
    It says what to look at in the place that was named. Where a cause was found, the finding
    stands under it, and the cure of the cause is the cure.

    ## When to ignore it
    Never: a number that is not finite is not a result.

    ## References
    Goldberg, "What every computer scientist should know about floating-point arithmetic", 1991.
    """
    if loss is None and history is None:
        message = "no loss was seen"
        raise DoesNotApplyError(message)
    seen = _at_start(loss, updates) or _in_training(history)
    if not seen:
        return
    when, value = seen
    started = when == "The first step"
    place, name = _first_place(weights, inputs, labels) or (
        _in_the_pass(activations) if started else _in_the_steps(gradients)
    )
    yield Finding(
        title="The loss is NaN" if math.isnan(value) else "The loss is infinite",
        says=f"{when} reports a loss of {_written(value)}. {TOLD[place].format(name=name)}",
        where=Where(layer=name if place == "layer" else ""),
        measured={"loss": _written(value), "first place": place, "name": name},
        expected={"loss": "a finite number"},
    )


def _at_start(loss: LossAtInit | None, updates: Updates | None) -> tuple[str, float] | None:
    if loss is not None and not math.isfinite(loss.rehearsed):
        return "The first step", loss.rehearsed
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


def _first_place(
    weights: Weights | None, inputs: Inputs | None, labels: Labels | None
) -> tuple[str, str] | None:
    """What was not finite before anything was computed."""
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


def _in_the_pass(activations: Activations | None) -> tuple[str, str]:
    """Which layer the first step broke in; a later pass does not tell."""
    if activations is None or activations.after_training:
        return "unknown", ""
    name = activations.first_non_finite
    return ("layer", name) if name else ("loss", "")


def _in_the_steps(gradients: Gradients | None) -> tuple[str, str]:
    """The last weight whose gradient is broken: from there it goes back to the others."""
    broken = [one.path for one in gradients.weights if one.non_finite] if gradients else []
    return ("gradient", broken[-1]) if broken else ("steps", "")


def _written(value: float) -> str:
    return "NaN" if math.isnan(value) else "infinity"


@non_finite_loss.treatment("Look at the first place", effect="advice")
def look_at_the_first_place(finding: Finding, _cell: Cell) -> str:
    """Say what is usual for the place where the numbers stop being finite."""
    place, name = str(finding.measured["first place"]), str(finding.measured["name"])
    return NEXT[place].format(name=name)

"""Gradients that are too large for the weights."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.gradients import Gradients, WeightGradient
from nbdoctor.readings.updates import Updates
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

FOLLOWS_SIZE = "SGD"
"""The optimizer whose step is proportional to the gradient; the others divide by its size."""


@rule(
    family="training",
    severity="warning",
    kind="strong",
    holds="The gradients are not too large for the weights",
    explains=(
        "non-finite-loss",
        "diverging-loss",
        "dead-units",
        "too-few-steps",
    ),
    gated=True,
)
def exploding_gradient(
    gradients: Gradients,
    updates: Updates,
    /,
    *,
    times: float = 100.0,
    rises: float = 2.0,
) -> Iterator[Finding]:
    """Gradients so large that one step at a usual learning rate overwrites the weights.

    ## What it means
    In plain gradient descent the step is proportional to the gradient. Large initial weights, long
    sequences and targets in the thousands can amplify the gradient in backpropagation until one
    step replaces a kernel instead of adjusting it.

    ## How it is measured
    In every batch examined, the gradient norm of a kernel is at least `times` (100) the norm of
    that kernel, so that a step at the usual rate of 0.01 changes it by more than its own size; and
    a real step multiplies the loss of its own batch by at least `rises` (2). The size alone is no
    evidence. Only SGD is judged: Adam and similar optimizers divide by the size of the gradient.

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.randn(256, 10)
    y = x[:, :1] * 100000

    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(32, activation="relu"),
                              keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x, y)
    ```

    ## What the treatment does
    `clipnorm=1.0` in the optimizer limits the norm of each gradient. If inputs or targets are the
    reason, scaling them removes it.

    ## When to ignore it
    When the loss falls all the same; then the rule reports nothing.

    ## References
    Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", 2013.
    """
    if updates.optimizer != FOLLOWS_SIZE:
        message = f"the steps of `{updates.optimizer}` are not proportional to the gradient"
        raise DoesNotApplyError(message)
    if any(one.non_finite for one in gradients.weights):
        message = "a gradient is not finite, which no rate and no clipping mends"
        raise DoesNotApplyError(message)
    large = [weight for weight in gradients.weights if _ratio(weight) >= times]
    if large and _rises(updates, rises):
        yield _finding(max(large, key=_ratio), updates, times)


def _ratio(weight: WeightGradient) -> float:
    """Return gradient norm over weight norm, in the batch where it is smallest."""
    if not weight.is_kernel or not weight.norms or weight.weight_norm <= 0:
        return 0.0
    smallest = min(weight.norms)
    return smallest / weight.weight_norm if math.isfinite(smallest) else 0.0


def _rises(updates: Updates, rises: float) -> bool:
    least = rises * (1 + updates.loss_changes_by_itself)
    steps = zip(updates.loss_before, updates.loss_after, strict=False)
    return any(
        before > 0 and math.isfinite(before) and not after < least * before
        for before, after in steps
    )


def _finding(weight: WeightGradient, updates: Updates, times: float) -> Finding:
    ratio = _ratio(weight)
    rate = (
        f" at a learning rate of {figure(updates.rate_now)}" if updates.rate_now is not None else ""
    )
    return Finding(
        title="The gradients are too large for the weights",
        says=(
            f"The gradient norm of `{weight.path}` is at least {figure(ratio)} times the norm of "
            f"the weights, and a step of `{updates.optimizer}`{rate} increases the loss of its own "
            "batch."
        ),
        where=Where(layer=weight.layer),
        measured={"gradient norm / weight norm": ratio},
        expected={"gradient norm / weight norm": f"below {times:g}"},
    )


@exploding_gradient.treatment("Clip the gradient", effect="training")
def clip_the_gradient(_finding: Finding, cell: Cell) -> Cell | str:
    """Limit the norm of each gradient to 1, with `clipnorm=1.0` in the optimizer."""
    made = cell.calls_of(FOLLOWS_SIZE)
    if len(made) == 1 and not any(one.name.startswith("clip") for one in made[0].arguments):
        return cell.with_argument(FOLLOWS_SIZE, "clipnorm", "1.0")
    if not made and len(cell.calls_of("compile")) == 1 and cell.keras:
        text = f"{cell.keras}.optimizers.{FOLLOWS_SIZE}(clipnorm=1.0)"
        return cell.with_argument("compile", "optimizer", text, position=0)
    return f"Compile the model with `{FOLLOWS_SIZE}(..., clipnorm=1.0)`."

"""A training step that changes no trainable weight."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.gradients import Gradients
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.trained import Trained
from nbdoctor.readings.updates import Updates
from nbdoctor.rules.rule import DoesNotApplyError, Finding, facts_of, rule

Gradient = Literal["zero", "not zero", "unknown"]


@dataclass(frozen=True, slots=True)
class _Facts:
    gradient: Gradient


@rule(
    family="training",
    severity="critical",
    kind="proof",
    holds="A training step changes the trainable weights",
    explains=("baseline-not-beaten",),
)
def weights_stand_still(
    updates: Updates,
    gradients: Gradients | None,
    loss: LossAtInit | None,
    trained: Trained | None,
    /,
) -> Iterator[Finding]:
    """A training step that changes no trainable weight.

    ## What it means
    Learning means changing the weights. If a step changes none, either the learning rate is 0 or
    the gradient of the loss is exactly 0 for all of them: because the output cannot vary, all units
    before it are dead, or the loss is flat at the predictions.

    ## How it is measured
    One real step of your optimizer is taken on a copy of the weights, and the norm of the change of
    each trainable weight is exactly 0. After training, the weights are compared with those before
    it: if one has changed, nothing is reported.

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.rand(512, 10)
    y = (x[:, 0] > 0.5).astype(int)

    model = keras.Sequential([
        keras.Input((10,)),
        keras.layers.Dense(1, activation="relu", bias_initializer=keras.initializers.Constant(-9)),
    ])
    model.compile("sgd", "mse")
    model.fit(x, y)
    ```

    ## What the treatment does
    It says where to look: the cause lies between the loss and the weights. If it was found, this
    finding is listed under it.

    ## When to ignore it
    Gradient accumulation over several steps, a warm-up from 0, steps that are skipped by mixed
    precision, and a loss of exactly 0 are not reported.

    ## References
    Keras documentation, "Optimizers", `apply_gradients`.
    """
    _check_applies(updates, gradients, loss)
    if updates.moved or (trained is not None and trained.moved):
        return
    after = " Training did not change them either." if trained is not None else ""
    count = f"all {updates.weights} trainable weights" if updates.weights > 1 else "the only weight"
    gradient = _gradient(gradients)
    zero = gradient == "zero"
    yield Finding(
        title="No trainable weight changes",
        says=f"A step of `{updates.optimizer}` leaves {count} unchanged.{after}",
        measured={"weights that change": 0, **({"gradient norm": 0} if zero else {})},
        expected={
            "weights that change": updates.weights,
            **({"gradient norm": "above 0"} if zero else {}),
        },
        facts=_Facts(gradient=gradient),
    )


def _check_applies(updates: Updates, gradients: Gradients | None, loss: LossAtInit | None) -> None:
    if not updates.weights:
        message = "no weight is trainable"
        raise DoesNotApplyError(message)
    if updates.accumulates > 1:
        message = f"gradients are accumulated over {updates.accumulates} steps"
        raise DoesNotApplyError(message)
    if updates.rate_now == 0 and max(updates.rate_middle or 0.0, updates.rate_end or 0.0) > 0:
        message = "the learning rate starts at 0 and increases (warm-up)"
        raise DoesNotApplyError(message)
    if gradients is not None and any(weight.non_finite for weight in gradients.weights):
        message = "a step whose gradients are not finite may be skipped"
        raise DoesNotApplyError(message)
    if loss is not None and loss.rehearsed == 0:
        message = "the loss is already 0"
        raise DoesNotApplyError(message)


def _gradient(gradients: Gradients | None) -> Gradient:
    norms = [norm for weight in gradients.weights for norm in weight.norms] if gradients else []
    if not norms:
        return "unknown"
    return "not zero" if any(norms) else "zero"


@weights_stand_still.treatment("Find out why the weights do not move", effect="advice")
def find_out_why(finding: Finding, _cell: Cell) -> str:
    """Check the learning rate, the loss and the activation of the output layer."""
    match facts_of(finding, _Facts).gradient:
        case "zero":
            return (
                "The gradient is exactly 0, so another optimizer does not help: check the "
                "activation of the output layer, the loss, and whether ReLU units are dead."
            )
        case "not zero":
            return "The gradient is not 0, so the cause is the optimizer: check its learning rate."
        case "unknown":
            return (
                "Check the learning rate of the optimizer, the loss, and the activation of the "
                "output layer."
            )

"""A step that leaves every trainable weight as it was."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.gradients import Gradients
from nbdoctor.probes.loss_at_init import LossAtInit
from nbdoctor.probes.trained import Trained
from nbdoctor.probes.updates import Updates
from nbdoctor.rules.rule import DoesNotApplyError, Finding, rule


@rule(
    family="training",
    severity="critical",
    kind="proof",
    holds="A step moves the trainable weights",
    explains=("baseline-not-beaten",),
)
def weights_stand_still(
    updates: Updates,
    gradients: Gradients | None,
    loss: LossAtInit | None,
    trained: Trained | None,
    /,
) -> Iterator[Finding]:
    """A step that leaves every trainable weight exactly as it was.

    ## What it means
    Learning is moving weights. Where a step moves none, either its rate is 0 or the loss sends a
    gradient of exactly 0 to all of them: an output that cannot vary, a unit that never answers, a
    loss that is flat where the predictions are.

    ## How it is measured
    One real step of your optimizer is made on a copy, and the norm of the change of each trainable
    weight is exactly 0. After training the weights are compared with those before it: if one has
    moved, the rule is silent.

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
    It says where to look: the cause is whatever stands between the loss and the weights, and a
    finding above this one names it where it is known.

    ## When to ignore it
    Gradients that are added up over several steps, a warm-up from 0, steps that mixed precision
    leaves out and a loss of exactly 0 keep the rule silent.

    ## References
    Keras documentation, "Optimizers", `apply_gradients`.
    """
    _check_applies(updates, gradients, loss)
    if updates.moved or (trained is not None and trained.moved):
        return
    after = " Training has not moved them either." if trained is not None else ""
    count = f"all {updates.weights} trainable weights" if updates.weights > 1 else "the only weight"
    yield Finding(
        title="No trainable weight moves",
        says=f"A step of `{updates.optimizer}` leaves {count} exactly as before.{after}",
        measured={
            "weights that move": 0,
            "trainable weights": updates.weights,
            "gradient": "exactly 0" if _is_zero(gradients) else "not 0",
        },
        expected={"weights that move": updates.weights},
    )


def _check_applies(updates: Updates, gradients: Gradients | None, loss: LossAtInit | None) -> None:
    if not updates.weights:
        message = "no weight is trainable"
        raise DoesNotApplyError(message)
    if updates.accumulates > 1:
        message = f"gradients are added up over {updates.accumulates} steps"
        raise DoesNotApplyError(message)
    if updates.rate_now == 0 and max(updates.rate_middle or 0.0, updates.rate_end or 0.0) > 0:
        message = "the learning rate rises from 0"
        raise DoesNotApplyError(message)
    if gradients is not None and any(weight.non_finite for weight in gradients.weights):
        message = "a step whose gradients are not finite may be left out"
        raise DoesNotApplyError(message)
    if loss is not None and loss.rehearsed == 0:
        message = "the loss is 0 already"
        raise DoesNotApplyError(message)


def _is_zero(gradients: Gradients | None) -> bool:
    norms = [norm for weight in gradients.weights for norm in weight.norms] if gradients else []
    return bool(norms) and not any(norms)


@weights_stand_still.treatment("Look for what holds them", effect="advice")
def look_for_what_holds_them(finding: Finding, _cell: Cell) -> str:
    """Say on which side of the optimizer the cause lies."""
    if finding.measured["gradient"] == "exactly 0":
        return (
            "The gradient is exactly 0, so no optimizer can help: look at the activation of the "
            "last layer, at the loss, and at units that put out 0 for every row."
        )
    return "The gradient is not 0, so the optimizer holds the weights: look at its learning rate."

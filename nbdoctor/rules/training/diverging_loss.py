"""A loss that is higher at the end than at the start."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.history import History
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, rule


@rule(
    family="training",
    severity="warning",
    kind="strong",
    holds="The loss is not higher at the end than at the start",
    explains=("baseline-not-beaten",),
)
def diverging_loss(
    loss: LossAtInit,
    history: History,
    /,
    *,
    times: float = 1.1,
    epochs: float = 3,
) -> Iterator[Finding]:
    """The loss is higher at the end of training than at the start.

    ## What it means
    Training should reduce the loss; here it increased it. Either the steps overshoot or go in the
    wrong direction, or the targets are so large that the gradient overwrites the weights. This is a
    symptom, and the finding is listed under its cause if one was found.

    ## How it is measured
    After at least `epochs` (3) epochs, the loss of the last epoch is at least `times` (1.1) that of
    the first epoch and that of the first step, and above that of the best constant prediction.

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.randn(512, 10)
    y = x[:, 0]

    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(learning_rate=0.2), "mse")
    model.fit(x * 10, y, epochs=5)
    ```

    ## What the treatment does
    It lists what makes a loss grow, the most frequent cause first.

    ## When to ignore it
    When two networks are trained against each other (a GAN), where a growing loss may be intended.
    Such losses have no known constant baseline and are not judged.

    ## References
    Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 8.2.
    """
    if loss.baseline is None:
        message = "the loss of the best constant prediction is not known for this loss"
        raise DoesNotApplyError(message)
    values = history.values.get("loss", ())
    if len(values) < epochs:
        message = f"at least {epochs:g} epochs are needed"
        raise DoesNotApplyError(message)
    start = max(values[0], loss.rehearsed)
    last = values[-1]
    above = math.isfinite(last) and last >= times * start and last - loss.penalty > loss.baseline
    if above:
        yield _finding(values, loss.baseline)


def _finding(values: tuple[float, ...], baseline: float) -> Finding:
    first, last = values[0], values[-1]
    return Finding(
        title="The loss is higher at the end than at the start",
        says=(
            f"The loss is {figure(first)} in the first epoch and {figure(last)} in epoch "
            f"{len(values)}; the best constant prediction has a loss of {figure(baseline)}."
        ),
        measured={"loss in the first epoch": first, "loss in the last epoch": last},
        expected={"loss in the last epoch": f"below {figure(first)}"},
    )


@diverging_loss.treatment("Lower the learning rate", effect="advice")
def lower_the_learning_rate(_finding: Finding, _cell: Cell) -> str:
    """Check the learning rate, then inputs and targets, then the sign of the loss."""
    return (
        "Rebuild the model and train it with a tenth of the learning rate. If the loss still "
        "grows, scale inputs and targets, and check the sign of the loss."
    )

"""The loss ends above where it began."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.history import History
from nbdoctor.probes.loss_at_init import LossAtInit
from nbdoctor.rules.rule import DoesNotApplyError, Finding, figure, rule


@rule(
    family="training",
    severity="warning",
    kind="strong",
    holds="The loss does not end above where it began",
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
    """The loss ends above where it began.

    ## What it means
    Training makes the loss smaller; here it has made it larger. The steps overshoot, go the wrong
    way, or the targets are so large that the gradient throws the weights away. That is a symptom,
    and the finding stands under its cause where one was found.

    ## How it is measured
    After at least `epochs` (3) epochs, the loss of the last one is `times` (1.1) that of the first
    one and of the first step or more, and above that of the best constant answer.

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
    It says what makes a loss grow, the most frequent first.

    ## When to ignore it
    When two networks are trained against each other, where a growing loss may be meant; losses
    without a known constant, as there, are not judged.

    ## References
    Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 8.2.
    """
    if loss.baseline is None:
        message = "the loss of the best constant is not known for this loss"
        raise DoesNotApplyError(message)
    values = history.values.get("loss", ())
    if len(values) < epochs:
        message = f"it takes {epochs:g} epochs to tell"
        raise DoesNotApplyError(message)
    start = max(values[0], loss.rehearsed)
    last = values[-1]
    above = math.isfinite(last) and last >= times * start and last - loss.penalty > loss.baseline
    if above:
        yield _finding(values, loss.baseline)


def _finding(values: tuple[float, ...], baseline: float) -> Finding:
    first, last = values[0], values[-1]
    return Finding(
        title="The loss ends above where it began",
        says=(
            f"The loss was {figure(first)} in the first epoch and is {figure(last)} in epoch "
            f"{len(values)}; the best constant answer has {figure(baseline)}."
        ),
        measured={"first epoch": first, "last epoch": last},
        expected={"last epoch": f"below {figure(first)}"},
    )


@diverging_loss.treatment("Make the steps shorter", effect="advice")
def make_the_steps_shorter(_finding: Finding, _cell: Cell) -> str:
    """Say what makes a loss grow, the most frequent first."""
    return (
        "Build the model anew and take a tenth of the learning rate. If it grows all the same, "
        "scale inputs and targets, and look at the sign of the loss."
    )

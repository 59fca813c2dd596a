"""Predictions below zero under a loss that takes logarithms."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.capture.objective import with_head, with_loss
from nbdoctor.probes.head import Head, Output
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

LOG_LOSS = "mean_squared_logarithmic_error"


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="The predictions are where their loss has a slope",
    explains=("weights-stand-still", "baseline-not-beaten", "constant-predictions"),
)
def clipped_by_log_loss(head: Head, /, *, share: float = 0.5) -> Iterator[Finding]:
    """Predictions below zero under a loss that takes logarithms.

    ## What it means
    Mean squared logarithmic error compares the logarithms of 1 + y. Predictions below 0 have no
    logarithm there, so Keras takes 0 in their place: such rows add a constant to the loss and
    nothing to the gradient. Where all predictions start below 0, no weight ever moves.

    ## How it is measured
    The share of the first predictions that are 0 or below is counted. It is critical when all
    are, a warning from `share` (0.5) on: fewer are usual for a linear output before training, and
    the other rows draw them up.

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.uniform(0, 10, size=(512, 2))
    y = x.sum(axis=1)

    start = keras.initializers.Constant(-0.5)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer=start)])
    model.compile("adam", "mean_squared_logarithmic_error")
    model.fit(x, y)
    ```

    ## What the treatment does
    `softplus` lets the output put out positive numbers only, with a slope everywhere. The other
    choice is a loss without logarithms.

    ## When to ignore it
    When most rows are drawn above 0 in the first epoch.

    ## References
    Keras source, `mean_squared_logarithmic_error`: both sides are cut off at epsilon.
    """
    judged = [
        (output, output.below_zero)
        for output in head.outputs
        if output.loss == LOG_LOSS and output.below_zero is not None
    ]
    if not judged:
        message = f"no output was measured under `{LOG_LOSS}`"
        raise DoesNotApplyError(message)
    for output, below in judged:
        if below >= share:
            yield _finding(output, below)


def _finding(output: Output, below: float) -> Finding:
    layer = output.layer or output.name
    every = below >= 1
    shown = "All" if every else f"{figure(100 * below)} % of"
    return Finding(
        title="Predictions below zero, where the loss is flat",
        says=f"{shown} predictions of `{layer}` over {output.rows} rows are 0 or below "
        f"({figure(output.minimum or 0.0)} to {figure(output.maximum or 0.0)}). `{LOG_LOSS}` cuts "
        f"them off at 0, so {'no row has a' if every else 'these rows have no'} gradient.",
        where=Where(layer=output.layer, call="compile", argument="loss"),
        measured={"share of predictions below zero": below, "activation": output.activation},
        expected={"share of predictions below zero": 0.0},
        severity="critical" if every else "warning",
    )


@clipped_by_log_loss.treatment("Let the output be positive", effect="model")
def let_the_output_be_positive(finding: Finding, cell: Cell) -> Cell:
    """End the model in `softplus`, which is positive and has a slope everywhere."""
    return with_head(cell, finding.where.layer, activation="softplus")


@clipped_by_log_loss.treatment("Compare the numbers themselves", effect="training")
def compare_the_numbers(_finding: Finding, cell: Cell) -> Cell:
    """Use mean squared error, which has a slope for every prediction."""
    return with_loss(cell, "mean_squared_error")

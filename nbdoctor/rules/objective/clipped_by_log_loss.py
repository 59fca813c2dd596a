"""Negative predictions under mean squared logarithmic error."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.objective import with_head, with_loss
from nbdoctor.readings.head import Head, Output
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

LOG_LOSS = "mean_squared_logarithmic_error"


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="The loss has a gradient for the predictions",
    explains=("weights-stand-still", "baseline-not-beaten", "constant-predictions"),
    parts=("loss", "head"),
)
def clipped_by_log_loss(head: Head, /, *, share: float = 0.5) -> Iterator[Finding]:
    """Negative predictions under mean squared logarithmic error.

    ## What it means
    Mean squared logarithmic error compares the logarithms of 1 + y. Keras clips predictions at 0:
    rows with a negative prediction add a constant to the loss and nothing to the gradient. If all
    initial predictions are negative, no weight ever changes.

    ## How it is measured
    The share of the first predictions that are 0 or negative is computed. It is critical if all
    are, and a warning from `share` (0.5) on: fewer are usual for a linear output before training,
    and the gradient of the other rows moves them up.

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
    With `softplus` the output is always positive and has a gradient everywhere. The alternative
    is a loss without logarithms.

    ## When to ignore it
    When most predictions become positive in the first epoch.

    ## References
    Keras source, `mean_squared_logarithmic_error`: both arguments are clipped at epsilon.
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
    every = below >= 1
    shown = "All" if every else f"{figure(100 * below)} % of"
    return Finding(
        title="Negative predictions, for which the loss has no gradient",
        says=f"{shown} predictions of {output.shown} in {output.rows} rows are 0 or negative "
        f"({figure(output.minimum or 0.0)} to {figure(output.maximum or 0.0)}). `{LOG_LOSS}` clips "
        f"them at 0, so {'no row has a' if every else 'these rows have no'} gradient.",
        where=Where(layer=output.layer, call="compile", argument="loss"),
        measured={"share of predictions at or below 0": below},
        expected={"share of predictions at or below 0": 0.0},
        severity="critical" if every else "warning",
    )


@clipped_by_log_loss.treatment("Use softplus for the output", effect="model")
def use_softplus(finding: Finding, cell: Cell) -> Cell:
    """Use `softplus` as output activation: it is positive and has a gradient everywhere."""
    return with_head(cell, finding.where.layer, activation="softplus")


@clipped_by_log_loss.treatment("Use mean squared error", effect="training")
def use_mean_squared_error(_finding: Finding, cell: Cell) -> Cell:
    """Use mean squared error, which has a gradient for every prediction."""
    return with_loss(cell, "mean_squared_error")

"""A loss in which the errors of different rows cancel."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.loss_probe import LossProbe
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, rule


@rule(
    family="objective",
    severity="warning",
    kind="proof",
    holds="Errors of different rows add up in the loss",
    explains=(
        "baseline-not-beaten",
        "below-simple-models",
        "constant-predictions",
        "fails-to-memorise",
        "learning-rate-too-low",
        "overfit-to-training",
        "too-few-steps",
    ),
    parts=("loss",),
)
def errors_cancel_in_loss(probe: LossProbe, /, *, most: float = 0.25) -> Iterator[Finding]:
    """A loss in which the errors of different rows cancel.

    ## What it means
    A loss has to be small only where every row is predicted well. If errors are added up with
    their sign, over the batch, before they are squared or made positive, one row that is too high
    makes up for another that is too low: the loss is near 0 for predictions that are all wrong, and
    its gradient knows the sum of the errors only.

    ## How it is measured
    The part of the traced step between predictions and loss is run on its own, on labels of the
    first batch that are numbers: with predictions that are too high by one standard deviation in
    every row, and with predictions that are too high and too low by that in turn. All are equally
    wrong. The rule fires where the second raises the loss by less than `most` (a quarter) of what
    the first does. Losses of single rows, mean squared and absolute errors among them, give 1,
    quantile losses 0.5 or more. None of your code runs again. Where small batches are drawn anew
    in each epoch, errors that cancel in one batch show in another, and a model may learn all the
    same, if less than it could.

    ## Example
    ```python
    def loss(y_true, y_pred):
        return ops.square(ops.mean(y_true - y_pred))     # meant: ops.mean(ops.square(...))
    ```

    ## What the treatment does
    It says in which order to compute.

    ## When to ignore it
    When only the sum over a batch counts, and single rows do not.

    ## References
    None: it is computed.
    """
    judged = [one for one in probe.losses if one.cancelling is not None]
    if not judged:
        message = "no loss of your own compares numbers"
        raise DoesNotApplyError(message)
    for one in judged:
        share = one.cancelling
        if share is not None and share < most:
            named = f"`{one.function}`" if one.function else "the loss"
            yield Finding(
                title=f"Errors of different rows cancel in {named}",
                says="Where every second row is predicted too low and the others too high, "
                f"{named} rises only {figure(max(share, 0.0), 2)} times as much as where all are "
                "too high by the same amount. The rows are equally wrong in both cases.",
                measured={"rise for errors of both signs, of that for one sign": share},
                expected={"rise for errors of both signs, of that for one sign": "about 1"},
            )


@errors_cancel_in_loss.treatment("Make each error positive before they are added", effect="advice")
def make_each_error_positive(_finding: Finding, _cell: Cell) -> str:
    """Say the order."""
    return (
        "Square the error of each row, or take its absolute value, before any `mean`, `sum` or "
        "`cumsum` over rows: `ops.mean(ops.square(y_true - y_pred), axis=-1)`."
    )

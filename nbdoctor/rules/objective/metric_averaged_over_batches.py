"""A metric that is averaged over batches, and that is none of the rows."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.batch_averages import BatchAverages
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import Finding, rule


@rule(
    family="objective",
    severity="warning",
    kind="proof",
    holds="The metrics of the validation are those of all its rows",
)
def metric_averaged_over_batches(
    averages: BatchAverages, /, *, apart: float = 0.05
) -> Iterator[Finding]:
    """A metric that is the mean over batches of what can only be computed of all rows.

    ## What it means
    Keras calls a metric function for each batch and reports the mean of what it returns. For F1,
    precision, recall, intersection over union and the coefficient of determination that is not the
    value of all rows: a batch without a positive counts as 0, and small batches have extreme
    values. What is shown depends on the size of the batches.

    ## How it is measured
    After training, the validation rows are predicted, on copies and without effect, and these
    formulas are computed of each batch and of all rows. It is reported where the mean over the
    batches is what the log says of the last epoch, to 0.002, and the value of all rows differs by
    more than `apart` (0.05). No metric of yours is called.

    ## Example
    ```python
    def f1(y_true, y_pred):
        hit = ops.round(y_pred)
        both = ops.sum(y_true * hit)
        return 2 * both / (ops.sum(hit) + ops.sum(y_true) + 1e-7)

    model.compile("adam", "binary_crossentropy", metrics=[f1])
    ```

    ## What the treatment does
    It says which metric of Keras collects its counts over the batches.

    ## When to ignore it
    When the mean over groups of rows is what you want.

    ## References
    Keras documentation, "Metrics": a metric of a class keeps its state over the batches.
    """
    for one in averages.found:
        if abs(one.whole - one.averaged) <= apart:
            continue
        yield Finding(
            title=f"`{one.name}` is a mean over batches, not the value of the rows",
            says=f"`{one.name}` is {figure(one.logged)} at the end. That is {one.formula} of each "
            f"of the {one.batches} batches, averaged; of all {one.rows:,} validation rows it is "
            f"{figure(one.whole)}. The model is as good as that says, whatever the log shows.",
            measured={one.name: one.logged},
            expected={one.name: figure(one.whole)},
        )


@metric_averaged_over_batches.treatment("Count over all batches", effect="advice")
def count_over_all_batches(_finding: Finding, _cell: Cell) -> str:
    """Name metrics that keep their counts."""
    return (
        "Give `compile` a metric that keeps its counts from batch to batch: `keras.metrics."
        "F1Score`, `Precision`, `Recall`, `BinaryIoU`, `R2Score`. Or compute the number after "
        "`fit` from `model.predict`."
    )

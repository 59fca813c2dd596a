"""Data that Keras uses as sample weights by mistake."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.row_weights import RowWeights
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Value, Where, rule


@rule(
    family="labels",
    severity="critical",
    kind="strong",
    holds="The third item of the data holds sample weights",
    explains=(
        "loss-starts-high",
        "diverging-loss",
        "non-finite-loss",
        "learning-rate-too-high",
        "too-few-steps",
    ),
    parts=("weights",),
)
def features_as_weights(weights: RowWeights, /) -> Iterator[Finding]:
    """Data that Keras uses as sample weights by mistake.

    ## What it means
    If a dataset or generator yields three items, Keras reads them as inputs, labels and sample
    weights, in this order. If it yields two inputs and the labels, the second input is used as
    labels, and the labels are used as sample weights, so that rows of class 0 have no weight. A
    feature column as third item multiplies the loss of every row.

    ## How it is measured
    The third item of the data contains values below 0, with which a worse prediction lowers the
    loss of a row; or it equals a column of the inputs in every row. Weights that are passed to
    `fit` as `sample_weight` are not judged.

    ## Example
    ```python
    def batches():
        while True:
            yield pictures, tables, labels   # meant: (pictures, tables), labels

    model.fit(batches(), steps_per_epoch=10)
    ```

    ## What the treatment does
    It shows how to yield two inputs together.

    ## When to ignore it
    When negative weights are intended, as in some reinforcement learning methods.

    ## References
    Keras documentation, `Model.fit`, argument `x`. Measured with Keras 3.15: a loss of 134
    instead of 1.1.
    """
    if weights.given != "third item":
        message = "the data yields no third item"
        raise DoesNotApplyError(message)
    low, high = weights.minimum or 0.0, weights.maximum or 0.0
    if weights.column:
        yield _finding(
            f"equals {weights.column} in every examined row",
            {"third item": f"equal to {weights.column}"},
            {"third item": "sample weights"},
            (low, high),
        )
    elif low < 0:
        yield _finding(
            "contains values below 0",
            {"smallest sample weight": low},
            {"smallest sample weight": "at least 0"},
            (low, high),
        )


def _finding(
    why: str, measured: dict[str, Value], expected: dict[str, Value], bounds: tuple[float, float]
) -> Finding:
    low, high = bounds
    return Finding(
        title="Data is used as sample weights",
        says=f"The data yields three items, and the third {why} ({figure(low)} to {figure(high)}). "
        "Keras uses the third item as sample weights: it multiplies the loss of each row by it.",
        where=Where(call="fit", argument="x"),
        measured=measured,
        expected=expected,
    )


@features_as_weights.treatment("Yield two items: inputs and labels", effect="advice")
def yield_two_items(_finding: Finding, _cell: Cell) -> str:
    """Combine several inputs in one tuple or dict."""
    return (
        "Yield `(inputs, labels)`. Several inputs belong in a tuple or dict of their own: "
        "`yield (pictures, tables), labels`."
    )

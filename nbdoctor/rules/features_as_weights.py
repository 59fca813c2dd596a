"""Data that Keras takes for the weights of the rows."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.row_weights import RowWeights
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Value, Where, figure, rule


@rule(
    family="labels",
    severity="critical",
    kind="strong",
    holds="What the data yields third are weights of rows",
    explains=(
        "loss-starts-high",
        "diverging-loss",
        "non-finite-loss",
        "learning-rate-too-high",
        "too-few-steps",
    ),
)
def features_as_weights(weights: RowWeights, /) -> Iterator[Finding]:
    """Data that Keras takes for the weights of the rows.

    ## What it means
    A dataset or generator that yields three things gives inputs, labels and row weights, in this
    order and without names. Two inputs and labels, yielded one after the other, train on the
    second input as labels, and the labels say how much each row counts; rows of class 0 count
    nothing. A column of features in third place multiplies the loss of every row.

    ## How it is measured
    The third item of what the data yields holds values below 0, which make the loss of a row
    better the worse it is predicted; or it equals a column of the inputs, row by row. Weights
    that are named `sample_weight` in `fit` are not judged.

    ## Example
    ```python
    def batches():
        while True:
            yield pictures, tables, labels   # meant: (pictures, tables), labels

    model.fit(batches(), steps_per_epoch=10)
    ```

    ## What the treatment does
    It says how two inputs are yielded together.

    ## When to ignore it
    When negative weights are meant, as in some methods of reinforcement learning.

    ## References
    Keras documentation, `Model.fit`, argument `x`. Measured with Keras 3.15: a loss of 134 where
    1.1 was expected.
    """
    if weights.given != "third item":
        message = "the data yields no third item"
        raise DoesNotApplyError(message)
    low, high = weights.minimum or 0.0, weights.maximum or 0.0
    if weights.column:
        yield _finding(
            f"equals {weights.column} in every row looked at", {"equals": weights.column}, low, high
        )
    elif low < 0:
        yield _finding("has values below 0", {"smallest weight": low}, low, high)


def _finding(why: str, measured: dict[str, Value], low: float, high: float) -> Finding:
    return Finding(
        title="Data in the place of row weights",
        says=f"The data yields three items, and the third {why} ({figure(low)} to {figure(high)}). "
        "Keras takes it for the weights of the rows: it multiplies the loss of each row by it.",
        where=Where(call="fit", argument="x"),
        measured=measured,
        expected={"smallest weight": "0 or more"},
    )


@features_as_weights.treatment("Yield inputs and labels", effect="advice")
def yield_two_items(_finding: Finding, _cell: Cell) -> str:
    """Put several inputs into one tuple or dict."""
    return (
        "Yield `(inputs, labels)`; several inputs belong into a tuple or a dict of their own: "
        "`yield (pictures, tables), labels`."
    )

"""A Normalization layer that has the mean and variance of other data than it gets."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.adapting import with_adapted_layer
from nbdoctor.readings.activations import Activations, LayerActivation
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.source import Source
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

FEWEST_ROWS = 16
"""The spread of fewer rows is that of their choice."""


@rule(
    family="data",
    severity="warning",
    kind="strong",
    holds="Every Normalization layer has the mean and the variance of what it gets",
    explains=(
        "unscaled-inputs",
        "saturated-units",
        "dead-units",
        "fading-signal",
        "constant-predictions",
        "baseline-not-beaten",
        "below-simple-models",
        "fails-to-memorise",
        "too-few-steps",
    ),
    gated=True,
    parts=("inputs",),
)
def normalization_misfits_inputs(
    layers: Layers, activations: Activations, source: Source | None, /, *, factor: float = 10.0
) -> Iterator[Finding]:
    """A Normalization layer that has the mean and variance of other data than it gets.

    ## What it means
    `Normalization` subtracts a mean and divides by a deviation that `adapt` has computed, or that
    are arguments. Where the data are scaled after `adapt`, or before it only, both are those of
    other numbers: all rows come out nearly alike, or with values in the hundreds.

    ## How it is measured
    Rows pass through the model, 16 or more. Behind such a layer the values of a column should
    deviate by about 1 from row to row, around 0. It is reported if they do so by less than one
    `factor`-th (a tenth) or more than `factor` (10) on the mean over columns, or if the mean of all
    values lies further than `factor` from 0. Where the trained model is as good as simple ones, it
    is a note.

    ## Example
    ```python
    scale = keras.layers.Normalization()
    scale.adapt(x_train)
    model = keras.Sequential([keras.Input((4,)), scale, keras.layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(x_train / 1000, y_train)
    ```

    ## What the treatment does
    It adapts the layer to the rows that `fit` gets, where the cell has names for both.

    ## When to ignore it
    When the first rows are much more alike than the others.

    ## References
    Keras documentation, "Normalization layer".
    """
    found = [one for one in activations.layers if one.kind == "Normalization"]
    if not found or activations.rows < FEWEST_ROWS:
        message = f"no Normalization layer was seen with {FEWEST_ROWS} rows or more"
        raise DoesNotApplyError(message)
    for one in found:
        fits = 1 / factor <= one.spread <= factor and abs(one.mean) <= factor
        if one.layer not in layers.unadapted and not fits:
            yield _finding(one, activations.rows, factor, source)


def _finding(one: LayerActivation, rows: int, factor: float, source: Source | None) -> Finding:
    come_out = "rows come out nearly alike" if one.spread < 1 else "values come out large"
    return Finding(
        title=f"`{one.layer}` has the mean and variance of other data",
        says=f"Behind `{one.layer}` a column deviates by {figure(one.spread)} from row to row on "
        f"the mean ({rows:,} rows), around {figure(one.mean)}. It would by about 1, around 0, if "
        f"mean and variance were those of the data. The {come_out}: "
        "mean and variance were computed before the data were scaled, or from other data.",
        where=Where(layer=one.layer, call="adapt", variable=source.x_name if source else ""),
        measured={"deviation from row to row": one.spread, "mean": one.mean},
        expected={
            "deviation from row to row": f"about 1 ({figure(1 / factor)} to {figure(factor)})",
            "mean": f"about 0 (±{figure(factor)})",
        },
    )


@normalization_misfits_inputs.treatment(
    "Adapt the layer to the rows that `fit` gets", effect="training"
)
def adapt_it(finding: Finding, cell: Cell) -> Cell | str:
    """Compute mean and variance from the training rows, as `fit` gets them."""
    rows = finding.where.variable
    return with_adapted_layer(cell, rows) or (
        f"Call the layer's `adapt` on `{rows or 'x_train'}` as `fit` gets it, after all scaling."
    )

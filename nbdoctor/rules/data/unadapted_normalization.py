"""A Normalization layer that was not adapted."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.adapting import with_adapted_layer
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.source import Source
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="data",
    severity="critical",
    kind="proof",
    holds="Every Normalization layer has a mean and a variance",
    explains=(
        "unscaled-inputs",
        "loss-starts-high",
        "saturated-units",
        "dead-units",
        "baseline-not-beaten",
        "too-few-steps",
    ),
)
def unadapted_normalization(layers: Layers, source: Source | None, /) -> Iterator[Finding]:
    """A Normalization layer that was not adapted to data.

    ## What it means
    `Normalization` gets the mean and variance of the columns from `adapt`, or as arguments.
    Without either it subtracts 0 and divides by 1: columns pass through unchanged, without a
    warning. In one measured model the loss then started at 1121.

    ## How it is measured
    The layer has no `mean` argument, and its mean and variance are exactly 0 and 1 in every
    column, their initial values.

    ## Example
    ```python
    model = keras.Sequential([
        keras.Input((4,)),
        keras.layers.Normalization(),
        keras.layers.Dense(1),
    ])
    ```

    ## What the treatment does
    It inserts `adapt` before `fit`, where the cell has names for the layer and the training rows.

    ## When to ignore it
    When the columns already have a mean of 0 and a variance of 1.

    ## References
    Keras documentation, "Normalization layer".
    """
    if not any(layer.kind == "Normalization" for layer in layers.layers):
        message = "the model has no Normalization layer"
        raise DoesNotApplyError(message)
    for name in layers.unadapted:
        yield Finding(
            title=f"`{name}` was not adapted to the data",
            says=f"`{name}` was not adapted and has no `mean` argument: it subtracts 0 and "
            "divides by 1, so values pass through it unchanged.",
            where=Where(layer=name, call="Normalization", variable=source.x_name if source else ""),
            measured={"mean of the layer": 0.0, "variance of the layer": 1.0},
            expected={
                "mean of the layer": "that of the training rows",
                "variance of the layer": "that of the training rows",
            },
        )


@unadapted_normalization.treatment("Adapt the layer to the training rows", effect="training")
def adapt_it(finding: Finding, cell: Cell) -> Cell | str:
    """Compute mean and variance from the training rows before `fit`."""
    rows = finding.where.variable
    return with_adapted_layer(cell, rows) or (
        f"Create the layer first, call its `adapt({rows or 'x_train'})` on the training rows, and "
        "then add it to the model."
    )

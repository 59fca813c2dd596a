"""A Normalization layer that has never seen data."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.layers import Layers
from nbdoctor.probes.source import Source
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="data",
    severity="critical",
    kind="proof",
    holds="Every Normalization layer knows mean and variance",
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
    """A Normalization layer that has never seen data.

    ## What it means
    `Normalization` takes mean and variance of the columns from `adapt`, or as arguments. Without
    either it subtracts 0 and divides by 1: raw columns pass through, and nothing says so. A model
    on such inputs started at a loss of 1121.

    ## How it is measured
    The layer was given no mean, and its mean and variance are exactly 0 and 1 in every column, as
    they are made.

    ## Example
    ```python
    model = keras.Sequential([
        keras.Input((4,)),
        keras.layers.Normalization(),
        keras.layers.Dense(1),
    ])
    ```

    ## What the treatment does
    It puts `adapt` before `fit`, where the cell names the layer and the training rows.

    ## When to ignore it
    When the columns have a mean of 0 and a variance of 1 already.

    ## References
    Keras documentation, "Normalization layer".
    """
    if not any(layer.kind == "Normalization" for layer in layers.layers):
        message = "the model has no Normalization layer"
        raise DoesNotApplyError(message)
    for name in layers.unadapted:
        yield Finding(
            title=f"`{name}` normalises nothing",
            says=f"`{name}` was not adapted and was given no mean: it subtracts 0 and divides by "
            "1, so raw values pass through it.",
            where=Where(layer=name, call="Normalization", variable=source.x_name if source else ""),
            measured={"mean of the layer": 0.0, "variance of the layer": 1.0},
            expected={"mean of the layer": "of the training rows"},
        )


@unadapted_normalization.treatment("Adapt it to the training rows", effect="training")
def adapt_it(finding: Finding, cell: Cell) -> Cell | str:
    """Let the layer take mean and variance from the training rows before `fit`."""
    name, rows = _variable(cell), finding.where.variable
    if name and rows:
        return cell.with_lines_before("fit", f"{name}.adapt({rows})")
    return (
        f"Make the layer first, call its `adapt({rows or 'x_train'})` with training rows, and put "
        "it into the model."
    )


def _variable(cell: Cell) -> str:
    """The name that the cell gives to its only such layer."""
    made = re.findall(r"^(\w+)\s*=\s*[\w.]*\bNormalization\(", cell.source, re.MULTILINE)
    return made[0] if len(made) == 1 else ""

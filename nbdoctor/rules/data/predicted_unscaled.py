"""Rows for `predict` or `evaluate` that were not prepared like the training rows."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.handed import HandedOver
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import Finding, Where, rule


@rule(
    family="data",
    severity="warning",
    kind="strong",
    holds="The rows for `predict` and `evaluate` are like those of training",
)
def predicted_unscaled(handed: HandedOver, /) -> Iterator[Finding]:
    """Rows for `predict` or `evaluate` that were not prepared like the training rows.

    ## What it means
    A model knows only inputs as it was trained on. Raw values in place of scaled ones, or values
    that were scaled twice, give predictions that mean nothing, however good the training was.

    ## How it is measured
    While the cell runs, mean and spread of each column of the inputs of `predict` and `evaluate`
    are noted, and compared with those of the training rows. Reported are inputs of which half of
    the columns lie more than 6 standard deviations of the training rows from their mean, or
    have less than a fiftieth of their spread (8 rows or more).

    Rows that were normalised one by one are reported, too: each of them has by itself what at most
    5 % of the training rows have, such as a mean of exactly 0, as a picture has from which its own
    mean was taken in place of the mean of the training pictures.

    ## Example
    ```python
    scaler = StandardScaler().fit(x_train)
    model.fit(scaler.transform(x_train), y_train, epochs=10)
    model.predict(x_test)
    ```

    ## What the treatment does
    It says to prepare new rows by the same function, with the numbers of the training rows.

    ## When to ignore it
    When the model is asked on purpose about inputs that it was not trained on.

    ## References
    scikit-learn user guide, "Common pitfalls: inconsistent preprocessing".
    """
    line = f" on line {handed.line}" if handed.line else ""
    like = f" They look like `{handed.like}`." if handed.like else ""
    if handed.by_row:
        yield _alone(handed)
        return
    yield Finding(
        title=f"`{handed.by}` gets rows that were not prepared like the training rows",
        says=f"`{handed.by}`{line} gets values from {figure(handed.low)} to "
        f"{figure(handed.high)}; the model was trained on {figure(handed.trained_low)} to "
        f"{figure(handed.trained_high)}. The middle column lies {figure(handed.distance, 2)} "
        f"standard deviations from its mean in training.{like}",
        where=Where(call=handed.by, line=handed.line),
        measured={
            "range of the inputs": f"{figure(handed.low)} to {figure(handed.high)}",
        },
        expected={
            "range of the inputs": f"{figure(handed.trained_low)} to {figure(handed.trained_high)}",
        },
    )


def _alone(handed: HandedOver) -> Finding:
    line = f" on line {handed.line}" if handed.line else ""
    return Finding(
        title=f"`{handed.by}` gets rows that were normalised one by one",
        says=f"Each row that `{handed.by}`{line} gets has {handed.by_row} by itself; the training "
        "rows do not. It was prepared by its own numbers, and the training rows by others.",
        where=Where(call=handed.by, line=handed.line),
        measured={"each row has by itself": handed.by_row},
        expected={"each row has by itself": "what training rows have"},
    )


@predicted_unscaled.treatment("Prepare new rows as the training rows", effect="judgement")
def prepare_alike(_finding: Finding, _cell: Cell) -> str:
    """Use the same function, with the numbers of the training rows."""
    return (
        "Call what prepared the training rows for these rows, too (`scaler.transform(x)`, not "
        "`fit_transform`), or put the preparation into the model as a layer (`Normalization`, "
        "`Rescaling`)."
    )

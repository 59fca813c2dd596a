"""A `fit` that makes no epoch."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.fit import Fit
from nbdoctor.rules.rule import Finding, Where, rule


@rule(
    family="training",
    severity="critical",
    kind="proof",
    holds="At least one epoch is asked for",
    explains=("weights-stand-still", "baseline-not-beaten"),
)
def nothing_trained(fit: Fit, /) -> Iterator[Finding]:
    """A `fit` that makes no epoch.

    ## What it means
    `fit` with `epochs=0`, or with an `initial_epoch` that is not below `epochs`, returns at once
    with an empty history and says nothing. The model stays as it was.

    ## How it is measured
    `initial_epoch` is compared with `epochs`, as `fit` received them. `epochs` is the number of
    the last epoch, not how many are added: `fit(epochs=5, initial_epoch=5)` makes none.
    `steps_per_epoch=0` counts as not given and does train.

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.randn(512, 10)
    y = (x[:, 0] > 0).astype(int)

    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=5, initial_epoch=5)
    ```

    ## What the treatment does
    It says which number makes `fit` train. How many epochs that should be only you know: the patch
    holds `FILL_IN_EPOCHS`, and the cell stops there until a number takes its place.

    ## When to ignore it
    When a run is resumed that had reached its last epoch before.

    ## References
    Keras documentation, "Model training APIs", `fit`, arguments `epochs` and `initial_epoch`.
    """
    if fit.epochs > max(0, fit.initial_epoch):
        return
    asked = (
        f"`epochs={fit.epochs}` is where training ends and `initial_epoch={fit.initial_epoch}` "
        "where it begins, so"
        if fit.initial_epoch
        else f"With `epochs={fit.epochs}`"
    )
    yield Finding(
        title="`fit` makes no epoch",
        says=f"{asked} no step is made, and the model stays as it was.",
        where=Where(call="fit", argument="epochs"),
        measured={"epochs": fit.epochs, "initial_epoch": fit.initial_epoch},
        expected={"epochs": f"above {max(0, fit.initial_epoch)}"},
    )


@nothing_trained.treatment("Ask for epochs", effect="judgement")
def ask_for_epochs(finding: Finding, cell: Cell) -> Cell | str:
    """Put the number of epochs that you want for `FILL_IN_EPOCHS`."""
    first, epochs = int(finding.measured["initial_epoch"]), int(finding.measured["epochs"])
    if first > 0:
        more = max(1, epochs)
        which = "one more epoch" if more == 1 else f"{more} more epochs"
        return f"For {which} pass `epochs={first + more}`."
    return cell.with_argument("fit", "epochs", "FILL_IN_EPOCHS")

"""A `fit` call that trains for 0 epochs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import Fit
from nbdoctor.rules.rule import Finding, Where, facts_of, rule


@dataclass(frozen=True, slots=True)
class _Facts:
    epochs: int
    initial_epoch: int


@rule(
    family="training",
    severity="critical",
    kind="proof",
    holds="Training runs for at least one epoch",
    explains=("weights-stand-still", "baseline-not-beaten"),
)
def nothing_trained(fit: Fit, /) -> Iterator[Finding]:
    """A `fit` call that trains for 0 epochs.

    ## What it means
    `fit` with `epochs=0`, or with an `initial_epoch` that is not below `epochs`, returns at once
    with an empty history and without a warning. The model does not change.

    ## How it is measured
    `initial_epoch` is compared with `epochs`, as `fit` received them. `epochs` is the number of the
    last epoch, not how many are added: `fit(epochs=5, initial_epoch=5)` trains for 0 epochs.
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
    It says which number of epochs trains the model. The right number is your choice: the patch
    contains `FILL_IN_EPOCHS`, and the cell stops there until you replace it with a number.

    ## When to ignore it
    When a run is resumed that had already reached its last epoch.

    ## References
    Keras documentation, "Model training APIs", `fit`, arguments `epochs` and `initial_epoch`.
    """
    if fit.epochs > max(0, fit.initial_epoch):
        return
    given = (
        f"Training starts at `initial_epoch={fit.initial_epoch}` and ends at "
        f"`epochs={fit.epochs}`, so"
        if fit.initial_epoch
        else f"With `epochs={fit.epochs}`"
    )
    yield Finding(
        title="`fit` trains for 0 epochs",
        says=f"{given} there is no training step, and the model does not change.",
        where=Where(call="fit", argument="epochs"),
        measured={"epochs": fit.epochs, "initial_epoch": fit.initial_epoch},
        expected={"epochs": f"above {max(0, fit.initial_epoch)}"},
        facts=_Facts(epochs=fit.epochs, initial_epoch=fit.initial_epoch),
    )


@nothing_trained.treatment("Set the number of epochs", effect="judgement")
def set_epochs(finding: Finding, cell: Cell) -> Cell | str:
    """Replace `FILL_IN_EPOCHS` with the number of epochs to train for."""
    facts = facts_of(finding, _Facts)
    if facts.initial_epoch > 0:
        more = max(1, facts.epochs)
        which = "one more epoch" if more == 1 else f"{more} more epochs"
        return f"For {which} pass `epochs={facts.initial_epoch + more}`."
    return cell.with_argument("fit", "epochs", "FILL_IN_EPOCHS")

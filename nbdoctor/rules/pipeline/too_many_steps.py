"""More steps per epoch than the data has batches."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import Fit
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="pipeline",
    severity="warning",
    kind="proof",
    holds="The data has enough batches for the steps of each epoch",
)
def too_many_steps(fit: Fit, /) -> Iterator[Finding]:
    """More steps per epoch than the data has batches.

    ## What it means
    With `steps_per_epoch` Keras continues the same pass over the data in the next epoch. If the
    data ends within an epoch, that epoch ends early with a warning. Epochs then have different
    lengths, their metrics are not comparable, and a schedule that counts steps does not end where
    planned.

    ## How it is measured
    The number of batches in the data is known. Either `steps_per_epoch` is larger, or the number
    of batches is not a multiple of it and the epochs together have more steps than batches.

    ## Example
    ```python
    data = tf.data.Dataset.from_tensor_slices((inputs, labels)).batch(32)  # 10 batches
    model.fit(data, steps_per_epoch=100, epochs=5)
    ```

    ## What the treatment does
    It sets `steps_per_epoch=None`, so that an epoch is one pass over the data. To keep
    `steps_per_epoch`, add `.repeat()` to the dataset.

    ## When to ignore it
    When shorter epochs do not matter.

    ## References
    Keras source, `EpochIterator`.
    """
    if not fit.steps_given or fit.batches is None or not fit.steps_per_epoch or fit.endless:
        message = "`steps_per_epoch` is not given, or the number of batches is not known"
        raise DoesNotApplyError(message)
    steps, held = fit.steps_per_epoch, fit.batches
    epochs = max(0, fit.epochs - fit.initial_epoch)
    if steps > held or (held % steps and steps * epochs > held):
        yield _finding(steps, held, epochs)


def _finding(steps: int, held: int, epochs: int) -> Finding:
    what = (
        f"`steps_per_epoch` is {steps:,}, and the data has {held:,} batches"
        if steps > held
        else f"{epochs} epochs of {steps:,} steps do not fit evenly into the {held:,} batches of "
        "the data"
    )
    return Finding(
        title="Epochs end early because the data ends",
        says=f"{what}: Keras ends such an epoch early, with a warning, and restarts the data.",
        where=Where(call="fit", argument="steps_per_epoch"),
        measured={"steps per epoch": steps, "batches in the data": held},
        expected={"steps per epoch": _expected(steps, held)},
    )


def _expected(steps: int, held: int) -> str:
    return f"at most {held:,}" if steps > held else f"a divisor of {held:,}"


@too_many_steps.treatment("Make an epoch one pass over the data", effect="training")
def one_pass(_finding: Finding, cell: Cell) -> Cell:
    """Remove the limit of steps, so that each epoch ends with the data."""
    return cell.with_argument("fit", "steps_per_epoch", "None", position=12)

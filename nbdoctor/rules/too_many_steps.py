"""More steps in an epoch than the data has batches."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.fit import Fit
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="pipeline",
    severity="warning",
    kind="proof",
    holds="The data has as many batches as the epochs have steps",
)
def too_many_steps(fit: Fit, /) -> Iterator[Finding]:
    """More steps in an epoch than the data has batches.

    ## What it means
    With `steps_per_epoch` Keras goes on with the same pass over the data in the next epoch, and
    when the pass ends within an epoch, that epoch ends early with a warning. Epochs then have
    different lengths, their numbers cannot be compared, and a schedule that counts steps ends at
    another place than planned.

    ## How it is measured
    The data tells how many batches it holds. Either an epoch is to have more steps than that, or
    the batches are no multiple of the steps of an epoch and several epochs run into the end.

    ## Example
    ```python
    data = tf.data.Dataset.from_tensor_slices((inputs, labels)).batch(32)  # 10 batches
    model.fit(data, steps_per_epoch=100, epochs=5)
    ```

    ## What the treatment does
    Without `steps_per_epoch` an epoch is one pass over the data. Where the number is wanted,
    `.repeat()` lets the data go on.

    ## When to ignore it
    When short epochs do not disturb anything.

    ## References
    Keras source, `EpochIterator`.
    """
    if not fit.steps_given or fit.batches is None or not fit.steps_per_epoch or fit.endless:
        message = "`steps_per_epoch` is not given, or the data does not tell its length"
        raise DoesNotApplyError(message)
    steps, held = fit.steps_per_epoch, fit.batches
    epochs = max(0, fit.epochs - fit.initial_epoch)
    if steps > held or (held % steps and steps * epochs > held):
        yield _finding(steps, held, epochs)


def _finding(steps: int, held: int, epochs: int) -> Finding:
    what = (
        f"An epoch is to have {steps:,} steps, and the data holds {held:,} batches"
        if steps > held
        else f"{epochs} epochs of {steps:,} steps run over the end of the {held:,} batches again "
        "and again"
    )
    return Finding(
        title="Epochs end early because the data does",
        says=f"{what}: Keras cuts such an epoch short with a warning and starts the data anew.",
        where=Where(call="fit", argument="steps_per_epoch"),
        measured={"steps per epoch": steps, "batches of the data": held},
        expected={"steps per epoch": f"at most {held:,}"},
    )


@too_many_steps.treatment("Let an epoch be one pass", effect="training")
def one_pass(_finding: Finding, cell: Cell) -> Cell:
    """Leave the number of steps to the data."""
    return cell.with_argument("fit", "steps_per_epoch", "None", position=12)

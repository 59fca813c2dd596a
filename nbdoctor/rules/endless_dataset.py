"""Data without an end, and an epoch without a number of steps."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.fit import Fit
from nbdoctor.probes.source import Source
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="pipeline",
    severity="critical",
    kind="proof",
    holds="Every epoch has an end",
    explains=("progress-bar-at-zero",),
)
def endless_dataset(fit: Fit, source: Source | None, /) -> Iterator[Finding]:
    """Data without an end, and an epoch without a number of steps.

    ## What it means
    An epoch ends when the data ends, or after `steps_per_epoch`. A dataset with `repeat()`, or a
    generator in a `while True`, never ends by itself: without the number, epoch 1 goes on for
    ever, and validation, callbacks and further epochs never come. Keras 3 raises nothing.

    ## How it is measured
    The dataset says itself that it has no end (its cardinality is infinite), or the generator
    that feeds `fit` is written in this cell with its `yield` in a `while True` that nothing
    leaves; and `steps_per_epoch` is not given.

    ## Example
    ```python
    data = tf.data.Dataset.from_tensor_slices((inputs, labels)).batch(32).repeat()
    model.fit(data, epochs=10)
    ```

    ## What the treatment does
    A `repeat()` can be left out: `fit` starts the data anew in each epoch. A generator needs
    `steps_per_epoch`: the number of rows divided by the rows of a batch. Only you know it, so the
    patch holds `FILL_IN_STEPS`, and the cell stops there until a number takes its place.

    ## When to ignore it
    When a callback stops training, or you do.

    ## References
    Keras documentation, `Model.fit`, argument `steps_per_epoch`.
    """
    if fit.data_kind not in ("tf.data", "generator"):
        message = f"data of this kind ({fit.data_kind}) has an end"
        raise DoesNotApplyError(message)
    if fit.steps_given:
        return
    if fit.endless:
        yield _finding("The dataset says that it has no end", fit, source, None)
    elif fit.data_kind == "generator" and source is not None and source.endless:
        says = f"`{source.fit_data}` yields in a loop that never ends"
        yield _finding(says, fit, source, source.yield_line)


def _finding(says: str, fit: Fit, source: Source | None, line: int | None) -> Finding:
    return Finding(
        title="Epoch 1 never ends",
        says=f"{says}, and `fit` was not told how many steps an epoch has, so the first epoch goes "
        "on until you stop it.",
        where=Where(call="fit", argument="x", line=line),
        measured={"data": fit.data_kind, "steps per epoch": "not given"},
        expected={"steps per epoch": "rows divided by the rows of a batch"},
    )


@endless_dataset.treatment("Leave the repetition to `fit`", effect="training")
def leave_out_repeat(finding: Finding, cell: Cell) -> Cell | str | None:
    """Leave out `.repeat()`: `fit` begins the data anew in every epoch."""
    if finding.measured["data"] != "tf.data":
        return None
    if any(len(call.arguments) for call in cell.calls_of("repeat")):
        return "Leave out `.repeat()`: `fit` begins the data anew in every epoch."
    return cell.without_method("repeat")


@endless_dataset.treatment("Say how many steps an epoch has", effect="judgement")
def say_how_many_steps(finding: Finding, cell: Cell) -> Cell | None:
    """Put the rows of your data, divided by those of a batch, for `FILL_IN_STEPS`."""
    if finding.measured["data"] == "tf.data":
        return None
    return cell.with_argument("fit", "steps_per_epoch", "FILL_IN_STEPS")

"""An infinite dataset without `steps_per_epoch`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.source import Source
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule


@dataclass(frozen=True, slots=True)
class _Facts:
    is_dataset: bool


@rule(
    family="pipeline",
    severity="critical",
    kind="proof",
    holds="Every epoch ends",
    explains=("progress-bar-at-zero",),
)
def endless_dataset(fit: Fit, source: Source | None, /) -> Iterator[Finding]:
    """An infinite dataset or generator without `steps_per_epoch`.

    ## What it means
    An epoch ends when the data ends, or after `steps_per_epoch` steps. A dataset with `repeat()`,
    or a generator with `while True`, never ends: without `steps_per_epoch` the first epoch runs
    forever, and validation and further epochs never start. Keras 3 raises no error.

    ## How it is measured
    The cardinality of the dataset is infinite, or the generator passed to `fit` is defined in this
    cell with its `yield` in a `while True` loop that nothing leaves; and `steps_per_epoch` is not
    given.

    ## Example
    ```python
    data = tf.data.Dataset.from_tensor_slices((inputs, labels)).batch(32).repeat()
    model.fit(data, epochs=10)
    ```

    ## What the treatment does
    A `repeat()` can be removed: `fit` iterates over the dataset once per epoch. A generator needs
    `steps_per_epoch`: the number of rows divided by the batch size. Only you know it, so the patch
    contains `FILL_IN_STEPS`, and the cell stops there until you replace it with a number.

    ## When to ignore it
    When a callback stops training, or you interrupt it.

    ## References
    Keras documentation, `Model.fit`, argument `steps_per_epoch`.
    """
    if fit.data_kind not in ("tf.data", "generator"):
        message = f"data of this kind ({fit.data_kind}) is finite"
        raise DoesNotApplyError(message)
    if fit.steps_given:
        return
    if fit.endless:
        yield _finding("The dataset is infinite", fit, source, None)
    elif fit.data_kind == "generator" and source is not None and source.endless:
        says = f"`{source.fit_data}` yields in an infinite loop"
        yield _finding(says, fit, source, source.yield_line)


def _finding(says: str, fit: Fit, source: Source | None, line: int | None) -> Finding:
    return Finding(
        title="The first epoch never ends",
        says=f"{says}, and `fit` has no `steps_per_epoch`, so the first epoch runs until you "
        "interrupt it.",
        where=Where(call="fit", argument="x", line=line),
        measured={"steps_per_epoch": "not given"},
        expected={"steps_per_epoch": "number of rows / batch size"},
        facts=_Facts(is_dataset=fit.data_kind == "tf.data"),
    )


@endless_dataset.treatment("Remove `.repeat()`", effect="training")
def remove_repeat(finding: Finding, cell: Cell) -> Cell | str | None:
    """Remove `.repeat()`: `fit` iterates over the dataset once per epoch."""
    if not facts_of(finding, _Facts).is_dataset:
        return None
    if any(len(call.arguments) for call in cell.calls_of("repeat")):
        return "Remove `.repeat()`: `fit` iterates over the dataset once per epoch."
    return cell.without_method("repeat")


@endless_dataset.treatment("Set `steps_per_epoch`", effect="judgement")
def set_steps_per_epoch(finding: Finding, cell: Cell) -> Cell | None:
    """Replace `FILL_IN_STEPS` with the number of rows divided by the batch size."""
    if facts_of(finding, _Facts).is_dataset:
        return None
    return cell.with_argument("fit", "steps_per_epoch", "FILL_IN_STEPS")

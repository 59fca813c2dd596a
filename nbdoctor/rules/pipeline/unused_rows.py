"""Most rows of the data are never trained on."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.unused_rows import UnusedRows
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import Finding, Where, rule

WAYS = {
    "take": "`take` counts what it is given: batches after `batch`, rows before it.",
    "shard": "`shard` keeps one part of them.",
    "steps": "`steps_per_epoch` counts batches, and the training ends before the data does.",
    "length": "`__len__` of the `PyDataset` tells Keras how many batches there are.",
}


@rule(
    family="pipeline",
    severity="note",
    kind="proof",
    holds="Training comes to most rows of the data",
    explains=("too-few-steps", "overfit-to-training", "below-simple-models"),
)
def unused_rows(
    rows: UnusedRows, attained: Attained | None, /, *, share: float = 0.5
) -> Iterator[Finding]:
    """Most rows of the data are never trained on.

    ## What it means
    `take(100)` after `batch(32)` takes 100 batches, before it 100 rows. `steps_per_epoch` counts
    batches, as does `__len__` of a `PyDataset`. If a number is meant in the other unit, training
    sees a small part of the data, always the same.

    ## How it is measured
    The rows of the source in memory are counted, and those of the batches of one epoch. Reported is
    a training that comes to less than `share` (0.5) of them, where validation does not take the
    rest. It is a warning where the trained model does worse than simple models do, else a note:
    many try a part first.

    ## Example
    ```python
    data = tf.data.Dataset.from_tensor_slices((x, y)).take(32).batch(32)
    model.fit(data, epochs=10)
    ```

    ## What the treatment does
    It says which number to look at.

    ## When to ignore it
    When a part of the data is enough, as to try something out.

    ## References
    TensorFlow documentation, `tf.data.Dataset.take`; Keras documentation, `PyDataset`.
    """
    if rows.used >= share * rows.held:
        return
    percent = figure(100 * rows.used / rows.held, 2)
    where = "the dataset" if rows.source == "the dataset" else f"`{rows.source}`"
    gap = attained is not None and attained.has_gap
    yield Finding(
        title=f"Training uses {rows.used:,} of {rows.held:,} rows",
        says=f"An epoch has {rows.used:,} of the {rows.held:,} rows of {where} ({percent} %), the "
        f"same each time. {WAYS[rows.by]}",
        where=Where(call="take" if rows.by == "take" else "fit", line=rows.line),
        measured={"rows that are trained on": rows.used},
        expected={"rows that are trained on": rows.held},
        severity="warning" if gap else None,
    )


@unused_rows.treatment("Use all rows", effect="advice")
def use_all_rows(finding: Finding, _cell: Cell) -> str:
    """Let an epoch go through all rows."""
    return "Check the number: " + (
        "remove `take`, or place it before `batch` for rows and after it for batches."
        if finding.where.call == "take"
        else "`steps_per_epoch` and `__len__` are rows divided by the batch size, rounded up."
    )

"""A number of rows where Keras counts batches."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.steps_in_rows import StepsInRows
from nbdoctor.rules.rule import Finding, Where, facts_of, rule


@dataclass(frozen=True, slots=True)
class _Facts:
    argument: str
    batches: int


@rule(
    family="pipeline",
    severity="warning",
    kind="strong",
    holds="Numbers of steps are numbers of batches",
    explains=("too-many-steps", "exhausted-generator", "slow-input-pipeline"),
)
def steps_counted_in_rows(steps: StepsInRows, /) -> Iterator[Finding]:
    """A number of rows where Keras counts batches.

    ## What it means
    `steps_per_epoch` and `validation_steps` count batches. With the number of rows, an epoch over
    data that repeats goes through it once for each row of a batch: it takes as much longer, and
    whatever waits for the end of an epoch (validation, early stopping, a learning rate that falls)
    comes as much later. Data that does not repeat runs out.

    ## How it is measured
    The number is exactly the number of rows of the dataset's source, of an array from which the
    cell makes its batches, or of one that the data keeps, and a batch has two rows or more. It is a
    warning where the cell asks for this number (`len(x_train)`, `x_train.shape[0]`), and a note
    where it is written as a number.

    ## Example
    ```python
    model.fit(batches(x_train, y_train, 32), steps_per_epoch=len(x_train), epochs=10)
    ```

    ## What the treatment does
    It sets the number of batches, rounded up.

    ## When to ignore it
    When a batch is cut anew at random from few rows, as crops are, and epochs are meant to be long.

    ## References
    Keras documentation, `Model.fit`, argument `steps_per_epoch`; Keras 1 counted rows
    (`samples_per_epoch`).
    """
    batches = math.ceil(steps.steps / steps.batch)
    where = "the dataset" if steps.rows_of == "the dataset" else f"`{steps.rows_of}`"
    yield Finding(
        title=f"`{steps.argument}` is the number of rows",
        says=f"`{steps.argument}` is {steps.steps:,}, as many as the rows of {where}. It counts "
        f"batches, and a batch has {steps.batch:,} rows, so that it asks for "
        f"{steps.steps * steps.batch:,} rows. Once through the data is {batches:,} steps.",
        where=Where(call="fit", argument=steps.argument),
        measured={f"{steps.argument}": steps.steps},
        expected={f"{steps.argument}": batches},
        facts=_Facts(steps.argument, batches),
        severity="warning" if steps.is_length else "note",
    )


@steps_counted_in_rows.treatment("Count batches", effect="training")
def count_batches(finding: Finding, cell: Cell) -> Cell:
    """Set the number of batches that the rows make."""
    facts = facts_of(finding, _Facts)
    return cell.with_argument("fit", facts.argument, str(facts.batches))

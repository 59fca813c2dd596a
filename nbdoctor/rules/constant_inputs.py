"""Every row that reaches the model is the same."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.data_changes import CHANGED_BY, DataChange, DataChanges
from nbdoctor.probes.inputs import Inputs, InputTensor
from nbdoctor.probes.source import Source
from nbdoctor.rules.rule import (
    DoesNotApplyError,
    Finding,
    Where,
    figure,
    rule,
    without_changing_line,
)

ROWS_TO_COMPARE = 2
"""One row cannot differ from itself."""


@rule(
    family="data",
    severity="critical",
    kind="proof",
    holds="The rows that reach the model differ from each other",
    explains=(
        "constant-predictions",
        "dead-units",
        "baseline-not-beaten",
        "majority-class-only",
        "fails-to-memorise",
        "too-few-steps",
    ),
)
def constant_inputs(
    inputs: Inputs, source: Source | None, changes: DataChanges | None, /
) -> Iterator[Finding]:
    """Every row that reaches the model is the same.

    ## What it means
    A model can only answer differently where its inputs differ. With equal rows it learns one
    answer for all of them: the loss ends at the entropy of the labels and the accuracy at the
    share of the most frequent class. Nothing crashes, and with constant labels as well the log
    even looks perfect.

    ## How it is measured
    The batches that `fit` would draw first are compared column by column. The finding needs at
    least two rows, and no column of any input may vary. It is an identity, not a threshold: one
    value that differs in one row is enough for silence. Where lines of the cell change the
    inputs, the rows are compared before each of them as well, which tells the line that made
    them equal.

    ## Example
    ```python
    import numpy as np
    import keras

    def batches():
        while True:
            yield np.zeros((32, 10)), np.random.randint(0, 2, size=32)

    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(batches(), steps_per_epoch=4)
    ```

    ## What the treatment does
    Where a line of the cell made the rows equal, that line is left out, and a copy is trained on
    the rows as they were before. Otherwise it names the line that makes the batch; what belongs
    there only you can know, so nothing is changed by a button.

    ## When to ignore it
    When equal rows are what you want to see, for instance in a test of the training loop.

    ## References
    Measured with Keras 3.15: zero inputs with real labels of three classes end at a loss of
    1.0865, which is the entropy of those labels, and at the share of the largest class.
    """
    if not inputs.tensors:
        message = "the model takes no input that could be read"
        raise DoesNotApplyError(message)
    if min(tensor.rows for tensor in inputs.tensors) < ROWS_TO_COMPARE:
        message = "it takes two rows to compare, and fewer were read"
        raise DoesNotApplyError(message)
    if all(_is_constant(tensor) for tensor in inputs.tensors):
        by = changes.made_constant("x") if changes else None
        yield _finding(inputs, source or Source(), by)


def _is_constant(tensor: InputTensor) -> bool:
    return tensor.constant and not tensor.nan and not tensor.inf


def _finding(inputs: Inputs, source: Source, by: DataChange | None) -> Finding:
    tensor = inputs.tensors[0]
    every = (
        f" Every value is {figure(tensor.minimum)}."
        if all(t.minimum == t.maximum == tensor.minimum for t in inputs.tensors)
        else ""
    )
    return Finding(
        title="All input rows are the same",
        says=(
            f"All {_rows(tensor)} are equal{_origin(tensor, source)}."
            f"{every} The model can only learn one answer for all of them."
            f"{_made_by(by)}"
        ),
        where=Where(
            variable=tensor.variable,
            call="fit",
            argument="x",
            line=by.line if by else source.yield_line,
        ),
        measured={
            "input rows that differ": 0,
            "rows compared": tensor.rows,
            **({CHANGED_BY: by.line} if by else {}),
        },
        expected={"input rows that differ": "nearly all"},
    )


def _made_by(by: DataChange | None) -> str:
    return f" {by.shown} made them equal: before it they differed." if by else ""


def _rows(tensor: InputTensor) -> str:
    if tensor.total_rows in (None, tensor.rows):
        return f"{tensor.rows:,} rows looked at"
    return f"{tensor.rows:,} rows looked at (of {tensor.total_rows:,})"


def _origin(tensor: InputTensor, source: Source) -> str:
    if source.yield_line is not None:
        feeds = f"`{source.fit_data}`, " if source.fit_data else ""
        return f"; they come from {feeds}the `yield` on line {source.yield_line}"
    return f"; they come from `{tensor.variable}`" if tensor.variable else ""


@constant_inputs.treatment("Leave out the line that makes them equal", effect="training")
def leave_out_the_line(finding: Finding, cell: Cell) -> Cell | None:
    """Train on the rows as they were before that line."""
    return without_changing_line(finding, cell)


@constant_inputs.treatment("Put your data into the batch", effect="advice")
def put_data_into_the_batch(finding: Finding, _cell: Cell) -> str | None:
    """Fill the batch from your data where it is made; nothing is changed by itself."""
    if CHANGED_BY in finding.measured:
        return None
    if finding.where.line is not None:
        return (
            f"Line {finding.where.line} makes the batches. Let it give out rows of your data "
            "with their labels in place of a constant."
        )
    name = f"`{finding.where.variable}`" if finding.where.variable else "the input of `fit`"
    return f"Look at where {name} is filled: print two of its rows before `fit`, and compare them."

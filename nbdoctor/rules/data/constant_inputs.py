"""Input rows that are all identical."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.data_changes import DataChange, DataChanges
from nbdoctor.readings.inputs import Inputs, InputTensor
from nbdoctor.readings.source import Source
from nbdoctor.rules.changed_data import ChangedData, without_changing_line
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

ROWS_TO_COMPARE = 2
"""One row cannot differ from itself."""


@rule(
    family="data",
    severity="critical",
    kind="proof",
    holds="The input rows differ from each other",
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
    """All input rows are identical.

    ## What it means
    A model can only predict different outputs for different inputs. With identical rows it
    learns one output for all of them: the loss converges to the entropy of the labels, and the
    accuracy to the share of the most frequent class. No error is raised, and if the labels are
    constant as well, the log even looks perfect.

    ## How it is measured
    The first batches that `fit` would draw are compared column by column. The finding requires
    at least two rows, and no column of any input may vary. This is an exact comparison, not a
    threshold: if one value differs in one row, nothing is reported. Where lines of the cell
    change the inputs, the rows are also compared before each of these lines, to identify the
    line that made them identical.

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
    Where a line of the cell made the rows identical, that line is removed, and a copy of the
    model is trained on the rows as they were before. Otherwise the treatment names the line that
    creates the batch. Only you know which data belongs there, so no patch is offered.

    ## When to ignore it
    When identical rows are intended, for instance in a test of the training loop.

    ## References
    Measured with Keras 3.15: zero inputs with real labels of three classes end at a loss of
    1.0865, which is the entropy of those labels, and at the share of the largest class.
    """
    if not inputs.tensors:
        message = "no input of the model could be read"
        raise DoesNotApplyError(message)
    if min(tensor.rows for tensor in inputs.tensors) < ROWS_TO_COMPARE:
        message = "at least two rows are needed, and fewer were read"
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
        title="All input rows are identical",
        says=(
            f"All {_rows(tensor)} are identical{_origin(tensor, source)}."
            f"{every} The model can only learn one output for all of them."
            f"{_made_by(by)}"
        ),
        where=Where(
            variable=tensor.variable,
            call="fit",
            argument="x",
            line=by.line if by else source.yield_line,
        ),
        measured={
            "distinct input rows": 1,
            "rows compared": tensor.rows,
        },
        expected={"distinct input rows": "nearly as many as rows"},
        facts=ChangedData(by_line=by is not None),
    )


def _made_by(by: DataChange | None) -> str:
    return f" {by.shown} made them identical: they differed before it." if by else ""


def _rows(tensor: InputTensor) -> str:
    if tensor.total_rows in (None, tensor.rows):
        return f"{tensor.rows:,} rows examined"
    return f"{tensor.rows:,} rows examined (of {tensor.total_rows:,})"


def _origin(tensor: InputTensor, source: Source) -> str:
    if source.yield_line is not None:
        feeds = f"`{source.fit_data}`, " if source.fit_data else ""
        return f"; they come from {feeds}the `yield` on line {source.yield_line}"
    return f"; they come from `{tensor.variable}`" if tensor.variable else ""


@constant_inputs.treatment("Remove the line that makes all rows identical", effect="training")
def remove_the_line(finding: Finding, cell: Cell) -> Cell | None:
    """Train on the rows as they were before that line."""
    return without_changing_line(finding, cell)


@constant_inputs.treatment("Fill the batches with your data", effect="advice")
def fill_the_batches(finding: Finding, _cell: Cell) -> str | None:
    """Fill the batches with your data where they are created."""
    if facts_of(finding, ChangedData).by_line:
        return None
    if finding.where.line is not None:
        return (
            f"Line {finding.where.line} creates the batches. Yield rows of your data with their "
            "labels there instead of a constant."
        )
    name = f"`{finding.where.variable}`" if finding.where.variable else "the input of `fit`"
    return f"Check where {name} is filled: print two of its rows before `fit` and compare them."

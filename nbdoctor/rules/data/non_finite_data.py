"""NaN or infinite values in the inputs or labels."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.readings.data_changes import DataChange, DataChanges
from nbdoctor.readings.head import Head
from nbdoctor.readings.inputs import Inputs, InputTensor
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.layers import Layers
from nbdoctor.rules.changed_data import ChangedData, without_changing_line
from nbdoctor.rules.rule import Finding, Where, rule


@rule(
    family="data",
    severity="critical",
    kind="proof",
    holds="The examined inputs and labels contain no NaN or infinite values",
    explains=(
        "non-finite-loss",
        "nan-hidden-by-relu",
        "constant-predictions",
        "baseline-not-beaten",
        "too-few-steps",
        "dead-units",
    ),
)
def non_finite_data(
    inputs: Inputs,
    labels: Labels | None,
    layers: Layers | None,
    head: Head | None,
    changes: DataChanges | None,
    /,
) -> Iterator[Finding]:
    """NaN or infinite values in the inputs or labels.

    ## What it means
    One NaN in a batch makes the gradient of the whole batch NaN, and after that step the weights
    are NaN too: the model never recovers. The loss does not necessarily show it. On a CPU a fused
    ReLU turns NaN into 0, so the loss can stay finite while all weights of the first layer are
    already NaN.

    ## How it is measured
    NaN and infinite values are counted in the inputs and labels that `fit` would read, and the
    position of the first one is given. One is enough. The finding says how many rows were
    examined: rows that were not read may contain more. Where lines of the cell change the data,
    they are also counted before each of these lines, to identify the line that created them: a
    division by the standard deviation of a constant column, for example, or the logarithm of 0.

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.rand(256, 4)
    x[7, 2] = np.nan
    y = x[:, 0]

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(x, y)
    ```

    ## What the treatment does
    It drops these rows, or, where that cannot be patched, says how to impute the missing values.
    Where a line of the cell created them, a second treatment removes that line. Which of these is
    right depends on why the values are missing, so you choose.

    ## When to ignore it
    When missing values are intended and the model handles them. With a `Masking` layer, inputs
    are not reported; with a custom loss, labels are not reported. A custom layer that imputes
    values inside the model is not recognised.

    ## References
    Measured with Keras 3.15 on TensorFlow, CPU: with NaN rows before a ReLU layer the loss was
    1.0877 in every epoch, while every entry of the first kernel was NaN.
    """
    masked = layers is not None and any(layer.kind == "Masking" for layer in layers.layers)
    for tensor in () if masked else inputs.tensors:
        if tensor.nan or tensor.inf:
            yield _in_inputs(tensor, changes.made_broken("x") if changes else None)
    for target in labels.targets if labels is not None else ():
        if (target.nan or target.inf) and not _own_loss(target, head):
            yield _in_labels(target, changes.made_broken("y") if changes else None)


def _own_loss(target: Target, head: Head | None) -> bool:
    output = head.of(target) if head is not None else None
    return output is not None and output.loss == "custom"


def _in_inputs(tensor: InputTensor, by: DataChange | None) -> Finding:
    name = tensor.variable or tensor.name
    first = f", the first in {_place(tensor)}" if tensor.first_bad is not None else ""
    return Finding(
        title=f"{_kinds(tensor.nan, tensor.inf)} in the inputs",
        says=(
            f"`{name}` contains {_counted(tensor.nan, tensor.inf)} in "
            f"{_examined(tensor.rows, tensor.total_rows)}{first}. A step on such a row makes the "
            f"weights NaN, and they stay NaN.{_made_by(by)}"
        ),
        where=Where(
            variable=tensor.variable,
            column=_column(tensor),
            call="fit",
            argument="x",
            line=by.line if by else None,
        ),
        measured={
            "NaN": tensor.nan,
            "infinite": tensor.inf,
            "rows examined": tensor.rows,
        },
        expected={"NaN": 0, "infinite": 0},
        facts=ChangedData(by_line=by is not None),
    )


def _in_labels(target: Target, by: DataChange | None) -> Finding:
    name = target.variable or target.name
    first = f", the first in row {target.first_bad:,}" if target.first_bad is not None else ""
    return Finding(
        title=f"{_kinds(target.nan, target.inf)} in the labels",
        says=(
            f"`{name}` contains {_counted(target.nan, target.inf)} in "
            f"{_examined(target.rows, target.total_rows)}{first}. The loss of such a row is not "
            f"finite, and one step on it makes the weights NaN.{_made_by(by)}"
        ),
        where=Where(
            variable=target.variable, call="fit", argument="y", line=by.line if by else None
        ),
        measured={
            "NaN": target.nan,
            "infinite": target.inf,
            "rows examined": target.rows,
        },
        expected={"NaN": 0, "infinite": 0},
        facts=ChangedData(by_line=by is not None),
    )


def _made_by(by: DataChange | None) -> str:
    return f" {by.shown} created them: before it every value was finite." if by else ""


def _kinds(nan: int, inf: int) -> str:
    return " and ".join(word for word, count in (("NaN", nan), ("Infinity", inf)) if count)


def _counted(nan: int, inf: int) -> str:
    counts = (f"{nan:,} NaN" if nan else "", f"{inf:,} infinite" if inf else "")
    return " and ".join(filter(None, counts)) + (" values" if nan + inf > 1 else " value")


def _examined(rows: int, total: int | None) -> str:
    return f"{rows:,} rows" if total in (None, rows) else f"{rows:,} of {total:,} rows"


def _column(tensor: InputTensor) -> str:
    """Return the name of the column with such values, where there is only one and it has a name."""
    broken = [column.name for column in tensor.columns if column.nan or column.inf]
    return broken[0] if len(broken) == 1 else ""


def _place(tensor: InputTensor) -> str:
    row, column = tensor.first_bad or (0, 0)
    if len(tensor.shape) <= 1:
        return f"row {row:,}, column {column} (counted from 0)"
    position: list[int] = []
    for size in reversed(tensor.shape):
        column, index = divmod(column, size)
        position.insert(0, index)
    return f"row {row:,} at {tuple(position)} (counted from 0)"


@non_finite_data.treatment("Drop or impute these rows", effect="judgement")
def drop_or_impute(finding: Finding, cell: Cell) -> Cell | str:
    """Drop the rows with NaN or infinite values. Imputing may be better, depending on why."""
    name = finding.where.variable or ("x" if finding.where.argument == "x" else "y")
    try:
        return _complete_rows_only(cell, name)
    except CannotEditError:
        return _advice(finding, name)


@non_finite_data.treatment("Remove the line that creates them", effect="judgement")
def remove_the_line(finding: Finding, cell: Cell) -> Cell | None:
    """Train on the values as they were before that line. Correcting the line may be better."""
    return without_changing_line(finding, cell)


def _complete_rows_only(cell: Cell, name: str) -> Cell:
    """Keep the rows of inputs and labels in which `name` is finite."""
    fits = cell.calls_of("fit")
    given = [fits[0].argument(*at) for at in (("x", 0), ("y", 1))] if len(fits) == 1 else []
    names = [one.text for one in given if one is not None]
    if not cell.numpy or len(names) != 2 or name not in names:  # noqa: PLR2004  (x and y)
        message = "The cell does not pass inputs and labels to `fit` as two variables."
        raise CannotEditError(message)
    if fits[0].argument("sample_weight") or not all(map(str.isidentifier, names)):
        message = "More arguments than inputs and labels have one entry per row."
        raise CannotEditError(message)
    np, (x, y) = cell.numpy, names
    return cell.with_lines_before(
        "fit",
        f"complete = {np}.isfinite({name}).reshape(len({name}), -1).all(axis=1)\n"
        f"{x}, {y} = {x}[complete], {y}[complete]",
    )


def _advice(finding: Finding, name: str) -> str:
    if finding.where.argument == "y":
        return (
            f"Keep the rows where `np.isfinite({name})` is true, in the labels and in the inputs."
        )
    return (
        f"Keep the complete rows, `np.isfinite({name}).all(axis=1)` for a table, in both inputs "
        "and labels; or impute the median of each column over the training rows."
    )

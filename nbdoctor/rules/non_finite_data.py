"""NaN or infinity in what the model is given."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import CannotEditError, Cell
from nbdoctor.probes.data_changes import CHANGED_BY, DataChange, DataChanges
from nbdoctor.probes.head import Head
from nbdoctor.probes.inputs import Inputs, InputTensor
from nbdoctor.probes.labels import Labels, Target
from nbdoctor.probes.layers import Layers
from nbdoctor.rules.rule import Finding, Where, rule, without_changing_line


@rule(
    family="data",
    severity="critical",
    kind="proof",
    holds="No NaN or infinite value is among the inputs and labels that were looked at",
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
    """NaN or infinity in the inputs or in the labels.

    ## What it means
    One NaN in a batch makes the gradient of the whole batch NaN, and after that step the weights
    are NaN too: the model never recovers. The loss does not have to show it. On a CPU a fused
    ReLU turns NaN into 0, so the loss stays finite while the first layer is already lost.

    ## How it is measured
    NaN and infinite values are counted in the inputs and the labels that `fit` would read, and
    the place of the first is given. One is enough. The finding says how many rows were looked
    at: rows that were not read may hold more. Where lines of the cell change the data, they are
    counted before each of them as well, which tells the line that made them: a division by the
    spread of a column that never varies, say, or the logarithm of 0.

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
    It drops those rows, and says how to fill the gaps where that cannot be patched. Where a line
    of the cell made them, that line is left out as well. Which of these is right depends on why
    the values are missing, so you choose.

    ## When to ignore it
    When the missing values are meant to be there and something deals with them: a `Masking`
    layer for inputs or a loss of your own for labels keeps this rule silent. A layer of your own
    that fills gaps inside the model is not recognised.

    ## References
    Measured with Keras 3.15 on TensorFlow, CPU: NaN rows behind a ReLU layer left a loss of
    1.0877 in every epoch, with a first kernel that was NaN throughout.
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
        title=f"{_kinds(tensor.nan, tensor.inf)} among the inputs",
        says=(
            f"`{name}` holds {_counted(tensor.nan, tensor.inf)} in "
            f"{_looked_at(tensor.rows, tensor.total_rows)}{first}. A step on such a row makes the "
            f"weights NaN, and they stay so.{_made_by(by)}"
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
            "rows looked at": tensor.rows,
            **({CHANGED_BY: by.line} if by else {}),
        },
        expected={"NaN": 0, "infinite": 0},
    )


def _in_labels(target: Target, by: DataChange | None) -> Finding:
    name = target.variable or target.name
    first = f", the first in row {target.first_bad:,}" if target.first_bad is not None else ""
    return Finding(
        title=f"{_kinds(target.nan, target.inf)} among the labels",
        says=(
            f"`{name}` holds {_counted(target.nan, target.inf)} in "
            f"{_looked_at(target.rows, target.total_rows)}{first}. The loss of such a row is not "
            f"a number, and one step on it makes the weights NaN.{_made_by(by)}"
        ),
        where=Where(
            variable=target.variable, call="fit", argument="y", line=by.line if by else None
        ),
        measured={
            "NaN": target.nan,
            "infinite": target.inf,
            "rows looked at": target.rows,
            **({CHANGED_BY: by.line} if by else {}),
        },
        expected={"NaN": 0, "infinite": 0},
    )


def _made_by(by: DataChange | None) -> str:
    return f" {by.shown} made them: before it every value was finite." if by else ""


def _kinds(nan: int, inf: int) -> str:
    return " and ".join(word for word, count in (("NaN", nan), ("Infinity", inf)) if count)


def _counted(nan: int, inf: int) -> str:
    counts = (f"{nan:,} NaN" if nan else "", f"{inf:,} infinite" if inf else "")
    return " and ".join(filter(None, counts)) + (" values" if nan + inf > 1 else " value")


def _looked_at(rows: int, total: int | None) -> str:
    return f"{rows:,} rows" if total in (None, rows) else f"{rows:,} of {total:,} rows"


def _column(tensor: InputTensor) -> str:
    """The name of the broken column, where only one is broken and it has a name."""
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


@non_finite_data.treatment("Drop or fill those rows", effect="judgement")
def drop_or_fill(finding: Finding, cell: Cell) -> Cell | str:
    """Drop the rows with gaps. To fill the gaps may be better: why they are there decides which."""
    name = finding.where.variable or ("x" if finding.where.argument == "x" else "y")
    try:
        return _without_gaps(cell, name)
    except CannotEditError:
        return _advice(finding, name)


@non_finite_data.treatment("Leave out the line that makes them", effect="judgement")
def leave_out_the_line(finding: Finding, cell: Cell) -> Cell | None:
    """Train on the values as they were before that line. To mend the line may be better."""
    return without_changing_line(finding, cell)


def _without_gaps(cell: Cell, name: str) -> Cell:
    """Keep the rows of inputs and labels in which the named one is complete."""
    fits = cell.calls_of("fit")
    given = [fits[0].argument(*at) for at in (("x", 0), ("y", 1))] if len(fits) == 1 else []
    names = [one.text for one in given if one is not None]
    if not cell.numpy or len(names) != 2 or name not in names:  # noqa: PLR2004  (x and y)
        message = "The cell does not give `fit` inputs and labels by their names."
        raise CannotEditError(message)
    if fits[0].argument("sample_weight") or not all(map(str.isidentifier, names)):
        message = "More than inputs and labels has one entry per row."
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
            f"Rows without a label teach nothing: keep those where `np.isfinite({name})` holds, "
            "and take the same rows of the inputs."
        )
    return (
        f"Keep the rows that are complete, `np.isfinite({name}).all(axis=1)` for a table, in "
        "inputs and labels alike; or fill the gaps with the median of each column of the "
        "training rows."
    )

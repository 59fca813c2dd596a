"""Class labels in a form that the loss does not take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nbdoctor.capture.cell import Cell
from nbdoctor.capture.objective import with_head, with_loss
from nbdoctor.probes.crash import Crash
from nbdoctor.probes.head import Head, Output
from nbdoctor.probes.labels import Labels, Target
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

PER_CLASS = {
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
}
"""Losses that want one column of labels per output, and check it."""

DIFFERENCES = {"huber", "log_cosh", "mean_absolute_error", "mean_squared_error"}
"""Losses that subtract one from the other: a flat array of class numbers fits no row of several
outputs there. In a column it is stretched without a word (`silent-broadcast`)."""

SPARSE = "sparse_categorical_crossentropy"

Shape = tuple[int | None, ...]


@rule(
    family="labels",
    severity="critical",
    kind="proof",
    holds="The labels have the form that the loss expects",
    explains=("known-crash",),
)
def label_encoding_mismatch(
    labels: Labels,
    head: Head,
    crash: Crash | None,
    /,
) -> Iterator[Finding]:
    """Class labels in a form that the loss does not take.

    ## What it means
    Keras has two ways to write a class: as its number (`2`) or as one column per class
    (`0, 0, 1`). Each cross-entropy takes one of them. `sparse_categorical_crossentropy` takes
    numbers; `categorical_crossentropy` and `binary_crossentropy` take columns, and so does a
    squared or absolute error over one output per class. With the other form the first training
    step ends in an error about ranks or shapes.

    ## How it is measured
    The form and the shape of the labels, the shape of the output and the loss are compared before
    training starts. There is no threshold. After a crash the shapes in the error stand in where
    the model could not tell its own.

    ## Example
    ```python
    labels = np.random.randint(0, 3, size=100)
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    model.fit(inputs, labels)
    ```

    ## What the treatment does
    It replaces the loss by the one that takes labels of this form. Where the labels are class
    numbers, the head becomes a softmax as well, so that its outputs are probabilities that sum
    to 1. Labels and data stay as they are.

    ## When to ignore it
    One-hot labels under binary cross-entropy are not reported: they train. Nor is a loss of your
    own, since only you know what it takes.

    ## References
    Keras documentation, "Probabilistic losses".
    """
    judged = False
    for target in labels.targets:
        output = head.of(target)
        if output is None or not _is_judged(target, output):
            continue
        shape = output.shape[1:] or _shape_in(crash, head)
        if shape:
            judged = True
            found = _compared(target, output, shape, _end(crash))
            if found is not None:
                yield _located(found, target, output, shape)
    if not judged:
        message = "no output with a known shape has a cross-entropy loss"
        raise DoesNotApplyError(message)


def _is_judged(target: Target, output: Output) -> bool:
    flat = target.encoding == "ids" and target.shape == ()
    return output.loss in {*PER_CLASS, SPARSE} or (flat and output.loss in DIFFERENCES)


def _compared(target: Target, output: Output, shape: Shape, end: str) -> Finding | None:
    """What does not fit, None when labels and outputs do."""
    width, columns = shape[-1], target.shape[-1] if target.shape else 1
    labels, layer = _names(target, output)
    in_columns = target.encoding in {"one-hot", "soft", "multi-hot"}
    if width is None:
        return None
    if output.loss == SPARSE:
        if not (in_columns and _fits(target.shape, shape)):
            return None
        return Finding(
            title="The labels have one column per class, the loss wants class numbers",
            says=f"{labels} has {columns} columns per row ({target.encoding}), and "
            f"`{output.loss}` wants a single class number per row. {end}",
            expected={"labels": "one class number per row", "head": _fitting_head(target, output)},
        )
    if target.encoding == "ids" and width > 1 and _one_value_each(target.shape, shape):
        return Finding(
            title="The labels are class numbers, the loss wants one column per class",
            says=f"{labels} holds one class number per {_place(shape)} ({_values(target)}), "
            f"{layer} puts out {width} values, and `{output.loss}` wants a label for each of "
            f"them. {end}",
            expected={"labels": f"{width} columns", "head": _fitting_head(target, output)},
        )
    if in_columns and _only_width_differs(target.shape, shape):
        return Finding(
            title=f"The labels have {columns} columns, the output has {width}",
            says=f"{labels} has {columns} columns per row ({target.encoding}), {layer} puts out "
            f"{_count(width)}, and `{output.loss}` compares them one to one. {end}",
            expected={"labels": _count(width).replace("value", "column")},
        )
    return None


def _located(finding: Finding, target: Target, output: Output, shape: Shape) -> Finding:
    where = Where(
        variable=target.variable,
        layer=output.layer,
        call="compile",
        argument="loss",
    )
    measured: dict[str, float | int | str] = {
        "labels": target.encoding,
        "label shape": _written(target.shape),
        "output shape": _written(shape),
        "loss": output.loss,
        "head": output.activation or "unknown",
        "columns": target.shape[-1] if target.shape else 1,
    }
    return replace(finding, where=where, measured=measured)


def _fitting_head(target: Target, output: Output) -> str:
    if output.from_logits:
        return "linear"
    return "sigmoid" if target.encoding == "multi-hot" else "softmax"


def _names(target: Target, output: Output) -> tuple[str, str]:
    named = target.named("The label array")
    return named, f"`{output.layer or output.name}`"


def _place(shape: Shape) -> str:
    return "row" if len(shape) == 1 else "position"


def _count(width: int) -> str:
    return "1 value" if width == 1 else f"{width} values"


def _end(crash: Crash | None) -> str:
    if crash is not None and crash.target_shape is not None:
        return "Keras stopped at that."
    return "Keras will stop with an error at the first step."


def _values(target: Target) -> str:
    if not target.counts:
        return "whole numbers"
    return f"{target.minimum:.0f} to {target.maximum:.0f}"


def _written(shape: Shape) -> str:
    axes = ", ".join("?" if axis is None else str(axis) for axis in shape)
    return f"(rows, {axes})" if axes else "(rows,)"


def _one_value_each(target: tuple[int, ...], output: Shape) -> bool:
    """The labels lack the class axis of the output, or have it with a single column."""
    bare = target[:-1] if len(target) == len(output) and target[-1] == 1 else target
    return len(bare) == len(output) - 1 and _fits(bare, output[:-1])


def _only_width_differs(target: tuple[int, ...], output: Shape) -> bool:
    return (
        len(target) == len(output)
        and 1 < target[-1] != output[-1]
        and _fits(target[:-1], output[:-1])
    )


def _fits(one: Shape, other: Shape) -> bool:
    return len(one) == len(other) and all(
        a == b or a is None or b is None for a, b in zip(one, other, strict=True)
    )


def _shape_in(crash: Crash | None, head: Head) -> Shape:
    """Shape of one row of the output as the error names it, () when it does not."""
    if crash is None or crash.output_shape is None or len(head.outputs) != 1:
        return ()
    return crash.output_shape[1:]


@label_encoding_mismatch.treatment("Use the loss that takes these labels", effect="training")
def use_the_fitting_loss(finding: Finding, cell: Cell) -> Cell | None:
    """Take the cross-entropy for labels of this form; the labels stay as they are."""
    match finding.measured["labels"], finding.measured["loss"]:
        case "ids", _:
            cell = with_loss(cell, SPARSE)
        case "one-hot" | "soft", "sparse_categorical_crossentropy":
            cell = with_loss(cell, "categorical_crossentropy")
        case "multi-hot", "sparse_categorical_crossentropy":
            cell = with_loss(cell, "binary_crossentropy")
        case _:
            return None
    head = str(finding.expected["head"])
    if head in {"linear", finding.measured["head"]}:
        return cell
    return with_head(cell, finding.where.layer, activation=head)


@label_encoding_mismatch.treatment("Make the widths agree", effect="judgement")
def make_the_widths_agree(finding: Finding, cell: Cell) -> Cell | str | None:
    """Give the output as many units as the labels have columns."""
    columns = finding.measured["columns"]
    if finding.measured["loss"] == SPARSE or columns == 1:
        return None
    if finding.expected["labels"] == "1 column":
        named = f"`{finding.where.variable}[:, 1]`" if finding.where.variable else "column 1"
        return f"Pass only the column of the positive class, {named}, or give the head 2 units."
    return with_head(cell, finding.where.layer, width=int(columns))

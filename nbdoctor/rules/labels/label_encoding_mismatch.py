"""Class labels in an encoding that the loss does not accept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.objective import with_head, with_loss
from nbdoctor.readings.crash import Crash
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

PER_CLASS = {
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
}
"""Losses that need one label column per output, and check it."""

DIFFERENCES = {"huber", "log_cosh", "mean_absolute_error", "mean_squared_error"}
"""Losses that subtract labels from outputs: a flat array of class ids does not match several
outputs per row. As a column it is silently broadcast (`silent-broadcast`)."""

SPARSE = "sparse_categorical_crossentropy"

Shape = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class _Facts:
    """`units` is the width of the output, `fitting_head` the activation that the loss needs."""

    encoding: str
    loss: str
    columns: int
    units: int
    head: str
    fitting_head: str


@rule(
    family="labels",
    severity="critical",
    kind="proof",
    holds="The labels have the encoding that the loss expects",
    explains=("known-crash",),
    parts=("labels", "loss", "head"),
)
def label_encoding_mismatch(
    labels: Labels,
    head: Head,
    crash: Crash | None,
    /,
) -> Iterator[Finding]:
    """Class labels in an encoding that the loss does not accept.

    ## What it means
    Keras has two encodings of a class: an integer class id (`2`), or one-hot with one column per
    class (`0, 0, 1`). Each cross-entropy accepts one of them. `sparse_categorical_crossentropy`
    takes class ids; `categorical_crossentropy` and `binary_crossentropy` take one column per
    class, and so does a squared or absolute error over one output per class. With the other
    encoding the first training step fails with an error about ranks or shapes.

    ## How it is measured
    The encoding and shape of the labels, the shape of the output and the loss are compared before
    training starts. There is no threshold. After a crash, the shapes in the error message are
    used where the output shape of the model is not known.

    ## Example
    ```python
    labels = np.random.randint(0, 3, size=100)
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    model.fit(inputs, labels)
    ```

    ## What the treatment does
    It replaces the loss with the one for labels of this encoding. Where the labels are class ids,
    the output activation also becomes softmax, so that the outputs are probabilities that sum to
    1. Labels and data stay unchanged.

    ## When to ignore it
    One-hot labels under binary cross-entropy are not reported, since they train. Custom losses
    are not reported either, since only you know what they accept.

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
                yield _completed(found, target, output, shape)
    if not judged:
        message = "no output with a known shape has a loss for class labels"
        raise DoesNotApplyError(message)


def _is_judged(target: Target, output: Output) -> bool:
    flat = target.encoding == "ids" and target.shape == ()
    return output.loss in {*PER_CLASS, SPARSE} or (flat and output.loss in DIFFERENCES)


def _compared(target: Target, output: Output, shape: Shape, end: str) -> Finding | None:
    """Return the finding, None where labels and outputs match."""
    width, columns = shape[-1], target.shape[-1] if target.shape else 1
    labels, layer = _names(target, output)
    in_columns = target.encoding in {"one-hot", "soft", "multi-hot"}
    if width is None:
        return None
    if output.loss == SPARSE:
        if not (in_columns and _fits(target.shape, shape)):
            return None
        return Finding(
            title="The labels have one column per class, but the loss expects class ids",
            says=f"{labels} has {columns} columns per row ({target.encoding}), and "
            f"`{output.loss}` expects a single integer class id per row. {end}",
            expected={"label shape": _written(shape[:-1])},
        )
    if target.encoding == "ids" and width > 1 and _one_value_each(target.shape, shape):
        return Finding(
            title="The labels are class ids, but the loss expects one column per class",
            says=f"{labels} contains one class id per {_place(shape)} ({_values(target)}), "
            f"{layer} has {width} outputs, and `{output.loss}` expects a label for each of "
            f"them. {end}",
            expected={"label shape": _written(shape)},
        )
    if in_columns and _only_width_differs(target.shape, shape):
        return Finding(
            title=f"The labels have {columns} columns, but the output has {width}",
            says=f"{labels} has {columns} columns per row ({target.encoding}), {layer} has "
            f"{width} {'output' if width == 1 else 'outputs'}, and `{output.loss}` compares them "
            f"one to one. {end}",
            expected={"label shape": _written(shape)},
        )
    return None


def _completed(finding: Finding, target: Target, output: Output, shape: Shape) -> Finding:
    return replace(
        finding,
        where=Where(variable=target.variable, layer=output.layer, call="compile", argument="loss"),
        measured={"label shape": _written(target.shape), "output shape": _written(shape)},
        facts=_Facts(
            encoding=target.encoding,
            loss=output.loss,
            columns=target.shape[-1] if target.shape else 1,
            units=shape[-1] or 0,
            head=output.activation,
            fitting_head=_fitting_head(target, output),
        ),
    )


def _fitting_head(target: Target, output: Output) -> str:
    if output.from_logits:
        return "linear"
    return "sigmoid" if target.encoding == "multi-hot" else "softmax"


def _names(target: Target, output: Output) -> tuple[str, str]:
    named = target.named("The label array")
    return named, output.shown


def _place(shape: Shape) -> str:
    return "row" if len(shape) == 1 else "position"


def _end(crash: Crash | None) -> str:
    if crash is not None and crash.target_shape is not None:
        return "Keras raised an error for it."
    return "Keras will raise an error in the first step."


def _values(target: Target) -> str:
    if not target.counts:
        return "integers"
    return f"{target.minimum:.0f} to {target.maximum:.0f}"


def _written(shape: Shape) -> str:
    axes = ", ".join("?" if axis is None else str(axis) for axis in shape)
    return f"(rows, {axes})" if axes else "(rows,)"


def _one_value_each(target: tuple[int, ...], output: Shape) -> bool:
    """Whether the labels lack the class axis of the output, or have it with a single column."""
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
    """Return the shape of one row of the output from the error message, () where it has none."""
    if crash is None or crash.output_shape is None or len(head.outputs) != 1:
        return ()
    return crash.output_shape[1:]


@label_encoding_mismatch.treatment("Use the loss for these labels", effect="training")
def use_the_fitting_loss(finding: Finding, cell: Cell) -> Cell | None:
    """Use the cross-entropy for labels of this encoding; the labels stay unchanged."""
    facts = facts_of(finding, _Facts)
    match facts.encoding, facts.loss:
        case "ids", _:
            cell = with_loss(cell, SPARSE)
        case "one-hot" | "soft", "sparse_categorical_crossentropy":
            cell = with_loss(cell, "categorical_crossentropy")
        case "multi-hot", "sparse_categorical_crossentropy":
            cell = with_loss(cell, "binary_crossentropy")
        case _:
            return None
    if facts.fitting_head in {"linear", facts.head}:
        return cell
    return with_head(cell, finding.where.layer, activation=facts.fitting_head)


@label_encoding_mismatch.treatment("Match the output units to the labels", effect="judgement")
def match_the_units(finding: Finding, cell: Cell) -> Cell | str | None:
    """Set the number of output units to the number of label columns."""
    facts = facts_of(finding, _Facts)
    if facts.loss == SPARSE or facts.columns == 1:
        return None
    if facts.units == 1:
        named = f"`{finding.where.variable}[:, 1]`" if finding.where.variable else "column 1"
        return f"Pass only the column of the positive class, {named}, or use 2 output units."
    return with_head(cell, finding.where.layer, width=facts.columns)

"""Targets and outputs of different widths that NumPy's rules stretch to fit."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from nbdoctor.capture.cell import CannotEditError, Cell
from nbdoctor.capture.objective import with_head, with_loss
from nbdoctor.probes.head import Head, Output
from nbdoctor.probes.labels import Labels, Target
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

UNCHECKED = {
    "categorical_focal_crossentropy",
    "categorical_hinge",
    "cosine_similarity",
    "dice",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "poisson",
    "squared_hinge",
    "tversky",
}
"""Keras's losses that do not compare the two shapes, tried one by one with Keras 3.15."""

ROWS = "rows"
Axis = int | str | None
Shape = tuple[Axis, ...]


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="Targets and outputs have the same shape",
    explains=(
        "baseline-not-beaten",
        "constant-predictions",
        "too-few-steps",
    ),
)
def silent_broadcast(labels: Labels, head: Head, /) -> Iterator[Finding]:
    """Targets and outputs of different shapes that are stretched to fit.

    ## What it means
    Most losses subtract or multiply without comparing shapes. An axis of length 1 is then
    repeated along the other's axis: one target is compared with every output of the row, or every
    prediction with the targets of other rows. There is no error, the loss is a number, and its
    best value is a compromise between all that was compared. Measured: three softmax units under
    squared error with class numbers in a column end at accuracy 0.34, which is chance.

    ## How it is measured
    The shape of one target and of one output are put through what Keras does with them: a last
    axis of length 1 is dropped or added where the ranks differ by one, then axes are aligned from
    the right. It is reported when an axis of length 1 meets a longer one. There is no threshold.

    ## Example
    ```python
    labels = np.random.randint(0, 3, size=(100, 1))
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", "mean_squared_error")
    model.fit(inputs, labels)
    ```

    ## What the treatment does
    Class numbers get the loss that is made for them. Otherwise the output gets as many units as
    there are targets, which is offered and not applied: the targets may be what is wrong.

    ## When to ignore it
    A loss of your own may pack several things into the targets on purpose; such losses are not
    judged.

    ## References
    NumPy documentation, "Broadcasting".
    """
    judged = False
    for target in labels.targets:
        output = head.of(target)
        if output is None or output.loss not in UNCHECKED or not output.shape:
            continue
        judged = True
        aligned = _aligned((ROWS, *target.shape), (ROWS, *output.shape[1:]))
        if _is_stretched(*aligned):
            yield _finding(target, output, *aligned)
    if not judged:
        message = "every loss compares the shapes itself, or the shapes are not known"
        raise DoesNotApplyError(message)


def _aligned(target: Shape, output: Shape) -> tuple[Shape, Shape]:
    """What Keras makes of shapes whose ranks differ by one (`squeeze_or_expand_to_same_rank`)."""
    if len(target) == len(output) + 1 and target[-1] == 1:
        return (target, (*output, 1)) if len(output) == 1 else (target[:-1], output)
    if len(output) == len(target) + 1 and output[-1] == 1:
        return ((*target, 1), output) if len(target) == 1 else (target, output[:-1])
    return target, output


def _is_stretched(target: Shape, output: Shape) -> bool:
    """Whether the shapes differ and yet can be broadcast; an unknown axis fits any other."""
    pairs = list(zip_longest(reversed(target), reversed(output), fillvalue=1))
    if any(a != b and None not in (a, b) and 1 not in (a, b) for a, b in pairs):
        return False
    return any(a != b and None not in (a, b) for a, b in pairs)


def _finding(target: Target, output: Output, y: Shape, p: Shape) -> Finding:
    named = target.named("The target array")
    layer = output.layer or output.name
    return Finding(
        title="Targets are stretched to fit the outputs",
        says=f"{named} has {_written(y)} and `{layer}` puts out {_written(p)}. "
        f"`{output.loss}` does not check that: {_consequence(y, p)}.",
        where=Where(variable=target.variable, layer=output.layer, call="compile", argument="loss"),
        measured={
            "target shape": _written(y),
            "output shape": _written(p),
            "loss": output.loss,
            "targets": target.encoding,
            "target columns": int(target.shape[-1]) if target.shape else 1,
            "largest target": target.maximum,
            "units": output.width or 1,
            "head": output.activation or "unknown",
        },
        expected={"target shape": _written(p), "output shape": _written(p)},
    )


def _consequence(target: Shape, output: Shape) -> str:
    if len(target) != len(output):
        return "each prediction is compared with the targets of every row in the batch"
    wanted, given = next(
        (a, b) for a, b in zip(target, output, strict=True) if a != b and None not in (a, b)
    )
    if wanted == 1:
        return f"the same target is compared with {given} outputs"
    return f"the same output is compared with {wanted} targets"


def _written(shape: Shape) -> str:
    axes = ", ".join("?" if axis is None else str(axis) for axis in shape)
    return f"shape ({axes},)" if len(shape) == 1 else f"shape ({axes})"


@silent_broadcast.treatment("Use the loss for class numbers", effect="training")
def use_the_loss_for_class_numbers(finding: Finding, cell: Cell) -> Cell | None:
    """Compare each class number with the unit of its class, over a softmax."""
    measured = finding.measured
    units = int(measured["units"])
    if measured["targets"] != "ids" or measured["target columns"] != 1:
        return None
    if not 1 <= float(measured["largest target"]) < units:
        return None
    activation = None if measured["head"] == "softmax" else "softmax"
    treated = with_loss(cell, "sparse_categorical_crossentropy")
    return with_head(treated, finding.where.layer, activation=activation) if activation else treated


@silent_broadcast.treatment("Give both the same shape", effect="judgement")
def give_both_the_same_shape(finding: Finding, cell: Cell) -> Cell | str:
    """Give the output as many units as there are targets in a row."""
    measured, layer = finding.measured, finding.where.layer
    columns, units = int(measured["target columns"]), int(measured["units"])
    if columns == units:
        return (
            f"`{layer}` gives several answers per row. Use `return_sequences=False` on the last "
            "recurrent layer or a `Flatten` before the head, or give one target for each answer."
        )
    try:
        return with_head(cell, layer, width=columns)
    except CannotEditError:
        return f"Give `{layer}` {columns} units, or the targets {units} columns."

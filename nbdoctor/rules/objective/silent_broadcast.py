"""Targets and outputs of different shapes that are silently broadcast."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.objective import with_head, with_loss
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

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
"""Keras's losses that do not check the two shapes, tried one by one with Keras 3.15."""

ROWS = "rows"
Axis = int | str | None
Shape = tuple[Axis, ...]


@dataclass(frozen=True, slots=True)
class _Facts:
    """`columns` and `largest` describe the targets, `units` and `head` the output."""

    encoding: str
    columns: int
    largest: float
    units: int
    head: str


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
    parts=("labels", "loss", "head"),
)
def silent_broadcast(labels: Labels, head: Head, /) -> Iterator[Finding]:
    """Targets and outputs of different shapes that are silently broadcast.

    ## What it means
    Many losses subtract or multiply without checking shapes. An axis of length 1 is then
    broadcast: one target is compared with every output of the row, or every prediction with the
    targets of other rows. There is no error, and the minimum of the loss is a compromise between
    all these comparisons. Measured: three softmax units under squared error, with class ids in a
    column, end at accuracy 0.34, which is chance.

    ## How it is measured
    The shapes of the targets and outputs are aligned as Keras does it: a last axis of length 1 is
    dropped or added where the ranks differ by one, then axes are aligned from the right. It is
    reported if an axis of length 1 is broadcast to a longer one. There is no threshold.

    ## Example
    ```python
    labels = np.random.randint(0, 3, size=(100, 1))
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", "mean_squared_error")
    model.fit(inputs, labels)
    ```

    ## What the treatment does
    For class ids it uses the loss for class ids. Otherwise the output gets as many units as there
    are targets; this is for you to decide, since the targets may be what is wrong.

    ## When to ignore it
    Custom losses may combine several values in the targets on purpose; they are not judged.

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
        if _is_broadcast(*aligned):
            yield _finding(target, output, *aligned)
    if not judged:
        message = "every loss checks the shapes itself, or the shapes are not known"
        raise DoesNotApplyError(message)


def _aligned(target: Shape, output: Shape) -> tuple[Shape, Shape]:
    """Align shapes whose ranks differ by one, as Keras's `squeeze_or_expand_to_same_rank`."""
    if len(target) == len(output) + 1 and target[-1] == 1:
        return (target, (*output, 1)) if len(output) == 1 else (target[:-1], output)
    if len(output) == len(target) + 1 and output[-1] == 1:
        return ((*target, 1), output) if len(target) == 1 else (target, output[:-1])
    return target, output


def _is_broadcast(target: Shape, output: Shape) -> bool:
    """Whether the shapes differ and yet can be broadcast; an unknown axis fits any other."""
    pairs = list(zip_longest(reversed(target), reversed(output), fillvalue=1))
    if any(a != b and None not in (a, b) and 1 not in (a, b) for a, b in pairs):
        return False
    return any(a != b and None not in (a, b) for a, b in pairs)


def _finding(target: Target, output: Output, y: Shape, p: Shape) -> Finding:
    named = target.named("The target array")
    return Finding(
        title="Targets and outputs have different shapes and are broadcast",
        says=f"{named} has shape {_written(y)}, and {output.shown} has output shape {_written(p)}. "
        f"`{output.loss}` does not check that: {_consequence(y, p)}.",
        where=Where(variable=target.variable, layer=output.layer, call="compile", argument="loss"),
        measured={
            "target shape": _written(y),
            "output shape": _written(p),
        },
        expected={"target shape": _written(p)},
        facts=_Facts(
            encoding=target.encoding,
            columns=int(target.shape[-1]) if target.shape else 1,
            largest=target.maximum,
            units=output.width or 1,
            head=output.activation,
        ),
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
    return f"({axes},)" if len(shape) == 1 else f"({axes})"


@silent_broadcast.treatment("Use sparse categorical cross-entropy", effect="training")
def use_sparse_crossentropy(finding: Finding, cell: Cell) -> Cell | None:
    """Use the cross-entropy for class ids, with a softmax output."""
    facts = facts_of(finding, _Facts)
    if facts.encoding != "ids" or facts.columns != 1 or not 1 <= facts.largest < facts.units:
        return None
    activation = None if facts.head == "softmax" else "softmax"
    treated = with_loss(cell, "sparse_categorical_crossentropy")
    return with_head(treated, finding.where.layer, activation=activation) if activation else treated


@silent_broadcast.treatment("Give targets and outputs the same shape", effect="judgement")
def give_both_the_same_shape(finding: Finding, cell: Cell) -> Cell | str:
    """Set the number of output units to the number of targets per row."""
    facts, layer = facts_of(finding, _Facts), finding.where.layer
    columns, units = facts.columns, facts.units
    if columns == units:
        return (
            f"`{layer}` has several outputs per row. Use `return_sequences=False` on the last "
            "recurrent layer or a `Flatten` before the output layer, or pass one target for each "
            "output."
        )
    try:
        return with_head(cell, layer, width=columns)
    except CannotEditError:
        return f"Use {columns} units in `{layer}`, or targets with {units} columns."

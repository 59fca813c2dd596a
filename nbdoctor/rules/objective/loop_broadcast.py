"""Predictions and labels of a loop that broadcast, so that each row meets all others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.backend.nodes import Shape
from nbdoctor.cell.cell import Cell
from nbdoctor.readings.step_account import Mixed, StepCode
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

IN_WORDS = {
    "Sub": "subtracted from one another",
    "SquaredDifference": "subtracted from one another",
    "Mul": "multiplied",
    "AddV2": "added",
    "Add": "added",
    "RealDiv": "divided",
}


@dataclass(frozen=True, slots=True)
class _Facts:
    """Whether the last axis of the predictions has one value."""

    ends_in_one: bool


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="Predictions and labels have the same shape where the step compares them",
    explains=(
        "baseline-not-beaten",
        "constant-predictions",
        "too-few-steps",
        "learning-rate-too-low",
        "fading-signal",
    ),
    parts=("loop",),
)
def loop_broadcast(code: StepCode, /) -> Iterator[Finding]:
    """Predictions and labels whose shapes broadcast in a step of the user's own.

    ## What it means
    A model with one unit returns (rows, 1). Labels of the shape (rows,) subtracted from it give
    (rows, rows): the prediction of each row is compared with the labels of all rows. There is no
    error, and the loss is least where every row gets the mean of the labels. `fit` and the losses
    of Keras align such shapes; arithmetic on tensors does not.

    ## How it is measured
    The operations between the output of the model and the number that is differentiated are read:
    from the trace of the step, or as they are run one by one. It is reported where a result of the
    model meets a tensor that does not come from it, one of the two has a last axis of length 1
    that the other lacks, and all other axes are the same. There is no threshold.

    ## Example
    ```python
    predictions = model(features)  # (32, 1)
    loss = tf.reduce_mean(tf.square(labels - predictions))  # labels: (32,)
    ```

    ## What the treatment does
    It says how to give both the same shape.

    ## When to ignore it
    When every pair of rows is compared on purpose.

    ## References
    NumPy documentation, "Broadcasting".
    """
    if not code.compares:
        message = "the operations of the step show no predictions that meet labels"
        raise DoesNotApplyError(message)
    seen: set[tuple[Shape, Shape]] = set()
    for one in code.mixed:
        if (one.predicted, one.other) not in seen:
            seen.add((one.predicted, one.other))
            yield _finding(one)


def _finding(one: Mixed) -> Finding:
    predicted, other = written(one.predicted), written(one.other)
    done = IN_WORDS.get(one.operation, "paired")
    return Finding(
        title="Predictions and labels broadcast: each row is compared with all rows",
        says=f"The predictions have the shape {predicted} where the step compares them, and the "
        f"labels have {other}. They are {done} as {_result(one)}: each prediction meets the "
        "labels of every row in the batch.",
        where=Where(line=one.line),
        measured={"shape of the predictions": predicted, "shape of the labels": other},
        expected={"shape of the predictions": predicted, "shape of the labels": predicted},
        facts=_Facts(ends_in_one=predicted.endswith("1)")),
    )


def written(shape: Shape) -> str:
    """A shape as Python writes it; open axes are the rows of a batch."""
    axes = ["rows" if axis is None else str(axis) for axis in shape or ()]
    return f"({axes[0]},)" if len(axes) == 1 else f"({', '.join(axes)})"


def _result(one: Mixed) -> str:
    short, long = sorted((one.predicted or (), one.other or ()), key=len)
    last: tuple[int | None, ...] = tuple(short)
    return written((*long[:-1], last[-1])) if last else written(long)


@loop_broadcast.treatment("Give the labels the shape of the predictions", effect="advice")
def align_the_labels(finding: Finding, _cell: Cell) -> str:
    """Add the last axis to the labels, or take it from the predictions."""
    ends_in_one = facts_of(finding, _Facts).ends_in_one
    how = "`labels[..., None]`" if ends_in_one else "`tf.squeeze(labels, -1)`"
    return (
        f"Compare tensors of one shape: use {how} in place of the labels, or make the labels so "
        "where the data is prepared. A loss of Keras, such as `keras.losses.MeanSquaredError()"
        "(labels, predictions)`, aligns the two."
    )

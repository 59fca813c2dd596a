"""A softmax on a single output unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.objective import with_head, with_loss
from nbdoctor.readings.class_objective import class_objective
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Value, Where, facts_of, rule

PAIR = 2


@dataclass(frozen=True, slots=True)
class _Facts:
    """`classes` is 0 for other labels than class ids, `fitting_loss` "" where the loss may stay.

    `encoding` is "continuous" also for whole numbers that cannot number classes.
    """

    loss: str
    encoding: str
    classes: int
    fitting_loss: str


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="No output is a softmax with a single unit",
    explains=(
        "constant-predictions",
        "weights-stand-still",
        "majority-class-only",
        "hidden-logits-loss",
        "too-few-steps",
    ),
    parts=("head", "loss"),
)
def softmax_on_one_unit(
    head: Head,
    labels: Labels | None,
    /,
    *,
    tolerance: float = 1e-6,
) -> Iterator[Finding]:
    """A softmax on a single output unit.

    ## What it means
    Softmax normalises the outputs of a row to sum to 1. With one unit every prediction is
    therefore 1, whatever the weights are. On TensorFlow the loss may decrease all the same,
    because binary cross-entropy uses the values from before the softmax; accuracy stays at the
    share of class 1 (measured: loss 0.71 to 0.30 over 20 epochs, accuracy 0.494 throughout).

    ## How it is measured
    The output layer has one unit and a softmax, and every examined prediction is 1 within
    `tolerance`, which allows for float32 rounding. Before the first prediction an output of shape
    (rows, 1) is enough.

    ## Example
    ```python
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1, activation="softmax")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    ```

    ## What the treatment does
    For two classes it uses a sigmoid and binary cross-entropy, also in place of a regression loss,
    whose gradient nearly vanishes through the sigmoid. For more classes it uses one unit per class
    and sparse categorical cross-entropy. For continuous targets the output becomes linear.

    ## When to ignore it
    Never. A softmax over time steps or positions is not reported.

    ## References
    Keras documentation, "Layer activation functions", softmax.
    """
    judged = False
    for output in head.outputs:
        if output.width is None and output.minimum is None:
            continue
        judged = True
        if output.width == 1 and output.activation == "softmax" and _all_one(output, tolerance):
            yield _finding(output, labels.of(output.name) if labels else None)
    if not judged:
        message = "the number of output units is not known"
        raise DoesNotApplyError(message)


def _all_one(output: Output, tolerance: float) -> bool:
    if output.minimum is None or output.maximum is None:
        return output.rank == PAIR  # (rows, 1): the softmax has no other axis to run over
    return abs(output.minimum - 1) <= tolerance and abs(output.maximum - 1) <= tolerance


def _finding(output: Output, target: Target | None) -> Finding:
    fitting = class_objective(output, target)
    seen = f" All {output.rows} examined predictions are 1." if output.rows else ""
    measured: dict[str, Value] = {"output units": 1, "output activation": "softmax"}
    return Finding(
        title="A softmax with one unit always outputs 1",
        says=f"{output.begins} has a single unit, and softmax makes the outputs of a row sum to 1, "
        f"so it predicts 1 for every row, whatever the weights are.{seen}",
        where=Where(layer=output.layer),
        measured=measured,
        expected=_expected(target),
        facts=_Facts(
            loss=output.loss,
            encoding=_encoding(target),
            classes=target.classes if target and _encoding(target) != "continuous" else 0,
            fitting_loss=fitting.loss if fitting else "",
        ),
    )


def _encoding(target: Target | None) -> str:
    if target is None:
        return ""
    many = target.encoding == "ids" and target.distinct > PAIR
    return "continuous" if many and not target.may_be_classes else target.encoding


def _expected(target: Target | None) -> dict[str, Value]:
    if _encoding(target) == "continuous":
        return {"output activation": "linear"}
    if target is not None and target.classes > PAIR:
        return {"output units": target.classes}
    return {"output activation": "sigmoid"}


@softmax_on_one_unit.treatment("Use the output layer that the labels need", effect="model")
def use_the_fitting_output(finding: Finding, cell: Cell) -> Cell | None:
    """Use a sigmoid for two classes, one unit per class for more, linear for regression."""
    facts, layer = facts_of(finding, _Facts), finding.where.layer
    if facts.encoding == "continuous":
        if facts.loss.endswith("crossentropy"):
            cell = with_loss(cell, "mean_squared_error")
        return with_head(cell, layer, activation="linear")
    if facts.classes > PAIR:
        cell = with_loss(cell, "sparse_categorical_crossentropy")
        return with_head(cell, layer, width=facts.classes)
    if facts.loss.endswith("categorical_crossentropy") or facts.fitting_loss:
        cell = with_loss(cell, "binary_crossentropy")
    return with_head(cell, layer, activation="sigmoid")

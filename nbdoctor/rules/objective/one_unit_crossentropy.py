"""Categorical cross-entropy on a single output unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.objective import with_head, with_loss
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

LOSSES = {"categorical_crossentropy", "categorical_focal_crossentropy"}
"""Those that divide a row of outputs by its sum."""
PAIR = 2


@dataclass(frozen=True, slots=True)
class _Facts:
    """`classes` is 0 where the labels are not class ids, -1 where they are quantities."""

    classes: int


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="Categorical cross-entropy has more than one output unit",
    explains=("weights-stand-still", "majority-class-only", "constant-predictions", "dead-units"),
    parts=("head", "loss"),
)
def one_unit_crossentropy(head: Head, labels: Labels | None, /) -> Iterator[Finding]:
    """Categorical cross-entropy on a single output unit.

    ## What it means
    Categorical cross-entropy divides the outputs of a row by their sum before it takes the
    logarithm. With one unit the quotient is always 1 and the loss 0, whatever the output: there
    is no gradient (measured: loss 0.0 from the first batch, no weight changes).

    ## How it is measured
    It follows from the number of output units and the loss. Nothing has to be run.

    ## Example
    ```python
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "categorical_crossentropy")
    ```

    ## What the treatment does
    For two classes: a sigmoid and binary cross-entropy. For more class ids: a softmax with one
    unit per class, and sparse categorical cross-entropy.

    ## When to ignore it
    Never.

    ## References
    Keras documentation, "Probabilistic losses", categorical cross-entropy.
    """
    judged = [output for output in head.outputs if output.loss in LOSSES and output.width]
    if not judged:
        message = "no loss is a categorical cross-entropy"
        raise DoesNotApplyError(message)
    for output in judged:
        # One softmax unit is reported by `softmax-on-one-unit`, with the same treatment.
        if output.width == 1 and output.activation != "softmax" and not output.label_smoothing:
            yield _finding(output, labels.of(output.name) if labels else None)


def _finding(output: Output, target: Target | None) -> Finding:
    return Finding(
        title="The loss of a single unit is always 0",
        says=f"{output.begins} has one unit, and `{output.loss}` normalises the outputs of a row "
        "to sum to 1. With one unit that is always 1: the loss is 0 from the first batch, and no "
        "weight gets a gradient.",
        where=Where(layer=output.layer, call="compile", argument="loss"),
        measured={"output units": 1},
        expected={"output units": "one per class"},
        facts=_Facts(_classes(target)),
    )


def _classes(target: Target | None) -> int:
    """Count the classes, 0 without class ids, -1 for quantities."""
    if target is None:
        return 0
    many = target.encoding == "ids" and target.distinct > PAIR
    if target.encoding == "continuous" or (many and not target.may_be_classes):
        return -1
    return target.classes


@one_unit_crossentropy.treatment("Use the loss for this number of classes", effect="model")
def use_the_fitting_loss(finding: Finding, cell: Cell) -> Cell:
    """Use binary cross-entropy for two classes, one softmax unit per class for more."""
    layer, classes = finding.where.layer, facts_of(finding, _Facts).classes
    if classes < 0:
        return with_head(with_loss(cell, "mean_squared_error"), layer, activation="linear")
    if classes > PAIR:
        cell = with_loss(cell, "sparse_categorical_crossentropy")
        return with_head(cell, layer, width=classes, activation="softmax")
    return with_head(with_loss(cell, "binary_crossentropy"), layer, activation="sigmoid")

"""Categorical cross-entropy over a single unit."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.capture.objective import with_head, with_loss
from nbdoctor.probes.head import Head, Output
from nbdoctor.probes.labels import Labels, Target
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

LOSSES = {"categorical_crossentropy", "categorical_focal_crossentropy"}
PAIR = 2


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="Categorical cross-entropy compares more than one unit",
    explains=("weights-stand-still", "majority-class-only", "constant-predictions"),
)
def one_unit_crossentropy(head: Head, labels: Labels | None, /) -> Iterator[Finding]:
    """Categorical cross-entropy over a single unit.

    ## What it means
    Categorical cross-entropy divides the outputs of a row by their sum before it takes the
    logarithm. With one unit the quotient is 1 and the loss 0, whatever the unit puts out: there
    is nothing to learn from (measured: loss 0.0 from the first batch, no weight moves).

    ## How it is measured
    It follows from the width of the head and from the loss. Nothing has to be run.

    ## Example
    ```python
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "categorical_crossentropy")
    ```

    ## What the treatment does
    Two classes: a sigmoid and binary cross-entropy. Several class numbers: one unit per class,
    a softmax and the loss for class numbers.

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
        # One softmax unit is a fault of its own, with the same treatment.
        if output.width == 1 and output.activation != "softmax" and not output.label_smoothing:
            yield _finding(output, labels.of(output.name) if labels else None)


def _finding(output: Output, target: Target | None) -> Finding:
    layer = output.layer or output.name
    return Finding(
        title="The loss of a single unit is always 0",
        says=f"`{layer}` has one unit, and `{output.loss}` compares the units of a row with each "
        "other. With one there is nothing to compare: the loss is 0 from the first batch, and no "
        "weight gets a gradient.",
        where=Where(layer=output.layer, call="compile", argument="loss"),
        measured={
            "units": 1,
            "loss": output.loss,
            "classes": target.classes if target else 0,
        },
        expected={"units": "one per class"},
    )


@one_unit_crossentropy.treatment("Compare with a loss that fits", effect="model")
def compare_with_a_loss_that_fits(finding: Finding, cell: Cell) -> Cell:
    """Use binary cross-entropy for two classes, one unit per class for several."""
    layer, classes = finding.where.layer, int(finding.measured["classes"])
    if classes > PAIR:
        cell = with_loss(cell, "sparse_categorical_crossentropy")
        return with_head(cell, layer, width=classes, activation="softmax")
    return with_head(with_loss(cell, "binary_crossentropy"), layer, activation="sigmoid")

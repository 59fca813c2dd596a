"""Sigmoid outputs under a categorical cross-entropy."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.objective import with_head
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.losses import BITS, LOSSES
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Value, Where, rule

ON_LOGITS = {"categorical_crossentropy", "sparse_categorical_crossentropy"}
"""Losses that Keras on TensorFlow computes from the values before the activation."""


@rule(
    family="objective",
    severity="warning",
    kind="proof",
    holds="Under categorical cross-entropy the predictions of a row sum to 1",
    explains=(
        "hidden-logits-loss",
        "too-few-steps",
    ),
    parts=("head", "loss"),
)
def sigmoid_with_categorical_loss(head: Head, /) -> Iterator[Finding]:
    """Sigmoid outputs under a categorical cross-entropy.

    ## What it means
    Sigmoids treat each class separately, so the predictions of a row need not sum to 1. Under
    (sparse) categorical cross-entropy Keras on TensorFlow trains such a head exactly like a
    softmax, from the values before the sigmoid, and the accuracy is correct. But the outputs of
    `predict` are not class probabilities: measured row sums after training were 0.49 to 2.02. The
    Kullback-Leibler divergence does not divide by the sum of a row: it is smallest where every
    output is 1, whatever the labels are.

    ## How it is measured
    The loss reads a row of outputs as probabilities of classes, without `from_logits=True`, and
    the model ends in a sigmoid with several units. That the row sums of the first predictions are
    near 1 changes nothing: two untrained sigmoids sum to about 1. There is no threshold.

    ## Example
    ```python
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="sigmoid")])
    model.compile("adam", "sparse_categorical_crossentropy")
    ```

    ## What the treatment does
    It replaces the sigmoid with a softmax, so that each row of `predict` sums to 1.

    ## When to ignore it
    When only the largest output of a row is used.

    ## References
    Keras documentation, "Probabilistic losses", categorical cross-entropy.
    """
    judged = False
    for output in head.outputs:
        facts = LOSSES.get(output.loss)
        if facts is None or not facts.sums_to_one or output.from_logits or not output.width:
            continue
        judged = True
        if output.activation in BITS and output.width > 1:
            yield _finding(output)
    if not judged:
        message = "no loss expects probabilities of several classes"
        raise DoesNotApplyError(message)


def _finding(output: Output) -> Finding:
    low, high = output.row_sum_minimum, output.row_sum_maximum
    counted = ""
    measured: dict[str, Value] = {"output activation": output.activation}
    expected: dict[str, Value] = {"output activation": "softmax"}
    if low is not None and high is not None:
        counted = f", whose sum per row is {figure(low)} to {figure(high)} in {output.rows} rows"
        measured |= {"smallest row sum": low, "largest row sum": high}
        expected |= {"smallest row sum": 1.0, "largest row sum": 1.0}
    return Finding(
        title="The outputs are sigmoids, but the loss expects one distribution over the classes",
        says=f"{output.begins} ends in {output.width} {output.activation} units{counted}. "
        f"`{output.loss}` {_effect(output)}",
        where=Where(layer=output.layer),
        measured=measured,
        expected=expected,
        severity="warning" if output.loss in ON_LOGITS else "critical",
    )


def _effect(output: Output) -> str:
    if output.loss in ON_LOGITS:
        return (
            "compares the classes of a row with each other, so the largest output can still be "
            "correct, but the outputs of `predict` are not class probabilities."
        )
    if output.loss == "kl_divergence":
        return f"does not divide by that sum: {LOSSES[output.loss].edge}."
    return (
        "reads each row as probabilities that sum to 1, and nothing keeps the outputs of the wrong "
        "classes small."
    )


@sigmoid_with_categorical_loss.treatment("Use one softmax over the classes", effect="model")
def use_softmax(finding: Finding, cell: Cell) -> Cell:
    """Use softmax as output activation."""
    return with_head(cell, finding.where.layer, activation="softmax")

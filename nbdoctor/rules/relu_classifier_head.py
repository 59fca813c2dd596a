"""A ReLU where the classes are told apart."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.capture.objective import with_head
from nbdoctor.probes.head import PROBABILITIES_BY, Head, Output
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

LOSSES = {"binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"}


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="No cross-entropy is computed behind a ReLU",
    explains=(
        "logits-as-probabilities",
        "non-finite-loss",
        "constant-predictions",
        "baseline-not-beaten",
        "nan-hidden-by-relu",
        "dead-units",
        "too-few-steps",
    ),
)
def relu_classifier_head(head: Head, /) -> Iterator[Finding]:
    """A ReLU in front of a cross-entropy.

    ## What it means
    A ReLU puts out 0 for all negative values. To a cross-entropy a 0 for the true class is an
    impossible answer, and behind the ReLU there is no gradient to mend it. Where all units of a
    row are 0, categorical cross-entropy divides 0 by 0 (measured on three well separated classes:
    NaN in 3 of 3 runs). The loss for class numbers gets stuck instead (accuracy 0.31 to 0.73
    after 15 epochs, 0.99 with a softmax). One unit under binary cross-entropy may well learn, but
    what it predicts is no probability.

    ## How it is measured
    The model ends in a ReLU, a cross-entropy that was not told to expect logits judges it, and at
    least one of the first predictions is 0.

    ## Example
    ```python
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="relu")])
    model.compile("adam", "sparse_categorical_crossentropy")
    ```

    ## What the treatment does
    The head gets the activation that belongs to its loss.

    ## When to ignore it
    Never; with one unit it is a warning.

    ## References
    I. Goodfellow, Y. Bengio, A. Courville, "Deep Learning", section 6.2.2.
    """
    judged = False
    for output in head.outputs:
        if output.loss not in LOSSES or output.from_logits or output.minimum is None:
            continue
        judged = True
        if output.activation == "relu" and output.minimum == 0:
            yield _finding(output)
    if not judged:
        message = "no cross-entropy loss takes its outputs for probabilities"
        raise DoesNotApplyError(message)


def _finding(output: Output) -> Finding:
    layer, one = output.layer or output.name, output.width in {None, 1}
    largest, fitting = output.maximum or 0.0, PROBABILITIES_BY[output.loss]
    consequence = (
        "a row with 0 for class 1 gets no gradient, and no prediction is a probability"
        if one
        else "a row with 0 for its true class gets no gradient from it"
    )
    if output.row_sum_minimum == 0 and not one:
        consequence += "; for some row every class is 0"
    return Finding(
        title="A ReLU stands where the classes are told apart",
        says=f"`{layer}` ends in relu and puts out 0 to {figure(largest)} over {output.rows} "
        f"rows, and `{output.loss}` takes these for probabilities: {consequence}.",
        where=Where(layer=output.layer),
        measured={
            "activation": "relu",
            "smallest prediction": 0.0,
            "largest prediction": largest,
            "loss": output.loss,
        },
        expected={"activation": fitting, "smallest prediction": "above 0"},
        severity="warning" if one else "critical",
    )


@relu_classifier_head.treatment("Give the head the activation of its loss", effect="model")
def give_the_activation_of_the_loss(finding: Finding, cell: Cell) -> Cell:
    """End the model in a softmax, or in a sigmoid for one unit."""
    return with_head(cell, finding.where.layer, activation=str(finding.expected["activation"]))

"""A ReLU as output activation of a classifier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.objective import with_head
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.losses import PROBABILITIES_BY
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

RELU = {"relu", "relu6"}


@dataclass(frozen=True, slots=True)
class _Facts:
    fitting: str


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="No classifier has a ReLU as output activation",
    explains=(
        "logits-as-probabilities",
        "non-finite-loss",
        "constant-predictions",
        "baseline-not-beaten",
        "nan-hidden-by-relu",
        "dead-units",
        "too-few-steps",
    ),
    parts=("head",),
)
def relu_classifier_head(head: Head, /) -> Iterator[Finding]:
    """A ReLU as output activation of a classifier.

    ## What it means
    A ReLU outputs 0 for all negative values. For a cross-entropy, 0 for the true class means
    probability 0, and the ReLU passes no gradient that could correct it. Where all units of a row
    are 0, categorical cross-entropy divides 0 by 0 (measured on three well separated classes: NaN
    in 3 of 3 runs). Sparse categorical cross-entropy gets stuck instead (accuracy 0.31 to 0.73
    after 15 epochs, 0.99 with a softmax). One unit under binary cross-entropy may well learn, but
    its predictions are not probabilities.

    ## How it is measured
    The model ends in a ReLU under a cross-entropy without `from_logits=True`. It is the structure
    that is judged: that the first predictions happen to be above 0 changes nothing.

    ## Example
    ```python
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="relu")])
    model.compile("adam", "sparse_categorical_crossentropy")
    ```

    ## What the treatment does
    The output layer gets the activation that its loss expects.

    ## When to ignore it
    Never; with one unit it is a warning.

    ## References
    I. Goodfellow, Y. Bengio, A. Courville, "Deep Learning", section 6.2.2.
    """
    judged = False
    for output in head.outputs:
        if output.loss not in PROBABILITIES_BY or output.from_logits:
            continue
        judged = True
        if output.activation in RELU:
            yield _finding(output)
    if not judged:
        message = "no cross-entropy loss expects probabilities"
        raise DoesNotApplyError(message)


def _finding(output: Output) -> Finding:
    one, fitting = output.width in {None, 1}, PROBABILITIES_BY[output.loss]
    consequence = (
        "a row with output 0 gets no gradient, and the outputs are not probabilities"
        if one
        else "a row with output 0 for its true class gets no gradient from it"
    )
    if output.row_sum_minimum == 0 and not one:
        consequence += "; in some rows all outputs are 0"
    return Finding(
        title="The output layer of the classifier has a ReLU",
        says=f"{output.begins} ends in {output.activation}{_seen(output)}, and `{output.loss}` "
        f"expects probabilities: {consequence}.",
        where=Where(layer=output.layer),
        measured={"output activation": output.activation},
        expected={"output activation": fitting},
        facts=_Facts(fitting),
        severity="warning" if one else "critical",
    )


def _seen(output: Output) -> str:
    if output.minimum is None or output.maximum is None:
        return ""
    span = f"{figure(output.minimum)} to {figure(output.maximum)}"
    return f" and outputs {span} in {output.rows} rows"


@relu_classifier_head.treatment("Use the output activation that the loss expects", effect="model")
def use_the_fitting_activation(finding: Finding, cell: Cell) -> Cell:
    """Use a softmax, or a sigmoid for binary cross-entropy, as output activation."""
    return with_head(cell, finding.where.layer, activation=facts_of(finding, _Facts).fitting)

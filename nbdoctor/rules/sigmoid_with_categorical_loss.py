"""One sigmoid per class under a loss for one class per row."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.capture.objective import with_head
from nbdoctor.probes.head import Head, Output
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

LOSSES = {"categorical_crossentropy", "sparse_categorical_crossentropy"}


@rule(
    family="objective",
    severity="warning",
    kind="proof",
    holds="Where one class is chosen, the predictions of a row sum to 1",
    explains=(
        "hidden-logits-loss",
        "too-few-steps",
    ),
)
def sigmoid_with_categorical_loss(head: Head, /, *, tolerance: float = 0.01) -> Iterator[Finding]:
    """One sigmoid per class under a loss for one class per row.

    ## What it means
    A sigmoid answers for each class alone, so the predictions of a row need not sum to 1. Keras
    on TensorFlow trains such a head exactly like a softmax, from the values before the sigmoid,
    and accuracy is right. But what `predict` gives are no probabilities: measured row sums after
    training go from 0.49 to 2.02.

    ## How it is measured
    The loss is a categorical cross-entropy without `from_logits=True`, the model ends in a
    sigmoid over several units, and the sums of the first predictions leave 1 by more than
    `tolerance`, which is far above rounding.

    ## Example
    ```python
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="sigmoid")])
    model.compile("adam", "sparse_categorical_crossentropy")
    ```

    ## What the treatment does
    The head gets a softmax, and each row of `predict` sums to 1.

    ## When to ignore it
    Where only the largest unit of a row is used.

    ## References
    Keras documentation, "Probabilistic losses", categorical cross-entropy.
    """
    judged = False
    for output in head.outputs:
        low, high = output.row_sum_minimum, output.row_sum_maximum
        if output.loss not in LOSSES or output.from_logits or low is None or high is None:
            continue
        judged = True
        off = max(1 - low, high - 1) > tolerance
        if output.activation == "sigmoid" and (output.width or 0) > 1 and off:
            yield _finding(output, low, high)
    if not judged:
        message = "no loss expects the probabilities of several classes"
        raise DoesNotApplyError(message)


def _finding(output: Output, low: float, high: float) -> Finding:
    layer = output.layer or output.name
    return Finding(
        title="The predictions of a row do not sum to 1",
        says=f"`{layer}` ends in {output.width} sigmoids, whose sum in a row goes from "
        f"{figure(low)} to {figure(high)} over {output.rows} rows. `{output.loss}` compares the "
        "classes of a row with each other, so the largest unit can still be right, but what "
        "`predict` gives are no probabilities.",
        where=Where(layer=output.layer),
        measured={
            "smallest row sum": low,
            "largest row sum": high,
            "activation": "sigmoid",
            "loss": output.loss,
        },
        expected={"smallest row sum": 1.0, "largest row sum": 1.0, "activation": "softmax"},
    )


@sigmoid_with_categorical_loss.treatment("Let the classes share one softmax", effect="model")
def share_one_softmax(finding: Finding, cell: Cell) -> Cell:
    """End the model in a softmax."""
    return with_head(cell, finding.where.layer, activation="softmax")

"""A softmax on multi-label targets."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.objective import with_head, with_loss
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="No softmax is used for multi-label targets",
    explains=(
        "baseline-not-beaten",
        "accuracy-on-multilabel",
        "unnormalised-targets",
        "wrong-accuracy-class",
        "too-few-steps",
    ),
    parts=("head", "loss"),
)
def softmax_for_multilabel(labels: Labels, head: Head, /) -> Iterator[Finding]:
    """A softmax on multi-label targets.

    ## What it means
    The outputs of a softmax sum to 1. For a row with three positive classes the best possible
    output is a third for each, and for a row with none the outputs still sum to 1. Independent
    predictions for each class are not possible.

    ## How it is measured
    The targets are zeros and ones, one per unit of a softmax, and there are rows with no or
    several ones. Nothing has to be run. Soft labels that sum to 1 are a distribution, which a
    softmax can learn, and are not reported.

    ## Example
    ```python
    tags = np.random.randint(0, 2, size=(512, 3))
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", "binary_crossentropy")
    model.fit(inputs, tags)
    ```

    ## What the treatment does
    It replaces the softmax with a sigmoid per class, and the loss with binary cross-entropy, which
    treats each class separately.

    ## When to ignore it
    When only the ranking of the classes is used.

    ## References
    Goodfellow, Bengio and Courville, "Deep Learning", 2016, sections 6.2.2.2 and 6.2.2.3.
    """
    judged = False
    for target in labels.targets:
        output = head.of(target)
        if output is None or output.activation != "softmax" or (output.width or 0) <= 1:
            continue
        judged = True
        fits = target.shape[-1:] == (output.width,)
        if target.encoding == "multi-hot" and fits and target.row_sum_maximum is not None:
            yield _finding(target, output)
    if not judged:
        message = "no output is a softmax with several units"
        raise DoesNotApplyError(message)


def _finding(target: Target, output: Output) -> Finding:
    low, high = target.row_sum_minimum or 0.0, target.row_sum_maximum or 0.0
    return Finding(
        title="A softmax is used for multi-label targets",
        says=f"Rows of {target.named('the target')} have {figure(low)} to {figure(high)} positive "
        f"classes out of {output.width}, but the {output.width} outputs of {output.shown} "
        "always sum to 1, so several classes cannot all be predicted with high probability.",
        where=Where(layer=output.layer, variable=target.variable),
        measured={
            "largest number of classes in a row": high,
            "output activation": "softmax",
        },
        expected={"output activation": "sigmoid"},
    )


@softmax_for_multilabel.treatment("Use one sigmoid per class", effect="model")
def use_sigmoids(finding: Finding, cell: Cell) -> Cell:
    """Use a sigmoid per class as output activation, and binary cross-entropy."""
    return with_head(
        with_loss(cell, "binary_crossentropy"), finding.where.layer, activation="sigmoid"
    )

"""A softmax where several classes can be right in the same row."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.capture.objective import with_head, with_loss
from nbdoctor.probes.head import Head, Output
from nbdoctor.probes.labels import Labels, Target
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="Rows with several classes are not answered by a softmax",
    explains=(
        "baseline-not-beaten",
        "accuracy-on-multilabel",
        "unnormalised-targets",
        "wrong-accuracy-class",
        "too-few-steps",
    ),
)
def softmax_for_multilabel(labels: Labels, head: Head, /) -> Iterator[Finding]:
    """A softmax where several classes can be right in the same row.

    ## What it means
    The outputs of a softmax share a sum of 1. For a row with three right classes the best answer
    is a third for each, for a row with none it must still spread 1 over all: yes or no to each
    class by itself cannot be said.

    ## How it is measured
    The targets of a row are zeros and ones, one per unit of a softmax, and there are rows whose
    ones do not sum to 1. Nothing has to be run. Shares that sum to 1 are a distribution, which a
    softmax can learn, and are not reported.

    ## Example
    ```python
    tags = np.random.randint(0, 2, size=(512, 3))
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", "binary_crossentropy")
    model.fit(inputs, tags)
    ```

    ## What the treatment does
    The head gets a sigmoid for each class, and the loss becomes binary cross-entropy, which asks
    each class by itself.

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
        message = "no output is a softmax over several units"
        raise DoesNotApplyError(message)


def _finding(target: Target, output: Output) -> Finding:
    low, high = target.row_sum_minimum or 0.0, target.row_sum_maximum or 0.0
    layer = output.layer or output.name
    return Finding(
        title="A softmax where several classes can be right at once",
        says=f"Rows of {target.named('the target')} have {figure(low)} to {figure(high)} right "
        f"classes of {output.width}, and the {output.width} outputs of `{layer}` share a sum of 1: "
        "each class that is right takes from the others.",
        where=Where(layer=output.layer, variable=target.variable),
        measured={
            "fewest classes of a row": low,
            "most classes of a row": high,
            "activation": "softmax",
        },
        expected={"activation": "sigmoid"},
    )


@softmax_for_multilabel.treatment("Ask each class by itself", effect="model")
def ask_each_class(finding: Finding, cell: Cell) -> Cell:
    """End the model in a sigmoid for each class, under binary cross-entropy."""
    return with_head(
        with_loss(cell, "binary_crossentropy"), finding.where.layer, activation="sigmoid"
    )

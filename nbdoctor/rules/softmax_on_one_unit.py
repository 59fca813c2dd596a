"""A softmax over a single unit."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.capture.objective import with_head, with_loss
from nbdoctor.probes.class_objective import class_objective
from nbdoctor.probes.head import Head, Output
from nbdoctor.probes.labels import Labels, Target
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

PAIR = 2


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="No softmax stands on a single unit",
    explains=(
        "constant-predictions",
        "weights-stand-still",
        "majority-class-only",
        "hidden-logits-loss",
        "too-few-steps",
    ),
)
def softmax_on_one_unit(
    head: Head,
    labels: Labels | None,
    /,
    *,
    tolerance: float = 1e-6,
) -> Iterator[Finding]:
    """A softmax over a single unit.

    ## What it means
    Softmax divides each output by the sum of its row. With one unit the sum is the output itself,
    so every prediction is 1, whatever the weights are. On TensorFlow the loss may fall all the
    same, because binary cross-entropy uses the values from before the softmax; accuracy stays at
    the share of class 1 (measured: loss 0.71 to 0.30 over 20 epochs, accuracy 0.494 throughout).

    ## How it is measured
    The head has one unit and a softmax, and every prediction that was looked at is 1 within
    `tolerance`, which is float32 rounding. Before the first prediction a head of shape (rows, 1)
    is enough.

    ## Example
    ```python
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1, activation="softmax")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    ```

    ## What the treatment does
    Two classes: the unit gets a sigmoid and the loss for one unit, also where a loss for numbers
    compares them, which passes hardly a gradient through the sigmoid. Several classes: the head
    gets one unit per class and the loss for class numbers. Continuous targets: the unit becomes
    linear.

    ## When to ignore it
    A softmax over time steps or positions is not meant and not reported.

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
        message = "the width of the output is not known"
        raise DoesNotApplyError(message)


def _all_one(output: Output, tolerance: float) -> bool:
    if output.minimum is None or output.maximum is None:
        return output.rank == PAIR  # (rows, 1): the softmax has no other axis to run over
    return abs(output.minimum - 1) <= tolerance and abs(output.maximum - 1) <= tolerance


def _finding(output: Output, target: Target | None) -> Finding:
    layer = output.layer or output.name
    fitting = class_objective(output, target)
    seen = f" All {output.rows} predictions looked at are 1." if output.rows else ""
    return Finding(
        title="A softmax over one unit always gives 1",
        says=f"`{layer}` has a single unit, and softmax makes the outputs of a row sum to 1, so it "
        f"predicts 1 for every row, whatever is learned.{seen}",
        where=Where(layer=output.layer),
        measured={
            "units": 1,
            "activation": "softmax",
            "smallest prediction": 1.0,
            "loss": output.loss,
            "labels": target.encoding if target else "unknown",
            "classes": target.classes if target else 0,
        },
        expected={
            "activation": "sigmoid",
            "smallest prediction": "below 1",
            **({"loss": fitting.loss} if fitting else {}),
        },
    )


@softmax_on_one_unit.treatment("Give the head an output that can vary", effect="model")
def give_an_output_that_can_vary(finding: Finding, cell: Cell) -> Cell | None:
    """Use a sigmoid for two classes, one unit per class for several, no activation for numbers."""
    layer, loss = finding.where.layer, str(finding.measured["loss"])
    classes = int(finding.measured["classes"])
    if finding.measured["labels"] == "continuous":
        return with_head(cell, layer, activation="linear")
    if classes > PAIR:
        return with_head(with_loss(cell, "sparse_categorical_crossentropy"), layer, width=classes)
    if loss.endswith("categorical_crossentropy") or "loss" in finding.expected:
        cell = with_loss(cell, "binary_crossentropy")
    return with_head(cell, layer, activation="sigmoid")

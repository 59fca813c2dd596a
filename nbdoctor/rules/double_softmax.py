"""Probabilities given to a loss that was told to expect logits."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.capture.objective import with_loss
from nbdoctor.probes.head import PROBABILITIES_BY, Head, Output
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

WITH_A_FLOOR = {"categorical_crossentropy", "sparse_categorical_crossentropy"}


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="A loss that expects logits receives no probabilities",
    explains=("baseline-not-beaten", "repeated-activation", "fails-to-memorise"),
)
def double_softmax(head: Head, /) -> Iterator[Finding]:
    """Probabilities given to a loss that was told to expect logits.

    ## What it means
    With `from_logits=True` the loss applies softmax or sigmoid itself. Outputs that have been
    through it already are squashed a second time: of C classes, even a perfect answer has the
    loss ln(e + C - 1) - 1 (0.551 for 3), and the gradient is weak (measured on three well
    separated classes: the loss stops at 0.561 where 0.025 is reached with the loss that fits).

    Keras on TensorFlow takes the values from before the activation where it can still find them,
    that is, where nothing stands between the activation and the loss. Training is then exactly
    what it would be without `from_logits=True`, and the finding is a note.

    ## How it is measured
    The loss has `from_logits=True`, the model ends in the very activation that this loss applies,
    and it was looked up on the first predictions whether Keras still finds the values from before.

    ## Example
    ```python
    model = keras.Sequential([
        keras.Input((10,)),
        keras.layers.Dense(3, activation="softmax"),
    ])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    ```

    ## What the treatment does
    The loss is told that the outputs are probabilities; `predict` stays as it is.

    ## When to ignore it
    The note, as long as the model is trained on TensorFlow and nothing is put behind its head.

    ## References
    Keras documentation, "Probabilistic losses", argument `from_logits`.
    """
    judged = False
    for output in head.outputs:
        if (
            not output.from_logits
            or output.loss not in PROBABILITIES_BY
            or output.keeps_logits is None
        ):
            continue
        judged = True
        if output.activation == PROBABILITIES_BY[output.loss]:
            yield _finding(output, rescued=output.keeps_logits)
    if not judged:
        message = "no cross-entropy loss was told to expect logits"
        raise DoesNotApplyError(message)


def _finding(output: Output, *, rescued: bool) -> Finding:
    layer, activation = output.layer or output.name, output.activation
    effect = (
        "Keras still finds the values from before the activation and uses those, so training is "
        "not harmed. On JAX or PyTorch, or with another layer behind, it would be."
        if rescued
        else f"so {activation} is applied twice{_floor(output)}."
    )
    told = f"`{layer}` ends in {activation}, and `{output.loss}` was told to expect logits"
    return Finding(
        title="The loss expects logits and gets probabilities",
        says=f"{told}. {effect}" if rescued else f"{told}, {effect}",
        where=Where(layer=output.layer, call="compile", argument="loss"),
        measured={
            "activation": activation,
            "from_logits": True,
            "logits found by Keras": rescued,
            "loss": output.loss,
        },
        expected={"activation": "linear, or `from_logits=False`"},
        severity="note" if rescued else "critical",
    )


def _floor(output: Output) -> str:
    """The least loss of a perfect answer: probability 1 taken for a logit of 1, 0 for 0."""
    width = output.width or 0
    if output.loss not in WITH_A_FLOOR or output.label_smoothing or output.summed or width <= 1:
        return ""
    floor = math.log(math.e + width - 1) - 1
    return f", and even a perfect answer has a loss of {figure(floor)}"


@double_softmax.treatment("Tell the loss that they are probabilities", effect="training")
def tell_the_loss(finding: Finding, cell: Cell) -> Cell:
    """Set `from_logits=False`; the model stays as it is."""
    return with_loss(cell, str(finding.measured["loss"]), from_logits="False")

"""Probabilities passed to a loss with `from_logits=True`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.objective import with_loss
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.losses import PROBABILITIES_BY
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

WITH_A_FLOOR = {"categorical_crossentropy", "sparse_categorical_crossentropy"}


@dataclass(frozen=True, slots=True)
class _Facts:
    loss: str


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="No loss with `from_logits=True` receives probabilities",
    explains=("baseline-not-beaten", "repeated-activation", "fails-to-memorise"),
    parts=("head", "loss"),
)
def double_softmax(head: Head, /) -> Iterator[Finding]:
    """Probabilities passed to a loss with `from_logits=True`.

    ## What it means
    With `from_logits=True` the loss applies softmax or sigmoid itself. If the model already ends
    in this activation, it is applied twice: with C classes, even a perfect prediction has the
    loss ln(e + C - 1) - 1 (0.551 for 3), and the gradient is weak (measured on three well
    separated classes: the loss stops at 0.561 instead of 0.025 with the correct loss).

    Keras on TensorFlow uses the values from before the activation where it can find them, that
    is, where nothing comes between the activation and the loss. Training is then exactly the same
    as without `from_logits=True`, and the finding is a note.

    ## How it is measured
    The loss has `from_logits=True`, and the model ends in the activation that this loss applies.
    Whether Keras finds the values from before the activation is checked on the first predictions.

    ## Example
    ```python
    model = keras.Sequential([
        keras.Input((10,)),
        keras.layers.Dense(3, activation="softmax"),
    ])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    ```

    ## What the treatment does
    It sets `from_logits=False`; `predict` does not change.

    ## When to ignore it
    The note, as long as the model is trained on TensorFlow and no layer is added after the output
    layer.

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
        message = "no cross-entropy loss has `from_logits=True`"
        raise DoesNotApplyError(message)


def _finding(output: Output, *, rescued: bool) -> Finding:
    activation = output.activation
    effect = (
        "Keras finds the values from before the activation and uses those, so training is not "
        "affected. On JAX or PyTorch, or with another layer after it, it would be."
        if rescued
        else f"so {activation} is applied twice{_floor(output)}."
    )
    both = f"{output.begins} ends in {activation}, and `{output.loss}` has `from_logits=True`"
    return Finding(
        title="The loss expects logits but gets probabilities",
        says=f"{both}. {effect}" if rescued else f"{both}, {effect}",
        where=Where(layer=output.layer, call="compile", argument="loss"),
        measured={
            "output activation": activation,
            "from_logits": "True",
        },
        expected={"from_logits": f"False with {activation}"},
        facts=_Facts(output.loss),
        severity="note" if rescued else "critical",
    )


def _floor(output: Output) -> str:
    """Return the loss of a perfect prediction: probabilities 1 and 0 used as logits."""
    width = output.width or 0
    if output.loss not in WITH_A_FLOOR or output.label_smoothing or output.summed or width <= 1:
        return ""
    floor = math.log(math.e + width - 1) - 1
    return f", and even a perfect prediction has a loss of {figure(floor)}"


@double_softmax.treatment("Set `from_logits=False`", effect="training")
def set_from_logits(finding: Finding, cell: Cell) -> Cell:
    """Set `from_logits=False`; the model does not change."""
    return with_loss(cell, facts_of(finding, _Facts).loss, from_logits="False")

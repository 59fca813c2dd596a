"""A training step that makes the loss larger."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.sharing import Sharing
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

ROUNDING = 0.01
"""Share of the loss by which the two may differ: they are computed in other ways."""


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="The step makes the loss between labels and predictions smaller",
    explains=(
        "diverging-loss",
        "learning-rate-too-high",
        "exploding-gradient",
        "baseline-not-beaten",
        "constant-predictions",
        "too-few-steps",
        "saturated-units",
        "majority-class-only",
        "non-finite-loss",
    ),
)
def climbing_loss(loss: LossAtInit, head: Head, sharing: Sharing | None, /) -> Iterator[Finding]:
    """A training step that makes the loss larger.

    ## What it means
    An optimizer makes smaller what it is given the gradient of. If that is the negative of the
    loss, each step makes the predictions worse: a minus sign too many, often from a formula for
    something that should become large (a likelihood, a reward).

    ## How it is measured
    The loss of the first step is computed a second time by hand, from its labels and predictions.
    It is the number that the step differentiates, but for the sign, to a hundredth. A model that is
    trained against another one, as a generator, is not judged.

    ## Example
    ```python
    with tf.GradientTape() as tape:
        loss = -loss_fn(labels, model(rows, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    ```

    ## What the treatment does
    It says what to change.

    ## When to ignore it
    When the model is meant to move away from the labels, as an adversary.

    ## References
    Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 8.1.
    """
    if sharing is not None and sharing.rival:
        message = f"the model is trained against `{sharing.rival}`"
        raise DoesNotApplyError(message)
    by_hand = loss.recomputed
    if by_hand is None or len(head.outputs) != 1:
        message = "the loss of the step is none that can be computed a second time"
        raise DoesNotApplyError(message)
    if by_hand <= 0 or abs(loss.rehearsed + by_hand) > ROUNDING * by_hand:
        return
    (output,) = head.outputs
    yield Finding(
        title="The training step makes the loss larger",
        says=f"Between labels and predictions of the first step `{output.loss}` is "
        f"{figure(by_hand)}, and the step differentiates {figure(loss.rehearsed)}, its negative. "
        "The optimizer makes that smaller, so every step makes the predictions worse.",
        where=Where(layer=output.layer),
        measured={"what is differentiated": loss.rehearsed},
        expected={"what is differentiated": figure(by_hand)},
    )


@climbing_loss.treatment("Differentiate the loss itself", effect="advice")
def differentiate_the_loss(_finding: Finding, _cell: Cell) -> str:
    """Leave the minus sign out."""
    return "Remove the minus sign before the loss that the tape differentiates."

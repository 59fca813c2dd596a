"""A loss that prefers the opposite of the labels."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.functions import with_returned
from nbdoctor.readings.loss_probe import LossProbe, Probed
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule


@dataclass(frozen=True, slots=True)
class _Facts:
    function: str


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="The loss is smaller at the labels than at their opposite",
    explains=(
        "baseline-not-beaten",
        "constant-predictions",
        "too-few-steps",
        "diverging-loss",
        "learning-rate-too-high",
        "learning-rate-too-low",
        "majority-class-only",
        "dead-units",
        "saturated-units",
        "overfit-to-training",
        "weights-stand-still",
    ),
    parts=("loss",),
)
def inverted_loss(probe: LossProbe, /, *, margin: float = 0.02) -> Iterator[Finding]:
    """A loss that prefers the opposite of the labels.

    ## What it means
    Training makes the loss small. If it is smaller for the opposite of the labels than for the
    labels themselves, the better the model learns, the more wrong it is: a score such as Dice
    returned in place of 1 - Dice, or a forgotten or superfluous minus sign.

    ## How it is measured
    The part of the traced step between predictions and loss is run on its own, with the labels of
    the first batch in place of the predictions, and with their opposite (the other class, 1 - y,
    values mirrored at the mean). None of your code runs again. It is reported where the opposite
    is preferred by more than `margin` (0.02) of the loss in every way in which the head may
    express the labels. A loss that grows in a straight line with the output, as the product of a
    critic's output and a sign, compares nothing and is not judged, nor is an output that may be a
    distance.

    ## Example
    ```python
    def dice(y_true, y_pred):
        both = keras.ops.sum(y_true * y_pred)
        return 2 * both / (keras.ops.sum(y_true) + keras.ops.sum(y_pred) + 1e-7)

    model.compile("adam", loss=dice)   # meant: 1 - dice
    ```

    ## What the treatment does
    It returns the negative of the loss, which has its minimum where the loss had its maximum.

    ## When to ignore it
    When a model is meant to move away from the labels, as an adversary.

    ## References
    Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 8.1.
    """
    judged = False
    for loss in probe.losses:
        if not loss.uses_labels or loss.is_straight:
            continue
        judged = True
        if _prefers_the_opposite(loss, margin):
            yield _finding(loss)
    if not judged:
        message = "there is no loss of your own that compares labels with predictions"
        raise DoesNotApplyError(message)


def _prefers_the_opposite(loss: Probed, margin: float) -> bool:
    both = list(zip(loss.at_truth, loss.at_opposite, strict=True))
    return bool(both) and all(
        math.isfinite(truth)
        and math.isfinite(other)
        and truth - other > margin * max(abs(truth), abs(other))
        for truth, other in both
    )


def _finding(loss: Probed) -> Finding:
    truth, other = loss.at_truth[0], loss.at_opposite[0]
    named = f"`{loss.function}`" if loss.function else "The loss"
    return Finding(
        title="The loss is smaller for wrong predictions than for right ones",
        says=f"{named} is {figure(truth)} where the predictions are the labels themselves, and "
        f"{figure(other)} where they are the opposite. Training makes it small, so the model "
        "learns the opposite of the labels.",
        where=Where(layer=loss.layer, call="compile", argument="loss"),
        measured={"loss for right predictions": truth, "loss for the opposite": other},
        expected={"loss for right predictions": f"below {figure(other)}"},
        facts=_Facts(loss.function),
    )


@inverted_loss.treatment("Change the sign of the loss", effect="training")
def turn_the_loss_around(finding: Finding, cell: Cell) -> Cell | str:
    """Return the negative of the loss, which is smallest where it was largest."""
    function = facts_of(finding, _Facts).function
    if not function:
        return "Return the negative of what the loss returns now, or 1 minus it."
    return with_returned(cell, function, "-({value})")

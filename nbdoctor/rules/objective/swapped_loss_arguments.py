"""A loss function that takes the predictions first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.functions import with_first_parameters_swapped
from nbdoctor.readings.loss_probe import LossProbe
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

PREDICTIONS = re.compile(r"(^|_)(pred\w*|prob\w*|output\w*|logits?|hat|yhat|ypred)($|_)")
LABELS = re.compile(r"(^|_)(true|truth|labels?|targets?|ytrue|gt)($|_)|^y$")


@dataclass(frozen=True, slots=True)
class _Facts:
    function: str


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="Loss functions take the labels first",
    explains=(
        "inverted-loss",
        "baseline-not-beaten",
        "constant-predictions",
        "too-few-steps",
        "diverging-loss",
        "learning-rate-too-high",
        "non-finite-loss",
        "infinite-slope",
        "majority-class-only",
    ),
    parts=("loss",),
)
def swapped_loss_arguments(probe: LossProbe, /) -> Iterator[Finding]:
    """A loss function that takes the predictions first.

    ## What it means
    Keras calls a loss as `loss(y_true, y_pred)`: the labels come first. A function written for the
    other order gets the labels as predictions. Where it treats both alike, as the squared error
    does, that changes nothing; a cross-entropy takes the logarithm of the labels then.

    ## How it is measured
    The names of the two parameters are read: the first is one for predictions, the second one for
    labels. And the part of the traced step between predictions and loss gives another loss when
    labels and predictions are exchanged. There is no threshold.

    ## Example
    ```python
    def my_loss(y_pred, y_true):
        return -keras.ops.mean(y_true * keras.ops.log(y_pred + 1e-7))
    ```

    ## What the treatment does
    It exchanges the two parameters.

    ## When to ignore it
    When the names are misleading and the order is right.

    ## References
    Keras documentation, "Losses", section "Creating custom losses".
    """
    known = [loss for loss in probe.losses if len(loss.parameters) > 1]
    if not known:
        message = "no loss function of your own names its parameters"
        raise DoesNotApplyError(message)
    for loss in known:
        first, second = loss.parameters[:2]
        exchanged = PREDICTIONS.search(first) and LABELS.search(second)
        if exchanged and not LABELS.search(first) and loss.is_symmetric is False:
            yield Finding(
                title="The loss function takes the predictions first",
                says=f"`{loss.function}` takes `{first}` first and `{second}` second, and Keras "
                "calls it with the labels first. It treats both differently, so that it computes "
                "another loss than it is written for.",
                where=Where(call="compile", argument="loss"),
                measured={"first parameter": first},
                expected={"first parameter": second},
                facts=_Facts(loss.function),
            )


@swapped_loss_arguments.treatment("Take the labels first", effect="training")
def take_the_labels_first(finding: Finding, cell: Cell) -> Cell:
    """Exchange the two parameters of the loss function."""
    return with_first_parameters_swapped(cell, facts_of(finding, _Facts).function)

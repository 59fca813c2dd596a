"""A loss in which the rare class counts less than the frequent one."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.loss_probe import LossProbe
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, rule


@rule(
    family="objective",
    severity="warning",
    kind="strong",
    holds="The loss does not count the rare class less than the frequent one",
    explains=("majority-class-only", "below-simple-models", "one-class-everywhere"),
    parts=("loss",),
)
def rare_class_counts_less(
    probe: LossProbe,
    attained: Attained,
    /,
    *,
    most: float = 0.25,
    rare: float = 0.25,
    found: float = 0.5,
) -> Iterator[Finding]:
    """A loss of your own in which the rare class counts less than the frequent one.

    ## What it means
    A weighted loss is to give the rare class more weight. With the two weights exchanged it gets
    less than without any: the model gains by predicting the frequent class, and finds few rows of
    the rare one. Accuracy stays high.

    ## How it is measured
    The part of the traced step between predictions and loss is run on its own, on a batch of which
    all rows are of class 1, and on one of which all are of class 0, with predictions that are wrong
    by 0.7 in both. Without weights the loss is the same. The rule fires where that of the rare
    class is at most `most` (0.25) of the other, the rare class has at most `rare` (0.25) of the
    rows, and the trained model finds fewer than `found` (0.5) of them. None of your code runs
    again. The focal loss with `alpha=0.25` for the rare class, as published, gives 0.33.

    ## Example
    ```python
    def focal(y_true, p, alpha=0.9, gamma=2.0):              # the rare class is 1
        ones = -y_true * (1 - alpha) * (1 - p) ** gamma * ops.log(p)
        zeros = -(1 - y_true) * alpha * p ** gamma * ops.log(1 - p)
        return ops.mean(ones + zeros)
    ```

    ## What the treatment does
    It says which weight belongs where.

    ## When to ignore it
    When a false alarm costs more than a row that is missed.

    ## References
    Lin and others, "Focal loss for dense object detection", 2017.
    """
    judged = [one for one in probe.losses if one.ones is not None]
    classes = [one for one in attained.answers if len(one.classes) == 2]  # noqa: PLR2004
    if len(judged) != 1 or len(classes) != 1:
        message = "no loss of your own judges one value for two classes"
        raise DoesNotApplyError(message)
    (loss,), (answers,) = judged, classes
    zero, one = sorted(answers.classes, key=lambda each: each.label)
    is_one = one.rows < zero.rows
    few, weight = (one, loss.ones or 1.0) if is_one else (zero, 1 / (loss.ones or 1.0))
    share, recall = few.rows / (zero.rows + one.rows), few.recall
    if weight > most or share > rare or recall is None or recall >= found:
        return
    named = f"`{loss.function}`" if loss.function else "the loss"
    yield Finding(
        title=f"In {named} the rare class counts less than the frequent one",
        says=f"For rows of class {few.label:g} {named} is {figure(weight, 2)} times what it is for "
        f"the others when both are predicted as wrongly. The trained model finds "
        f"{figure(100 * recall, 2)} % of the {few.rows:,} rows of that class.",
        measured={"loss of the rare class, of that of the other": weight},
        expected={"loss of the rare class, of that of the other": "1 or more"},
    )


@rare_class_counts_less.treatment("Exchange the two weights", effect="advice")
def exchange_the_weights(_finding: Finding, _cell: Cell) -> str:
    """Say which belongs where."""
    return (
        "Multiply the term of the rare class with the larger weight. In a focal loss `alpha` is "
        "the weight of class 1, and `1 - alpha` that of class 0."
    )

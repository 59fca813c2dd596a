"""Class numbers that one unit learns as amounts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.objective import with_head, with_loss
from nbdoctor.readings.class_numbers import ClassNumbers
from nbdoctor.readings.head import Head
from nbdoctor.readings.labels import Labels
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import Finding, Where, facts_of, rule

ERRORS = 3.0
"""Standard errors of a share of right answers, at most 1 / sqrt(rows)."""


@dataclass(frozen=True, slots=True)
class _Facts:
    units: int


@rule(
    family="objective",
    severity="warning",
    kind="strong",
    holds="Numbers that are learned as amounts have an order",
    explains=(
        "accuracy-on-regression",
        "unscaled-targets",
        "too-few-steps",
        "learning-rate-too-low",
        "baseline-not-beaten",
        "below-simple-models",
        "constant-predictions",
    ),
    parts=("loss", "head"),
)
def classes_as_amounts(
    numbers: ClassNumbers,
    labels: Labels,
    head: Head,
    /,
    *,
    least: float = 0.12,
    agreed: float = 0.03,
) -> Iterator[Finding]:
    """Class numbers that one unit learns as amounts.

    ## What it means
    Under a squared or absolute error one unit estimates an amount: class 2 has to lie between 1 and
    3, and a row that may be of class 0 or of class 2 is given a 1. The numbers of classes are mere
    names, and their order says nothing. One unit for each class says how likely each of them is.

    ## How it is measured
    One unit learns 3 to 20 whole numbers from 0 or 1 on by a loss of differences. Such numbers may
    well be amounts: rooms, stars, a grade. So two simple models, a linear one and nearest
    neighbours, answer for rows that they have not seen, once by naming a class and once by
    estimating the number and rounding it. Where the order of the numbers means something, the
    estimate is as good or better. The finding is made where naming is right for more rows of each
    class: by `least` (0.12; more where rows are few) for one kind of model and by `agreed` (0.03)
    for the other.

    ## Example
    ```python
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(1)])
    model.compile("adam", "mean_squared_error", metrics=["accuracy"])
    model.fit(x, y)
    ```

    ## What the treatment does
    It gives each class a unit, with a softmax and the cross-entropy for class numbers.

    ## When to ignore it
    When the numbers are amounts all the same, with a strong reason for their gaps.

    ## References
    Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 6.2.2. In 33 made-up targets
    naming won by 0.15 to 0.41 (linear) and 0.09 to 0.20 (neighbours) for classes without an order;
    for amounts and ordered answers by at most 0.03, or by one of the models only; for the ten
    digits by 0.71 and 0.09.
    """
    target = next((one for one in labels.targets if one.name == numbers.output), None)
    output = head.of(target) if target is not None else None
    if target is None or output is None:
        return
    gains = numbers.gains
    if min(gains.values()) < agreed:
        return
    best = max(gains, key=lambda kind: gains[kind])
    if gains[best] < max(least, ERRORS / math.sqrt(numbers.rows)):
        return
    named, estimated = numbers.named[best], numbers.estimated[best]
    low, high = int(target.minimum), int(target.maximum)
    yield Finding(
        title="Class numbers are learned as amounts",
        says=(
            f"{target.named('The label array')} holds the numbers {low} to {high}, and one unit "
            f"under `{output.loss}` learns them as amounts. Their order tells nothing: of each "
            f"class, simple models ({best}) that name a class are right for "
            f"{figure(100 * named, 2)} % of the rows, and for {figure(100 * estimated, 2)} % where "
            "they estimate the number and round it."
        ),
        where=Where(variable=target.variable, layer=output.layer, call="compile", argument="loss"),
        measured={"right where a class is named": named, "right where it is estimated": estimated},
        expected={"right where it is estimated": f"about {figure(named, 2)}"},
        facts=_Facts(high + 1),
    )


@classes_as_amounts.treatment("Give each class a unit", effect="model")
def give_each_class_a_unit(finding: Finding, cell: Cell) -> Cell:
    """One unit for each class with a softmax, and the cross-entropy for class numbers."""
    units = facts_of(finding, _Facts).units
    made = with_head(cell, finding.where.layer, activation="softmax", width=units)
    return with_loss(made, "sparse_categorical_crossentropy")

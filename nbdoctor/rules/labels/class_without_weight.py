"""A class whose rows do not count."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.weights_by_class import WeightsByClass
from nbdoctor.rules.figures import figure, listed
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="labels",
    severity="warning",
    kind="proof",
    holds="The rows of every class count in the loss",
    explains=(
        "below-simple-models",
        "baseline-not-beaten",
        "majority-class-only",
        "too-few-steps",
        "overfit-to-training",
    ),
)
def class_without_weight(weights: WeightsByClass, /, *, least: float = 1e-3) -> Iterator[Finding]:
    """A class whose rows do not count.

    ## What it means
    The loss of each row is multiplied by its weight. Where all rows of a class have a weight of 0,
    or next to it, the model is never told what that class looks like, and never predicts it.

    ## How it is measured
    The weights that `sample_weight` or `class_weight` give are averaged over the rows of each
    class. Reported is a class of which the mean is below `least` (a thousandth) of that of the
    heaviest class, while two other classes or more count, or one other of two.

    ## Example
    ```python
    weights = np.where(y == 2, 0.0, 1.0)
    model.fit(x, y, sample_weight=weights)
    ```

    ## What the treatment does
    It says how weights are balanced.

    ## When to ignore it
    When a class stands for rows without a label, which should not count.

    ## References
    Keras documentation, `Model.fit`, `sample_weight`.
    """
    heaviest = max((one.weight for one in weights.classes), default=0.0)
    if len(weights.classes) <= 1 or heaviest <= 0:
        message = "there is one class, or no row counts"
        raise DoesNotApplyError(message)
    light = [one for one in weights.classes if one.weight < least * heaviest and one.label >= 0]
    if not light or len(light) == len(weights.classes):
        return
    names = listed([figure(one.label) for one in light])
    rows = sum(one.rows for one in light)
    which = f"class {names}" if len(light) == 1 else f"classes {names}"
    yield Finding(
        title=f"The rows of {which.replace('`', '')} do not count",
        says=f"The {rows:,} rows of {which} have a mean weight of "
        f"{figure(max(one.weight for one in light))} by `{weights.given}`, those of other classes "
        f"up to {figure(heaviest)}: the loss ignores them, and the model does not learn them.",
        where=Where(call="fit", argument=weights.given),
        measured={"classes whose rows count": len(weights.classes) - len(light)},
        expected={"classes whose rows count": len(weights.classes)},
    )


@class_without_weight.treatment("Give every class a weight", effect="advice")
def weigh_every_class(_finding: Finding, _cell: Cell) -> str:
    """Give rare classes more weight, and none a weight of 0."""
    return (
        'With scikit-learn: `compute_sample_weight("balanced", y)` gives each class the same '
        "weight in all."
    )

"""Class weights that do not weigh the classes as meant."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.row_weights import RowWeights
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Severity, Value, Where, figure, rule

SHOWN = 5


@rule(
    family="labels",
    severity="warning",
    kind="proof",
    holds="Every class has the weight that it was given",
    explains=(
        "known-crash",
        "weights-stand-still",
        "majority-class-only",
        "learning-rate-too-high",
    ),
)
def faulty_class_weight(weights: RowWeights, /, *, mean: float = 10.0) -> Iterator[Finding]:
    """Class weights that do not weigh the classes as meant.

    ## What it means
    `class_weight` is a dict from class numbers to weights. Keras looks each label up and takes 1
    where it finds none, without a word: a class that was forgotten, or keys that are names, count
    as 1. With weights of 0 for all rows the loss is 0 and nothing is learned. Weights whose mean
    over the rows is far from 1 multiply loss and gradient, and so the steps of plain SGD.

    ## How it is measured
    The keys are compared with the classes of the labels, and the weight of every row is looked up
    as Keras does. It is reported when a class has no weight, when the argument is no dict, when
    all rows weigh 0 (critical), or when the mean weight of a row is above `mean` (10). Balanced
    weights have a mean of 1, however rare a class is.

    ## Example
    ```python
    labels = np.random.randint(0, 3, size=512)
    model.fit(inputs, labels, class_weight={1: 1.0, 2: 5.0, 3: 5.0})
    ```

    ## What the treatment does
    It writes the line that computes balanced weights for exactly these classes.

    ## When to ignore it
    When a class is meant to count as 1 and was left out for that.

    ## References
    Keras source, `class_weight_to_sample_weights`; scikit-learn, `compute_class_weight`.
    """
    if weights.given != "class_weight":
        message = "no `class_weight` is given"
        raise DoesNotApplyError(message)
    if weights.type not in {"dict", "OrderedDict", "defaultdict", "Counter"} and not weights.rows:
        yield _finding(
            f"`class_weight` is a {weights.type}; Keras takes a dict from class numbers to "
            "weights, and stops at anything else.",
            {"type": weights.type},
            {"type": "dict"},
            "critical",
        )
    elif weights.zero_share == 1:
        yield _finding(
            f"All {weights.rows:,} rows weigh 0, so the loss is 0 and nothing is learned.",
            {"rows of weight 0": weights.rows},
            {"rows of weight 0": 0},
            "critical",
        )
    elif weights.missing:
        yield _finding(
            f"`class_weight` has no weight for {_listed(weights)}: these rows count as 1."
            f"{_strangers(weights)}",
            {"classes without a weight": len(weights.missing), "classes": weights.classes},
            {"classes without a weight": 0},
            "warning",
        )
    elif (weights.mean or 0.0) > mean:
        yield _finding(
            f"The weight of a row is {figure(weights.mean or 0.0)} on average, so loss and "
            "gradient are that many times as large as without weights.",
            {"mean weight of a row": weights.mean or 0.0},
            {"mean weight of a row": "about 1"},
            "warning",
        )


def _listed(weights: RowWeights) -> str:
    named = [f"{figure(value)} ({rows:,} rows)" for value, rows in weights.missing[:SHOWN]]
    more = f" and {len(weights.missing) - SHOWN} more" if len(weights.missing) > SHOWN else ""
    kind = "class" if len(weights.missing) == 1 else "classes"
    return f"{kind} {', '.join(named)}{more}"


def _strangers(weights: RowWeights) -> str:
    if not weights.keys:
        return ""
    return f" Its keys {', '.join(weights.keys[:SHOWN])} are no class of these labels."


def _finding(
    says: str, measured: dict[str, Value], expected: dict[str, Value], severity: Severity
) -> Finding:
    return Finding(
        title="The class weights do not fit the classes",
        says=says,
        where=Where(call="fit", argument="class_weight"),
        measured=measured,
        expected=expected,
        severity=severity,
    )


@faulty_class_weight.treatment("Weigh every class", effect="judgement")
def weigh_every_class(_finding: Finding, cell: Cell) -> str:
    """Compute balanced weights for the classes that the labels have."""
    fits = [call for call in cell.calls_of("fit") if call.argument("class_weight")]
    given = fits[0].argument("y", 1) if len(fits) == 1 else None
    y = given.text if given is not None else "y"
    return (
        f"Let `classes = np.unique({y})` and give `fit` "
        f'`class_weight=dict(zip(classes, compute_class_weight("balanced", classes=classes, '
        f"y={y})))`, with `compute_class_weight` from `sklearn.utils.class_weight`."
    )

"""Class weights that do not match the classes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.row_weights import RowWeights
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Severity, Value, Where, facts_of, rule

SHOWN = 5

MOST_WRITTEN = 10
"""More weights would make a long line of the cell."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """`several`: rows have several labels; `balanced`: as in `RowWeights`."""

    several: bool
    balanced: tuple[tuple[float, float], ...] = ()


@rule(
    family="labels",
    severity="warning",
    kind="proof",
    holds="The class weights match the classes",
    explains=(
        "known-crash",
        "weights-stand-still",
        "majority-class-only",
        "learning-rate-too-high",
    ),
    parts=("weights",),
)
def faulty_class_weight(
    weights: RowWeights, /, *, mean: float = 10.0, worse: float = 1.5
) -> Iterator[Finding]:
    """Class weights that do not match the classes.

    ## What it means
    `class_weight` is a dict from integer class ids to weights. Keras looks up each label and
    silently uses 1 where the dict has no entry: a forgotten class, or keys that are class names,
    have a weight of 1. If all rows have a weight of 0, the loss is 0 and nothing is learned. If
    the mean weight of the rows is far from 1, it scales the loss and the gradient, and with plain
    SGD also the step size.

    ## How it is measured
    The keys are compared with the classes of the labels, and the weight of every row is looked up
    as in Keras. Reported are a class without a weight, an argument that is not a dict (critical),
    a weight of 0 for all rows (critical), and a mean weight per row above `mean` (10). Balanced
    weights have a mean of 1, however rare a class is. Weights that belong to other classes show in
    the rows that they count for: between the most frequent and the rarest class the difference
    becomes larger by a factor of `worse` (1.5) or more. And where a row has several labels (tags,
    pixels, words) Keras takes the place of the largest one for the class of the row.

    ## Example
    ```python
    labels = np.random.randint(0, 3, size=512)
    model.fit(inputs, labels, class_weight={1: 1.0, 2: 5.0, 3: 5.0})
    ```

    ## What the treatment does
    It shows how to compute balanced weights for exactly these classes.

    ## When to ignore it
    When a class was left out on purpose, to give it a weight of 1.

    ## References
    Keras source, `class_weight_to_sample_weights`; scikit-learn, `compute_class_weight`.
    """
    if weights.given != "class_weight":
        message = "no `class_weight` is given"
        raise DoesNotApplyError(message)
    for finding in _findings(weights, mean, worse):
        yield _balanced(finding, weights)


def _findings(weights: RowWeights, mean: float, worse: float) -> Iterator[Finding]:
    if weights.misread:
        yield _misread(weights)
    elif weights.type not in {"dict", "OrderedDict", "defaultdict", "Counter"} and not weights.rows:
        yield _finding(
            f"`class_weight` is a {weights.type}. Keras requires a dict from class ids to weights "
            "and raises an error for anything else.",
            {"type of `class_weight`": weights.type},
            {"type of `class_weight`": "dict"},
            "critical",
        )
    elif weights.zero_share == 1:
        yield _finding(
            f"All {weights.rows:,} rows have weight 0, so the loss is 0 and nothing is learned.",
            {"rows with weight 0": weights.rows},
            {"rows with weight 0": 0},
            "critical",
        )
    elif weights.missing:
        yield _finding(
            f"`class_weight` has no weight for {_listed(weights)}: these rows have a weight of 1."
            f"{_unknown_keys(weights)}",
            {"classes without a weight": len(weights.missing)},
            {"classes without a weight": 0},
            "warning",
        )
    elif _makes_worse(weights, worse):
        before, after = figure(weights.imbalance or 0.0), figure(weights.weighted_imbalance or 0.0)
        how = (
            f"the classes differ by a factor of {after} in what they count, the rarest before the "
            "most frequent: the weights turn the imbalance round, and make it larger."
            if weights.overshoots
            else f"it counts {after} times as much: the weights make the imbalance larger, as if "
            "they belonged to other classes."
        )
        yield _finding(
            f"The most frequent class has {before} times the rows of the rarest one. With "
            f"`class_weight` {how}",
            {"largest class over the smallest, weighted": weights.weighted_imbalance or 0.0},
            {"largest class over the smallest, weighted": f"below {before}"},
            "warning",
        )
    elif (weights.mean or 0.0) > mean:
        yield _finding(
            f"The mean weight of a row is {figure(weights.mean or 0.0)}, so loss and gradient are "
            "that many times as large as without weights.",
            {"mean weight of a row": weights.mean or 0.0},
            {"mean weight of a row": "about 1"},
            "warning",
        )


def _makes_worse(weights: RowWeights, worse: float) -> bool:
    """Whether classes that differ in number differ even more in what they count."""
    before, after = weights.imbalance or 0.0, weights.weighted_imbalance or 0.0
    return before >= worse and after >= worse * before


MISREAD = {
    "first mark": "Rows have several classes, and Keras takes the first of them for the class of "
    "the row, and class 0 where there is none: a whole row is weighted by it, not each class.",
    "place of the largest": "Rows have a label for each of several places, and Keras takes the "
    "number of the place with the largest label for the class of the row.",
}


def _misread(weights: RowWeights) -> Finding:
    return _finding(
        f"{MISREAD[weights.misread]} `class_weight` is for one class per row.",
        {"labels of a row": "several"},
        {"labels of a row": 1},
        "warning",
    )


def _listed(weights: RowWeights) -> str:
    named = [f"{figure(value)} ({rows:,} rows)" for value, rows in weights.missing[:SHOWN]]
    more = f" and {len(weights.missing) - SHOWN} more" if len(weights.missing) > SHOWN else ""
    kind = "class" if len(weights.missing) == 1 else "classes"
    return f"{kind} {', '.join(named)}{more}"


def _unknown_keys(weights: RowWeights) -> str:
    if not weights.keys:
        return ""
    named = ", ".join(weights.keys[:SHOWN])
    if len(weights.keys) == 1:
        return f" Its key {named} is not a class of these labels."
    return f" Its keys {named} are not classes of these labels."


def _finding(
    says: str, measured: dict[str, Value], expected: dict[str, Value], severity: Severity
) -> Finding:
    return Finding(
        title="The class weights do not match the classes",
        says=says,
        where=Where(call="fit", argument="class_weight"),
        measured=measured,
        expected=expected,
        facts=_Facts(several="labels of a row" in measured),
        severity=severity,
    )


def _balanced(finding: Finding, weights: RowWeights) -> Finding:
    """With the weights to use, where they can be written down."""
    few = 1 < len(weights.balanced) <= MOST_WRITTEN and not weights.misread
    return (
        replace(finding, facts=_Facts(several=False, balanced=weights.balanced)) if few else finding
    )


@faulty_class_weight.treatment("Use balanced class weights", effect="judgement")
def use_balanced_weights(finding: Finding, cell: Cell) -> Cell | str:
    """Give each class the same weight in all: the rows over the classes times their rows."""
    facts = facts_of(finding, _Facts)
    if facts.several:
        return (
            "Leave `class_weight` out, and weight the labels in the loss, or pass `sample_weight` "
            "with one weight for each label."
        )
    fits = [call for call in cell.calls_of("fit") if call.argument("class_weight")]
    if len(fits) == 1 and facts.balanced:
        pairs = ", ".join(f"{value:g}: {figure(weight)}" for value, weight in facts.balanced)
        return cell.with_argument("fit", "class_weight", f"{{{pairs}}}", at=fits[0])
    return (
        "Give each class the number of all rows, over the number of classes times its own rows: "
        'scikit-learn\'s `compute_class_weight("balanced", ...)` computes it from class numbers.'
    )

"""Binary labels that binary accuracy can never match."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.labels import with_labels
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.metrics import Metric, Metrics
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Value, Where, facts_of, rule

BINARY = {"BinaryAccuracy", "binary_accuracy"}
SOFT_LOSSES = {"binary_crossentropy", "binary_focal_crossentropy"}
PAIR = 2


@dataclass(frozen=True, slots=True)
class _Facts:
    low: float
    high: float
    distinct: int


@rule(
    family="labels",
    severity="critical",
    kind="proof",
    holds="Binary accuracy can match every label",
)
def accuracy_misreads_labels(labels: Labels, head: Head, metrics: Metrics, /) -> Iterator[Finding]:
    """Binary labels that binary accuracy can never match.

    ## What it means
    Binary accuracy rounds a prediction to 0 or 1 and checks whether the label is equal to that. A
    label of 0.95 equals neither, so smoothed labels give an accuracy of exactly 0.0 however good
    the model is. With labels -1 and 1 only the rows labelled 1 can match, so the accuracy cannot
    exceed their share. The loss is correct, and the model learns.

    ## How it is measured
    The output has one unit and a metric that Keras resolved to binary accuracy, and the labels
    are either between 0 and 1 under binary cross-entropy, or two integers other than 0 and 1.
    Labels that are exactly 0 or 1 are counted: their share is the highest possible accuracy.
    There is no threshold.

    ## Example
    ```python
    labels = np.where(inputs[:, 0] > 0, 1, -1)
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1, activation="tanh")])
    model.compile("adam", "hinge", metrics=["accuracy"])
    model.fit(inputs, labels)
    ```

    ## What the treatment does
    If there are two label values, it maps them to 0 and 1 in the call of `fit`. Otherwise it says
    which metric to use.

    ## When to ignore it
    Only if nobody reads the accuracy: the training itself is correct.

    ## References
    Keras documentation, "BinaryAccuracy".
    """
    judged = False
    for target in labels.targets:
        output = head.of(target)
        if output is None or output.width != 1 or target.rank > PAIR:
            continue
        for metric in metrics.metrics:
            if metric.output != target.name or metric.resolved not in BINARY:
                continue
            judged = True
            if _is_soft(target, output) or _is_signed(target, output):
                yield _finding(target, metric)
    if not judged:
        message = "no output with one unit has a binary accuracy metric"
        raise DoesNotApplyError(message)


def _is_soft(target: Target, output: Output) -> bool:
    """Whether the labels are probabilities."""
    inside = target.minimum >= 0 and target.maximum <= 1
    return output.loss in SOFT_LOSSES and target.encoding == "continuous" and inside


def _is_signed(target: Target, output: Output) -> bool:
    """Whether they are two integers other than 0 and 1, under a loss that accepts these."""
    two = target.encoding == "ids" and target.distinct == PAIR and output.loss not in SOFT_LOSSES
    return two and (target.minimum, target.maximum) != (0, 1)


def _finding(target: Target, metric: Metric) -> Finding:
    named = target.named("The label array")
    exact = _most_matches(target)
    most = "at most " if target.distinct > len(target.counts) else ""
    shown = "" if metric.reported is None else f" It reports {figure(metric.reported)}."
    measured: dict[str, Value] = {"labels equal to 0 or 1": exact}
    if metric.reported is not None:
        measured["accuracy reported"] = metric.reported
    return Finding(
        title="Binary accuracy can never match these labels",
        says=(
            f"`{metric.asked}` can only match labels that are exactly 0 or 1, and {named} "
            f"ranges from {figure(target.minimum)} to {figure(target.maximum)}: "
            f"{most}{exact:,} of {target.rows:,} labels can match, whatever the model "
            f"predicts.{shown}"
        ),
        where=Where(variable=target.variable, call="compile", argument="metrics"),
        measured=measured,
        expected={"labels equal to 0 or 1": target.rows},
        facts=_Facts(target.minimum, target.maximum, target.distinct),
    )


def _most_matches(target: Target) -> int:
    """Count labels 0 and 1; a value that is not listed has no more rows than the last listed."""
    listed = dict(target.counts)
    if target.distinct <= len(listed):
        return listed.get(0.0, 0) + listed.get(1.0, 0)
    rest = min(listed.values(), default=0)
    return listed.get(0.0, rest) + listed.get(1.0, rest)


@accuracy_misreads_labels.treatment("Use labels 0 and 1", effect="training")
def use_labels_0_and_1(finding: Finding, cell: Cell) -> Cell | str:
    """Train, validate and test on labels 0 and 1."""
    facts = facts_of(finding, _Facts)
    low, high = facts.low, facts.high
    name = finding.where.variable or "y"
    binary = f"({name} + 1) / 2" if (low, high) == (-1, 1) else f"({name} == {high:g}) * 1.0"
    is_soft = low >= 0 and high <= 1
    if facts.distinct == PAIR and float(f"{high:g}") == high and not is_soft:
        edited = with_labels(cell, name, binary)
        if edited is not None:
            return edited
    if (low, high) == (-1, 1):
        return (
            f"Train on `({name} + 1) / 2` with a sigmoid and binary cross-entropy, or keep -1 and "
            "1 and remove this metric."
        )
    if low < 0 or high > 1:
        return f"Train on `({name} == {high:g})` with a sigmoid and binary cross-entropy."
    return (
        "If the labels were smoothed manually, keep 0 and 1 and use `label_smoothing` of the loss "
        "instead. If they are probabilities, compile with "
        '`metrics=["mae"]`.'
    )

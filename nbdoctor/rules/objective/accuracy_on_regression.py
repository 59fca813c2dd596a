"""Accuracy as a metric of a regression."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.metrics import with_metric
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.losses import DIFFERENCES
from nbdoctor.readings.metrics import Metric, Metrics
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Severity, Value, Where, rule

CROSS_ENTROPY = "crossentropy"
REGRESSION = DIFFERENCES | {"poisson"}
PAIR = 2
ACCURACY = {
    "Accuracy",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "SparseCategoricalAccuracy",
    "SparseTopKCategoricalAccuracy",
    "TopKCategoricalAccuracy",
    "acc",
    "accuracy",
    "binary_accuracy",
    "categorical_accuracy",
}
"""Accuracy metrics, as strings or as names of their classes."""


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="Accuracy is used only where the targets are classes",
)
def accuracy_on_regression(
    labels: Labels,
    head: Head,
    metrics: Metrics,
    /,
    *,
    most_classes: int = 20,
) -> Iterator[Finding]:
    """Accuracy as a metric of a regression.

    ## What it means
    Accuracy is the share of correctly predicted classes. Keras chooses the kind of accuracy from
    shapes alone and does not check whether the targets are classes. With one unit, a prediction
    is rounded to 0 or 1, and only targets that are exactly 0 or 1 can match, so accuracy stays
    near 0.0 while the squared error decreases. With several units, it compares which column is
    largest, and shows a plausible number that is unrelated to the error.

    ## How it is measured
    The targets are continuous, or integers with more than `most_classes` (20) distinct values
    under a regression loss, and a metric was resolved to a kind of accuracy. With fewer distinct
    integers it is a warning, since they may be classes. Rating scales rarely have more than 20
    values. Targets 0 and 1 are never reported.

    ## Example
    ```python
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1)])
    model.compile("adam", "mean_squared_error", metrics=["accuracy"])
    model.fit(inputs, prices)
    ```

    ## What the treatment does
    It reports the mean absolute error instead, in the unit of the target. Training is not
    affected by metrics.

    ## When to ignore it
    Soft labels under a cross-entropy, label distributions and one-hot targets are classes, and
    are not reported.

    ## References
    Keras documentation, "Accuracy metrics"; `compile`, argument `metrics`.
    """
    judged = False
    for target in labels.targets:
        output = head.of(target)
        if output is None or output.loss.endswith(CROSS_ENTROPY):
            continue
        severity = _is_regression(target, output, most_classes)
        if severity is None:
            continue
        judged = True
        for metric in metrics.metrics:
            if metric.output == target.name and metric.is_accuracy:
                yield _finding(target, metric, severity)
    if not judged:
        message = "no target is a regression target"
        raise DoesNotApplyError(message)


def _is_regression(target: Target, output: Output, most_classes: int) -> Severity | None:
    """Return "critical" for a regression, "warning" for a likely one, None for classes."""
    if target.encoding == "continuous":
        return "critical"
    if target.encoding != "ids" or output.loss not in REGRESSION:
        return None
    if target.distinct > most_classes:
        return "critical"
    one_unit = output.width in {None, 1} and output.activation in {"", "linear", "relu"}
    return "warning" if one_unit and target.distinct > PAIR else None


def _finding(target: Target, metric: Metric, severity: Severity) -> Finding:
    named = target.named("The target")
    asked = metric.asked or metric.resolved
    kind = "is continuous" if target.encoding == "continuous" else "contains integers"
    sure = severity == "critical"
    doubt = "" if sure else " If these are classes, the output needs one unit per class."
    measured: dict[str, Value] = {"metric": metric.resolved}
    if metric.reported is not None:
        measured["accuracy reported"] = metric.reported
    if metric.fitting_value is not None and metric.fitting:
        measured[metric.fitting] = metric.fitting_value
    return Finding(
        title="Accuracy is not meaningful for this target",
        says=f"{named} {kind} ({target.distinct} distinct values in {target.rows} rows), and "
        f"`{asked}` {_what_it_counts(metric)}{_instead(metric)}{doubt}",
        where=Where(variable=target.variable, call="compile", argument="metrics"),
        measured=measured,
        expected={"metric": "mean absolute error"},
        severity=severity,
    )


def _what_it_counts(metric: Metric) -> str:
    value = "" if metric.reported is None else f", here {figure(metric.reported)}"
    match metric.resolved:
        case "BinaryAccuracy":
            return f"can only match targets that are exactly 0 or 1{value}."
        case "CategoricalAccuracy" | "SparseCategoricalAccuracy":
            return f"compares only which column is largest{value}."
        case _:
            return f"counts exact matches{value}."


def _instead(metric: Metric) -> str:
    if metric.fitting_value is None or not metric.fitting:
        return ""
    return f" For the same predictions the {metric.fitting} is {figure(metric.fitting_value)}."


@accuracy_on_regression.treatment("Report the mean absolute error", effect="none")
def report_the_mean_absolute_error(_finding: Finding, cell: Cell) -> Cell | str:
    """Replace accuracy with the mean absolute error, which has the unit of the target."""
    try:
        return with_metric(cell, ACCURACY, '"mae"')
    except CannotEditError:
        return 'Compile with `metrics=["mae"]` for this output.'

"""Accuracy asked for where the target is a number, not a class."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import CannotEditError, Cell
from nbdoctor.capture.metric_list import with_metric
from nbdoctor.probes.class_objective import DIFFERENCES
from nbdoctor.probes.head import Head, Output
from nbdoctor.probes.labels import Labels, Target
from nbdoctor.probes.metrics import Metric, Metrics
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

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
"""Metrics that count classes, as strings name them or as their classes are called."""


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="Accuracy is asked for only where the targets are classes",
)
def accuracy_on_regression(
    labels: Labels,
    head: Head,
    metrics: Metrics,
    /,
    *,
    most_classes: int = 20,
) -> Iterator[Finding]:
    """Accuracy asked for where the target is a number, not a class.

    ## What it means
    Accuracy counts predictions that hit a class. Keras chooses its kind of accuracy from shapes
    alone and does not ask whether the targets are classes. One unit: a prediction counts as 0 or
    1, and only targets that are exactly that can be hit, so it stays near 0.0 while the squared
    error falls. Several units: it compares which column is largest and shows a plausible number
    that says nothing about the error.

    ## How it is measured
    The targets are continuous, or whole numbers with more than `most_classes` different values
    under a loss for regression, and a metric of the accuracy kind was resolved for them. With
    fewer different whole numbers it is a warning, since classes may be meant. `most_classes` is
    where rating scales end; targets 0 and 1 are never reported.

    ## Example
    ```python
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1)])
    model.compile("adam", "mean_squared_error", metrics=["accuracy"])
    model.fit(inputs, prices)
    ```

    ## What the treatment does
    It reports the mean absolute error instead, in the unit of the target. What is learned stays
    the same, since metrics do not take part in training.

    ## When to ignore it
    Soft labels under a cross-entropy, label distributions and one-hot targets are classes and not
    reported.

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
                yield _finding(target, output, metric, sure=severity == "critical")
    if not judged:
        message = "no target is a number to be predicted"
        raise DoesNotApplyError(message)


def _is_regression(target: Target, output: Output, most_classes: int) -> str | None:
    """How sure it is: "critical", "warning", or None for classes."""
    if target.encoding == "continuous":
        return "critical"
    if target.encoding != "ids" or output.loss not in REGRESSION:
        return None
    if target.distinct > most_classes:
        return "critical"
    one_unit = output.width in {None, 1} and output.activation in {"", "linear", "relu"}
    return "warning" if one_unit and target.distinct > PAIR else None


def _finding(target: Target, output: Output, metric: Metric, *, sure: bool) -> Finding:
    named = target.named("The target")
    asked = metric.asked or metric.resolved
    kind = "continuous" if target.encoding == "continuous" else "whole numbers"
    doubt = "" if sure else " If classes are meant, the head needs one unit for each."
    measured: dict[str, float | int | str] = {
        "metric": metric.resolved,
        "different targets": target.distinct,
    }
    if metric.reported is not None:
        measured["accuracy"] = metric.reported
    if metric.fitting_value is not None and metric.fitting:
        measured[metric.fitting] = metric.fitting_value
    return Finding(
        title="Accuracy says nothing about this target",
        says=f"{named} is {kind} ({target.distinct} different values in {target.rows} rows), and "
        f"`{asked}` {_what_it_counts(metric)}{_instead(metric)}{doubt}",
        where=Where(variable=target.variable, call="compile", argument="metrics"),
        measured=measured,
        expected={"metric": "mean absolute error"},
        severity="critical" if sure else "warning",
    )


def _what_it_counts(metric: Metric) -> str:
    value = "" if metric.reported is None else f", here {figure(metric.reported)}"
    match metric.resolved:
        case "BinaryAccuracy":
            return f"can count a hit only where the target is exactly 0 or 1{value}."
        case "CategoricalAccuracy" | "SparseCategoricalAccuracy":
            return f"compares only which column is largest{value}."
        case _:
            return f"counts exact hits{value}."


def _instead(metric: Metric) -> str:
    if metric.fitting_value is None or not metric.fitting:
        return ""
    return f" Over the same predictions the {metric.fitting} is {figure(metric.fitting_value)}."


@accuracy_on_regression.treatment("Report the mean absolute error", effect="none")
def report_the_mean_absolute_error(_finding: Finding, cell: Cell) -> Cell | str:
    """Replace accuracy by the mean absolute error, which has the unit of the target."""
    try:
        return with_metric(cell, ACCURACY, '"mae"')
    except CannotEditError:
        return 'Compile with `metrics=["mae"]` for this output.'

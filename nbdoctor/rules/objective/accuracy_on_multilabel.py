"""An accuracy for one class per row on multi-label targets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.metrics import with_metric
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.metrics import Metric, Metrics
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

ONE_CLASS = frozenset(
    {"CategoricalAccuracy", "categorical_accuracy", "TopKCategoricalAccuracy"}
    | {"top_k_categorical_accuracy"},
)
"""Metrics that use the largest label column as the class of the row."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """Names of the metric: as written in `compile`, and as resolved by Keras."""

    asked: str
    resolved: str


@rule(
    family="objective",
    severity="warning",
    kind="proof",
    holds="No single-class accuracy is used on multi-label targets",
)
def accuracy_on_multilabel(metrics: Metrics, labels: Labels, /) -> Iterator[Finding]:
    """An accuracy for one class per row on multi-label targets.

    ## What it means
    For an output with several columns Keras resolves `"accuracy"` to categorical accuracy, which
    uses the largest label column (argmax) as the class of the row. In a row with several 1s that
    is the first of them, in a row without any it is column 0. The accuracy says nothing about the
    other classes, and can be low for a good model.

    ## How it is measured
    The metric that Keras resolved is read from the compiled model, and the labels contain rows
    with no or several 1s. Only the first step has to be run.

    ## Example
    ```python
    tags = np.random.randint(0, 2, size=(512, 3))
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    model.fit(inputs, tags)
    ```

    ## What the treatment does
    `"binary_accuracy"` counts every class of every row separately. Where most labels are 0 it is
    high for a model that predicts 0 for everything; `keras.metrics.AUC(multi_label=True)` is not.

    ## When to ignore it
    When only the first class of each row matters.

    ## References
    Keras source, `CompileMetrics`, how `"accuracy"` is resolved; it looks at shapes only.
    """
    if not metrics.metrics:
        message = "no metrics were compiled"
        raise DoesNotApplyError(message)
    for metric in metrics.metrics:
        target = labels.of(metric.output)
        if target is None or target.encoding != "multi-hot":
            continue
        if metric.resolved in ONE_CLASS:
            yield _finding(metric, target)


def _finding(metric: Metric, target: Target) -> Finding:
    low, high = target.row_sum_minimum or 0.0, target.row_sum_maximum or 0.0
    shown = "" if metric.reported is None else f" (here {figure(metric.reported)})"
    return Finding(
        title=f"`{metric.asked}` compares only one class per row of multi-label targets",
        says=f"Rows of {target.named('the target')} have {figure(low)} to {figure(high)} positive "
        f"classes. Keras resolved `{metric.asked}` to `{metric.resolved}`, which compares only "
        f"the first of them{shown}.",
        where=Where(variable=target.variable, call="compile", argument="metrics"),
        measured={
            "largest number of classes in a row": high,
            "metric": metric.resolved,
        },
        expected={"largest number of classes in a row": 1, "metric": "BinaryAccuracy"},
        facts=_Facts(metric.asked, metric.resolved),
    )


@accuracy_on_multilabel.treatment("Report binary accuracy per class", effect="none")
def report_binary_accuracy(finding: Finding, cell: Cell) -> Cell:
    """Report `binary_accuracy`; training is not affected."""
    facts = facts_of(finding, _Facts)
    return with_metric(cell, {facts.asked, facts.resolved, "acc"}, '"binary_accuracy"')

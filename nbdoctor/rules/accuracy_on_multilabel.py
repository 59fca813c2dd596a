"""An accuracy that compares one class per row where rows have several."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.capture.metric_list import with_metric
from nbdoctor.probes.labels import Labels, Target
from nbdoctor.probes.metrics import Metric, Metrics
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

ONE_CLASS = frozenset(
    {"CategoricalAccuracy", "categorical_accuracy", "TopKCategoricalAccuracy"}
    | {"top_k_categorical_accuracy"},
)
"""Metrics that take the largest column of the labels for the class of the row."""


@rule(
    family="objective",
    severity="warning",
    kind="proof",
    holds="Accuracies fit rows with several classes",
)
def accuracy_on_multilabel(metrics: Metrics, labels: Labels, /) -> Iterator[Finding]:
    """An accuracy that compares one class per row where rows have several.

    ## What it means
    For an output of several columns Keras understands `"accuracy"` as categorical accuracy: it
    takes the largest column of the labels for the class of the row. In a row with several 1s that
    is the first of them, in a row without any it is column 0. The number says nothing about the
    other classes, and can be low for a good model.

    ## How it is measured
    The metric that Keras has chosen is read from the compiled model, and the labels hold rows
    whose ones do not sum to 1. Nothing has to be run but the first step.

    ## Example
    ```python
    tags = np.random.randint(0, 2, size=(512, 3))
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    model.fit(inputs, tags)
    ```

    ## What the treatment does
    `"binary_accuracy"` counts every class of every row by itself. Where most are 0 it is high for
    a model that says no to all: `keras.metrics.AUC(multi_label=True)` is not fooled.

    ## When to ignore it
    When it is the first of the classes that matters.

    ## References
    Keras source, `CompileMetrics`, how `"accuracy"` is resolved; it looks at shapes only.
    """
    if not metrics.metrics:
        message = "no metric was asked for"
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
        title=f"`{metric.asked}` compares one class of rows that have several",
        says=f"Rows of {target.named('the target')} have {figure(low)} to {figure(high)} right "
        f"classes. `{metric.asked}` became `{metric.resolved}`, which takes the first of them for "
        f"the class of the row{shown}.",
        where=Where(variable=target.variable, call="compile", argument="metrics"),
        measured={
            "most classes of a row": high,
            "metric": metric.resolved,
            "asked": metric.asked,
        },
        expected={"most classes of a row": 1, "metric": "one that counts each class"},
    )


@accuracy_on_multilabel.treatment("Count each class by itself", effect="none")
def count_each_class(finding: Finding, cell: Cell) -> Cell:
    """Report `binary_accuracy`: what is learned stays the same."""
    names = {str(finding.measured["asked"]), str(finding.measured["metric"]), "acc"}
    return with_metric(cell, names, '"binary_accuracy"')

"""Accuracy across the batch, because the output has no axis of its own."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.capture.metric_list import with_metric
from nbdoctor.probes.head import Head, Output
from nbdoctor.probes.labels import Labels, Target
from nbdoctor.probes.metrics import Metric, Metrics
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

ASKED = {"accuracy", "acc"}
PAIR = 2


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="Accuracy is counted row by row",
)
def squeezed_output(head: Head, labels: Labels, metrics: Metrics, /) -> Iterator[Finding]:
    """Accuracy across the batch, because the output has no axis of its own.

    ## What it means
    For "accuracy", Keras looks at the last axis of the output. One of size 1 means two classes, a
    larger one means one column per class. An output of shape `(rows,)` has only the batch as its
    last axis, so the rows of a batch are taken for classes: the accuracy says whether the row with
    the largest prediction is also the row with the largest label. The loss is right, and the model
    learns.

    ## How it is measured
    The output has one axis, the labels are 0 and 1, and Keras resolved "accuracy" to categorical
    accuracy. The accuracy by threshold is computed from the same predictions. There is no
    threshold to this rule itself.

    ## Example
    ```python
    inputs = keras.Input((10,))
    outputs = keras.layers.Dense(1, activation="sigmoid")(inputs)[:, 0]
    model = keras.Model(inputs, outputs)
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    ```

    ## What the treatment does
    It asks for binary accuracy by its name, which counts every row. What is learned stays as it
    is, since metrics do not take part in training.

    ## When to ignore it
    Never, where the number is looked at. A metric that was asked for by its full name is not
    reported.

    ## References
    Keras documentation, "Accuracy metrics"; `compile`, argument `metrics`.
    """
    judged = False
    for target in labels.targets:
        output = head.of(target)
        if output is None or output.rank != 1 or not _is_binary(target):
            continue
        judged = True
        for metric in metrics.metrics:
            if metric.output == target.name and _is_misled(metric):
                yield _finding(output, metric)
    if not judged:
        message = "no output of two classes is without an axis of its own"
        raise DoesNotApplyError(message)


def _is_binary(target: Target) -> bool:
    zeros_and_ones = target.minimum >= 0 and target.maximum <= 1
    return target.encoding == "ids" and target.distinct <= PAIR and zeros_and_ones


def _is_misled(metric: Metric) -> bool:
    return metric.asked in ASKED and metric.resolved == "CategoricalAccuracy"


def _finding(output: Output, metric: Metric) -> Finding:
    shown = "" if metric.reported is None else f", here {figure(metric.reported)}"
    measured: dict[str, float | int | str] = {"metric": metric.resolved, "axes": output.rank}
    counted = ""
    if metric.reported is not None:
        measured["accuracy"] = metric.reported
    if metric.fitting_value is not None:
        measured[metric.fitting] = metric.fitting_value
        counted = f" Counted row by row it is {figure(metric.fitting_value)}."
    return Finding(
        title="Accuracy compares rows with each other",
        says=(
            f"`{output.layer or output.name}` puts out one number per row without an axis of its "
            f"own, so `{metric.asked}` takes the {metric.rows or 'many'} rows of a batch for "
            f"classes and asks which is largest{shown}.{counted}"
        ),
        where=Where(layer=output.layer, call="compile", argument="metrics"),
        measured=measured | {"threshold": 0.0 if output.from_logits else 0.5},
        expected={"metric": "BinaryAccuracy", "axes": PAIR},
    )


@squeezed_output.treatment("Ask for binary accuracy", effect="none")
def ask_for_binary_accuracy(finding: Finding, cell: Cell) -> Cell | str:
    """Count every row by itself."""
    if finding.measured["threshold"] == 0 and not cell.keras:
        return "Ask for `keras.metrics.BinaryAccuracy(threshold=0.0)`."
    logits = f"{cell.keras}.metrics.BinaryAccuracy(threshold=0.0)"
    wanted = logits if finding.measured["threshold"] == 0 else '"binary_accuracy"'
    return with_metric(cell, ASKED, wanted)

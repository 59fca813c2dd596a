"""Accuracy across the batch, because the output has no last axis of size 1."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.metrics import with_metric
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.metrics import Metric, Metrics
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Value, Where, facts_of, rule

ASKED = {"accuracy", "acc"}
PAIR = 2


@dataclass(frozen=True, slots=True)
class _Facts:
    from_logits: bool


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="Accuracy is computed per row",
)
def squeezed_output(head: Head, labels: Labels, metrics: Metrics, /) -> Iterator[Finding]:
    """Accuracy across the batch, because the output has no last axis of size 1.

    ## What it means
    For "accuracy", Keras uses the last axis of the output. Size 1 means two classes, a larger size
    means one column per class. In an output of shape `(rows,)` the last axis is the batch, so the
    rows of a batch are used as classes: the accuracy compares the row with the largest prediction
    with the row with the largest label. The loss is correct, and the model learns.

    ## How it is measured
    The output has one axis, the labels are 0 and 1, and Keras resolved "accuracy" to categorical
    accuracy. Binary accuracy is computed from the same predictions for comparison. The rule has
    no threshold.

    ## Example
    ```python
    inputs = keras.Input((10,))
    outputs = keras.layers.Dense(1, activation="sigmoid")(inputs)[:, 0]
    model = keras.Model(inputs, outputs)
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    ```

    ## What the treatment does
    It uses `"binary_accuracy"`, which compares row by row. Training is not affected by metrics.

    ## When to ignore it
    Only if nobody reads the accuracy. Metrics that are compiled by their full name are not
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
        message = "no binary output has the shape (rows,)"
        raise DoesNotApplyError(message)


def _is_binary(target: Target) -> bool:
    zeros_and_ones = target.minimum >= 0 and target.maximum <= 1
    return target.encoding == "ids" and target.distinct <= PAIR and zeros_and_ones


def _is_misled(metric: Metric) -> bool:
    return metric.asked in ASKED and metric.resolved == "CategoricalAccuracy"


def _finding(output: Output, metric: Metric) -> Finding:
    shown = "" if metric.reported is None else f", here {figure(metric.reported)}"
    measured: dict[str, Value] = {"metric": metric.resolved, "output axes": output.rank}
    counted = ""
    if metric.reported is not None:
        measured["accuracy reported"] = metric.reported
    if metric.fitting_value is not None:
        measured[metric.fitting] = metric.fitting_value
        counted = f" Computed per row it is {figure(metric.fitting_value)}."
    return Finding(
        title="Accuracy compares rows with each other",
        says=(
            f"The output of {output.shown} has the shape (rows,), without a last "
            f"axis of size 1, so `{metric.asked}` uses the {metric.rows or 'many'} rows of a batch "
            f"as classes and compares which is largest{shown}.{counted}"
        ),
        where=Where(layer=output.layer, call="compile", argument="metrics"),
        measured=measured,
        expected={"metric": "BinaryAccuracy", "output axes": PAIR},
        facts=_Facts(from_logits=output.from_logits),
    )


@squeezed_output.treatment("Use binary accuracy", effect="none")
def use_binary_accuracy(finding: Finding, cell: Cell) -> Cell | str:
    """Compute the accuracy per row; training is not affected."""
    from_logits = facts_of(finding, _Facts).from_logits
    if from_logits and not cell.keras:
        return "Use `keras.metrics.BinaryAccuracy(threshold=0.0)`."
    logits = f"{cell.keras}.metrics.BinaryAccuracy(threshold=0.0)"
    wanted = logits if from_logits else '"binary_accuracy"'
    return with_metric(cell, ASKED, wanted)

"""A metric that applies a threshold of 0.5 to logits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.metrics import with_metric
from nbdoctor.readings.head import HALF, Head, Output
from nbdoctor.readings.metrics import Metric, Metrics
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Value, Where, facts_of, rule

CLASSES = {
    "BinaryAccuracy": "BinaryAccuracy(threshold=0.0)",
    "binary_accuracy": "BinaryAccuracy(threshold=0.0)",
    "Precision": "Precision(thresholds=0.0)",
    "Recall": "Recall(thresholds=0.0)",
}
"""Metrics with a threshold, and how each is written for logits."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """Names of the metric: as written in `compile`, and as resolved by Keras."""

    asked: str
    resolved: str


@rule(
    family="objective",
    severity="warning",
    kind="proof",
    holds="The thresholds of the metrics match the outputs",
)
def threshold_on_logits(head: Head, metrics: Metrics, /) -> Iterator[Finding]:
    """A metric that applies a threshold of 0.5 to logits.

    ## What it means
    A unit without an activation outputs a logit, and class 1 is more likely from 0 on. Metrics do
    not know about `from_logits` of the loss and use a threshold of 0.5, which corresponds to a
    probability of 0.62. Logits between 0 and 0.5 count as class 0, so recall is too low, and
    accuracy and precision are not those of the model. The loss is correct, and the model learns.

    ## How it is measured
    The loss has `from_logits=True`, outputs were measured outside 0 to 1, and the metric has a
    threshold of 0.5. Where it is known, the accuracy of the same predictions with a threshold of
    0 is shown beside it. The rule itself has no threshold.

    ## Example
    ```python
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1)])
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    ```

    ## What the treatment does
    It sets the threshold of the metric to 0. Training is not affected by metrics.

    ## When to ignore it
    When a row should count as class 1 only above a probability of 0.62.

    ## References
    Keras documentation, "BinaryAccuracy", argument `threshold`.
    """
    judged = False
    for output in head.outputs:
        for metric in metrics.metrics:
            if metric.output != output.name or metric.resolved not in CLASSES:
                continue
            if not _puts_out_logits(output):
                continue
            judged = True
            if metric.threshold == HALF:
                yield _finding(output, metric)
    if not judged:
        message = "no metric with a threshold is computed from logits"
        raise DoesNotApplyError(message)


def _puts_out_logits(output: Output) -> bool:
    if output.minimum is None or output.maximum is None:
        return False
    binary = output.from_logits and output.loss.startswith("binary")
    return binary and (output.minimum < 0 or output.maximum > 1)


def _finding(output: Output, metric: Metric) -> Finding:
    shown = "" if metric.reported is None else f" It reports {figure(metric.reported)}."
    measured: dict[str, Value] = {"threshold": HALF}
    if metric.reported is not None:
        measured[f"{metric.asked} reported"] = metric.reported
    if metric.fitting_value is not None and "accuracy" in metric.resolved.lower():
        measured[metric.fitting] = metric.fitting_value
        shown = f"{shown} The {metric.fitting} is {figure(metric.fitting_value)}."
    return Finding(
        title=f"`{metric.asked}` applies a threshold of 0.5 to logits",
        says=(
            f"{output.begins} outputs logits, here {figure(output.minimum or 0.0)}"
            f" to {figure(output.maximum or 0.0)}. Class 1 is more likely above 0, but "
            f"`{metric.asked}` counts class 1 only above 0.5.{shown}"
        ),
        where=Where(layer=output.layer, call="compile", argument="metrics"),
        measured=measured,
        expected={"threshold": 0.0},
        facts=_Facts(metric.asked, metric.resolved),
    )


@threshold_on_logits.treatment("Set the threshold to 0 (logits)", effect="none")
def set_the_threshold(finding: Finding, cell: Cell) -> Cell | str:
    """Use a threshold of 0, which is a probability of 0.5; training is not affected."""
    facts = facts_of(finding, _Facts)
    wanted = f"{cell.keras or 'keras'}.metrics.{CLASSES[facts.resolved]}"
    if not cell.keras:
        return f"Use `{wanted}`."
    written = _without_arguments(cell, facts.resolved)
    names = {facts.asked, "acc", "accuracy"} if "ccuracy" in facts.resolved else set()
    return with_metric(cell, names | written, wanted)


def _without_arguments(cell: Cell, resolved: str) -> set[str]:
    """Return the class name if it is called without arguments, which would be lost."""
    calls = cell.calls_of(resolved)
    return {resolved} if calls and not any(call.arguments for call in calls) else set()

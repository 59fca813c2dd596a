"""A metric that cuts logits where probabilities are cut."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.capture.metric_list import with_metric
from nbdoctor.probes.head import HALF, Head, Output
from nbdoctor.probes.metrics import Metric, Metrics
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

CLASSES = {
    "BinaryAccuracy": "BinaryAccuracy(threshold=0.0)",
    "binary_accuracy": "BinaryAccuracy(threshold=0.0)",
    "Precision": "Precision(thresholds=0.0)",
    "Recall": "Recall(thresholds=0.0)",
}
"""Metrics that make a prediction 0 or 1, with what cuts logits in the right place."""


@rule(
    family="objective",
    severity="warning",
    kind="proof",
    holds="Metrics cut the predictions where class 1 begins",
)
def threshold_on_logits(head: Head, metrics: Metrics, /) -> Iterator[Finding]:
    """A metric that cuts logits where probabilities are cut.

    ## What it means
    A unit without an activation puts out a logit, and class 1 is likelier from 0 on. Metrics that
    make a prediction 0 or 1 are not told of `from_logits` and cut at 0.5, which as a probability
    is 0.62. Rows between 0 and 0.5 count as class 0, so accuracy and recall are too low or only
    different. The loss is right, and the model learns.

    ## How it is measured
    The loss expects logits, the output has been seen outside 0 to 1, and the metric cuts at 0.5.
    The accuracy over the same predictions, cut at 0, stands beside it where it is known. No
    threshold of this rule takes part.

    ## Example
    ```python
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1)])
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    ```

    ## What the treatment does
    The metric cuts at 0. What is learned stays as it is, since metrics do not take part.

    ## When to ignore it
    When a row shall count as class 1 only where its probability is above 0.62.

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
        message = "no metric with a threshold judges logits"
        raise DoesNotApplyError(message)


def _puts_out_logits(output: Output) -> bool:
    if output.minimum is None or output.maximum is None:
        return False
    binary = output.from_logits and output.loss.startswith("binary")
    return binary and (output.minimum < 0 or output.maximum > 1)


def _finding(output: Output, metric: Metric) -> Finding:
    shown = "" if metric.reported is None else f" It reports {figure(metric.reported)}."
    measured: dict[str, float | int | str] = {"threshold": HALF, "metric": metric.resolved}
    if metric.reported is not None:
        measured["reported"] = metric.reported
    if metric.fitting_value is not None and "accuracy" in metric.resolved.lower():
        measured[metric.fitting] = metric.fitting_value
        shown = f"{shown} The {metric.fitting} is {figure(metric.fitting_value)}."
    return Finding(
        title=f"`{metric.asked}` cuts logits at 0.5",
        says=(
            f"`{output.layer or output.name}` puts out logits, from {figure(output.minimum or 0.0)}"
            f" to {figure(output.maximum or 0.0)} here, where class 1 begins at 0, and "
            f"`{metric.asked}` counts class 1 from 0.5 on.{shown}"
        ),
        where=Where(layer=output.layer, call="compile", argument="metrics"),
        measured=measured | {"asked": metric.asked},
        expected={"threshold": 0.0},
    )


@threshold_on_logits.treatment("Cut at 0", effect="none")
def cut_at_0(finding: Finding, cell: Cell) -> Cell | str:
    """Count class 1 from a logit of 0 on, which is a probability of one half."""
    resolved = str(finding.measured["metric"])
    wanted = f"{cell.keras or 'keras'}.metrics.{CLASSES[resolved]}"
    if not cell.keras:
        return f"Ask for `{wanted}`."
    written = _without_arguments(cell, resolved)
    names = {str(finding.measured["asked"]), "acc", "accuracy"} if "ccuracy" in resolved else set()
    return with_metric(cell, names | written, wanted)


def _without_arguments(cell: Cell, resolved: str) -> set[str]:
    """The class itself where it was made without arguments, which would be lost."""
    calls = cell.calls_of(resolved)
    return {resolved} if calls and not any(call.arguments for call in calls) else set()

"""Metrics that misread the predictions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels
from nbdoctor.readings.metrics import Metric, Metrics
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Value, Where, facts_of, rule

ONE_HOT = {"MeanIoU": "OneHotMeanIoU", "IoU": "OneHotIoU"}
"""The same measure for rows with one column per class, on both sides."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """The class of the metric, how its predictions are misread, and what it is compared with."""

    kind: str
    misread: str
    columns: int
    one_hot: bool


@rule(
    family="objective",
    severity="warning",
    kind="proof",
    holds="The metrics read the predictions as what they are",
)
def metric_misreads_predictions(
    metrics: Metrics, head: Head, labels: Labels | None, /
) -> Iterator[Finding]:
    """A metric that takes predictions for something that they are not.

    ## What it means
    `MeanIoU` and `IoU` compare class numbers. Given probabilities they drop the digits after the
    decimal point: nearly every value becomes class 0, and the metric hardly moves, however well the
    model learns. `F1Score` and `FBetaScore` without a `threshold` take the largest column of a row
    for the prediction; with a single column that is every row, so that the metric depends on the
    labels only. The loss is not affected, and the model learns.

    ## How it is measured
    The class of each metric and its options are compared with the predictions of the first step:
    a metric for class numbers that receives other numbers than whole ones, or a metric for the
    largest of several columns that receives one. There is no threshold. Beside the reported value
    stands the one that the same predictions give when their class is taken by the largest column,
    or at 0.5 for one column.

    ## Example
    ```python
    model = keras.Sequential([
        keras.Input((64, 64, 3)),
        keras.layers.Conv2D(3, 3, padding="same", activation="softmax"),
    ])
    model.compile("adam", "categorical_crossentropy", metrics=[keras.metrics.MeanIoU(3)])
    ```

    ## What the treatment does
    It uses the metric, or the option, that takes the class from the predictions. Training is not
    affected by metrics.

    ## When to ignore it
    Only if nobody reads the metric, and no callback waits for it.

    ## References
    Keras documentation, "Image segmentation metrics" and "F1Score", argument `threshold`.
    """
    if not metrics.metrics:
        message = "no metric was asked for"
        raise DoesNotApplyError(message)
    outputs = {output.name: output for output in head.outputs}
    for metric in metrics.metrics:
        output = outputs.get(metric.output)
        if metric.misread and output is not None:
            yield _finding(metric, output, labels)


def _finding(metric: Metric, output: Output, labels: Labels | None) -> Finding:
    target = labels.of(output.name) if labels is not None else None
    columns = output.width or 1
    lowest, highest = figure(output.minimum or 0.0), figure(output.maximum or 0.0)
    if metric.misread == "ids":
        says = _of_ids(metric, output, columns, lowest, highest)
        measured: dict[str, Value] = {"values compared": f"{lowest} to {highest}"}
        expected: dict[str, Value] = {"values compared": "class numbers"}
    else:
        says = _of_one_column(metric, output)
        measured, expected = {"columns": 1}, {"columns": "2 or more, or a threshold"}
    if metric.reported is not None:
        measured[f"{metric.name} reported"] = metric.reported
    if metric.misread == "ids" and metric.fitting_value is not None:
        measured[metric.fitting] = metric.fitting_value
    return Finding(
        title=f"`{metric.name}` misreads the predictions",
        says=says,
        where=Where(call="compile", argument="metrics", layer=output.layer),
        measured=measured,
        expected=expected,
        facts=_Facts(
            kind=metric.resolved,
            misread=metric.misread,
            columns=columns,
            one_hot=target is not None and target.encoding in ("one-hot", "soft"),
        ),
    )


def _of_ids(metric: Metric, output: Output, columns: int, lowest: str, highest: str) -> str:
    layer = output.layer or output.name
    each = f"{columns} values for each place" if columns > 1 else "one value for each place"
    counted = ""
    if metric.reported is not None and metric.fitting_value is not None:
        how = "the largest of them" if columns > 1 else "a threshold of 0.5"
        counted = (
            f" In the first batch it reports {figure(metric.reported)}; with {how} as the class it "
            f"is {figure(metric.fitting_value)}."
        )
    return (
        f"`{metric.resolved}` compares class numbers. `{layer}` puts out {each}, between {lowest} "
        f"and {highest}, whose digits after the decimal point are dropped.{counted}"
    )


def _of_one_column(metric: Metric, output: Output) -> str:
    shown = "" if metric.reported is None else f" It reports {figure(metric.reported)}."
    return (
        f"`{metric.resolved}` without a `threshold` takes the largest column of each row for the "
        f"prediction, and `{output.layer or output.name}` has one column: every row counts as "
        f"class 1, whatever the model predicts.{shown}"
    )


@metric_misreads_predictions.treatment("Take the class from the predictions", effect="none")
def take_the_class(finding: Finding, cell: Cell) -> Cell | str | None:
    """Use the metric that takes the class from the predictions; training is not affected."""
    facts = facts_of(finding, _Facts)
    if len(cell.calls_of(facts.kind)) != 1:
        return _in_words(facts)
    if facts.misread == "always":
        return cell.with_argument(facts.kind, "threshold", "0.5")
    if facts.columns == 1:
        return _in_words(facts)
    if facts.one_hot:
        return cell.with_callee(facts.kind, ONE_HOT[facts.kind])
    return cell.with_argument(facts.kind, "sparse_y_pred", "False")


def _in_words(facts: _Facts) -> str:
    if facts.misread == "always":
        return f"Create it with `{facts.kind}(threshold=0.5)`."
    if facts.columns == 1:
        return "Use `keras.metrics.BinaryIoU(threshold=0.5)`, which counts from 0.5 on as class 1."
    if facts.one_hot:
        return f"Use `keras.metrics.{ONE_HOT[facts.kind]}`."
    return f"Create it with `{facts.kind}(..., sparse_y_pred=False)`."

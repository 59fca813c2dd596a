"""An accuracy class that does not match outputs and labels."""

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

CLASSES = {"ids", "one-hot"}
CROSS_ENTROPY = "crossentropy"
PAIR = 2

KINDS = {
    "Accuracy": "exact",
    "accuracy": "exact",
    "BinaryAccuracy": "binary",
    "binary_accuracy": "binary",
    "CategoricalAccuracy": "categorical",
    "categorical_accuracy": "categorical",
    "SparseCategoricalAccuracy": "sparse",
    "sparse_categorical_accuracy": "sparse",
}
"""The comparison that each of Keras's accuracies makes, by class and by function."""


@dataclass(frozen=True, slots=True)
class _Facts:
    resolved: str


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="The accuracy metric matches outputs and labels",
)
def wrong_accuracy_class(labels: Labels, head: Head, metrics: Metrics, /) -> Iterator[Finding]:
    """An accuracy class that does not match outputs and labels.

    ## What it means
    Keras has one accuracy class for each encoding of labels and outputs. With "accuracy" it chooses
    by the shapes. A class chosen explicitly is used as it is, and a wrong one returns a number all
    the same: `Accuracy` checks whether a probability equals a class id, `CategoricalAccuracy` uses
    the largest label column, of which class ids have only one, and `SparseCategoricalAccuracy` on
    one unit always predicts class 0.

    ## How it is measured
    It follows from the metric, the number of output units and the encoding of the labels. The
    correct accuracy for the same predictions is shown beside it. There is no threshold.

    ## Example
    ```python
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=[keras.metrics.Accuracy()])
    ```

    ## What the treatment does
    It uses "accuracy" and leaves the choice to Keras. Training is not affected by metrics.

    ## When to ignore it
    When a custom last layer outputs class ids; outputs of 0 and 1 are not reported.

    ## References
    Keras documentation, "Accuracy metrics".
    """
    judged = False
    for target in labels.targets:
        output = head.of(target)
        if output is None or not _is_classifier(target, output):
            continue
        for metric in metrics.metrics:
            if metric.output != target.name or metric.resolved not in KINDS:
                continue
            judged = True
            counts = _what_it_counts(KINDS[metric.resolved], target, output)
            if counts:
                yield _finding(output, metric, counts)
    if not judged:
        message = "no output for classes has an accuracy metric"
        raise DoesNotApplyError(message)


def _is_classifier(target: Target, output: Output) -> bool:
    return (
        target.encoding in CLASSES
        and output.loss.endswith(CROSS_ENTROPY)
        and output.width is not None
    )


def _what_it_counts(kind: str, target: Target, output: Output) -> str:
    """Return what the metric computes instead of the accuracy, "" where it is correct."""
    numbers = target.encoding == "ids" and target.shape in {(), (1,)}
    match kind:
        case "exact" if _is_graded(output):
            return "checks whether a prediction equals the label exactly"
        case "categorical" if output.width == 1:
            return "uses the largest of one column, which is always correct"
        case "categorical" if numbers:
            return "uses the largest label column, and class ids have only one"
        case "sparse" if output.width == 1:
            return "uses the largest of one column, so that it counts the labels 0"
        case "binary" if target.encoding == "one-hot" and (output.width or 0) > PAIR:
            return "counts every column separately, and all but one in each row are 0"
    return ""


def _is_graded(output: Output) -> bool:
    """Whether the output is a probability or a logit, not a class id."""
    graded = output.activation in {"sigmoid", "softmax"} or output.from_logits
    ends = {output.minimum, output.maximum}
    return graded and not ends <= {0.0, 1.0}


def _finding(output: Output, metric: Metric, counts: str) -> Finding:
    shown = "" if metric.reported is None else f", here {figure(metric.reported)}"
    measured: dict[str, Value] = {"metric": metric.resolved}
    fitting = ""
    if metric.reported is not None:
        measured["accuracy reported"] = metric.reported
    if metric.fitting_value is not None and metric.fitting:
        measured[metric.fitting] = metric.fitting_value
        fitting = f" For the same predictions the {metric.fitting} is"
        fitting = f"{fitting} {figure(metric.fitting_value)}."
    return Finding(
        title=f"`{metric.resolved}` does not match this output",
        says=(f"For {output.shown} the metric `{metric.asked}` {counts}{shown}.{fitting}"),
        where=Where(layer=output.layer, call="compile", argument="metrics"),
        measured=measured,
        expected={"metric": "accuracy, as chosen by Keras"},
        facts=_Facts(metric.resolved),
    )


@wrong_accuracy_class.treatment("Let Keras choose the accuracy", effect="none")
def let_keras_choose_the_accuracy(finding: Finding, cell: Cell) -> Cell:
    """Use "accuracy": Keras then chooses the class by the shapes of labels and outputs."""
    resolved = facts_of(finding, _Facts).resolved
    return with_metric(cell, {resolved, _function(resolved)}, '"accuracy"')


def _function(name: str) -> str:
    """Return the string for this class; `Accuracy` has none of its own."""
    if name == "Accuracy":
        return name
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).strip(
        "_"
    )

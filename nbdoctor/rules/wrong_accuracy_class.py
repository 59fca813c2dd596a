"""A kind of accuracy that cannot count the hits of this output."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.capture.metric_list import with_metric
from nbdoctor.probes.head import Head, Output
from nbdoctor.probes.labels import Labels, Target
from nbdoctor.probes.metrics import Metric, Metrics
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

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
"""What each of Keras's accuracies compares, by class and by function."""


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="The accuracy that is reported counts hits of this output",
)
def wrong_accuracy_class(labels: Labels, head: Head, metrics: Metrics, /) -> Iterator[Finding]:
    """A kind of accuracy that cannot count the hits of this output.

    ## What it means
    Keras has one accuracy for each way to write labels and outputs. "accuracy" lets it choose from
    the shapes. A class that was chosen by hand is used as it is, and a wrong one gives a number all
    the same: `Accuracy` asks whether a probability equals a class number, `CategoricalAccuracy`
    takes the largest column of the labels, of which class numbers have only one, and
    `SparseCategoricalAccuracy` over one unit always sees class 0.

    ## How it is measured
    The metric that Keras uses, the width of the output and the way the labels are written decide
    it. Accuracy over the same predictions, counted in the fitting way, stands beside it. No
    threshold takes part.

    ## Example
    ```python
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=[keras.metrics.Accuracy()])
    ```

    ## What the treatment does
    It asks for "accuracy" and leaves the choice to Keras. What is learned stays as it is.

    ## When to ignore it
    When the output is a class number already, which a custom last layer can make; whole numbers
    at the output are not reported.

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
        message = "no accuracy was asked for where classes are predicted"
        raise DoesNotApplyError(message)


def _is_classifier(target: Target, output: Output) -> bool:
    return (
        target.encoding in CLASSES
        and output.loss.endswith(CROSS_ENTROPY)
        and output.width is not None
    )


def _what_it_counts(kind: str, target: Target, output: Output) -> str:
    """What the metric counts instead of hits; "" where it counts them."""
    numbers = target.encoding == "ids" and target.shape in {(), (1,)}
    match kind:
        case "exact" if _is_graded(output):
            return "asks whether a prediction equals the label exactly"
        case "categorical" if output.width == 1:
            return "takes the largest of one column, which is always right"
        case "categorical" if numbers:
            return "takes the largest column of the labels, and class numbers have only one"
        case "sparse" if output.width == 1:
            return "takes the largest of one column, so that it counts the labels 0"
        case "binary" if target.encoding == "one-hot" and (output.width or 0) > PAIR:
            return "counts every column by itself, and all but one of each row are meant to be 0"
    return ""


def _is_graded(output: Output) -> bool:
    """The output is a probability or a logit, not a class number."""
    graded = output.activation in {"sigmoid", "softmax"} or output.from_logits
    ends = {output.minimum, output.maximum}
    return graded and not ends <= {0.0, 1.0}


def _finding(output: Output, metric: Metric, counts: str) -> Finding:
    shown = "" if metric.reported is None else f", here {figure(metric.reported)}"
    measured: dict[str, float | int | str] = {"metric": metric.resolved}
    fitting = ""
    if metric.reported is not None:
        measured["reported"] = metric.reported
    if metric.fitting_value is not None and metric.fitting:
        measured[metric.fitting] = metric.fitting_value
        fitting = f" Over the same predictions the {metric.fitting} is"
        fitting = f"{fitting} {figure(metric.fitting_value)}."
    return Finding(
        title=f"`{metric.resolved}` cannot count hits here",
        says=(
            f"For `{output.layer or output.name}` the metric `{metric.asked}` {counts}{shown}."
            f"{fitting}"
        ),
        where=Where(layer=output.layer, call="compile", argument="metrics"),
        measured=measured | {"asked": metric.asked, "logits": int(output.from_logits)},
        expected={"metric": "accuracy, as Keras chooses it"},
    )


@wrong_accuracy_class.treatment("Let Keras choose the accuracy", effect="none")
def let_keras_choose_the_accuracy(finding: Finding, cell: Cell) -> Cell:
    """Ask for "accuracy": Keras then takes the kind that fits labels and output."""
    resolved = str(finding.measured["metric"])
    return with_metric(cell, {resolved, _function(resolved)}, '"accuracy"')


def _function(name: str) -> str:
    """The string that asks for it; `Accuracy` has none of its own."""
    if name == "Accuracy":
        return name
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).strip(
        "_"
    )

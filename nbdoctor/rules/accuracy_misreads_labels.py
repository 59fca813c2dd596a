"""Labels of two classes that binary accuracy cannot hit."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.capture.labels import with_labels
from nbdoctor.probes.head import Head, Output
from nbdoctor.probes.labels import Labels, Target
from nbdoctor.probes.metrics import Metric, Metrics
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

BINARY = {"BinaryAccuracy", "binary_accuracy"}
SOFT_LOSSES = {"binary_crossentropy", "binary_focal_crossentropy"}
PAIR = 2


@rule(
    family="labels",
    severity="critical",
    kind="proof",
    holds="Binary accuracy can hit every label",
)
def accuracy_misreads_labels(labels: Labels, head: Head, metrics: Metrics, /) -> Iterator[Finding]:
    """Labels of two classes that binary accuracy cannot hit.

    ## What it means
    Binary accuracy makes a prediction 0 or 1 and asks whether the label equals that. A label of
    0.95 equals neither, so smoothed labels give exactly 0.0 however good the model is. Labels -1
    and 1 can be hit in the rows of class 1 only, so the accuracy cannot rise above their share.
    The loss is right, and the model learns.

    ## How it is measured
    One unit, a metric that Keras resolved to binary accuracy, and either labels between 0 and 1
    under a binary cross-entropy, or two whole numbers other than 0 and 1. Labels that are exactly
    0 or 1 are counted: their share is the highest accuracy there can be. No threshold takes part.

    ## Example
    ```python
    labels = np.where(inputs[:, 0] > 0, 1, -1)
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1, activation="tanh")])
    model.compile("adam", "hinge", metrics=["accuracy"])
    model.fit(inputs, labels)
    ```

    ## What the treatment does
    Where two values are the labels, it makes 0 and 1 of them in the call of `fit`; otherwise it
    says which metric fits.

    ## When to ignore it
    Never, where the number is looked at: it is false, while the training is right.

    ## References
    Keras documentation, "BinaryAccuracy".
    """
    judged = False
    for target in labels.targets:
        output = head.of(target)
        if output is None or output.width != 1 or target.rank > PAIR:
            continue
        for metric in metrics.metrics:
            if metric.output != target.name or metric.resolved not in BINARY:
                continue
            judged = True
            if _is_soft(target, output) or _is_signed(target, output):
                yield _finding(target, metric)
    if not judged:
        message = "no binary accuracy of one unit was asked for"
        raise DoesNotApplyError(message)


def _is_soft(target: Target, output: Output) -> bool:
    """Probabilities as labels."""
    inside = target.minimum >= 0 and target.maximum <= 1
    return output.loss in SOFT_LOSSES and target.encoding == "continuous" and inside


def _is_signed(target: Target, output: Output) -> bool:
    """Two whole numbers other than 0 and 1; under a cross-entropy the loss is wrong, too."""
    two = target.encoding == "ids" and target.distinct == PAIR and output.loss not in SOFT_LOSSES
    return two and (target.minimum, target.maximum) != (0, 1)


def _finding(target: Target, metric: Metric) -> Finding:
    named = target.named("The label array")
    exact = _most_that_can_be_hit(target)
    most = "at most " if target.distinct > len(target.counts) else ""
    shown = "" if metric.reported is None else f" Here it is {figure(metric.reported)}."
    measured: dict[str, float | int | str] = {
        "labels that are 0 or 1": exact,
        "smallest label": target.minimum,
        "largest label": target.maximum,
        "different labels": target.distinct,
    }
    if metric.reported is not None:
        measured["accuracy"] = metric.reported
    return Finding(
        title="Accuracy cannot hit these labels",
        says=(
            f"`{metric.asked}` counts a hit only where the label is exactly 0 or 1, and {named} "
            f"runs from {figure(target.minimum)} to {figure(target.maximum)}: "
            f"{most}{exact:,} of {target.rows:,} labels can be hit, whatever is predicted.{shown}"
        ),
        where=Where(variable=target.variable, call="compile", argument="metrics"),
        measured=measured,
        expected={"labels that are 0 or 1": target.rows},
    )


def _most_that_can_be_hit(target: Target) -> int:
    """Labels 0 and 1; one that is not listed has no more rows than the last that is."""
    listed = dict(target.counts)
    if target.distinct <= len(listed):
        return listed.get(0.0, 0) + listed.get(1.0, 0)
    rest = min(listed.values(), default=0)
    return listed.get(0.0, rest) + listed.get(1.0, rest)


@accuracy_misreads_labels.treatment("Use labels 0 and 1", effect="training")
def use_labels_0_and_1(finding: Finding, cell: Cell) -> Cell | str:
    """Train on labels that are 0 and 1, in validation and test as well."""
    low, high = finding.measured["smallest label"], finding.measured["largest label"]
    name = finding.where.variable or "y"
    binary = f"({name} + 1) / 2" if (low, high) == (-1, 1) else f"({name} == {high:g}) * 1.0"
    is_soft = float(low) >= 0 and float(high) <= 1
    if finding.measured["different labels"] == PAIR and float(f"{high:g}") == high and not is_soft:
        edited = with_labels(cell, name, binary)
        if edited is not None:
            return edited
    if (low, high) == (-1, 1):
        return (
            f"Train on `({name} + 1) / 2` with a sigmoid and binary cross-entropy, or keep -1 and "
            "1 and leave this accuracy unread."
        )
    if float(low) < 0 or float(high) > 1:
        return f"Train on `({name} == {high:g})` with a sigmoid and binary cross-entropy."
    return (
        "If the labels were smoothed by hand, keep 0 and 1 and let the loss do it with "
        "`label_smoothing`; if they are probabilities, compile with "
        '`metrics=["mae"]`.'
    )

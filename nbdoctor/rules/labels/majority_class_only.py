"""A trained model that predicts the most frequent class for every row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import HALF, Head, Output
from nbdoctor.readings.history import History
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.trained import Trained
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

NAMES = ("accuracy", "acc", "binary_accuracy", "sparse_categorical_accuracy")
MOST_CLASSES = 20
"""Most classes whose rows are counted; their weights still fit on one line."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """`class_weight` is Python source: a dict of balanced weights."""

    class_weight: str


@rule(
    family="labels",
    severity="warning",
    kind="strong",
    holds="The trained model does not predict only the most frequent class",
)
def majority_class_only(  # noqa: PLR0913  (three thresholds, each by name)
    labels: Labels,
    head: Head,
    history: History,
    trained: Trained,
    /,
    *,
    epochs: float = 2,
    rows: float = 64,
    share: float = 0.6,
) -> Iterator[Finding]:
    """A trained model that predicts the most frequent class for every row.

    ## What it means
    Where one class is frequent, a model that always predicts it has a high accuracy and finds no
    row of the other classes. The accuracy is then just the share of that class.

    ## How it is measured
    After at least `epochs` (2) epochs, the trained model predicts the same class for at least
    `rows` (64) training rows; that class is the most frequent one and makes up at least `share`
    (0.6) of the labels, so that the classes are imbalanced; and the accuracy of the last epoch is
    exactly that share, so that no row of another class was predicted correctly in the whole
    epoch.

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.rand(1000, 10)
    y = (np.random.rand(1000) < 0.03).astype(int)
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=5)
    ```

    ## What the treatment does
    Class weights give every class the same total weight in the loss. Accuracy usually decreases
    then, while recall of the rare classes increases: that is the purpose.

    ## When to ignore it
    When training has only just started, or when the inputs do not separate the classes.

    ## References
    H. He, E. A. Garcia, "Learning from Imbalanced Data", 2009.
    """
    if len(labels.targets) != 1 or len(head.outputs) != 1:
        message = "the model does not have exactly one output"
        raise DoesNotApplyError(message)
    target, output = labels.targets[0], head.outputs[0]
    accuracy = next((history.values[name][-1] for name in NAMES if history.values.get(name)), None)
    if not _is_counted(target) or accuracy is None:
        message = "no accuracy was reported, or not all labels were read"
        raise DoesNotApplyError(message)
    if history.epochs < epochs or trained.rows < rows:
        message = f"at least {epochs:g} epochs and {rows:g} rows are needed"
        raise DoesNotApplyError(message)
    value, frequent = target.counts[0]
    exact = abs(accuracy * target.rows - frequent) < HALF
    if (
        _predicted(trained, output) == value
        and exact
        and share * target.rows <= frequent < target.rows
    ):
        yield _finding(target, trained, accuracy)


def _is_counted(target: Target) -> bool:
    """Whether each row has one class, and every training row was counted."""
    classes = target.encoding == "one-hot" or (
        target.encoding == "ids" and target.shape in {(), (1,)}
    )
    return classes and target.complete and 1 < target.distinct <= MOST_CLASSES and target.rank < 3  # noqa: PLR2004  (rows and columns)


def _predicted(trained: Trained, output: Output) -> int | None:
    """Return the class that is predicted for every row, None where there is not one."""
    if trained.one_class is not None or trained.lowest is None or trained.highest is None:
        return trained.one_class
    if output.width != 1:
        return None
    tip = 0.0 if output.from_logits else HALF
    if trained.highest <= tip:
        return 0
    return 1 if trained.lowest > tip else None


def _finding(target: Target, trained: Trained, accuracy: float) -> Finding:
    value, frequent = target.counts[0]
    others = target.rows - frequent
    return Finding(
        title=f"The trained model predicts class {value:g} for every row",
        says=(
            f"After training, all {trained.rows} examined rows are predicted as class {value:g}. "
            f"The accuracy of {figure(accuracy, 4)} is the share of that class "
            f"({frequent:,} of {target.rows:,} rows); none of the {others:,} others was found."
        ),
        where=Where(variable=target.variable),
        measured={
            "classes predicted": 1,
            "accuracy": accuracy,
        },
        expected={
            "classes predicted": target.distinct,
            "accuracy": f"above {figure(frequent / target.rows, 4)}",
        },
        facts=_Facts(_balanced(target)),
    )


def _balanced(target: Target) -> str:
    """Return balanced class weights as Python source."""
    weights = (
        f"{value:g}: {figure(target.rows / (target.distinct * rows)).replace(',', '')}"
        for value, rows in sorted(target.counts)
    )
    return f"{{{', '.join(weights)}}}"


@majority_class_only.treatment("Report precision and recall per class", effect="advice")
def report_precision_and_recall(_finding: Finding, _cell: Cell) -> str:
    """Use metrics that show the rare classes."""
    return (
        "Report precision and recall of each class, for example with scikit-learn's "
        "`classification_report`, or `keras.metrics.AUC()` for two classes."
    )


@majority_class_only.treatment("Balance the classes with class weights", effect="training")
def balance_the_classes(finding: Finding, cell: Cell) -> Cell | str:
    """Weight the rows of each class by the inverse of its frequency."""
    weights = facts_of(finding, _Facts).class_weight
    fits = cell.calls_of("fit")
    if len(fits) != 1:
        return f"Pass `class_weight={weights}` to `fit`."
    if any(fits[0].argument(name) for name in ("class_weight", "sample_weight")):
        return "The rows are already weighted. Check these weights, and the inputs."
    return cell.with_argument("fit", "class_weight", weights)

"""A trained model that names the most frequent class for every row."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.head import HALF, Head, Output
from nbdoctor.probes.history import History
from nbdoctor.probes.labels import Labels, Target
from nbdoctor.probes.trained import Trained
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

NAMES = ("accuracy", "acc", "binary_accuracy", "sparse_categorical_accuracy")
MOST_CLASSES = 20
"""As many classes as are counted; their weights still fit into a line."""


@rule(
    family="labels",
    severity="warning",
    kind="strong",
    holds="The trained model names more than the most frequent class",
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
    """A trained model that names the most frequent class for every row.

    ## What it means
    Where one class is frequent, a model that always names it has a high accuracy and finds none
    of the others. The accuracy then is the share of that class and says nothing about the model.

    ## How it is measured
    After at least `epochs` (2) epochs, the trained model names the same class for at least `rows`
    (64) training rows, that class is the most frequent one, it holds a `share` of 0.6 or more of
    the labels (so that it is imbalance which hides it), and the accuracy of the last epoch is that
    share to the row, so that no row of another class was hit in the whole epoch.

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
    Weights make each class count as much as the others in the loss. Accuracy then falls, while
    more rows of the rare class are found: that is the treatment at work. Whether it helps this
    model was not tried.

    ## When to ignore it
    When training has only begun, or when the inputs cannot tell the classes apart.

    ## References
    H. He, E. A. Garcia, "Learning from Imbalanced Data", 2009.
    """
    if len(labels.targets) != 1 or len(head.outputs) != 1:
        message = "it is for models with one output"
        raise DoesNotApplyError(message)
    target, output = labels.targets[0], head.outputs[0]
    accuracy = next((history.values[name][-1] for name in NAMES if history.values.get(name)), None)
    if not _is_counted(target) or accuracy is None:
        message = "no accuracy was reported over labels that are all known"
        raise DoesNotApplyError(message)
    if history.epochs < epochs or trained.rows < rows:
        message = f"it takes {epochs:g} epochs and {rows:g} rows to tell"
        raise DoesNotApplyError(message)
    value, frequent = target.counts[0]
    exact = abs(accuracy * target.rows - frequent) < HALF
    if _named(trained, output) == value and exact and share * target.rows <= frequent < target.rows:
        yield _finding(target, trained, accuracy)


def _is_counted(target: Target) -> bool:
    """Each row has one class, and every row of the training was counted."""
    classes = target.encoding == "one-hot" or (
        target.encoding == "ids" and target.shape in {(), (1,)}
    )
    return classes and target.complete and 1 < target.distinct <= MOST_CLASSES and target.rank < 3  # noqa: PLR2004  (rows and columns)


def _named(trained: Trained, output: Output) -> int | None:
    """The class that is named for every row."""
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
        title=f"The trained model names class {value:g} for every row",
        says=(
            f"All {trained.rows} rows that were predicted after training come out as class "
            f"{value:g}. The accuracy of {figure(accuracy, 4)} is the share of that class "
            f"({frequent:,} of {target.rows:,} rows); of the {others:,} others none was found."
        ),
        where=Where(variable=target.variable),
        measured={
            "accuracy": accuracy,
            "share of the class": frequent / target.rows,
            "rows predicted": trained.rows,
            "weights": _balanced(target),
        },
        expected={"accuracy": f"above {figure(frequent / target.rows, 4)}"},
    )


def _balanced(target: Target) -> str:
    """Weights as source: each class counts as much as the others."""
    weights = (
        f"{value:g}: {figure(target.rows / (target.distinct * rows)).replace(',', '')}"
        for value, rows in sorted(target.counts)
    )
    return f"{{{', '.join(weights)}}}"


@majority_class_only.treatment("Report what accuracy hides", effect="advice")
def report_what_accuracy_hides(_finding: Finding, _cell: Cell) -> str:
    """Say which numbers show the rare classes."""
    return (
        "Look at recall and precision of each class, for example with scikit-learn's "
        "`classification_report`, or report `keras.metrics.AUC()` for two classes."
    )


@majority_class_only.treatment("Let each class count the same", effect="training")
def let_each_class_count_the_same(finding: Finding, cell: Cell) -> Cell | str:
    """Weigh the rows of each class by the inverse of its share."""
    weights = str(finding.measured["weights"])
    fits = cell.calls_of("fit")
    if len(fits) != 1:
        return f"Pass `class_weight={weights}` to `fit`."
    if any(fits[0].argument(name) for name in ("class_weight", "sample_weight")):
        return "The rows are weighted already; look at the weights and at the inputs."
    return cell.with_argument("fit", "class_weight", weights)

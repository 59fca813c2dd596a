"""Labels that all name the same class."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.data_changes import CHANGED_BY, DataChange, DataChanges
from nbdoctor.probes.head import Head, Output
from nbdoctor.probes.inputs import Inputs
from nbdoctor.probes.labels import Labels, Target
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule, without_changing_line

CLASSIFYING = {
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_hinge",
    "hinge",
    "sparse_categorical_crossentropy",
    "squared_hinge",
}


@rule(
    family="labels",
    severity="critical",
    kind="proof",
    holds="The labels name more than one class",
    explains=("majority-class-only", "constant-predictions"),
)
def single_class_labels(
    labels: Labels,
    head: Head,
    inputs: Inputs | None,
    changes: DataChanges | None,
    /,
    *,
    least_rows: int = 64,
) -> Iterator[Finding]:
    """Labels that all name the same class.

    ## What it means
    With a single class there is nothing to tell apart. The model learns to answer it always:
    accuracy is 1.0 from the first epochs and the loss runs to 0, which looks like success.

    ## How it is measured
    The different labels are counted. When all labels were read, one class is a proof and
    critical. When only the first batches could be read, it takes `least_rows` rows and is a
    warning, since a rare class may come later (a class that makes up 5 % of shuffled rows is
    missing from 64 of them once in 27 times); it is critical if the inputs of these rows are all
    the same as well, because the batches then carry nothing at all. Where lines of the cell
    change the labels, the classes before each of them are counted as well, which tells the line
    that left one.

    ## Example
    ```python
    def batches():
        while True:
            yield np.zeros((32, 10)), np.zeros(32, dtype="int64")

    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(batches(), steps_per_epoch=3)
    ```

    ## What the treatment does
    Where a line of the cell left one class, that line is left out, and a copy is trained on the
    labels as they were before. Otherwise it says where to look; where the labels come from, only
    you can tell.

    ## When to ignore it
    One network of an adversarial pair is trained on labels of one kind on purpose. Sorted data
    whose other classes come later shows one class in its first batches.

    ## References
    None: it is counted.
    """
    judged = False
    for target in labels.targets:
        output = head.of(target)
        if output is None or output.loss not in CLASSIFYING or not _names_one_class(target):
            continue
        if not target.complete and target.rows < least_rows:
            continue
        judged = True
        if target.distinct == 1:
            by = changes.made_one_class() if changes else None
            yield _finding(target, output, by, empty=_is_constant(inputs))
    if not judged:
        message = "no output has class labels, or too few of them were read"
        raise DoesNotApplyError(message)


def _names_one_class(target: Target) -> bool:
    return target.encoding in {"ids", "one-hot", "text"}


def _is_constant(inputs: Inputs | None) -> bool:
    return inputs is not None and all(tensor.constant for tensor in inputs.tensors)


def _finding(target: Target, output: Output, by: DataChange | None, *, empty: bool) -> Finding:
    named = target.named("the labels")
    value = f"{target.counts[0][0]:g}" if target.counts else f"{target.minimum:g}"
    proved = target.complete or empty
    seen = (
        f"All {target.rows} rows of {named} have the class {value}"
        if target.complete
        else f"All {target.rows} labels in the first {target.batches} batches are {value}"
    )
    doubt = "" if proved else " Later batches were not read; a rare class may be among them."
    return Finding(
        title="There is only one class in the labels",
        says=f"{seen}. A model that always answers {value} is then always right, so accuracy 1.0 "
        f"and a loss near 0 say nothing.{doubt}{_left_by(by)}",
        where=Where(
            variable=target.variable,
            layer=output.layer,
            call="fit",
            argument="y",
            line=by.line if by else None,
        ),
        measured={
            "different classes": 1,
            "class": value,
            "rows looked at": target.rows,
            **({"different classes before that line": by.distinct_before} if by else {}),
            **({CHANGED_BY: by.line} if by else {}),
        },
        expected={"different classes": "2 or more"},
        severity="critical" if proved else "warning",
        kind="proof" if proved else "strong",
    )


def _left_by(by: DataChange | None) -> str:
    if by is None:
        return ""
    return f" {by.shown} left one class of {by.distinct_before}."


@single_class_labels.treatment("Leave out the line that leaves one class", effect="training")
def leave_out_the_line(finding: Finding, cell: Cell) -> Cell | None:
    """Train on the labels as they were before that line."""
    return without_changing_line(finding, cell)


@single_class_labels.treatment("Look where the labels are made", effect="advice")
def look_where_the_labels_are_made(finding: Finding, cell: Cell) -> str | None:
    """Follow the labels back to the line that makes them."""
    if CHANGED_BY in finding.measured:
        return None
    calls = cell.calls_of("fit")
    data = calls[0].argument("x", 0) if len(calls) == 1 else None
    name = finding.where.variable
    if name:
        return f"Print `np.unique({name}, return_counts=True)` after each line that changes it."
    if data is not None:
        return f"Print the labels of the first batches that `{data.text}` gives."
    return "Print the labels of the first batches that reach `fit`."

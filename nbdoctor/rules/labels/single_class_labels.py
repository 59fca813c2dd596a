"""Labels with only one class."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.data_changes import DataChange, DataChanges
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.inputs import Inputs
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.sharing import Sharing
from nbdoctor.rules.changed_data import ChangedData, without_changing_line
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

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
LEAST_BATCHES = 2
"""One batch alone tells nothing of a loop that hands over one class after the other."""


@rule(
    family="labels",
    severity="critical",
    kind="proof",
    holds="The labels contain more than one class",
    explains=("majority-class-only", "constant-predictions"),
)
def single_class_labels(  # noqa: PLR0913  (five readings, one threshold)
    labels: Labels,
    head: Head,
    inputs: Inputs | None,
    changes: DataChanges | None,
    sharing: Sharing | None,
    /,
    *,
    least_rows: int = 64,
) -> Iterator[Finding]:
    """Labels with only one class.

    ## What it means
    With a single class there is nothing to classify. The model learns to predict it always:
    accuracy is 1.0 from the first epochs and the loss goes to 0, which looks like success.

    ## How it is measured
    The distinct labels are counted. If all labels were read, one class is a proof and critical.
    If only the first batches could be read, at least two of them and `least_rows` rows are required
    and it is a warning, since a rare class may come later (a class that makes up 5 % of shuffled
    rows is missing from 64 of them once in 27 times). It is critical if the inputs of these rows
    are all identical as well. Two networks that are trained against each other, one a part of the
    other, are not judged: each of their steps has labels of one class. Nor is a model that chooses
    among candidates which one of its inputs holds, where the right one comes first in every row, as
    with negative samples. Where lines of the cell change the labels, the classes are also counted
    before each of these lines, to identify the line that left only one.

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
    Where a line of the cell left only one class, that line is removed, and a copy of the model is
    trained on the labels as they were before. Otherwise it says what to print to find the cause.

    ## When to ignore it
    When labels of one class are intended. Data that is
    sorted by class shows one class in its first batches.

    ## References
    None: the classes are counted.
    """
    if sharing is not None and sharing.rival:
        message = f"the model is trained in turn with `{sharing.rival}`, each on its own labels"
        raise DoesNotApplyError(message)
    judged, empty = False, _is_constant(inputs)
    for target in labels.targets:
        output = head.of(target)
        if output is None or output.loss not in CLASSIFYING or not _names_one_class(target):
            continue
        if not (target.complete or _is_enough(target, least_rows, empty=empty)):
            continue
        if target.distinct == 1 and _are_candidates(inputs, output):
            message = "one of several inputs holds a candidate for each output: its place is given"
            raise DoesNotApplyError(message)
        judged = True
        if target.distinct == 1:
            by = changes.made_one_class() if changes else None
            yield _finding(target, output, by, empty=empty)
    if not judged:
        message = "no output has class labels, or too few of them were read"
        raise DoesNotApplyError(message)


def _is_enough(target: Target, least_rows: int, *, empty: bool) -> bool:
    return target.rows >= least_rows and (empty or target.batches >= LEAST_BATCHES)


def _names_one_class(target: Target) -> bool:
    return target.encoding in {"ids", "one-hot", "text"}


def _are_candidates(inputs: Inputs | None, output: Output) -> bool:
    """Whether one of several inputs has an id, or a vector, for each unit of the output."""
    if inputs is None or len(inputs.tensors) == 1 or output.width in {None, 1}:
        return False
    return any(
        one.shape[:1] == (output.width,) and (one.integral or len(one.shape) > 1)
        for one in inputs.tensors
    )


def _is_constant(inputs: Inputs | None) -> bool:
    return inputs is not None and all(tensor.constant for tensor in inputs.tensors)


def _finding(target: Target, output: Output, by: DataChange | None, *, empty: bool) -> Finding:
    named = target.named("the labels")
    value = f"{target.counts[0][0]:g}" if target.counts else f"{target.minimum:g}"
    proved = target.complete or empty
    of = f"{target.counted:,} labels" if target.are_places else f"{target.rows} rows"
    seen = (
        f"All {of} of {named} have class {value}"
        if target.complete
        else f"All {target.counted:,} labels in the first {target.batches} batches are {value}"
    )
    doubt = "" if proved else " Later batches were not read and may contain other classes."
    return Finding(
        title="The labels contain only one class",
        says=f"{seen}. A model that always predicts {value} is then always correct, so an accuracy "
        f"of 1.0 and a loss near 0 mean nothing.{doubt}{_left_by(by)}",
        where=Where(
            variable=target.variable,
            layer=output.layer,
            call="fit",
            argument="y",
            line=by.line if by else None,
        ),
        measured={
            "distinct classes": 1,
            "rows examined": target.rows,
            **({f"distinct classes before line {by.line}": by.distinct_before} if by else {}),
        },
        expected={"distinct classes": "2 or more"},
        facts=ChangedData(by_line=by is not None),
        severity="critical" if proved else "warning",
        kind="proof" if proved else "strong",
    )


def _left_by(by: DataChange | None) -> str:
    if by is None:
        return ""
    return f" {by.shown} left only one of {by.distinct_before} classes."


@single_class_labels.treatment("Remove the line that leaves one class", effect="training")
def remove_the_line(finding: Finding, cell: Cell) -> Cell | None:
    """Train on the labels as they were before that line."""
    return without_changing_line(finding, cell)


@single_class_labels.treatment("Check where the labels come from", effect="advice")
def check_where_the_labels_come_from(finding: Finding, cell: Cell) -> str | None:
    """Follow the labels back to the line that creates them."""
    if facts_of(finding, ChangedData).by_line:
        return None
    calls = cell.calls_of("fit")
    data = calls[0].argument("x", 0) if len(calls) == 1 else None
    name = finding.where.variable
    if name:
        return f"Print `np.unique({name}, return_counts=True)` after each line that changes it."
    if data is not None:
        return f"Print the labels of the first batches of `{data.text}`."
    return "Print the labels of the first batches passed to `fit`."

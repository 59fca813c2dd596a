"""Classes taken over the wrong axis of the predictions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.decisions import Decision, Decisions
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

PAIR = 2


@dataclass(frozen=True, slots=True)
class _Facts:
    """Whether there is one column only."""

    alone: bool


@rule(
    family="objective",
    severity="warning",
    kind="proof",
    holds="The largest column is taken for each row",
)
def argmax_over_rows(decisions: Decisions, /) -> Iterator[Finding]:
    """Classes taken over the wrong axis of the predictions.

    ## What it means
    `predict` returns one row for each row of the inputs and one column for each class. The class of
    a row is the largest of its columns: `argmax(axis=-1)`. Over axis 0 one gets, for each class,
    the row that is most like it; without an axis NumPy searches the whole array and returns a
    single number. `tf.argmax` takes axis 0 unless it is told another. And of a single column
    (a sigmoid unit) the largest is always column 0.

    ## How it is measured
    The shape of what `predict` returned is noted while the cell runs, and compared with the axis
    that the text gives. Only predictions of several rows are judged, and axis 0 only where the
    result is used as classes: by its name, in a comparison, or in a metric.

    ## Example
    ```python
    predictions = model.predict(x_test)  # shape (1000, 10)
    classes = np.argmax(predictions, axis=0)  # shape (10,)
    accuracy = np.mean(classes == y_test)
    ```

    ## What the treatment does
    It shows the axis to take, or the threshold for a single column.

    ## When to ignore it
    When the row that is most like a class is wanted.

    ## References
    NumPy documentation, `numpy.argmax`; TensorFlow documentation, `tf.math.argmax`.
    """
    judged = [one for one in decisions.decisions if one.by == "argmax" and one.shape[0] > 1]
    if not judged:
        message = "no largest column of several predictions is taken"
        raise DoesNotApplyError(message)
    for one in judged:
        if found := _finding(one):
            yield found
            return


def _finding(one: Decision) -> Finding | None:
    last = len(one.shape) - 1
    wide = last > 0 and one.shape[-1] > 1
    shape = f"({', '.join(f'{size:,}' for size in one.shape)}{',' if last == 0 else ''})"
    if one.axis == "all" and wide:
        says = "without an axis, which returns one number for all rows together"
    elif one.axis == 0 and wide and one.names_classes:
        says = "over the rows, which returns one row number for each class"
    elif last == 1 and one.shape[-1] == 1 and one.axis == last:
        says = "over its only column, which returns 0 for every row"
    else:
        return None
    return Finding(
        title="The classes are taken over the wrong axis"
        if wide
        else "The largest of one column is always column 0",
        says=f"`predict` returned an array of shape {shape}, and `{one.text}` takes the largest "
        f"{says}.",
        where=Where(call="argmax", argument="axis", line=one.line),
        measured={"axis": "none" if one.axis == "all" else one.axis},
        expected={"axis": f"{last} (the last)" if wide else "a threshold of 0.5"},
        facts=_Facts(alone=not wide),
    )


@argmax_over_rows.treatment("Take the largest of the last axis", effect="advice")
def take_the_last_axis(finding: Finding, _cell: Cell) -> str:
    """Take the class of each row."""
    if facts_of(finding, _Facts).alone:
        return (
            "Compare the only column with a threshold: `(model.predict(x) > 0.5).astype(int)`, or "
            "`> 0` where the model puts out logits."
        )
    return "Write `np.argmax(predictions, axis=-1)`: one class for each row."

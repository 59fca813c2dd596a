"""Class ids that are not integers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.labels import with_labels
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

LOSS = "sparse_categorical_crossentropy"


@dataclass(frozen=True, slots=True)
class _Facts:
    distinct: int
    units: int


@rule(
    family="labels",
    severity="critical",
    kind="proof",
    holds="Class ids are integers",
    explains=(
        "signal-not-found",
        "labels-out-of-range",
        "too-few-steps",
        "constant-predictions",
        "baseline-not-beaten",
        "majority-class-only",
    ),
    parts=("labels",),
)
def fractional_class_ids(labels: Labels, head: Head, /) -> Iterator[Finding]:
    """Class ids that are not integers.

    ## What it means
    Sparse categorical cross-entropy uses a label as a class id and truncates it to an integer:
    0.2, 0.5 and 0.9 are all class 0. The accuracy metric compares the label itself with an
    integer, so such a row never counts as correct. Labels become fractional when they are scaled
    together with the inputs, or when a continuous target is used as a class.

    ## How it is measured
    The loss is `sparse_categorical_crossentropy`, and at least one label is not an integer.
    Integers in a floating-point type, such as 2.0, are correct. There is no threshold.

    ## Example
    ```python
    labels = labels / 255
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(inputs, labels)
    ```

    ## What the treatment does
    It numbers the distinct labels where the output has a unit for each of them. Otherwise you
    have to choose: the labels as they were before scaling, or a head and a loss for regression.

    ## When to ignore it
    Never: the fractions are lost without a message.

    ## References
    Keras documentation, "SparseCategoricalCrossentropy".
    """
    judged = False
    for target in labels.targets:
        output = head.of(target)
        if output is None or output.loss != LOSS or target.encoding == "text":
            continue
        judged = True
        if not target.integral:
            yield _finding(target, output)
    if not judged:
        message = "no output has the loss `sparse_categorical_crossentropy`"
        raise DoesNotApplyError(message)


def _finding(target: Target, output: Output) -> Finding:
    named = target.named("The label array")
    first = next((value for value, _ in target.counts if value != round(value)), None)
    example = "" if first is None else f": {figure(first)} becomes class {int(first)}"
    return Finding(
        title="Class ids are not integers",
        says=(
            f"{named} contains {target.distinct:,} distinct values from {figure(target.minimum)} "
            f"to {figure(target.maximum)}, and `{LOSS}` truncates them to integers{example}."
        ),
        where=Where(variable=target.variable, call="fit", argument="y"),
        measured={
            "labels": f"{figure(target.minimum)} to {figure(target.maximum)}, not all integers"
        },
        expected={
            "labels": f"integers from 0 to {output.width - 1}" if output.width else "integers"
        },
        facts=_Facts(target.distinct, output.width or 0),
    )


@fractional_class_ids.treatment("Number the classes", effect="training")
def number_the_classes(finding: Finding, cell: Cell) -> Cell | None:
    """Map the distinct labels, in ascending order, to the class ids 0, 1, 2 and so on."""
    facts, name = facts_of(finding, _Facts), finding.where.variable
    if not (cell.numpy and name and facts.distinct <= facts.units):
        return None
    numbered = f"{cell.numpy}.unique({name}, return_inverse=True)[1]"
    return with_labels(cell, name, numbered)


@fractional_class_ids.treatment("Pass integer class ids", effect="advice")
def pass_integer_class_ids(finding: Finding, _cell: Cell) -> str:
    """Use the labels as they were before scaling, or treat the problem as a regression."""
    name = f"`{finding.where.variable}`" if finding.where.variable else "the labels"
    return (
        f"Find the line that makes {name} fractional, and use the values from before it. If they "
        'are continuous targets, use one linear output unit and compile with `loss="mse"`.'
    )

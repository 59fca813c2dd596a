"""Class numbers that are not whole."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.capture.labels import with_labels
from nbdoctor.probes.head import Head, Output
from nbdoctor.probes.labels import Labels, Target
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

LOSS = "sparse_categorical_crossentropy"


@rule(
    family="labels",
    severity="critical",
    kind="proof",
    holds="Class numbers are whole",
    explains=(
        "signal-not-found",
        "labels-out-of-range",
        "too-few-steps",
        "constant-predictions",
        "baseline-not-beaten",
        "majority-class-only",
    ),
)
def fractional_class_ids(labels: Labels, head: Head, /) -> Iterator[Finding]:
    """Class numbers that are not whole.

    ## What it means
    Sparse categorical cross-entropy reads a label as the number of a class and cuts off what
    stands behind the point: 0.2, 0.5 and 0.9 are all class 0. The metric compares the label as it
    is with a whole number and never counts a hit. Labels become fractions when they are scaled
    together with the inputs, or when a quantity is taken for a class.

    ## How it is measured
    The loss is the one for class numbers, and at least one label is not a whole number. Whole
    numbers in a floating type, such as 2.0, are right. No threshold takes part.

    ## Example
    ```python
    labels = labels / 255
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(inputs, labels)
    ```

    ## What the treatment does
    A person must choose: the labels as they were before they were scaled, or a head and a loss
    for numbers.

    ## When to ignore it
    Never: the fraction is lost without a message.

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
        message = "no output has a loss for class numbers"
        raise DoesNotApplyError(message)


def _finding(target: Target, output: Output) -> Finding:
    named = target.named("The label array")
    first = next((value for value, _ in target.counts if value != round(value)), None)
    example = "" if first is None else f": {figure(first)} is read as class {int(first)}"
    return Finding(
        title="Class numbers are not whole",
        says=(
            f"{named} holds {target.distinct:,} different values from {figure(target.minimum)} to "
            f"{figure(target.maximum)}, and `{LOSS}` cuts off what stands behind the point"
            f"{example}."
        ),
        where=Where(variable=target.variable, call="fit", argument="y"),
        measured={
            "different labels": target.distinct,
            "smallest label": target.minimum,
            "largest label": target.maximum,
            **({"units": output.width} if output.width else {}),
        },
        expected={"different labels": f"whole numbers, {output.width or 'one per class'}"},
    )


@fractional_class_ids.treatment("Number the classes", effect="training")
def number_the_classes(finding: Finding, cell: Cell) -> Cell | None:
    """Give the different labels the numbers 0, 1, 2 and so on, in their order."""
    measured, name = finding.measured, finding.where.variable
    few = int(measured["different labels"]) <= int(measured.get("units", 0))
    if not (cell.numpy and name and few):
        return None
    numbered = f"{cell.numpy}.unique({name}, return_inverse=True)[1]"
    return with_labels(cell, name, numbered)


@fractional_class_ids.treatment("Pass whole class numbers", effect="advice")
def pass_whole_class_numbers(finding: Finding, _cell: Cell) -> str:
    """Say where whole numbers come from, and what to do when the labels are quantities."""
    name = f"`{finding.where.variable}`" if finding.where.variable else "the labels"
    return (
        f"Find the line where {name} became fractions and use them as they were before. If they "
        'are quantities, give the head one linear unit and compile with `loss="mse"`.'
    )

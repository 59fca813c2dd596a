"""Class numbers for which the model has no output."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nbdoctor.capture.cell import CannotEditError, Cell
from nbdoctor.capture.objective import with_head, with_loss
from nbdoctor.probes.head import Head, Output
from nbdoctor.probes.labels import Labels, Target
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

SPARSE = "sparse_categorical_crossentropy"


@rule(
    family="labels",
    severity="critical",
    kind="proof",
    holds="Every class number has an output of its own",
    explains=(
        "known-crash",
        "non-finite-loss",
        "baseline-not-beaten",
        "too-few-steps",
    ),
)
def labels_out_of_range(labels: Labels, head: Head, /) -> Iterator[Finding]:
    """Class numbers for which the model has no output.

    ## What it means
    Sparse categorical cross-entropy uses the class number as an index into the outputs: with C
    outputs it can count from 0 to C - 1. Any other number points at nothing. TensorFlow on a CPU
    stops with an error; compiled by XLA the loss is NaN from the first step, beside an accuracy
    that looks plausible.

    ## How it is measured
    The smallest and the largest label are compared with the width of the output. There is no
    threshold. Labels that equal the loss's `ignore_class` do not count.

    ## Example
    ```python
    labels = np.random.randint(1, 4, size=100)
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(inputs, labels)
    ```

    ## What the treatment does
    Numbers that run from 1 to C are shifted to start at 0. Otherwise the head is made wide enough
    for the largest number, or, with two classes and one unit, the loss becomes the one for a
    single unit. Which of these is right depends on what the numbers mean.

    ## When to ignore it
    Never: the reading is exact. Border pixels marked 255 or padding marked -1 are right as labels
    once the loss is told `ignore_class`.

    ## References
    TensorFlow documentation, `tf.nn.sparse_softmax_cross_entropy_with_logits`.
    """
    judged = False
    for target in labels.targets:
        output = head.of(target)
        if output is None or output.loss != SPARSE or not output.width:
            continue
        if target.encoding == "text" or not _one_number_each(target, output):
            continue
        judged = True
        low, high = _range(target, output.ignore_class)
        if low < 0 or high >= output.width:
            yield _finding(target, output, low, high)
    if not judged:
        message = "no output takes class numbers"
        raise DoesNotApplyError(message)


def _one_number_each(target: Target, output: Output) -> bool:
    return target.rank == output.rank - 1 or target.shape[-1:] == (1,)


def _range(target: Target, ignored: int | None) -> tuple[int, int]:
    """The smallest and the largest class number that the loss does look at."""
    low, high = math.trunc(target.minimum), math.trunc(target.maximum)
    if ignored not in {low, high}:
        return low, high
    others = [math.trunc(value) for value, _ in target.counts if value != ignored]
    return (min(others), max(others)) if others else (0, 0)


def _finding(target: Target, output: Output, low: int, high: int) -> Finding:
    width = output.width or 0
    named = target.named("The label array")
    outside = sum(
        rows
        for value, rows in target.counts
        if value != output.ignore_class and not 0 <= math.trunc(value) < width
    )
    total = sum(rows for _, rows in target.counts)
    share = f" {outside} of the {total} labels looked at have no output." if outside else ""
    units = "1 unit, for class 0" if width == 1 else f"{width} units, for classes 0 to {width - 1}"
    return Finding(
        title="Some class numbers have no output",
        says=f"{named} holds class numbers from {low} to {high}, and "
        f"`{output.layer or output.name}` has {units}.{share} On a CPU TensorFlow stops at such a "
        "label; compiled by XLA the loss becomes NaN.",
        where=Where(variable=target.variable, layer=output.layer, call="compile", argument="loss"),
        measured={
            "smallest label": low,
            "largest label": high,
            "different labels": target.distinct,
            "units": width,
            "labels without an output": outside,
        },
        expected={
            "smallest label": 0,
            "largest label": f"at most {width - 1}",
            "labels without an output": 0,
        },
    )


@labels_out_of_range.treatment("Start the class numbers at 0", effect="training")
def start_at_zero(finding: Finding, cell: Cell) -> Cell | str | None:
    """Subtract the smallest class number, so that the classes run from 0."""
    low, high = int(finding.measured["smallest label"]), int(finding.measured["largest label"])
    units, distinct = finding.measured["units"], finding.measured["different labels"]
    if low < 1 or distinct > units:  # type: ignore[operator]
        return None
    name = finding.where.variable
    if high - low + 1 > units:  # type: ignore[operator]
        given = name or "labels"
        return f"Number the classes without gaps: `np.unique({given}, return_inverse=True)[1]`."
    advice = f"Subtract {low} from the labels for training, validation and test alike."
    calls = cell.calls_of("fit")
    if not name or len(calls) != 1 or calls[0].argument("validation_data"):
        return advice
    given_y = calls[0].argument("y", 1)
    shifted = f"{name} - {low}"
    if given_y is None or given_y.text not in {name, shifted}:
        return advice
    return cell.with_argument("fit", "y", shifted, position=1)


@labels_out_of_range.treatment("Give every class a unit", effect="judgement")
def give_every_class_a_unit(finding: Finding, cell: Cell) -> Cell | str | None:
    """Make the head as wide as the class numbers need; one unit is enough for two classes."""
    low, high = int(finding.measured["smallest label"]), int(finding.measured["largest label"])
    units, layer = int(finding.measured["units"]), finding.where.layer
    if low < 0 or high > 100 * units:
        value = low if low < 0 else high
        return (
            f"If {value} marks labels that must not count, say so: "
            f"`keras.losses.SparseCategoricalCrossentropy(ignore_class={value})`."
        )
    if units == 1 and (low, high) == (0, 1):
        return with_head(with_loss(cell, "binary_crossentropy"), layer, activation="sigmoid")
    if low > 0 and int(finding.measured["different labels"]) <= units:
        return None
    try:
        return with_head(cell, layer, width=high + 1)
    except CannotEditError:
        return f"Give `{layer or 'the head'}` {high + 1} units, one for each class number."

"""Class ids without an output unit."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.objective import with_head, with_loss
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Value, Where, facts_of, rule

SPARSE = "sparse_categorical_crossentropy"


@dataclass(frozen=True, slots=True)
class _Facts:
    low: int
    high: int
    distinct: int
    units: int
    are_classes: bool = True


@rule(
    family="labels",
    severity="critical",
    kind="proof",
    holds="Every class id has an output unit",
    explains=(
        "known-crash",
        "non-finite-loss",
        "baseline-not-beaten",
        "too-few-steps",
    ),
    parts=("labels", "loss", "head"),
)
def labels_out_of_range(labels: Labels, head: Head, /) -> Iterator[Finding]:
    """Class ids without an output unit.

    ## What it means
    Sparse categorical cross-entropy uses the class id as an index into the outputs: with C
    outputs, valid ids are 0 to C - 1. For any other id TensorFlow raises an error on a CPU. With
    XLA the loss is NaN from the first step, while the reported accuracy looks plausible.

    ## How it is measured
    The smallest and the largest label are compared with the number of output units. There is no
    threshold. Labels equal to the loss's `ignore_class` are ignored.

    ## Example
    ```python
    labels = np.random.randint(1, 4, size=100)
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(inputs, labels)
    ```

    ## What the treatment does
    Ids from 1 to C are shifted to start at 0. Otherwise the output layer gets enough units for
    the largest id, or, with two classes and one unit, the loss becomes binary cross-entropy.
    Which of these is right depends on the meaning of the ids.

    ## When to ignore it
    Never: the comparison is exact. Border pixels labelled 255 or padding labelled -1 are correct
    once the loss has the matching `ignore_class`.

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
        message = "no output is trained on integer class ids"
        raise DoesNotApplyError(message)


def _one_number_each(target: Target, output: Output) -> bool:
    return target.rank == output.rank - 1 or target.shape[-1:] == (1,)


def _range(target: Target, ignored: int | None) -> tuple[int, int]:
    """Return the smallest and the largest class id that the loss does not ignore."""
    low, high = math.trunc(target.minimum), math.trunc(target.maximum)
    if ignored not in {low, high}:
        return low, high
    others = [math.trunc(value) for value, _ in target.counts if value != ignored]
    return (min(others), max(others)) if others else (0, 0)


def _are_classes(target: Target) -> bool:
    """Whether the ids can be classes: numbered so, or with a mark for places to ignore."""
    return target.may_be_classes or target.minimum < 0 or target.are_places


def _finding(target: Target, output: Output, low: int, high: int) -> Finding:
    width = output.width or 0
    named = target.named("The label array")
    outside = sum(
        rows
        for value, rows in target.counts
        if value != output.ignore_class and not 0 <= math.trunc(value) < width
    )
    total = sum(rows for _, rows in target.counts)
    share = f" {outside} of the {total} examined labels have no output." if outside else ""
    units = "1 unit, for class 0" if width == 1 else f"{width} units, for classes 0 to {width - 1}"
    measured: dict[str, Value] = {"smallest label": low, "largest label": high}
    return Finding(
        title="Some class ids have no output unit",
        says=f"{named} contains class ids from {low} to {high}, and "
        f"{output.shown} has {units}.{share} On a CPU TensorFlow raises an error "
        "for such a label; with XLA the loss becomes NaN.",
        where=Where(variable=target.variable, layer=output.layer, call="compile", argument="loss"),
        measured=measured | ({"labels out of range": outside} if outside else {}),
        expected={"smallest label": "at least 0", "largest label": f"at most {width - 1}"}
        | ({"labels out of range": 0} if outside else {}),
        facts=_Facts(low, high, target.distinct, width, _are_classes(target)),
    )


@labels_out_of_range.treatment("Start the class ids at 0", effect="training")
def start_at_zero(finding: Finding, cell: Cell) -> Cell | str | None:
    """Subtract the smallest class id, so that the ids start at 0."""
    facts = facts_of(finding, _Facts)
    low, high, units = facts.low, facts.high, facts.units
    if low < 1 or facts.distinct > units:
        return None
    name = finding.where.variable
    if high - low + 1 > units:
        given = name or "labels"
        return f"Number the classes without gaps: `np.unique({given}, return_inverse=True)[1]`."
    advice = f"Subtract {low} from the labels, for training, validation and test."
    calls = cell.calls_of("fit")
    if not name or len(calls) != 1 or calls[0].argument("validation_data"):
        return advice
    given_y = calls[0].argument("y", 1)
    shifted = f"{name} - {low}"
    if given_y is None or given_y.text not in {name, shifted}:
        return advice
    return cell.with_argument("fit", "y", shifted, position=1)


def _as_numbers(cell: Cell, layer: str) -> Cell | str:
    """Learn labels as quantities that are too many, or too far apart, to number classes."""
    try:
        return with_head(with_loss(cell, "mean_squared_error"), layer, activation="linear", width=1)
    except CannotEditError:
        return "If the labels are quantities, use one linear unit and `mean_squared_error`."


@labels_out_of_range.treatment("Use one output unit per class", effect="judgement")
def use_one_unit_per_class(finding: Finding, cell: Cell) -> Cell | str | None:
    """Set the number of output units to the number of class ids; quantities need only one."""
    facts, layer = facts_of(finding, _Facts), finding.where.layer
    low, high, units = facts.low, facts.high, facts.units
    if low < 0 or high > 100 * units:
        value = low if low < 0 else high
        return (
            f"If {value} marks labels to ignore, use "
            f"`keras.losses.SparseCategoricalCrossentropy(ignore_class={value})`."
        )
    if not facts.are_classes:
        return _as_numbers(cell, layer)
    if units == 1 and (low, high) == (0, 1):
        return with_head(with_loss(cell, "binary_crossentropy"), layer, activation="sigmoid")
    if low > 0 and facts.distinct <= units:
        return None
    try:
        return with_head(cell, layer, width=high + 1)
    except CannotEditError:
        named = f"`{layer}`" if layer else "the output layer"
        return f"Use {high + 1} units in {named}, one for each class id."

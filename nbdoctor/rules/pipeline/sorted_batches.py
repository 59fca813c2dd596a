"""Batches that are sorted by class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.mixing import Mixing
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule


@dataclass(frozen=True, slots=True)
class _Facts:
    is_arrays: bool


@rule(
    family="pipeline",
    severity="warning",
    kind="strong",
    holds="The classes are mixed within the batches",
    explains=(
        "oscillating-loss",
        "stale-batch-statistics",
        "baseline-not-beaten",
        "constant-predictions",
        "majority-class-only",
        "too-few-steps",
    ),
    gated=True,
    parts=("order",),
)
def sorted_batches(
    mixing: Mixing, fit: Fit, /, *, chance: float = 0.01, share: float = 0.7
) -> Iterator[Finding]:
    """Batches that are sorted by class.

    ## What it means
    Each step follows the gradient of one batch. If all rows of a batch have the same class, the
    step moves the model towards predicting this class for every row, and the next batch towards
    the next class: the model follows the batches instead of learning to separate the classes.

    ## How it is measured
    The mean entropy of the labels within a batch is compared with that of the same labels randomly
    assigned to the same batches, 200 times. Less than `chance` (0.01) of these permutations have
    an entropy as low, and the entropy is below `share` (0.7) of their mean. A fixed limit would
    not work: well shuffled batches of 8 rows have 0.62 to 0.72 of the entropy of ten classes, and
    batches of 32 with 3 % positives as little as 0.13. Sorted data had 0.06 of 1.05.

    ## Example
    ```python
    data = tf.data.Dataset.from_tensor_slices((inputs, labels))  # folder after folder
    model.fit(data.batch(32).shuffle(100), epochs=10)
    ```

    ## What the treatment does
    For arrays it sets `shuffle=True`. For other data it says where to shuffle: the rows, with a
    buffer as large as the data, before batching.

    ## When to ignore it
    When batches are grouped on purpose. Sliding windows over a time series are not judged.

    ## References
    Bengio, "Practical recommendations for gradient-based training of deep architectures", 2012,
    section 3.1. Measured with Keras 3.15: accuracy 0.39 with sorted rows, 0.68 with shuffled
    batches, 0.89 with shuffled rows.
    """
    if mixing.overlapping:
        message = "the rows are sliding windows over a time series, where neighbours are similar"
        raise DoesNotApplyError(message)
    if mixing.p < chance and mixing.entropy < share * mixing.dealt:
        yield _finding(mixing, fit)


def _finding(mixing: Mixing, fit: Fit) -> Finding:
    arrays = fit.data_kind == "arrays"
    why = "`shuffle=False` keeps the rows in their order. " if arrays else ""
    return Finding(
        title="The batches are sorted by class",
        says=f"{why}In {mixing.batches} batches of {mixing.rows} rows the labels within a batch "
        f"have a mean entropy of {figure(mixing.entropy)}; the same labels in random order have "
        f"{figure(mixing.dealt)}. Each step sees only few of the {mixing.classes} classes.",
        where=Where(call="fit", argument="shuffle" if arrays else "x"),
        measured={
            "label entropy within a batch": mixing.entropy,
        },
        expected={"label entropy within a batch": f"about {figure(mixing.dealt)}"},
        facts=_Facts(is_arrays=arrays),
    )


@sorted_batches.treatment("Shuffle the rows", effect="training")
def shuffle_the_rows(finding: Finding, cell: Cell) -> Cell | str:
    """Shuffle the rows in every epoch, before batching."""
    if facts_of(finding, _Facts).is_arrays:
        return cell.with_argument("fit", "shuffle", "True", position=8)
    return (
        "Add `.shuffle(rows)`, with a buffer as large as the data, before `.batch(...)`; in a "
        "generator or a `PyDataset`, iterate over a permutation of the rows."
    )

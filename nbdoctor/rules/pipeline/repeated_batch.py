"""Batches that hold the same rows again and again."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.repeated_batches import RepeatedBatches
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="pipeline",
    severity="critical",
    kind="proof",
    holds="Each batch brings new rows",
    explains=(
        "overfit-to-training",
        "baseline-not-beaten",
        "majority-class-only",
        "too-few-steps",
        "single-class-labels",
        "unseen-validation-class",
    ),
)
def repeated_batch(
    repeats: RepeatedBatches, /, *, shared: float = 0.5, distinct: float = 0.5
) -> Iterator[Finding]:
    """Batches that hold the same rows again and again.

    ## What it means
    A `__getitem__` that does not use its index, or uses it without the size of a batch
    (`x[i:i + 32]` in place of `x[i * 32:(i + 1) * 32]`), and a generator that never moves on, give
    nearly the same rows in each step. Training sees a small part of the data, and learns that.

    ## How it is measured
    The rows of the first batches of an epoch, inputs and labels together, are compared byte by
    byte as they pass. The finding requires that a batch shares more than `shared` (0.5) of its
    rows with the batch before, on average, and that less than `distinct` (0.5) of all rows are
    different, but more than that share of a batch by itself: rows that are all alike are another
    fault. Data in memory is not judged.

    ## Example
    ```python
    class Rows(keras.utils.PyDataset):
        def __len__(self):
            return len(x) // 32

        def __getitem__(self, i):
            return x[:32], y[:32]

    model.fit(Rows(), epochs=10)
    ```

    ## What the treatment does
    It shows how to cut batches by their index.

    ## When to ignore it
    When the same rows are meant to come again, as in a test whether a model can memorise a batch.

    ## References
    Keras documentation, `keras.utils.PyDataset`.
    """
    if repeats.within <= distinct:
        message = "most rows of a batch are equal, so that batches of other rows look the same"
        raise DoesNotApplyError(message)
    if repeats.shared > shared and repeats.distinct < distinct * repeats.rows:
        yield Finding(
            title="The batches hold the same rows again and again",
            says=f"The first {repeats.batches} batches of the epoch have {repeats.rows:,} rows, of "
            f"which {repeats.distinct:,} are different. A batch shares "
            f"{figure(100 * repeats.shared, 2)} % of its rows with the batch before.",
            where=Where(call="fit", argument="x"),
            measured={"different rows": repeats.distinct},
            expected={"different rows": f"about {repeats.rows:,}"},
        )


@repeated_batch.treatment("Cut each batch by its index", effect="advice")
def cut_by_index(_finding: Finding, _cell: Cell) -> str:
    """Let each batch begin where the one before ends."""
    return (
        "In `__getitem__(self, i)` take the rows `i * batch_size` to `(i + 1) * batch_size`; in a "
        "generator move on before each `yield`, and begin anew only at the end of the data."
    )

"""Batch normalisation over batches of a single value."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import DEFAULT_BATCH, Fit
from nbdoctor.readings.layers import Layer, Layers
from nbdoctor.rules.figures import enumerated
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

FLAT = 2
"""Axes of a batch of rows without a place: what is normalised is one value per row."""

BATCH_POSITION = 2


@rule(
    family="model",
    severity="critical",
    kind="proof",
    holds="Batch normalisation sees more than one value at a time",
    explains=(
        "stale-batch-statistics",
        "baseline-not-beaten",
        "below-simple-models",
        "constant-predictions",
        "fading-signal",
        "fails-to-memorise",
        "majority-class-only",
        "overfit-to-training",
        "cause-by-experiment",
        "weights-stand-still",
    ),
    parts=("architecture",),
)
def normalised_by_itself(layers: Layers, fit: Fit, /) -> Iterator[Finding]:
    """Batch normalisation over batches of a single value.

    ## What it means
    In training `BatchNormalization` subtracts the mean of the batch from each value, and divides by
    their spread. In a batch of one row the mean is the row itself: the result is 0 whatever the
    row is, plus an offset that is the same for all rows. No layer behind it learns anything of the
    inputs. In `predict` the averages of many batches are used instead, so the model meets values
    there that it has never seen.

    ## How it is measured
    It follows from the batch size of 1 and from the layer, which is trained and has no axis beside
    rows and features: after a convolution the places of a picture are normalised together, and one
    row is enough.

    ## Example
    ```python
    model = keras.Sequential([
        keras.Input((10,)),
        keras.layers.Dense(32),
        keras.layers.BatchNormalization(),
        keras.layers.Dense(1),
    ])
    model.fit(x, y, batch_size=1)
    ```

    ## What the treatment does
    It sets the batch size to 32, which is Keras's default.

    ## When to ignore it
    Never while the layer is trained.

    ## References
    Ioffe and Szegedy, "Batch normalization", ICML 2015, algorithm 1. Measured with Keras 3.15: a
    model of pictures that scored 0.99 with batches of 16 stayed at chance with batches of 1.
    """
    if fit.batch_size is None:
        message = "the data does not tell how many rows a batch has"
        raise DoesNotApplyError(message)
    alone = [one for one in layers.layers if _normalises_rows(one)]
    if not alone:
        message = "no layer normalises rows by their batch"
        raise DoesNotApplyError(message)
    if fit.batch_size == 1:
        yield _finding(alone)


def _normalises_rows(layer: Layer) -> bool:
    is_flat = layer.shape is not None and len(layer.shape) == FLAT
    return layer.kind == "BatchNormalization" and layer.trainable and is_flat


def _finding(alone: list[Layer]) -> Finding:
    first = alone[0]
    names = enumerated([f"`{one.name}`" for one in alone])
    does = "puts" if len(alone) == 1 else "put"
    return Finding(
        title=f"`{first.name}` normalises each row by itself, which leaves nothing of it",
        says=f"With batches of one row the mean of a batch is the row, so in training {names} "
        f"{does} out the same for every row, and the layers behind learn nothing of the inputs.",
        where=Where(layer=first.name, line=first.line),
        measured={"rows of a batch": 1},
        expected={"rows of a batch": "16 or more"},
    )


@normalised_by_itself.treatment("Use batches of 32 rows", effect="training")
def use_larger_batches(_finding: Finding, cell: Cell) -> Cell | str:
    """Normalise by the mean and spread of several rows."""
    if len(cell.calls_of("fit")) != 1:
        return "Use batches of 16 rows or more."
    return cell.with_argument("fit", "batch_size", str(DEFAULT_BATCH), position=BATCH_POSITION)

"""A validation loss below the training loss, although nothing is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.callbacks import Callbacks
from nbdoctor.readings.history import History
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.trained import Trained
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, rule


@rule(
    family="training",
    severity="note",
    kind="proof",
    holds="There is no validation loss below the training loss to explain",
    explains=(),
)
def validation_looks_better(  # noqa: PLR0913  (two thresholds, each by name)
    history: History,
    trained: Trained,
    layers: Layers | None,
    callbacks: Callbacks | None,
    /,
    *,
    gap: float = 0.1,
    rows: float = 64,
) -> Iterator[Finding]:
    """The validation loss is below the training loss, although nothing is wrong.

    ## What it means
    The two losses are not computed in the same way. The training loss is a mean over the epoch,
    while the weights were still improving, with dropout and regularisation. The validation loss is
    computed after the epoch, without dropout.

    ## How it is measured
    The last validation loss in the log is below the training loss by at least `gap` (0.1, a tenth).
    After training, the loss on at least `rows` (64) training rows is computed in the same way as
    the validation loss, with the same weights. If it is not above the validation loss, the
    difference is explained, and reported as such. If it is above, the rule reports nothing.

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.randn(512, 10)
    y = (x[:, 0] > 0).astype(int)

    model = keras.Sequential([
        keras.Input((10,)),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dropout(0.5),
        keras.layers.Dense(2, activation="softmax"),
    ])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=10, validation_split=0.2)
    ```

    ## What the treatment does
    Nothing has to change. To compare both losses, evaluate the training rows.

    ## When to ignore it
    Always, once it is understood.

    ## References
    Keras documentation, "FAQ": why the training loss is higher than the testing loss.
    """
    training, judged = history.values.get("loss", ()), history.values.get("val_loss", ())
    if not training or not judged or trained.loss is None or trained.rows < rows:
        message = f"a training and a validation loss and at least {rows:g} rows are needed"
        raise DoesNotApplyError(message)
    if trained.weighted:
        message = "training uses sample weights, so that the two losses differ in more than one way"
        raise DoesNotApplyError(message)
    if callbacks is not None and any(one.keeps_best for one in callbacks.callbacks):
        message = "the weights are not those of the last epoch"
        raise DoesNotApplyError(message)
    lower = 0 < judged[-1] <= (1 - gap) * training[-1]
    if lower and trained.loss + trained.penalty <= judged[-1]:
        yield _finding(training[-1], judged[-1], trained, layers)


def _finding(training: float, judged: float, trained: Trained, layers: Layers | None) -> Finding:
    alike = trained.loss + trained.penalty if trained.loss is not None else 0.0
    drops = any("Dropout" in layer.kind for layer in layers.layers) if layers else False
    why = "with dropout, over the whole epoch" if drops else "over the whole epoch"
    return Finding(
        title="The validation loss is below the training loss, which is normal here",
        says=(
            f"The last losses in the log are {figure(training)} for training and {figure(judged)} "
            f"for validation. The training loss is computed {why}. Computed in the same way as "
            f"the validation loss, it is {figure(alike)} on {trained.rows} training rows."
        ),
        measured={
            "training loss in the log": training,
            "validation loss in the log": judged,
            "training loss computed as in validation": alike,
        },
        expected={"training loss computed as in validation": f"at most {figure(judged)}"},
    )


@validation_looks_better.treatment("Compute both losses in the same way", effect="none")
def compute_both_alike(_finding: Finding, _cell: Cell) -> str:
    """Evaluate the training rows."""
    return (
        "Nothing has to change. `model.evaluate(x_train, y_train)` computes the training loss as "
        "in validation."
    )

"""Validation reports a lower loss than training, and nothing is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.callbacks import Callbacks
from nbdoctor.probes.history import History
from nbdoctor.probes.layers import Layers
from nbdoctor.probes.trained import Trained
from nbdoctor.rules.rule import DoesNotApplyError, Finding, figure, rule


@rule(
    family="training",
    severity="note",
    kind="proof",
    holds="No validation loss below the training loss needs an explanation",
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
    """Validation reports a lower loss than training, and nothing is wrong.

    ## What it means
    The two numbers are not measured alike. The training loss is a mean over the epoch, while the
    weights were still getting better, with dropout on and penalties added. Validation is measured
    after the epoch, without dropout.

    ## How it is measured
    The log ends with a validation loss that is below the training loss by `gap` (0.1, a tenth) or
    more. After training the loss of at least `rows` (64) training rows is computed in the way of
    validation, at the same weights: it is not above that of validation, so the order is as it
    should be. Where it stays above, this rule says nothing.

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
    Nothing has to change. To see both numbers alike, evaluate the training rows.

    ## When to ignore it
    Always, once it is understood.

    ## References
    Keras documentation, "FAQ": why the training loss is higher than the testing loss.
    """
    training, judged = history.values.get("loss", ()), history.values.get("val_loss", ())
    if not training or not judged or trained.loss is None or trained.rows < rows:
        message = "a training and a validation loss are needed"
        raise DoesNotApplyError(message)
    if trained.weighted:
        message = "training weighs its rows, so that the two losses differ in more than one way"
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
    why = "with dropout on, over the whole epoch" if drops else "over the whole epoch"
    return Finding(
        title="Validation looks better than training, which is normal here",
        says=(
            f"The log ends with {figure(training)} for training and {figure(judged)} for "
            f"validation. Training is measured {why}. Measured like validation, {trained.rows} "
            f"training rows have {figure(alike)}."
        ),
        measured={
            "training loss in the log": training,
            "validation loss in the log": judged,
            "training loss measured alike": alike,
        },
        expected={"training loss measured alike": f"{figure(judged)} or less"},
    )


@validation_looks_better.treatment("Measure both alike", effect="none")
def measure_both_alike(_finding: Finding, _cell: Cell) -> str:
    """Say how to see the two numbers side by side."""
    return "Nothing has to change. `model.evaluate(x_train, y_train)` measures as validation does."

"""The validation loss rises while the training loss falls."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.callbacks import Callbacks
from nbdoctor.readings.history import History
from nbdoctor.readings.trained import Trained
from nbdoctor.readings.validation import Validation
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, rule

LATE = 3
"""Epochs at the end that are averaged, since a single one is noisy."""


@rule(
    family="training",
    severity="note",
    kind="strong",
    holds="The validation loss does not rise while the training loss falls",
    explains=(),
)
def overfit_to_training(  # noqa: PLR0913  (three thresholds, each by name)
    history: History,
    trained: Trained,
    validation: Validation | None,
    callbacks: Callbacks | None,
    /,
    *,
    rises: float = 1.2,
    since: float = 5,
    rows: float = 50,
) -> Iterator[Finding]:
    """The validation loss rises while the training loss falls.

    ## What it means
    From some epoch on, the model learns details of its training rows that do not generalise to
    other rows. What it learns after the best epoch makes it worse on new data (overfitting).

    ## How it is measured
    The epoch with the lowest validation loss is at least `since` (5) epochs before the last. Each
    of the last three epochs is above it by a factor of `rises` (1.2), while the training loss is
    below that of the best epoch. After training, the loss on training rows is computed as in
    validation and is below the lowest validation loss, so that dropout and regularisation do not
    cause the difference. With fewer than `rows` (50) validation rows the difference may be chance,
    and nothing is reported.

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.randn(100, 50)
    y = (x[:, 0] + np.random.randn(100) > 0).astype(int)

    model = keras.Sequential([
        keras.Input((50,)),
        keras.layers.Dense(256, activation="relu"),
        keras.layers.Dense(2, activation="softmax"),
    ])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=60, validation_split=0.5)
    ```

    ## What the treatment does
    It lists what helps: restoring the best epoch, more rows, augmentation, a smaller model. Which
    of these fits is your choice.

    ## When to ignore it
    When accuracy is what counts and it still improves: the loss also grows if the model only
    becomes overconfident. With `restore_best_weights=True` nothing is reported.

    ## References
    Goodfellow, Bengio and Courville, "Deep Learning", 2016, sections 5.2 and 7.8.
    """
    training, judged = history.values.get("loss", ()), history.values.get("val_loss", ())
    if len(training) != len(judged) or len(judged) <= since or trained.loss is None:
        message = f"training and validation losses of more than {since:g} epochs are needed"
        raise DoesNotApplyError(message)
    if validation is not None and validation.rows < rows:
        message = f"{validation.rows} validation rows are too few"
        raise DoesNotApplyError(message)
    if callbacks is not None and any(one.keeps_best for one in callbacks.callbacks):
        message = "the weights of the best epoch are restored"
        raise DoesNotApplyError(message)
    best = min(range(len(judged)), key=judged.__getitem__)
    lowest = judged[best]
    late = len(judged) - 1 - best >= since
    grows = math.isfinite(lowest) and 0 < rises * lowest <= min(judged[-LATE:])
    falls = statistics.fmean(training[-LATE:]) < training[best] and trained.loss < lowest
    if late and grows and falls:
        yield _finding(training, judged, best)


def _finding(training: tuple[float, ...], judged: tuple[float, ...], best: int) -> Finding:
    return Finding(
        title=f"The model overfits the training rows since epoch {best + 1}",
        says=(
            f"The validation loss was lowest in epoch {best + 1} ({figure(judged[best])}) and is "
            f"{figure(judged[-1])} in epoch {len(judged)}, while the training loss fell from "
            f"{figure(training[best])} to {figure(training[-1])}."
        ),
        measured={
            "lowest validation loss": judged[best],
            "validation loss in the last epoch": judged[-1],
        },
        expected={"validation loss in the last epoch": f"about {figure(judged[best])}"},
    )


@overfit_to_training.treatment("Keep the weights of the best epoch", effect="judgement")
def keep_the_best_epoch(_finding: Finding, _cell: Cell) -> str:
    """Restore the weights of the best epoch, or reduce the overfitting."""
    return (
        "`keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)` restores the best "
        "epoch. More rows, augmentation, dropout or a smaller model can reduce the overfitting."
    )

"""NaN weights although the loss is finite."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.history import History
from nbdoctor.readings.trained import Trained
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import Finding, Where, rule


@rule(
    family="training",
    severity="critical",
    kind="proof",
    holds="No weight is NaN or infinite while the loss is finite",
    explains=(
        "constant-predictions",
        "baseline-not-beaten",
        "dead-units",
        "too-few-steps",
    ),
)
def nan_hidden_by_relu(trained: Trained, history: History, /) -> Iterator[Finding]:
    """Weights are NaN although the loss is finite.

    ## What it means
    NaN in the data makes the gradient NaN and then the weights. On a CPU a fused ReLU turns NaN
    into 0, so all later values are computed from zeros: the loss stays finite, the accuracy stays
    constant, `TerminateOnNaN` never stops the training, and the model predicts the same for every
    row.

    ## How it is measured
    After training all weights are checked (a sample of large ones): one contains NaN or infinity,
    and the last loss in the training log is finite.

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.rand(256, 4)
    x[7, 2] = np.nan
    y = (np.nan_to_num(x)[:, 0] > 0.5).astype(int)

    model = keras.Sequential([
        keras.Input((4,)),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(2, activation="softmax"),
    ])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=3)
    ```

    ## What the treatment does
    It says what to do before the next training: find the NaN in the data and rebuild the model,
    since no training step can repair these weights.

    ## When to ignore it
    Never: these weights are lost.

    ## References
    Measured with Keras 3.15 on TensorFlow, CPU: all values of the first kernel were NaN, with a
    loss of 1.0877 in every epoch.
    """
    losses = history.values.get("loss", ())
    if not losses or not math.isfinite(losses[-1]) or not trained.non_finite:
        return
    first, count = trained.non_finite[0], len(trained.non_finite)
    others = f" and {count - 1} more" if count > 1 else ""
    yield Finding(
        title="Weights are NaN or infinite, but the loss is finite",
        says=(
            f"After training, `{first}`{others} contain{'' if others else 's'} NaN or infinity, "
            f"while the last loss in the log is {figure(losses[-1])}. A ReLU can turn NaN into 0, "
            "so that it does not reach the loss."
        ),
        where=Where(layer=trained.broken_layer),
        measured={"weights with NaN or infinity": count},
        expected={"weights with NaN or infinity": 0},
    )


@nan_hidden_by_relu.treatment("Clean the data and rebuild the model", effect="advice")
def clean_and_rebuild(_finding: Finding, _cell: Cell) -> str:
    """Find the NaN in the data, and rebuild the model."""
    return (
        "Look for NaN in the inputs (`np.isnan(x).sum()`), drop or fill these rows, and rebuild "
        "the model: these weights do not recover."
    )

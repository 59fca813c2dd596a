"""Weights that are NaN behind a loss that looks fine."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.history import History
from nbdoctor.probes.trained import Trained
from nbdoctor.rules.rule import Finding, Where, figure, rule


@rule(
    family="training",
    severity="critical",
    kind="proof",
    holds="No weight is NaN behind a finite loss",
    explains=(
        "constant-predictions",
        "baseline-not-beaten",
        "dead-units",
        "too-few-steps",
    ),
)
def nan_hidden_by_relu(trained: Trained, history: History, /) -> Iterator[Finding]:
    """Weights that are NaN behind a loss that looks fine.

    ## What it means
    A NaN in the data makes the gradient NaN and then the weights. On a CPU a fused ReLU turns NaN
    into 0, so what follows is computed from zeros: the loss stays finite, accuracy stays at one
    value, `TerminateOnNaN` never stops, and the model answers the same for every row.

    ## How it is measured
    After training all weights are looked at (large ones by a sample): one holds NaN or infinity,
    and the loss that the training log ends with is finite.

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
    It says what has to happen before the next training: find the NaN in the data and build the
    model anew, since no step brings a weight back.

    ## When to ignore it
    Never: these weights are lost.

    ## References
    Measured with Keras 3.15 on TensorFlow, CPU: a first kernel of NaN throughout, with a loss of
    1.0877 in every epoch.
    """
    losses = history.values.get("loss", ())
    if not losses or not math.isfinite(losses[-1]) or not trained.non_finite:
        return
    first, count = trained.non_finite[0], len(trained.non_finite)
    others = f" and {count - 1} more" if count > 1 else ""
    yield Finding(
        title="Weights are NaN, and the loss does not show it",
        says=(
            f"After training `{first}`{others} hold{'' if others else 's'} NaN or infinity, while "
            f"the log ends with a loss of {figure(losses[-1])}. A ReLU can turn NaN into 0 on its "
            "way to the loss."
        ),
        where=Where(layer=trained.broken_layer),
        measured={"weights with NaN": count, "loss": losses[-1]},
        expected={"weights with NaN": 0},
    )


@nan_hidden_by_relu.treatment("Clean the data and start anew", effect="advice")
def clean_and_start_anew(_finding: Finding, _cell: Cell) -> str:
    """Say how to find the reason."""
    return (
        "Look for NaN in the inputs (`np.isnan(x).sum()`), drop or fill those rows, and build the "
        "model anew: these weights do not recover."
    )

"""Penalties on the weights that leave nothing to learn with."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import CannotEditError, Cell
from nbdoctor.probes.head import Head
from nbdoctor.probes.labels import Labels
from nbdoctor.probes.loss_at_init import LossAtInit
from nbdoctor.probes.trained import Trained
from nbdoctor.rules.rule import DoesNotApplyError, Finding, figure, rule

FACTOR = "0.0001"
"""At 0.001 a penalty can be a third of the loss of a healthy model; a tenth of it is small."""


@rule(
    family="training",
    severity="warning",
    kind="strong",
    holds="The penalties on the weights leave room to learn",
    explains=(
        "dead-units",
        "constant-predictions",
        "baseline-not-beaten",
        "loss-starts-high",
        "too-few-steps",
    ),
)
def overpowering_regularizer(
    loss: LossAtInit,
    trained: Trained,
    head: Head,
    labels: Labels | None,
    /,
    *,
    spread: float = 0.01,
) -> Iterator[Finding]:
    """Penalties on the weights that leave nothing to learn with.

    ## What it means
    A regularizer adds the size of the weights to the loss. When it weighs more than the data, the
    cheapest model is one whose weights are all about 0: it answers the same for every row, and
    the loss falls all the while because the penalty does.

    ## How it is measured
    Before training the penalty is larger than the loss of the data; after it the penalty has
    become smaller, and the predictions of the rows looked at are constant: their spread is below
    `spread` (0.01) of the range of probabilities, or of the spread of the target. A large share
    of the loss alone proves nothing: more than a third was healthy at 0.001.

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.randn(512, 10)
    y = (x[:, 0] > 0).astype(int)

    model = keras.Sequential([
        keras.Input((10,)),
        keras.layers.Dense(64, activation="relu", kernel_regularizer=keras.regularizers.L2(1.0)),
        keras.layers.Dense(2, activation="softmax", kernel_regularizer=keras.regularizers.L2(1.0)),
    ])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=20)
    ```

    ## What the treatment does
    It says which factors are usual. A factor of 1 took a model to 0.454 that reached 0.875
    without it.

    ## When to ignore it
    When the inputs hold nothing about the labels: then constant predictions are right.

    ## References
    Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 7.1. Limits measured with
    Keras 3.15: with a factor of 0.1 the predictions had a spread of 0.0000.
    """
    if not loss.penalty:
        message = "no layer has a regularizer"
        raise DoesNotApplyError(message)
    scale = _scale(head, labels)
    if trained.spread is None or scale is None:
        message = "how far the predictions should spread is not known"
        raise DoesNotApplyError(message)
    shrank = loss.penalty > max(loss.data, trained.penalty)
    if shrank and trained.spread < spread * scale:
        yield _finding(loss, trained, spread * scale)


def _scale(head: Head, labels: Labels | None) -> float | None:
    """What a spread is compared with: 1 for probabilities, else the spread of the target."""
    if len(head.outputs) != 1:
        return None
    if head.outputs[0].activation in ("softmax", "sigmoid") or head.outputs[0].from_logits:
        return 1.0
    targets = labels.targets if labels is not None else ()
    return targets[0].std if len(targets) == 1 and targets[0].std > 0 else None


def _finding(loss: LossAtInit, trained: Trained, least: float) -> Finding:
    return Finding(
        title="The penalties on the weights leave nothing to learn with",
        says=(
            f"At the start the regularizers add {figure(loss.penalty)} to a loss of "
            f"{figure(loss.data)}. Training has brought that down to {figure(trained.penalty)} by "
            f"making the weights small, and now the predictions for {trained.rows} rows are all "
            f"but the same (spread {figure(trained.spread or 0.0, 2)})."
        ),
        measured={
            "penalty at the start": loss.penalty,
            "loss of the data at the start": loss.data,
            "spread of the predictions": trained.spread or 0.0,
        },
        expected={"spread of the predictions": f"above {figure(least)}"},
    )


@overpowering_regularizer.treatment("Take a smaller factor", effect="model")
def take_a_smaller_factor(_finding: Finding, cell: Cell) -> Cell | str:
    """Give every regularizer of the cell a factor of 0.0001."""
    written = [call for call in cell.calls if call.name.lower() in {"l1", "l2"}]
    try:
        for call in written:
            name = call.name.lower()
            cell = cell.with_argument(call.name, name, FACTOR, position=0, at=call)
    except CannotEditError:
        written = []
    if written:
        return cell
    return (
        "Give the regularizers a factor of 0.0001 to 0.001, such as "
        "`keras.regularizers.L2(0.0001)`, or leave them out until the model learns."
    )

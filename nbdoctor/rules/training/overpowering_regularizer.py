"""Regularisation that is too strong for the model to learn."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.head import Head
from nbdoctor.readings.labels import Labels
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.loss_parts import LossParts
from nbdoctor.readings.trained import Trained
from nbdoctor.rules.figures import figure, score_figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, rule

FACTOR = "0.0001"
"""At 0.001 regularisation can be a third of the loss of a healthy model; a tenth of it is small."""


@rule(
    family="training",
    severity="warning",
    kind="strong",
    holds="The regularisation is not too strong for the model to learn",
    explains=(
        "dead-units",
        "constant-predictions",
        "baseline-not-beaten",
        "loss-starts-high",
        "too-few-steps",
        "below-simple-models",
    ),
    gated=True,
    parts=("regularisation",),
)
def overpowering_regularizer(  # noqa: PLR0913, PLR0917  (what it adds, and what came of it)
    loss: LossAtInit,
    trained: Trained,
    head: Head,
    labels: Labels | None,
    parts: LossParts | None = None,
    attained: Attained | None = None,
    /,
    *,
    spread: float = 0.01,
    times: float = 3.0,
) -> Iterator[Finding]:
    """Regularisation that is too strong for the model to learn.

    ## What it means
    A regularizer adds the size of the weights to the loss. If this part outweighs the loss on the
    data, the loss is lowest with weights near 0: the model predicts the same for every row, and the
    loss still falls because the regularisation loss does.

    ## How it is measured
    Before training the regularisation loss is larger than the loss on the data. After training it
    has become smaller, and the predictions are constant: their standard deviation over the rows is
    below `spread` (0.01) of the range of probabilities, or of the standard deviation of the target.
    A short training does not get that far: where the regularisation loss was more than `times` (3)
    the loss on the data and simple models are clearly better than the trained model, it is a hint.
    A large share of the loss alone is no evidence: at a factor of 0.001 more than a third was
    healthy. Where the step tells what its loss is the sum of, only terms of the weights themselves
    count; what layers add for their outputs is judged by `dominating-loss-term`.

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
    It sets a factor of 0.0001, or says which factors are usual. A model with a factor of 1 reached
    an accuracy of 0.454, and 0.875 without regularisation.

    ## When to ignore it
    When the inputs contain no information about the labels: then constant predictions are right.

    ## References
    Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 7.1. Thresholds measured with
    Keras 3.15: with a factor of 0.1 the predictions had a standard deviation of 0.0000.
    """
    penalty, after = loss.penalty, trained.penalty
    if parts is not None:
        penalty = parts.before("weights")
        after = parts.after("weights") if parts.after_training else after
    if not penalty:
        message = "no layer has a regularizer"
        raise DoesNotApplyError(message)
    scale = _scale(head, labels)
    if trained.spread is None or scale is None:
        message = "the expected spread of the predictions is not known"
        raise DoesNotApplyError(message)
    if penalty <= max(loss.data, after):
        return
    if trained.spread < spread * scale:
        yield _finding(loss, (penalty, after), trained, spread * scale)
    elif attained is not None and attained.has_gap and penalty > times * loss.data:
        yield _hint(loss, (penalty, after), attained)


def _scale(head: Head, labels: Labels | None) -> float | None:
    """Return what a spread is compared with: 1 for probabilities, else the target's own spread."""
    if len(head.outputs) != 1:
        return None
    if head.outputs[0].activation in ("softmax", "sigmoid") or head.outputs[0].from_logits:
        return 1.0
    targets = labels.targets if labels is not None else ()
    return targets[0].std if len(targets) == 1 and targets[0].std > 0 else None


def _finding(
    loss: LossAtInit, penalty: tuple[float, float], trained: Trained, least: float
) -> Finding:
    before, after = penalty
    return Finding(
        title="The regularisation is too strong for the model to learn",
        says=(
            f"Before training the regularizers add {figure(before)} to a loss of "
            f"{figure(loss.data)} on the data. Training reduced that to "
            f"{figure(after)} by making the weights small, and now the predictions for "
            f"{trained.rows} rows are nearly the same (standard deviation "
            f"{figure(trained.spread or 0.0, 2)})."
        ),
        measured={
            "regularisation loss before training": before,
            "standard deviation of the predictions": trained.spread or 0.0,
        },
        expected={
            "regularisation loss before training": f"below {figure(loss.data)}",
            "standard deviation of the predictions": f"above {figure(least)}",
        },
    )


def _hint(loss: LossAtInit, penalty: tuple[float, float], attained: Attained) -> Finding:
    before, after = penalty
    own, best = score_figure(attained.score), score_figure(attained.ceiling or 0.0)
    return Finding(
        title="The regularisation outweighs the data",
        says=(
            f"Before training the regularizers add {figure(before)} to a loss of "
            f"{figure(loss.data)} on the data, {figure(after)} now. On {attained.where} the "
            f"model has a score of {own}, the best simple model {best} (0: the best "
            "constant, 1: perfect)."
        ),
        measured={"regularisation loss before training": before},
        expected={"regularisation loss before training": f"below {figure(loss.data)}"},
        kind="hint",
    )


@overpowering_regularizer.treatment("Use a smaller regularisation factor", effect="model")
def use_a_smaller_factor(_finding: Finding, cell: Cell) -> Cell | str:
    """Set the factor of every regularizer in the cell to 0.0001."""
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
        "Use regularizers with a factor of 0.0001 to 0.001, for example "
        "`keras.regularizers.L2(0.0001)`, or remove them until the model learns."
    )

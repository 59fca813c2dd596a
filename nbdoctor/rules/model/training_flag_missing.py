"""Layers that a training step calls in inference mode."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.step_account import ModelCall, StepCode
from nbdoctor.rules.figures import listed
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="model",
    severity="warning",
    kind="proof",
    holds="The training step calls dropout and BatchNormalization in training mode",
    explains=("stale-batch-statistics", "fading-signal", "overfit-to-training", "too-few-steps"),
)
def training_flag_missing(code: StepCode, layers: Layers | None, /) -> Iterator[Finding]:
    """A training step that calls its model in inference mode.

    ## What it means
    `fit` calls the model with `training=True`. A `train_step` or loop of one's own has to do so
    itself: `model(x)` without the argument runs as in `predict`. Then `Dropout` drops nothing, and
    `BatchNormalization` neither normalises by the batch nor collects its averages: it multiplies
    by the numbers that it was made with, and deep models lose the signal it was there to keep.

    ## How it is measured
    In the first step, every call of a dropout layer returned the very tensor that it was given, and
    no moving average of a `BatchNormalization` has changed. Frozen layers are left out, and so are
    models that the step calls with `training=True` and that pass on something else inside. There is
    no threshold.

    ## Example
    ```python
    with tf.GradientTape() as tape:
        loss = loss_function(y_batch, model(x_batch))
    ```

    ## What the treatment does
    It says where the argument belongs.

    ## When to ignore it
    When pretrained normalisation is kept as it is on purpose. `trainable = False` on these layers
    says so.

    ## References
    Keras guide, "Writing a training loop from scratch in TensorFlow"; "Transfer learning and
    fine-tuning", section on `BatchNormalization`.
    """
    if not code.cares:
        message = "no layer acts otherwise in training, as far as the step shows it"
        raise DoesNotApplyError(message)
    if code.idle and not code.calls:
        message = "the step tells its model to train, which calls some layers otherwise"
        raise DoesNotApplyError(message)
    if layers is not None and layers.pretrained:
        message = "the model was trained before, so its statistics may be kept on purpose"
        raise DoesNotApplyError(message)
    if code.idle:
        yield _finding(code, code.calls[0])


def _finding(code: StepCode, call: ModelCall) -> Finding:
    how = "without `training=True`" if call.training is None else "with `training=False`"
    normalises = any("normalization" in name for name in code.idle)
    number = len(code.idle)
    acts = "act" if number > 1 else "acts"
    return Finding(
        title=f"The training step calls `{call.name}` {how}",
        says=f"{listed(code.idle)} {acts} as in `predict` during training: the step calls "
        f"`{call.name}` {how}."
        + (
            " The moving averages of the normalisation stay what they were made with."
            if normalises
            else " Nothing is dropped."
        ),
        where=Where(layer=code.idle[0]),
        measured={"layers in inference mode": number},
        expected={"layers in inference mode": 0},
    )


@training_flag_missing.treatment("Call the model with training=True", effect="advice")
def call_it_in_training_mode(finding: Finding, _cell: Cell) -> str:
    """Pass `training=True` where the step calls the model."""
    name = finding.title.split("`")[1]
    return (
        f"In the training step write `{name}(..., training=True)`. A `call` of your own that calls "
        "layers needs an argument `training`, which it passes on."
    )

"""Regularizers that the loss of a step of one's own does not contain."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.left_out_penalty import LeftOutPenalty
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import Finding, Where, rule


@rule(
    family="training",
    severity="warning",
    kind="proof",
    holds="The loss contains the penalties of the regularizers",
    explains=("overfit-to-training",),
)
def regularizer_left_out(penalty: LeftOutPenalty, /) -> Iterator[Finding]:
    """Regularizers that the loss of a step of one's own does not contain.

    ## What it means
    A `kernel_regularizer` changes nothing by itself. Layers collect what it asks for in
    `model.losses`; `fit` adds that to the loss, and a loop or a `train_step` of your own has to do
    it. Without it the weights grow as if there were no regularizer.

    ## How it is measured
    Some trainable weights have a regularizer. In a traced step the loss that the tape
    differentiates is followed back through its operations: it comes to no variable but through what
    layers put out. In a step that runs op by op it is exactly the value that one loss of Keras
    gave, although the penalty is more than a ten-thousandth of it. Steps that do not show this, and
    those with several optimizers, are not judged.

    ## Example
    ```python
    layer = keras.layers.Dense(64, kernel_regularizer="l2")
    model = keras.Sequential([keras.Input((20,)), layer, keras.layers.Dense(1)])

    @tf.function
    def train_step(x, y):
        with tf.GradientTape() as tape:
            loss = loss_of(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    ```

    ## What the treatment does
    It says what to add.

    ## When to ignore it
    When the optimizer decays the weights in place of it, and the regularizer was left where it was.

    ## References
    Keras guide, "Writing a training loop from scratch in TensorFlow", section on losses that the
    model tracks.
    """
    if penalty.in_loss:
        return
    weights = f"{penalty.weights} weight{'s' if penalty.weights > 1 else ''}"
    size = f" They ask for {figure(penalty.penalty)}." if penalty.penalty is not None else ""
    if penalty.loss is not None:
        size += f" At the first step the loss is {figure(penalty.loss)}."
    yield Finding(
        title="The regularizers have no effect: the loss does not contain them",
        says=f"{weights} of the model have a regularizer, the first in `{penalty.layer}`. The loss "
        f"that the step differentiates is made from none of them.{size}",
        where=Where(layer=penalty.layer),
        measured={"regularized weights in the loss": 0},
        expected={"regularized weights in the loss": penalty.weights},
    )


@regularizer_left_out.treatment("Add `model.losses` to the loss", effect="advice")
def add_the_losses(_finding: Finding, _cell: Cell) -> str:
    """Add what the layers have collected, inside of the tape."""
    return (
        "Inside of the tape, after the model was called: `loss += sum(model.losses)`. In a "
        "`train_step`, `self.compute_loss(x, y, y_pred)` does it."
    )

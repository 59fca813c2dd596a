"""Sums of gradients that are never set back to zero."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.kept_sums import ENOUGH_UPDATES, KeptSums
from nbdoctor.rules.rule import DoesNotApplyError, Finding, rule


@rule(
    family="training",
    severity="warning",
    kind="proof",
    holds="Sums of gradients are set back after an update",
    explains=(
        "below-simple-models",
        "baseline-not-beaten",
        "cause-by-experiment",
        "diverging-loss",
        "gradient-lost",
        "learning-rate-too-high",
    ),
    parts=("loop",),
)
def sums_never_reset(sums: KeptSums, /) -> Iterator[Finding]:
    """Sums of gradients that are never set back to zero.

    ## What it means
    To train with larger batches than fit into memory, a step adds up the gradients of several
    batches and applies their sum. If the sum is not set to zero afterwards, each update repeats all
    gradients of the training so far: it goes on in old directions, ever faster, and the loss swings
    or grows.

    ## How it is measured
    An attribute of the model holds a variable for each trainable weight, in its shape. After
    training, steps are made on copies until the optimizer has made three updates, 40 at most, and
    the norm of these variables is noted after each. It is reported where it changes and never falls
    to a tenth of what it was.

    ## Example
    ```python
    def train_step(self, data):
        ...
        for total, gradient in zip(self.sums, gradients):
            total.assign_add(gradient)
        if self.step % 4 == 0:
            self.optimizer.apply_gradients(zip(self.sums, self.trainable_variables))
            # missing: for total in self.sums: total.assign(tf.zeros_like(total))
    ```

    ## What the treatment does
    It says what to add, and what Keras does by itself.

    ## When to ignore it
    When the sum is a momentum of your own, and fades.

    ## References
    Keras documentation, "Optimizers", `gradient_accumulation_steps`.
    """
    if sums.updates < ENOUGH_UPDATES or not sums.grew:
        message = f"`{sums.name}` does not change, or the optimizer made too few updates"
        raise DoesNotApplyError(message)
    if sums.ever_set_back:
        return
    yield Finding(
        title=f"`{sums.name}` adds up gradients and is never set back",
        says=f"In {sums.steps} steps on copies the optimizer made {sums.updates} updates, and "
        f"`{sums.name}`, which holds a sum for each weight, was never set back to 0. Each update "
        "repeats the gradients of all steps before.",
        measured={"times that the sums were set back": 0},
        expected={"times that the sums were set back": "once for each update"},
    )


@sums_never_reset.treatment("Set the sums back after each update", effect="advice")
def set_them_back(_finding: Finding, _cell: Cell) -> str:
    """Say what to add."""
    return (
        "After `apply_gradients` write `total.assign(tf.zeros_like(total))` for each sum. Or leave "
        "the step to Keras: `keras.optimizers.Adam(gradient_accumulation_steps=4)`."
    )

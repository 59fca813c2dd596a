"""A learning rate that training itself brings down to nothing."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.rate_left import RateLeft
from nbdoctor.rules.figures import figure, listed
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="training",
    severity="warning",
    kind="strong",
    holds="Training leaves a learning rate to go on with",
    explains=(
        "below-simple-models",
        "baseline-not-beaten",
        "cause-by-experiment",
        "constant-predictions",
        "fails-to-memorise",
        "learning-rate-too-low",
        "too-few-steps",
    ),
    gated=True,
    parts=("optimizer",),
)
def rate_falls_to_nothing(
    rate: RateLeft, /, *, left: float = 1e-3, still: float = 0.01
) -> Iterator[Finding]:
    """A learning rate that callbacks bring down to nothing during training.

    ## What it means
    A callback lowers the learning rate again and again: at each batch where each epoch was meant,
    or by a factor too small for the number of epochs. After some epochs no step changes a weight
    any more, and the rest of the training is for nothing.

    ## How it is measured
    The learning rate is read from the optimizer before the first step and after `fit`: no more than
    `left` (a thousandth) remains, and in the second half of the epochs the training loss falls by
    less than `still` (1 %). Where the trained model is as good as simple ones, nothing is reported:
    a rate that is lowered once all is learned does no harm.

    ## Example
    ```python
    class Halve(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):     # meant: on_epoch_end
            rate = self.model.optimizer.learning_rate
            rate.assign(rate * 0.5)
    ```

    ## What the treatment does
    It says what to look for.

    ## When to ignore it
    When the last epochs are there to collect statistics only.

    ## References
    Keras documentation, "LearningRateScheduler", which is asked once per epoch.
    """
    fell = rate.fell_afterwards
    if fell is None:
        message = "at least two epochs with a loss above 0 are needed"
        raise DoesNotApplyError(message)
    if not (rate.before > 0 and rate.after <= left * rate.before and fell < still):
        return
    by = f" {listed(rate.callbacks)} may change it." if rate.callbacks else ""
    yield Finding(
        title="The learning rate falls to nothing during training",
        says=f"It is {figure(rate.before)} before the first step and {figure(rate.after)} after "
        f"the last. In the second half of the epochs the loss falls by {max(fell, 0):.1%}.{by}",
        where=Where(call="fit", argument="callbacks" if rate.callbacks else ""),
        measured={"learning rate after training": rate.after},
        expected={"learning rate after training": f"above {figure(left * rate.before)}"},
    )


@rate_falls_to_nothing.treatment("Look at what lowers the rate, and how often", effect="advice")
def look_at_what_lowers_it(_finding: Finding, _cell: Cell) -> str:
    """Say where a rate is lowered too often."""
    return (
        "Look which callback sets the rate, and in which method: `on_train_batch_end` is called "
        "for each batch, `on_epoch_end` for each epoch. A factor of 0.5 leaves a thousandth after "
        "ten times."
    )

"""A warm-up of the learning rate that is longer than the training."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.updates import Updates
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="training",
    severity="warning",
    kind="proof",
    holds="The learning rate reaches its highest value within the training",
    explains=(
        "learning-rate-too-low",
        "too-few-steps",
        "below-simple-models",
        "baseline-not-beaten",
    ),
    gated=True,
    parts=("optimizer",),
)
def unfinished_warmup(updates: Updates, fit: Fit, /, *, reached: float = 0.5) -> Iterator[Finding]:
    """A warm-up of the learning rate that is longer than the training.

    ## What it means
    A warm-up raises the learning rate from about 0 over its first steps. If these are more than
    the training has, for example because they are given in samples, or for a larger data set, the
    whole training runs at small rates.

    ## How it is measured
    The schedule itself is asked for the rate of the next step, of the middle and of the end of the
    planned steps, and for those of a training up to a thousand times as long. The rate only rises
    until the end, and reaches less than `reached` (0.5) of the highest one there.

    ## Example
    ```python
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, decay_steps=100_000, warmup_target=1e-3, warmup_steps=60_000
    )
    model.compile(keras.optimizers.Adam(rate), "mse")
    model.fit(x, y, epochs=10)  # 10 epochs of 19 steps
    ```

    ## What the treatment does
    It says how many steps there are.

    ## When to ignore it
    When training goes on in further calls of `fit` with the same optimizer.

    ## References
    Keras documentation, `CosineDecay`, `warmup_steps`.
    """
    now, middle, end = updates.rate_now, updates.rate_middle, updates.rate_end
    later, steps = updates.rate_later, fit.steps_planned
    if now is None or middle is None or end is None or later is None or not steps:
        message = "the learning rate has no schedule, or the number of planned steps is not known"
        raise DoesNotApplyError(message)
    if now < middle < end < reached * later:
        yield Finding(
            title="The learning rate is still warming up when training ends",
            says=f"The schedule of `{updates.optimizer}` counts steps: in the "
            f"{steps:,} planned steps the learning rate rises from {figure(now)} to "
            f"{figure(end)}. It would reach {figure(later)} after about "
            f"{updates.later_steps:,} steps.",
            where=Where(call="compile", argument="optimizer"),
            measured={"highest learning rate of the training": end},
            expected={"highest learning rate of the training": later},
        )


@unfinished_warmup.treatment("Shorten the warm-up", effect="advice")
def shorten_the_warmup(_finding: Finding, _cell: Cell) -> str:
    """Let the warm-up be a small part of the training."""
    return (
        "Give the warm-up about a tenth of all steps: `warmup_steps = epochs * len(x) // "
        "batch_size // 10`."
    )

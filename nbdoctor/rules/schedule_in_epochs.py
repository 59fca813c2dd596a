"""A schedule that takes the learning rate away before half of the training."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.fit import Fit
from nbdoctor.probes.updates import Updates
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

ROUNDING = 1 + 1e-5
"""Rates are kept in single precision, where a hundredth is a little more or less than that."""

DECAYS = {"ExponentialDecay": 1, "InverseTimeDecay": 1, "PolynomialDecay": 1, "CosineDecay": 1}
"""Schedules with one length, and where `decay_steps` stands without its name."""


@rule(
    family="training",
    severity="warning",
    kind="proof",
    holds="The learning rate lasts for at least half of the training",
    explains=(
        "learning-rate-too-low",
        "too-few-steps",
    ),
)
def schedule_in_epochs(updates: Updates, fit: Fit, /, *, left: float = 0.01) -> Iterator[Finding]:
    """A schedule that takes the learning rate away before half of the training.

    ## What it means
    The schedules of Keras count steps, one per batch, not epochs. A decay over 50, meant as 50
    epochs, is over after 50 batches; all that follows trains with a rate of nearly nothing.

    ## How it is measured
    The schedule itself is asked for the rate of the next step and of that in the middle of the
    planned steps: no more than `left` (0.01, a hundredth) remains there. A cosine that ends at 0
    still has half of its rate in the middle and is not reported.

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.randn(4096, 10)
    y = (x[:, 0] > 0).astype(int)

    epochs = 50
    rate = keras.optimizers.schedules.CosineDecay(0.01, decay_steps=epochs)
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(2, activation="softmax")])
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=epochs)
    ```

    ## What the treatment does
    It gives the decay as many steps as are planned. For schedules with several lengths it says
    how many steps an epoch has.

    ## When to ignore it
    When most of the training is meant to be a last polish at a very small rate.

    ## References
    Keras documentation, "Learning rate schedules API".
    """
    if not updates.scheduled or updates.rate_middle is None:
        message = "the learning rate follows no schedule over a known number of steps"
        raise DoesNotApplyError(message)
    now = updates.rate_now or 0.0
    if now > 0 and updates.rate_middle <= left * now * ROUNDING:
        yield _finding(updates, fit, now, updates.rate_middle)


def _finding(updates: Updates, fit: Fit, now: float, middle: float) -> Finding:
    planned, each = fit.steps_planned or 0, fit.steps_per_epoch or 0
    epoch = f"; an epoch has {each:,}" if each else ""
    return Finding(
        title="The learning rate is gone before half of the training",
        says=(
            f"The schedule of `{updates.optimizer}` takes the rate from {figure(now)} to "
            f"{figure(middle)} by the middle of the {planned:,} planned steps. It counts steps, "
            f"not epochs{epoch}."
        ),
        where=Where(call="compile", argument="optimizer"),
        measured={
            "rate now": now,
            "rate in the middle": middle,
            "planned steps": planned,
            "steps per epoch": each,
        },
        expected={"rate in the middle": f"above {figure(now / 100)}"},
    )


@schedule_in_epochs.treatment("Count in steps", effect="training")
def count_in_steps(finding: Finding, cell: Cell) -> Cell | str:
    """Let the decay last for all planned steps."""
    planned, each = finding.measured["planned steps"], finding.measured["steps per epoch"]
    made = [call for call in cell.calls if call.name in DECAYS]
    cosine = [call for call in made if call.name in ("CosineDecay", "PolynomialDecay")]
    if len(made) == 1 and cosine and planned:
        name = made[0].name
        return cell.with_argument(name, "decay_steps", str(planned), position=DECAYS[name])
    return f"Multiply the epochs of the schedule by the steps of an epoch ({each})."

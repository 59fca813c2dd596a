"""A learning rate schedule that ends before half of the training."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.updates import Updates
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

ROUNDING = 1 + 1e-5
"""Rates are stored in single precision, where a hundredth is slightly more or less than that."""

DECAYS = {"ExponentialDecay": 1, "InverseTimeDecay": 1, "PolynomialDecay": 1, "CosineDecay": 1}
"""Schedules with one length, and the position of `decay_steps` among their arguments."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """Both are 0 where they are not known."""

    planned_steps: int
    steps_per_epoch: int


@rule(
    family="training",
    severity="warning",
    kind="proof",
    holds="The learning rate does not decay to 0 before half of the training",
    explains=(
        "learning-rate-too-low",
        "too-few-steps",
    ),
    gated=True,
    parts=("optimizer",),
)
def schedule_in_epochs(updates: Updates, fit: Fit, /, *, left: float = 0.01) -> Iterator[Finding]:
    """A schedule that decays the learning rate to about 0 before half of the training.

    ## What it means
    The learning rate schedules of Keras count steps (one per batch), not epochs. A decay over 50,
    meant as 50 epochs, is complete after 50 batches; the rest of the training has a learning rate
    of almost 0.

    ## How it is measured
    The schedule gives the rate of the next step and of the step in the middle of the planned steps:
    there, no more than `left` (0.01, a hundredth) remains. A cosine decay that ends at 0 still has
    half of its rate in the middle and is not reported.

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
    It sets `decay_steps` to the number of planned steps. For schedules with several lengths it says
    how many steps an epoch has.

    ## When to ignore it
    When most of the training is meant to run at a very small learning rate.

    ## References
    Keras documentation, "Learning rate schedules API".
    """
    if not updates.scheduled or updates.rate_middle is None:
        message = "the learning rate has no schedule, or the number of planned steps is not known"
        raise DoesNotApplyError(message)
    now = updates.rate_now or 0.0
    if now > 0 and updates.rate_middle <= left * now * ROUNDING:
        yield _finding(updates, fit, now, updates.rate_middle)


def _finding(updates: Updates, fit: Fit, now: float, middle: float) -> Finding:
    planned, each = fit.steps_planned or 0, fit.steps_per_epoch or 0
    epoch = f"; an epoch has {each:,}" if each else ""
    return Finding(
        title="The learning rate decays to 0 before half of the training",
        says=(
            f"The schedule of `{updates.optimizer}` reduces the learning rate from {figure(now)} "
            f"to {figure(middle)} by the middle of the {planned:,} planned steps. It counts steps, "
            f"not epochs{epoch}."
        ),
        where=Where(call="compile", argument="optimizer"),
        measured={"learning rate in the middle of training": middle},
        expected={"learning rate in the middle of training": f"above {figure(now / 100)}"},
        facts=_Facts(planned_steps=planned, steps_per_epoch=each),
    )


@schedule_in_epochs.treatment("Count the schedule in steps, not epochs", effect="training")
def count_in_steps(finding: Finding, cell: Cell) -> Cell | str:
    """Let the decay last for all planned steps."""
    facts = facts_of(finding, _Facts)
    made = [call for call in cell.calls if call.name in DECAYS]
    cosine = [call for call in made if call.name in ("CosineDecay", "PolynomialDecay")]
    if len(made) == 1 and cosine and facts.planned_steps:
        name, steps = made[0].name, str(facts.planned_steps)
        return cell.with_argument(name, "decay_steps", steps, position=DECAYS[name])
    return (
        "Multiply the lengths of the schedule, if they are epochs, by the steps per epoch "
        f"({facts.steps_per_epoch})."
    )

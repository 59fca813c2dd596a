"""A learning rate of zero or below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.optimizer import usual_rate, with_rate
from nbdoctor.readings.callbacks import Callbacks
from nbdoctor.readings.updates import Updates
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

Schedule = Literal["none", "running", "finished"]


@dataclass(frozen=True, slots=True)
class _Facts:
    optimizer: str
    schedule: Schedule


@rule(
    family="training",
    severity="critical",
    kind="proof",
    holds="The learning rate is above zero",
    explains=(
        "weights-stand-still",
        "learning-rate-too-low",
        "diverging-loss",
        "baseline-not-beaten",
    ),
    parts=("optimizer",),
)
def useless_learning_rate(updates: Updates, callbacks: Callbacks | None, /) -> Iterator[Finding]:
    """A learning rate of zero or below.

    ## What it means
    The learning rate multiplies every step. At 0 no weight changes, however long the training.
    Below 0 every step increases the loss (measured: from 1.347 to 1.892).

    ## How it is measured
    The learning rate of the next step is read from the optimizer, just before the first step. A
    schedule that starts at 0 and increases is a warm-up and not reported; a schedule that is 0 now
    and at the end has finished, as happens when the cell is run again with the same optimizer.

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.randn(512, 10)
    y = (x[:, 0] > 0).astype(int)

    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(2, activation="softmax")])
    model.compile(keras.optimizers.SGD(learning_rate=-0.01), "sparse_categorical_crossentropy")
    model.fit(x, y)
    ```

    ## What the treatment does
    It sets the usual learning rate of the optimizer. For a schedule that has finished it says how
    to restart it.

    ## When to ignore it
    When only statistics should be updated, such as those of BatchNormalization.

    ## References
    Keras documentation, "Optimizers", `learning_rate`.
    """
    rate = updates.rate_now
    if rate is None:
        message = "the learning rate cannot be read"
        raise DoesNotApplyError(message)
    if rate > 0:
        return
    if rate == 0:
        _check_applies(updates, callbacks)
    yield _finding(updates, rate)


def _check_applies(updates: Updates, callbacks: Callbacks | None) -> None:
    if callbacks is not None and callbacks.may_set_rates:
        message = "a callback sets the learning rate during training"
        raise DoesNotApplyError(message)
    later = (updates.rate_middle, updates.rate_end)
    if updates.scheduled and (None in later or any(rate != 0 for rate in later)):
        message = "the learning rate has a schedule that may increase it"
        raise DoesNotApplyError(message)


def _finding(updates: Updates, rate: float) -> Finding:
    name, done = updates.optimizer, updates.iterations
    schedule = _schedule(updates)
    if schedule == "finished":
        why = f"`{name}` has already made {done:,} steps, and its schedule ended at a rate of 0."
    else:
        does = "no step changes a weight" if rate == 0 else "every step increases the loss"
        why = f"The learning rate of `{name}` is {figure(rate)}, so {does}."
    return Finding(
        title="The learning rate is 0" if rate == 0 else "The learning rate is not above 0",
        says=why,
        where=Where(call="compile", argument="optimizer"),
        measured={"learning rate": rate},
        expected={"learning rate": "above 0"},
        facts=_Facts(optimizer=name, schedule=schedule),
    )


def _schedule(updates: Updates) -> Schedule:
    if not updates.scheduled:
        return "none"
    return "finished" if updates.iterations > 0 else "running"


@useless_learning_rate.treatment("Set a learning rate above zero", effect="training")
def set_a_rate(finding: Finding, cell: Cell) -> Cell | str:
    """Set the usual learning rate of this optimizer."""
    facts = facts_of(finding, _Facts)
    name, rate = facts.optimizer, usual_rate(facts.optimizer)
    if facts.schedule == "finished":
        return "Compile the model with a new optimizer, so that its schedule starts again."
    if facts.schedule == "running":
        return f"Start the schedule of `{name}` at about {rate}."
    try:
        return with_rate(cell, name, rate)
    except CannotEditError:
        return f"Compile the model with `{name}(learning_rate={rate})`."

"""A learning rate of zero or below."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import CannotEditError, Cell
from nbdoctor.capture.rate import usual_rate, with_rate
from nbdoctor.probes.callbacks import Callbacks
from nbdoctor.probes.updates import Updates
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule


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
)
def useless_learning_rate(updates: Updates, callbacks: Callbacks | None, /) -> Iterator[Finding]:
    """A learning rate of zero or below.

    ## What it means
    The rate multiplies every step. At 0 no weight moves, however long it trains. Below 0 every
    step goes up the slope, so that the loss grows (measured: 1.347 to 1.892).

    ## How it is measured
    The rate of the next step is read from the optimizer itself, just before the first step. A
    schedule that starts at 0 and rises is a warm-up and not reported; one that is 0 now and at
    the end has run out, as happens when the cell is run again with the same optimizer.

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
    It writes a rate of the usual order for the optimizer. For a schedule that has run out it says
    how to start it anew.

    ## When to ignore it
    When only statistics are to be updated, such as those of BatchNormalization.

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
        message = "a callback sets the learning rate while it trains"
        raise DoesNotApplyError(message)
    later = (updates.rate_middle, updates.rate_end)
    if updates.scheduled and (None in later or any(rate != 0 for rate in later)):
        message = "the learning rate follows a schedule that may rise"
        raise DoesNotApplyError(message)


def _finding(updates: Updates, rate: float) -> Finding:
    name, done = updates.optimizer, updates.iterations
    ran_out = updates.scheduled and done > 0
    if ran_out:
        why = (
            f"`{name}` has made {done:,} steps before, and its schedule has run out: the rate is 0."
        )
    else:
        does = "no step moves a weight" if rate == 0 else "every step makes the loss larger"
        why = f"The learning rate of `{name}` is {figure(rate)}, so {does}."
    return Finding(
        title="The learning rate is 0" if rate == 0 else "The learning rate is not above 0",
        says=why,
        where=Where(call="compile", argument="optimizer"),
        measured={
            "learning rate": rate,
            "optimizer": name,
            "schedule": "run out" if ran_out else "yes" if updates.scheduled else "no",
        },
        expected={"learning rate": "above 0"},
    )


@useless_learning_rate.treatment("Give a rate above zero", effect="training")
def give_a_rate(finding: Finding, cell: Cell) -> Cell | str:
    """Write a learning rate of the usual order for this optimizer."""
    name = str(finding.measured["optimizer"])
    rate = usual_rate(name)
    if finding.measured["schedule"] == "run out":
        return "Compile the model with a new optimizer, so that its schedule starts anew."
    if finding.measured["schedule"] == "yes":
        return f"Let the schedule of `{name}` start near {rate}."
    try:
        return with_rate(cell, name, rate)
    except CannotEditError:
        return f"Compile the model with `{name}(learning_rate={rate})`."

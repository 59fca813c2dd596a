"""A training that ended while the model was still learning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from nbdoctor.capture.cell import CannotEditError, Cell
from nbdoctor.capture.rate import rate_text, with_rate
from nbdoctor.probes.fit import Fit
from nbdoctor.probes.history import History
from nbdoctor.probes.score import Score, share_reached
from nbdoctor.probes.signal import Signal
from nbdoctor.probes.trained import Trained
from nbdoctor.probes.updates import Updates
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Value, Where, figure, rule

EPOCHS_POSITION = 3
CHANCE = 0.05
"""Usual level of a test against shuffled targets."""

THIRDS = 3
"""The end is compared with the middle: the last third of the epochs with the one before."""

FEW_EPOCHS = 4
"""Fewer epochs have no middle: there every one has to fall."""

WORTH = 0.01
"""As many epochs again, at this pace, would lower the loss by a hundredth at least."""

MOSTLY = 0.5
"""A penalty of this share of the loss may be what falls."""

TRAIN_LONGER, LONGER = "Train longer", 5

LONGER_STEPS, LARGER = "Take longer steps", 10
"""The next step of a usual search for a learning rate."""


@rule(
    family="training",
    severity="warning",
    kind="strong",
    holds="Training did not end while a far better result was still ahead",
    explains=("baseline-not-beaten", "majority-class-only"),
)
def too_few_steps(  # noqa: PLR0913  (five readings, three thresholds)
    history: History,
    trained: Trained,
    signal: Signal,
    fit: Fit | None,
    updates: Updates | None,
    /,
    *,
    reached: float = 0.7,
    times: float = 3.0,
    steep: float = 0.5,
) -> Iterator[Finding]:
    """Training ends while the loss falls as before, far from what the data allows.

    ## What it means
    A model is trained by steps, one per batch. When there are few of them, or each is short, it
    is stopped on its way: nothing is wrong with it but that it was not trained long enough, or
    with too small a rate.

    ## How it is measured
    Two things must hold together after training.

    The loss still falls: over the last third of the epochs by at least `steep` (0.5) of what it
    fell over the third before, and so much that as many epochs again would lower it by a
    hundredth. With fewer than four epochs each one must fall. Where penalties on the weights make
    up half of the loss, nothing is said.

    A better result is possible: a linear model or nearest neighbours, scored on rows that they
    were not fitted on and far from chance, are ahead. The model's own score on rows that it was
    trained on is below `reached` (0.7) of the way from the best constant answer to the simple
    model, and what it leaves unexplained is at least `times` (3) as much.

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.uniform(1, 2, size=(100, 1))

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("rmsprop", "mse")
    model.fit(x, 5 * x, epochs=20)
    ```

    ## What the treatment does
    It multiplies the epochs by five, or the learning rate by ten: longer steps get as far in less
    time, as long as they are not too long.

    ## When to ignore it
    When the model is meant to be stopped early, or is trained in several calls of `fit`.

    ## References
    Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 11.4.1: look at the training
    error first. Measured with Keras 3.15: SGD at its default left a curve half explained (R² of
    0.43 after 10 epochs, neighbours 0.9996), RMSprop at its default a line at an R² of -20.
    """
    losses = history.values.get("loss", ())
    if trained.score is None or len(losses) < 2:  # noqa: PLR2004  (a fall takes two)
        message = "it takes two epochs, and one output of classes or numbers"
        raise DoesNotApplyError(message)
    if trained.penalty > MOSTLY * abs(losses[-1]):
        message = "the penalties on the weights may be what falls"
        raise DoesNotApplyError(message)
    name, simple = _best(signal)
    share = share_reached(trained.score, signal, simple)
    if share is None or share >= reached:
        return
    if 1 - trained.score.value < times * (1 - simple):
        return
    pace = _pace(losses, steep)
    if pace is not None:
        finding = _finding(losses, trained.score, _Ahead(name, simple, pace), fit)
        yield replace(finding, measured={**finding.measured, **_rate(updates)})


def _rate(updates: Updates | None) -> dict[str, Value]:
    """The optimizer and its rate, where that is one number."""
    if updates is None or updates.rate_now is None or updates.scheduled:
        return {}
    return {"optimizer": updates.optimizer, "learning rate": updates.rate_now}


def _best(signal: Signal) -> tuple[str, float]:
    """The better of the simple models that are no chance hits."""
    linear = signal.linear if signal.p_linear <= CHANCE else signal.baseline
    near = signal.neighbours if signal.p_neighbours <= CHANCE else signal.baseline
    return ("linear models", linear) if linear >= near else ("nearest neighbours", near)


def _pace(losses: tuple[float, ...], steep: float) -> float | None:
    """What the loss falls by in an epoch at the end; None where it does not go on falling."""
    if len(losses) < FEW_EPOCHS:
        falls = all(later < earlier for earlier, later in pairwise(losses))
        pace = losses[-2] - losses[-1] if falls else 0.0
    else:
        third = len(losses) // THIRDS
        pace = (losses[-1 - third] - losses[-1]) / third
        middle = (losses[-1 - 2 * third] - losses[-1 - third]) / third
        pace = pace if pace >= steep * middle else 0.0
    enough = pace > 0 and pace * len(losses) >= WORTH * abs(losses[-1])
    return pace if enough else None


@dataclass(frozen=True)
class _Ahead:
    """What the simple model has reached, and the pace of the trained one."""

    simple: str
    score: float
    pace: float


def _finding(losses: tuple[float, ...], own: Score, ahead: _Ahead, fit: Fit | None) -> Finding:
    steps = f" ({fit.steps_planned:,} steps)" if fit is not None and fit.steps_planned else ""
    best = figure(ahead.score, 2)
    return Finding(
        title="Training ends while the loss still falls",
        says=f"After {len(losses)} epochs{steps} the loss is {figure(losses[-1])} and falls by "
        f"{figure(ahead.pace, 2)} an epoch. The model's {own.kind} on {own.rows} rows that it was "
        f"trained on is {figure(own.value, 2)}; {ahead.simple} of the same columns reach {best} on "
        "rows that they were not fitted on.",
        where=Where(call="fit", argument="epochs"),
        measured={
            f"{own.kind} after training": own.value,
            "fall per epoch at the end": ahead.pace,
            "epochs": fit.epochs if fit is not None else len(losses),
        },
        expected={f"{own.kind} after training": f"at least {best}"},
    )


@too_few_steps.treatment(TRAIN_LONGER, effect="training")
def train_longer(finding: Finding, cell: Cell) -> Cell:
    """Train for five times as many epochs."""
    epochs = str(LONGER * int(finding.measured["epochs"]))
    return cell.with_argument("fit", "epochs", epochs, position=EPOCHS_POSITION)


@too_few_steps.treatment(LONGER_STEPS, effect="training")
def take_longer_steps(finding: Finding, cell: Cell) -> Cell | None:
    """Take ten times the learning rate, which gets as far in less time."""
    if "learning rate" not in finding.measured:
        return None
    rate = LARGER * float(finding.measured["learning rate"])
    try:
        return with_rate(cell, str(finding.measured["optimizer"]), rate_text(rate))
    except CannotEditError:
        return None

"""Training that ends while the model still improves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.optimizer import rate_text, with_rate
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.callbacks import Callbacks
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.history import History
from nbdoctor.readings.trained import Trained
from nbdoctor.readings.updates import Updates
from nbdoctor.rules.figures import figure, score_figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule
from nbdoctor.rules.treatment import TrainingLength

EPOCHS_POSITION = 3
THIRDS = 3
"""The last third of the epochs is compared with the one before."""

FEW_EPOCHS = 4
"""With fewer epochs, the loss has to fall in each of them."""

WORTH = 0.01
"""Relative decrease of the loss that as many epochs again, at this pace, have to reach."""

MOSTLY = 0.5
"""Above this share of the loss, regularisation may be the part that falls."""

LONGER, LARGER = 5, 10
"""Factors for the epochs and for the learning rate, the next step of a usual search for it."""


@rule(
    family="training",
    severity="warning",
    kind="strong",
    holds="Training did not end while the loss still fell and a far better result was possible",
    explains=("baseline-not-beaten", "majority-class-only"),
    gated=True,
    parts=("length",),
)
def too_few_steps(  # noqa: PLR0913, PLR0917  (six readings, one threshold)
    history: History,
    attained: Attained,
    trained: Trained | None,
    fit: Fit | None,
    updates: Updates | None,
    callbacks: Callbacks | None,
    /,
    *,
    steep: float = 0.5,
) -> Iterator[Finding]:
    """Training ends while the loss still falls, far from what the data allows.

    ## What it means
    A model is trained in steps, one per batch. If there are few of them, or each is short, training
    ends early: the model is fine, but it was not trained long enough, or with too low a learning
    rate.

    ## How it is measured
    Two conditions must hold after training.

    The loss still falls: over the last third of the epochs by at least `steep` (0.5) of its
    decrease over the third before, and so much that as many epochs again would lower it by a
    hundredth. With fewer than four epochs it must fall in each. If regularisation makes up more
    than half of the loss, the rule does not judge.

    A better result is possible: simple models (linear, nearest neighbours, random trees) reach a
    score of 0.5 or more on rows that they have not seen, and the trained model lies clearly below
    that, by 0.15 or more. The score is computed from predictions and labels, not from the loss:
    0 as the best constant prediction, 1 is perfect. Where longer training was tried on a copy and
    did not help, the finding becomes a note. A training that a callback ended early is not judged.

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
    It multiplies the epochs by five, or the learning rate by ten: larger steps get as far in less
    time, unless they become too large.

    ## When to ignore it
    When training is meant to stop early, or continues in further calls of `fit`.

    ## References
    Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 11.4.1: check the training
    error first. Measured with Keras 3.15: SGD at its default reached an R² of 0.43 on a curve after
    10 epochs (nearest neighbours 0.9996), RMSprop at its default an R² of -20 on a line.
    """
    losses = history.values.get("loss", ())
    if len(losses) < 2:  # noqa: PLR2004  (a fall takes two)
        message = "at least two epochs with a loss are needed"
        raise DoesNotApplyError(message)
    if _was_stopped(history, fit, callbacks):
        message = "a callback ended the training, because it no longer improved"
        raise DoesNotApplyError(message)
    if trained is not None and trained.penalty > MOSTLY * abs(losses[-1]):
        message = "the regularisation loss may be the part that falls"
        raise DoesNotApplyError(message)
    if not attained.tells:
        message = "simple models see too little in these rows to tell whether more is possible"
        raise DoesNotApplyError(message)
    pace = _pace(losses, steep)
    if attained.has_gap and pace is not None:
        epochs = fit.epochs if fit is not None else len(losses)
        finding = _finding(losses, attained, pace, sum(history.passes))
        yield replace(finding, facts=_length(epochs, updates))


def _was_stopped(history: History, fit: Fit | None, callbacks: Callbacks | None) -> bool:
    """Whether fewer epochs were made than planned, as EarlyStopping wants it."""
    planned = fit.epochs - fit.initial_epoch if fit is not None else history.epochs
    stops = callbacks is not None and any(
        one.own or one.kind == "EarlyStopping" for one in callbacks.callbacks
    )
    return stops and history.epochs < planned


def _length(epochs: int, updates: Updates | None) -> TrainingLength:
    if updates is None or updates.rate_now is None or updates.scheduled:
        return TrainingLength(epochs=epochs)
    return TrainingLength(epochs=epochs, optimizer=updates.optimizer, rate=updates.rate_now)


def _pace(losses: tuple[float, ...], steep: float) -> float | None:
    """Return the decrease of the loss per epoch at the end, None where it no longer falls."""
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


def _finding(losses: tuple[float, ...], attained: Attained, pace: float, made: int) -> Finding:
    steps = f" ({made:,} steps)" if made else ""
    best = figure(attained.ceiling or 0.0, 2)
    return Finding(
        title="Training ends while the loss still falls",
        says=f"After {len(losses)} epochs{steps} the loss is {figure(losses[-1])} and falls by "
        f"{figure(pace, 2)} per epoch. The model's score on {attained.where} is "
        f"{score_figure(attained.score)} (0: the best constant, 1: perfect); the best simple "
        f"model ({attained.best}) has {best} on rows that it has not seen.",
        where=Where(call="fit", argument="epochs"),
        measured={
            "score after training": attained.score,
            "decrease of the loss per epoch at the end": pace,
        },
        expected={
            "score after training": f"about {best}",
            "decrease of the loss per epoch at the end": "near 0",
        },
    )


@too_few_steps.treatment("Train longer", effect="training", role="train longer")
def train_longer(finding: Finding, cell: Cell) -> Cell:
    """Train for five times as many epochs."""
    epochs = str(LONGER * facts_of(finding, TrainingLength).epochs)
    return cell.with_argument("fit", "epochs", epochs, position=EPOCHS_POSITION)


@too_few_steps.treatment("Use a higher learning rate", effect="training", role="take longer steps")
def use_a_higher_rate(finding: Finding, cell: Cell) -> Cell | None:
    """Use ten times the learning rate, which gets as far in less time."""
    length = facts_of(finding, TrainingLength)
    if length.rate is None:
        return None
    try:
        return with_rate(cell, length.optimizer, rate_text(LARGER * length.rate))
    except CannotEditError:
        return None

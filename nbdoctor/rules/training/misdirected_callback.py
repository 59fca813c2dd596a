"""Callbacks with an argument that works against their purpose."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.callbacks import Callback, Callbacks
from nbdoctor.readings.history import History
from nbdoctor.readings.updates import Updates
from nbdoctor.rules.figures import figure, rank_correlation
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

SMALLER_IS_BETTER = (
    *("loss", "error", "mae", "mse", "rmse", "mape", "msle", "perplexity", "wer", "cer"),
)
LARGER_IS_BETTER = (
    *("accuracy", "acc", "auc", "precision", "recall", "f1", "f1_score", "fbeta_score", "iou"),
    *("miou", "dice_coef", "dice_coefficient", "dice_score", "r2", "r2_score", "ndcg", "kappa"),
    *("bleu", "psnr", "ssim", "sensitivity", "specificity"),
)
"""Last parts of names whose direction is certain; Keras's `dice` is a loss, a coefficient grows."""

FEW_EPOCHS = 5
"""Fewer epochs may go together by chance: five that all do happen in 1 of 120 orders."""

IMPROVED = 0.9
"""A training loss that has fallen to this share of its first value has improved."""

MODE_POSITION = {"EarlyStopping": 4, "ReduceLROnPlateau": 4, "ModelCheckpoint": 5}


@dataclass(frozen=True, slots=True)
class _Facts:
    """The value of the argument to write, as Python."""

    value: str


@rule(
    family="training",
    severity="warning",
    kind="proof",
    holds="The arguments of the callbacks fit their purpose",
    explains=("overfit-to-training",),
)
def misdirected_callback(
    callbacks: Callbacks,
    updates: Updates | None,
    history: History | None,
    /,
    *,
    worse: float = 0.1,
    together: float = 0.9,
) -> Iterator[Finding]:
    """A callback with an argument that works against its purpose.

    ## What it means
    With `mode="max"` on a loss, early stopping waits for the loss to grow, and a checkpoint keeps
    the worst model. A `ReduceLROnPlateau` whose `min_lr` is not below the learning rate can never
    lower it. `EarlyStopping` keeps the weights of the last epoch, not of the best one, unless
    `restore_best_weights=True` is set.

    ## How it is measured
    The `mode` of each callback is compared with what it monitors: with the direction in which Keras
    says that this metric improves, else with its name, if that is certain (losses and errors fall;
    accuracy, AUC, F1 and the like rise). For other names the log decides after training: over at
    least five epochs, while the training loss fell by a tenth or more, the metric of the training
    rows went against `mode` with a rank correlation of `together` (0.9) or more. `min_lr` is
    compared with the learning rate of the next step. Keeping the last weights is a note, and only
    if the log shows that the last epoch is worse than the best by `worse` (0.1, a tenth).

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.randn(512, 10)
    y = (x[:, 0] > 0).astype(int)

    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    stop = keras.callbacks.EarlyStopping(monitor="val_loss", mode="max", patience=3)
    model.fit(x, y, epochs=20, validation_split=0.2, callbacks=[stop])
    ```

    ## What the treatment does
    It sets the mode that fits the name, a `min_lr` of a thousandth of the learning rate, or
    `restore_best_weights=True`.

    ## When to ignore it
    When a quantity whose name ends in "loss" should grow.

    ## References
    Keras documentation, "Callbacks API".
    """
    if not callbacks.callbacks:
        message = "there are no callbacks"
        raise DoesNotApplyError(message)
    for callback in callbacks.callbacks:
        if callback.own:
            continue
        yield from _against_its_purpose(callback, history, together)
        yield from _floor_too_high(callback, updates)
        yield from _keeps_the_last(callback, history, worse)


def _direction(monitor: str) -> str:
    name = monitor.lower()
    for mode, ends in (("min", SMALLER_IS_BETTER), ("max", LARGER_IS_BETTER)):
        if any(name == end or name.endswith(f"_{end}") for end in ends):
            return mode
    return ""


def _against_its_purpose(
    callback: Callback, history: History | None, together: float
) -> Iterator[Finding]:
    if callback.mode not in ("min", "max"):
        return
    right = callback.better or _direction(callback.monitor)
    by_log = "" if right or history is None else _seen_direction(callback, history, together)
    right = right or by_log
    if not right or callback.mode == right:
        return
    better = "smaller" if right == "min" else "larger"
    why = f"it went {'down' if right == 'min' else 'up'} as the loss fell" if by_log else ""
    yield Finding(
        title=f"`{callback.kind}` treats the worst `{callback.monitor}` as the best",
        says=(
            f'With `mode="{callback.mode}"`, `{callback.kind}` treats the worst value of '
            f"`{callback.monitor}` as the best: {why or f'{better} is better'}."
            f"{_what_came_of_it(callback, history)}"
        ),
        where=Where(call=callback.kind, argument="mode"),
        measured={"mode": callback.mode},
        expected={"mode": right},
        facts=_Facts(value=f'"{right}"'),
        kind="strong" if by_log else None,
    )


def _seen_direction(callback: Callback, history: History, together: float) -> str:
    """How the metric of the training rows moves as their loss falls, "" where that is unclear."""
    values = history.values.get(callback.monitor.removeprefix("val_"), ())
    losses = history.values.get("loss", ())
    if min(len(values), len(losses)) < FEW_EPOCHS or not losses[-1] < IMPROVED * losses[0]:
        return ""
    rank = rank_correlation(values, losses)
    if abs(rank) < together:
        return ""
    return "min" if rank > 0 else "max"


def _what_came_of_it(callback: Callback, history: History | None) -> str:
    """The rates that it cut, and the value that it watched, as the log has them."""
    if history is None or callback.kind != "ReduceLROnPlateau":
        return ""
    rates = history.values.get("learning_rate", ())
    values = history.values.get(callback.monitor, ())
    if len(rates) < 2 or len(values) < 2 or not rates[-1] < rates[0]:  # noqa: PLR2004
        return ""
    return (
        f" It lowered the learning rate from {figure(rates[0])} to {figure(rates[-1])}, while "
        f"`{callback.monitor}` went from {figure(values[0])} to {figure(values[-1])}."
    )


def _floor_too_high(callback: Callback, updates: Updates | None) -> Iterator[Finding]:
    rate = updates.rate_now if updates is not None and not updates.scheduled else None
    if callback.floor is None or not rate or not callback.floor >= rate > 0:
        return
    yield Finding(
        title="`ReduceLROnPlateau` can never lower the learning rate",
        says=(
            f"Its `min_lr` is {figure(callback.floor)} and the learning rate is {figure(rate)}, so "
            "the rate cannot become lower."
        ),
        where=Where(call=callback.kind, argument="min_lr"),
        measured={"min_lr": callback.floor},
        expected={"min_lr": f"below {figure(rate)}"},
        facts=_Facts(value=figure(rate / 1000, 2)),
    )


def _keeps_the_last(callback: Callback, history: History | None, worse: float) -> Iterator[Finding]:
    values = history.values.get(callback.monitor, ()) if history is not None else ()
    meant = callback.better or _direction(callback.monitor)
    mode = callback.mode if callback.mode in ("min", "max") else meant
    if callback.keeps_best is not False or not mode or not values:
        return
    best = min(values) if mode == "min" else max(values)
    last = values[-1]
    if not math.isfinite(best) or best == 0 or not abs(last - best) >= worse * abs(best):
        return
    yield Finding(
        title="`EarlyStopping` keeps the weights of the last epoch, not of the best",
        says=(
            f"`{callback.monitor}` is {figure(last)} in the last epoch and was {figure(best)} in "
            f"epoch {values.index(best) + 1}. The model has the weights of the last epoch."
        ),
        where=Where(call=callback.kind, argument="restore_best_weights"),
        measured={f"{callback.monitor} of the weights": last},
        expected={f"{callback.monitor} of the weights": f"about {figure(best)}"},
        facts=_Facts(value="True"),
        severity="note",
    )


@misdirected_callback.treatment("Correct the argument of the callback", effect="training")
def correct_the_argument(finding: Finding, cell: Cell) -> Cell | str:
    """Set the value that fits the purpose of the callback."""
    kind, argument = finding.where.call, finding.where.argument
    value = facts_of(finding, _Facts).value
    if len(cell.calls_of(kind)) != 1:
        return f"Create it with `{kind}({argument}={value})`."
    position = MODE_POSITION[kind] if argument == "mode" else None
    return cell.with_argument(kind, argument, value, position=position)

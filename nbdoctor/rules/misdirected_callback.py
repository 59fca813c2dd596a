"""A callback that works against what it is there for."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.callbacks import Callback, Callbacks
from nbdoctor.probes.history import History
from nbdoctor.probes.updates import Updates
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

SMALLER_IS_BETTER = ("loss", "error", "mae", "mse", "rmse")
LARGER_IS_BETTER = ("accuracy", "acc", "auc", "precision", "recall")
"""Ends of the names whose direction nobody doubts."""

MODE_POSITION = {"EarlyStopping": 4, "ReduceLROnPlateau": 4, "ModelCheckpoint": 5}


@rule(
    family="training",
    severity="warning",
    kind="proof",
    holds="The callbacks work in the direction of what they wait for",
    explains=("overfit-to-training",),
)
def misdirected_callback(
    callbacks: Callbacks,
    updates: Updates | None,
    history: History | None,
    /,
    *,
    worse: float = 0.1,
) -> Iterator[Finding]:
    """A callback that works against what it is there for.

    ## What it means
    With `mode="max"` on a loss, early stopping waits for the loss to grow, and a checkpoint keeps
    the worst model. A `ReduceLROnPlateau` whose `min_lr` is not below the rate can never lower it.
    `EarlyStopping` keeps the weights of the last epoch, not of the best one, unless it is told to.

    ## How it is measured
    The `mode` of each callback is compared with the name it waits for, where that leaves no doubt
    (losses and errors fall; accuracy, AUC, precision and recall rise), and `min_lr` with the rate
    of the next step. That the last weights are kept is a note, and only where the log shows that
    they are worse than those of the best epoch by `worse` (0.1, a tenth).

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
    It writes the mode that fits the name, a floor of a thousandth of the rate, or
    `restore_best_weights=True`.

    ## When to ignore it
    When a name that ends in "loss" holds a number that should grow.

    ## References
    Keras documentation, "Callbacks API".
    """
    if not callbacks.callbacks:
        message = "there are no callbacks"
        raise DoesNotApplyError(message)
    for callback in callbacks.callbacks:
        if callback.own:
            continue
        yield from _against_its_name(callback)
        yield from _floor_too_high(callback, updates)
        yield from _keeps_the_last(callback, history, worse)


def _direction(monitor: str) -> str:
    name = monitor.lower()
    for mode, ends in (("min", SMALLER_IS_BETTER), ("max", LARGER_IS_BETTER)):
        if any(name == end or name.endswith(f"_{end}") for end in ends):
            return mode
    return ""


def _against_its_name(callback: Callback) -> Iterator[Finding]:
    right = _direction(callback.monitor)
    if not right or callback.mode not in ("min", "max") or callback.mode == right:
        return
    better = "smaller" if right == "min" else "larger"
    yield Finding(
        title=f"`{callback.kind}` takes the wrong end of `{callback.monitor}` for the best",
        says=(
            f'With `mode="{callback.mode}"`, `{callback.kind}` takes the worst value of '
            f"`{callback.monitor}` for the best: {better} is better."
        ),
        where=Where(call=callback.kind, argument="mode"),
        measured={"mode": callback.mode},
        expected={"mode": right},
    )


def _floor_too_high(callback: Callback, updates: Updates | None) -> Iterator[Finding]:
    rate = updates.rate_now if updates is not None and not updates.scheduled else None
    if callback.floor is None or not rate or not callback.floor >= rate > 0:
        return
    yield Finding(
        title="`ReduceLROnPlateau` can never lower the rate",
        says=(
            f"Its `min_lr` is {figure(callback.floor)} and the learning rate {figure(rate)}, so "
            "there is nothing to lower."
        ),
        where=Where(call=callback.kind, argument="min_lr"),
        measured={"min_lr": callback.floor, "learning rate": rate},
        expected={"min_lr": figure(rate / 1000, 2)},
    )


def _keeps_the_last(callback: Callback, history: History | None, worse: float) -> Iterator[Finding]:
    values = history.values.get(callback.monitor, ()) if history is not None else ()
    mode = callback.mode if callback.mode in ("min", "max") else _direction(callback.monitor)
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
            f"epoch {values.index(best) + 1}. The model has the weights of the last."
        ),
        where=Where(call=callback.kind, argument="restore_best_weights"),
        measured={f"last {callback.monitor}": last, f"best {callback.monitor}": best},
        expected={"restore_best_weights": "True"},
        severity="note",
    )


@misdirected_callback.treatment("Correct the argument", effect="training")
def correct_the_argument(finding: Finding, cell: Cell) -> Cell | str:
    """Write the value that fits what the callback is there for."""
    kind, argument = finding.where.call, finding.where.argument
    value = str(finding.expected[argument])
    text = f'"{value}"' if argument == "mode" else value
    if len(cell.calls_of(kind)) != 1:
        return f"Make it with `{kind}({argument}={text})`."
    position = MODE_POSITION[kind] if argument == "mode" else None
    return cell.with_argument(kind, argument, text, position=position)

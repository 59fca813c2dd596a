"""Callbacks that monitor a name that is not in the training log."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.callbacks import SETTING_RATES, Callback, Callbacks
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.history import History
from nbdoctor.readings.logs import Logs
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

POSITION = {"EarlyStopping": 0, "ReduceLROnPlateau": 0, "ModelCheckpoint": 1}
"""Callbacks of Keras with `monitor`, and its position among their arguments."""

NEVER = {
    "EarlyStopping": "never stops training",
    "ReduceLROnPlateau": "never lowers the learning rate",
    "ModelCheckpoint": "never saves the best model",
}
VALIDATION = "val_"
ALIKE = 0.5
"""Similarity from which on a name is offered instead: "acc" is half of "accuracy"."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the treatments need: `similar` is the name most similar to `monitor`, "" without one.

    `without_validation` is whether `monitor` needs validation data that `fit` did not get.
    """

    names: tuple[str, ...]
    similar: str
    without_validation: bool


@rule(
    family="training",
    severity="warning",
    kind="proof",
    holds="Every callback monitors a name that is in the training log",
    explains=("known-crash",),
)
def unknown_monitor(
    callbacks: Callbacks, fit: Fit, logs: Logs | None, history: History | None, /
) -> Iterator[Finding]:
    """A callback monitors a name that is never in the training log.

    ## What it means
    `EarlyStopping`, `ReduceLROnPlateau` and `ModelCheckpoint` monitor one name in the training log.
    If it is never logged, Keras warns in every epoch and the callback does nothing. If Keras cannot
    infer from the name whether lower or higher is better, it raises an error after the first epoch.

    ## How it is measured
    The names that the first step reports, also with the prefix `val_` if there is validation data,
    are compared with what each callback monitors. After training, the log itself is used. If
    user-defined callbacks or training steps may add names, only the log counts.

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.randn(512, 10)
    y = (x[:, 0] > 0).astype(int)

    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=3)
    model.fit(x, y, epochs=20, callbacks=[stop])
    ```

    ## What the treatment does
    It sets the most similar name in the log.

    ## When to ignore it
    When the name is added to the log later, by code that is not part of this cell.

    ## References
    Keras documentation, "Callbacks API", argument `monitor`.
    """
    reported = logs.names if logs is not None else ()
    names = _names(callbacks, fit, reported, history)
    for callback in callbacks.callbacks:
        known = callback.own or callback.kind not in NEVER
        if callback.monitor and not known and callback.monitor not in names:
            yield _finding(callback, names, fit, reported, over=history is not None)


def _names(
    callbacks: Callbacks, fit: Fit, reported: tuple[str, ...], history: History | None
) -> tuple[str, ...]:
    """Return the names in the training log, or those that it will contain."""
    rates = any(one.kind in SETTING_RATES for one in callbacks.callbacks)
    more = ("learning_rate",) if rates else ()
    if history is not None and history.epochs:
        return (*history.values, *more)
    if not reported or callbacks.own_names:
        message = "the names in the training log are not known yet"
        raise DoesNotApplyError(message)
    judged = [VALIDATION + name for name in reported] if fit.has_validation else []
    return (*reported, *judged, *more)


def _finding(
    callback: Callback, names: tuple[str, ...], fit: Fit, reported: tuple[str, ...], *, over: bool
) -> Finding:
    monitor = callback.monitor
    raises = callback.mode == "auto" and not over and not _has_direction(monitor, reported)
    does = (
        "Keras cannot infer whether lower or higher is better and raises an error after the first "
        "epoch"
        if raises
        else f"it {NEVER[callback.kind]}"
    )
    no_data = monitor.startswith(VALIDATION) and not fit.has_validation
    why = "without validation data it is not logged" if no_data else "it is not in the training log"
    return Finding(
        title=f"`{callback.kind}` monitors `{monitor}`, which is never logged",
        says=f"`{callback.kind}` monitors `{monitor}`, but {why}, so {does}.",
        where=Where(call=callback.kind, argument="monitor"),
        measured={"monitor": monitor},
        expected={"monitor": f"one of {_listed(names)}"},
        facts=_Facts(names, _similar(monitor, names), without_validation=no_data),
        severity="critical" if raises else None,
    )


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _has_direction(monitor: str, reported: tuple[str, ...]) -> bool:
    """Whether Keras knows the metric, by its name without `val_`."""
    return monitor.removeprefix(VALIDATION) in ("loss", *reported)


def _similar(monitor: str, names: tuple[str, ...]) -> str:
    """Return the name that was probably meant, "" where none is similar."""
    plain = monitor.removeprefix(VALIDATION)
    judges = any(name.startswith(VALIDATION) for name in names)
    if monitor.startswith(VALIDATION) and judges:
        names = tuple(name for name in names if name.startswith(VALIDATION))
    elif plain in names:
        return plain
    return next(iter(difflib.get_close_matches(monitor, names, 1, ALIKE)), "")


@unknown_monitor.treatment("Monitor a name in the log", effect="training")
def monitor_a_name_in_the_log(finding: Finding, cell: Cell) -> Cell | str:
    """Set the most similar name in the training log."""
    kind, facts = finding.where.call, facts_of(finding, _Facts)
    if not facts.similar:
        return f"Set `monitor` of `{kind}` to one of {_listed(facts.names)}."
    if len(cell.calls_of(kind)) != 1:
        return f'Create it with `{kind}(monitor="{facts.similar}")`.'
    return cell.with_argument(kind, "monitor", f'"{facts.similar}"', position=POSITION[kind])


@unknown_monitor.treatment("Pass validation data", effect="advice")
def pass_validation_data(finding: Finding, _cell: Cell) -> str | None:
    """Pass validation data to `fit`."""
    if not facts_of(finding, _Facts).without_validation:
        return None
    return (
        "Pass `validation_data=(x_val, y_val)` to `fit`, or for arrays `validation_split=0.2`: "
        "only then are names with `val_` logged."
    )

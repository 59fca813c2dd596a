"""A callback that waits for a name that the training log never holds."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.callbacks import SETTING_RATES, Callback, Callbacks
from nbdoctor.probes.fit import Fit
from nbdoctor.probes.history import History
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

POSITION = {"EarlyStopping": 0, "ReduceLROnPlateau": 0, "ModelCheckpoint": 1}
"""Keras's callbacks that wait, and where `monitor` stands without its name."""

NEVER = {
    "EarlyStopping": "never stops training",
    "ReduceLROnPlateau": "never lowers the rate",
    "ModelCheckpoint": "never saves the best model",
}
VALIDATION = "val_"
ALIKE = 0.5
"""How much of a name must agree to be offered instead: "acc" is half of "accuracy"."""


@rule(
    family="training",
    severity="warning",
    kind="proof",
    holds="Every callback waits for a name that the training log holds",
    explains=("known-crash",),
)
def unknown_monitor(
    callbacks: Callbacks, fit: Fit, history: History | None, /
) -> Iterator[Finding]:
    """A callback that waits for a name that the training log never holds.

    ## What it means
    `EarlyStopping`, `ReduceLROnPlateau` and `ModelCheckpoint` wait for one name in the training
    log. Where it never comes, Keras warns in every epoch and the callback does nothing; where it
    cannot tell from the name which way is better, it raises an error when the first epoch is over.

    ## How it is measured
    The names that a rehearsed step reports, with `val_` before them where there is validation
    data, are compared with what each callback waits for; after training the log itself is. Where
    callbacks or steps of your own may add names, only the log counts.

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
    It writes the name that is in the log and most alike.

    ## When to ignore it
    When the name is added to the log later, by code that is not part of this cell.

    ## References
    Keras documentation, "Callbacks API", argument `monitor`.
    """
    names = _names(callbacks, fit, history)
    for callback in callbacks.callbacks:
        known = callback.own or callback.kind not in NEVER
        if callback.monitor and not known and callback.monitor not in names:
            yield _finding(callback, names, fit, over=history is not None)


def _names(callbacks: Callbacks, fit: Fit, history: History | None) -> tuple[str, ...]:
    """What the training log holds, or will hold."""
    rates = any(one.kind in SETTING_RATES for one in callbacks.callbacks)
    more = ("learning_rate",) if rates else ()
    if history is not None and history.epochs:
        return (*history.values, *more)
    if not fit.metric_names or callbacks.own_names:
        message = "the names in the training log are not known yet"
        raise DoesNotApplyError(message)
    judged = [VALIDATION + name for name in fit.metric_names] if fit.has_validation else []
    return (*fit.metric_names, *judged, *more)


def _finding(callback: Callback, names: tuple[str, ...], fit: Fit, *, over: bool) -> Finding:
    monitor = callback.monitor
    raises = callback.mode == "auto" and not over and not _has_direction(monitor, fit)
    does = (
        "Keras cannot tell which way is better and raises an error after the first epoch"
        if raises
        else f"it {NEVER[callback.kind]}"
    )
    no_data = monitor.startswith(VALIDATION) and not fit.has_validation
    why = "without validation data there is none" if no_data else "the training log has none"
    return Finding(
        title=f"`{callback.kind}` waits for `{monitor}`, which never comes",
        says=f"`{callback.kind}` waits for `{monitor}`, but {why}, so {does}.",
        where=Where(call=callback.kind, argument="monitor"),
        measured={"monitor": monitor, "callback": callback.kind, "instead": _like(monitor, names)},
        expected={"monitor": ", ".join(f"`{name}`" for name in names)},
        severity="critical" if raises else None,
    )


def _has_direction(monitor: str, fit: Fit) -> bool:
    """Whether Keras knows the metric by its name without `val_`."""
    return monitor.removeprefix(VALIDATION) in ("loss", *fit.metric_names)


def _like(monitor: str, names: tuple[str, ...]) -> str:
    """The name that was probably meant, "" when none is alike."""
    plain = monitor.removeprefix(VALIDATION)
    judges = any(name.startswith(VALIDATION) for name in names)
    if monitor.startswith(VALIDATION) and judges:
        names = tuple(name for name in names if name.startswith(VALIDATION))
    elif plain in names:
        return plain
    return next(iter(difflib.get_close_matches(monitor, names, 1, ALIKE)), "")


@unknown_monitor.treatment("Wait for a name of the log", effect="training")
def wait_for_a_name_of_the_log(finding: Finding, cell: Cell) -> Cell | str:
    """Write the name in the training log that is most alike."""
    kind, instead = finding.where.call, str(finding.measured["instead"])
    if not instead:
        return f"Let `{kind}` wait for one of {finding.expected['monitor']}."
    if len(cell.calls_of(kind)) != 1:
        return f'Make it with `{kind}(monitor="{instead}")`.'
    return cell.with_argument(kind, "monitor", f'"{instead}"', position=POSITION[kind])


@unknown_monitor.treatment("Give validation data", effect="advice")
def give_validation_data(finding: Finding, _cell: Cell) -> str | None:
    """Say how `fit` gets rows to judge itself by."""
    if " without validation data " not in finding.says:
        return None
    return (
        "Pass `validation_data=(x_val, y_val)` to `fit`, or for arrays `validation_split=0.2`: "
        "only then is there a name with `val_`."
    )

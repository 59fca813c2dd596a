"""Callbacks whose numbers are beyond the end of the training."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.callbacks import Callback, Callbacks
from nbdoctor.readings.fit import Fit
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="training",
    severity="note",
    kind="proof",
    holds="Every callback of Keras can act before training ends",
)
def callback_never_acts(
    callbacks: Callbacks, fit: Fit, /, *, far: float = 3.0, many: float = 10
) -> Iterator[Finding]:
    """A callback whose numbers are beyond the end of the training.

    ## What it means
    `patience` and `start_from_epoch` count epochs, `save_freq` counts batches. A number that was
    meant in another unit (steps, samples, seconds) may be one that training never comes to: the
    rate is never reduced, training never stops early, and no checkpoint is written.

    ## How it is measured
    The numbers of the callbacks of Keras are compared with the planned epochs and steps. The
    `patience` must be below `far` (3) times the epochs, since one that is merely longer than the
    training is a usual way to switch the callback off; for `ReduceLROnPlateau` in a training of
    `many` (10) epochs or more it must be below the epochs. A `ModelCheckpoint` that would be saved
    after more steps than there are is a
    warning: there will be no file.

    ## Example
    ```python
    save = keras.callbacks.ModelCheckpoint("model.keras", save_freq=len(x_train))
    model.fit(x_train, y_train, epochs=10, callbacks=[save])  # 32 rows are one step
    ```

    ## What the treatment does
    It says which unit the number has.

    ## When to ignore it
    When the callback is meant for longer trainings as well.

    ## References
    Keras documentation, "Callbacks API".
    """
    if not callbacks.callbacks:
        message = "there are no callbacks"
        raise DoesNotApplyError(message)
    epochs = max(0, fit.epochs - fit.initial_epoch)
    if epochs <= 1:
        message = "there is one epoch, in which no callback of that kind acts"
        raise DoesNotApplyError(message)
    known = [one for one in callbacks.callbacks if not one.own]
    found = [finding for one in known for finding in _findings(one, fit, epochs, (far, many))]
    if not found and any(one.waits is not None and one.waits >= epochs for one in known):
        message = "a callback waits for as long as the training lasts, which may be on purpose"
        raise DoesNotApplyError(message)
    yield from found


def _findings(
    one: Callback, fit: Fit, epochs: int, limits: tuple[float, float]
) -> Iterator[Finding]:
    (far, many), lowers = limits, one.kind == "ReduceLROnPlateau"
    yield from _waits_too_long(one, epochs, 1.0 if lowers and epochs >= many else far)
    steps = fit.steps_planned
    if one.saves_after is not None and steps and one.saves_after > steps:
        yield Finding(
            title="`ModelCheckpoint` never saves anything",
            says=f"`save_freq={one.saves_after:,}` counts batches, and the training has "
            f"{steps:,} of them: no checkpoint is written.",
            where=Where(call=one.kind, argument="save_freq"),
            measured={"batches before the first checkpoint": one.saves_after},
            expected={"batches before the first checkpoint": f"at most {steps:,}"},
            severity="warning",
        )


def _waits_too_long(one: Callback, epochs: int, most: float) -> Iterator[Finding]:
    if one.waits is None or one.waits < most * epochs:
        return
    does = "lowers the learning rate" if one.kind == "ReduceLROnPlateau" else "stops the training"
    yield Finding(
        title=f"`{one.kind}` waits longer than the training lasts",
        says=f"`{one.kind}` waits {one.waits:,} epochs, and the training has {epochs:,}: it never "
        f"{does}.",
        where=Where(call=one.kind, argument="patience"),
        measured={"epochs that it waits": one.waits},
        expected={"epochs that it waits": f"below {epochs:,}"},
    )


@callback_never_acts.treatment("Use the unit of the argument", effect="advice")
def use_its_unit(finding: Finding, _cell: Cell) -> str:
    """Give the number in the unit that the callback counts."""
    if finding.where.argument == "save_freq":
        return 'Set `save_freq="epoch"`, or a number of batches.'
    return f"Set `patience` of `{finding.where.call}` to a number of epochs, such as 3."

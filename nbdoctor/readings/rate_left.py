"""What training has left of the learning rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nbdoctor.backend.keras_internals.optimizer import rate_of
from nbdoctor.capture.calls import FitCall
from nbdoctor.readings.callbacks import SETTING_RATES, Callbacks
from nbdoctor.readings.history import History
from nbdoctor.readings.missing import Missing
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.updates import Updates


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLeft:
    """The learning rate before and after a `fit` whose optimizer follows no schedule.

    Attributes
    ----------
    before, after : float
    callbacks : tuple of str
        Classes that may have changed it: Keras's that do, and the user's.
    losses : tuple of float
        Training loss of each epoch.
    """

    before: float
    after: float
    callbacks: tuple[str, ...] = ()
    losses: tuple[float, ...] = ()

    @property
    def fell_afterwards(self) -> float | None:
        """Share by which the loss fell after the first half of the epochs; None for few."""
        middle = len(self.losses) // 2
        if middle < 1 or not self.losses[middle - 1] > 0:
            return None
        return 1 - self.losses[-1] / self.losses[middle - 1]


@reading(
    "what is left of the learning rate",
    when=Moment.ENDED,
    missing=Missing(kind="too early", reason="training has not ended"),
)
def rate_left(
    call: FitCall, updates: Updates, history: History, callbacks: Callbacks | None
) -> RateLeft | None:
    """Compare the rate of the first step with that of the optimizer now; nothing is called."""
    optimizer = getattr(call.model, "optimizer", None)
    if optimizer is None or updates.scheduled or updates.rate_now is None:
        return None
    rate = rate_of(optimizer)
    if rate is None or (hasattr(type(rate), "get_config") and callable(rate)):
        return None
    given = callbacks.callbacks if callbacks is not None else ()
    return RateLeft(
        before=updates.rate_now,
        after=float(np.asarray(rate)),
        callbacks=tuple(one.kind for one in given if one.own or one.kind in SETTING_RATES),
        losses=tuple(history.values.get("loss", ())),
    )

"""What `fit` returned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nbdoctor.capture.calls import FitCall
from nbdoctor.look.step_notes import as_number
from nbdoctor.readings.given import Returned
from nbdoctor.readings.missing import Missing
from nbdoctor.readings.reading import Moment, reading


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The training log.

    Attributes
    ----------
    values : dict of str to tuple of float
        Per name, one value per epoch: the mean of a metric that has several, as F1Score by class.
    epochs : int
        Epochs that were finished.
    passes : tuple of int
        As in `FitCall.passes`.
    """

    values: dict[str, tuple[float, ...]]
    epochs: int
    passes: tuple[int, ...] = ()


def read_history(returned: Any, passes: Sequence[int] = ()) -> History:
    """The numbers of what `fit` returned, and the steps counted while it ran."""
    log = getattr(returned, "history", None) or {}
    read = {str(name): [as_number(value) for value in given] for name, given in log.items()}
    values = {
        name: tuple(number for number in numbers if number is not None)
        for name, numbers in read.items()
        if None not in numbers
    }
    epochs = max((len(v) for v in values.values()), default=0)
    return History(values=values, epochs=epochs, passes=tuple(passes))


@reading(
    "the training log",
    when=Moment.ENDED,
    missing=Missing(kind="too early", reason="no `fit` has ended"),
)
def history_of_fit(returned: Returned, call: FitCall) -> History:
    """The log of the call."""
    return read_history(returned.history, call.passes)

"""What readings are taken from, beside one another: by these types their parameters ask for it.

`Cell`, `Changes`, `Uses`, `FitCall`, `Rows` (of the training data) and `Look` are asked for as they
are.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NewType

from nbdoctor.capture.data import Rows
from nbdoctor.capture.summary import Summary
from nbdoctor.readings.missing import NotTakenError, no_time

Namespace = NewType("Namespace", Mapping[str, Any])
"""The user's variables."""

ValidationRows = NewType("ValidationRows", Rows)
"""The rows that judge, in memory."""


TrainingSample = NewType("TrainingSample", Rows)
"""Training rows with nothing left out of them, or as many as could be drawn from a dataset without
leaving a trace: there when the cell has ended."""

ValidationSample = NewType("ValidationSample", Rows)
"""The same of the rows that judge."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is known of the rows that a model was trained on in an earlier cell."""

    of: Callable[[Any], Summary | None]


@dataclass(frozen=True, slots=True)
class Batches:
    """Batches that have passed, as the data gave them."""

    batches: Sequence[Any]


@dataclass(slots=True)
class StepTimes:
    """What was noted of the first steps of the real training.

    Attributes
    ----------
    fetch, first_step : float
        Seconds until the first batch came; of the first step.
    starts, ends : list of float
        When each step began and ended, by `time.perf_counter`.
    logged : list of float
        Losses as they were reported, where the first step was watched: means over the steps of
        the epoch until then.
    returned : dict of str to float
        What the first step has returned.
    """

    fetch: float = 0.0
    first_step: float = 0.0
    starts: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    logged: list[float] = field(default_factory=list)
    returned: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Returned:
    """What `fit` has returned."""

    history: Any


@dataclass(slots=True)
class FitOfCell:
    """One `fit` of the cell, examined or not; of its model only whether it is still there.

    Attributes
    ----------
    number : int
        Counted from 1.
    line : int or None
    model : callable
        A weak reference.
    keeps : bool
        A callback may have saved something of it.
    shows : bool
        It prints its progress.
    loss, validation_loss : float or None
        Of its last epoch, once it has ended.
    epochs : int or None
        That were finished, once it has ended.
    """

    number: int
    line: int | None
    model: Callable[[], Any]
    keeps: bool = False
    shows: bool = True
    loss: float | None = None
    validation_loss: float | None = None
    epochs: int | None = None


FitsOfCell = NewType("FitsOfCell", "list[FitOfCell]")
"""Every `fit` that the cell has called until now, in order."""


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """Until when the rest is measured once the cell has ended, by `time.perf_counter`."""

    ends: float

    def must_be_left(self) -> None:
        """Raise `NotTakenError` where it is over."""
        if time.perf_counter() >= self.ends:
            raise NotTakenError(no_time("the time for looking at this cell was over"))


DATA_TIME_OVER = (
    "the time for reading rows of the data was over; `--budget` and `--data-budget` give it more"
)


@dataclass(frozen=True, slots=True)
class DataTime:
    """Until when rows are read once the cell has ended, by `time.perf_counter`."""

    ends: float

    def must_be_left(self) -> None:
        """Raise `NotTakenError` where it is over."""
        if time.perf_counter() >= self.ends:
            raise NotTakenError(no_time(DATA_TIME_OVER))


@dataclass(frozen=True, slots=True)
class Stop:
    """What stopped the training, or the cell before it came to any."""

    error: BaseException

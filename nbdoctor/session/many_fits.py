"""Cells that call `fit` more often than is examined: what is known of the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nbdoctor.capture.calls import FitCall
from nbdoctor.readings.callbacks import callbacks_in
from nbdoctor.readings.given import FitOfCell
from nbdoctor.readings.history import read_history
from nbdoctor.rules.figures import figure

STEERING = frozenset(
    {"EarlyStopping", "LearningRateScheduler", "ReduceLROnPlateau", "TerminateOnNaN"}
)
"""Callbacks of Keras that keep nothing of a training for later."""

FEW = 3
"""So many losses are named one by one."""


def fit_of_cell(call: FitCall) -> FitOfCell:
    """What is kept of a call of `fit` whether it is examined or not; none of it holds the model."""
    callbacks = callbacks_in(call.arguments, {})
    return FitOfCell(
        number=call.number,
        line=call.line,
        model=call.of,
        keeps=any(one.own or one.kind not in STEERING for one in callbacks),
        shows=bool(call.arguments.get("verbose", 1)),
    )


def last_loss(history: Any) -> float | None:
    """The training loss of the last epoch, None where `fit` has not ended."""
    losses = read_history(history).values.get("loss") if history is not None else None
    return losses[-1] if losses else None


def told_of_others(others: Sequence[FitOfCell], number: int, examined: int) -> str:
    """How many trainings were not examined, and with which losses they ended."""
    lines = {one.line for one in others}
    (line,) = lines if len(lines) == 1 else (None,)
    place = f" on line {line}" if line else ""
    more = f"one more fit{place}" if number == 1 else f"{number} more fits{place}"
    losses = [one.loss for one in others if one.loss is not None]
    return f"The cell called {more}; the first {examined} were examined.{_ended_with(losses)}"


def _ended_with(losses: Sequence[float]) -> str:
    if not losses:
        return ""
    if len(losses) <= FEW:
        ended = ", ".join(figure(loss) for loss in losses)
        return f" Without examination: a last training loss of {ended}."
    lowest, highest = figure(min(losses)), figure(max(losses))
    return (
        f" The last training losses of the others are {lowest} to {highest}, that of the last fit "
        f"{figure(losses[-1])}."
    )

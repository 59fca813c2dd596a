"""Cells that train more than once: what is known of each training, examined or not."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from nbdoctor.capture.calls import FitCall
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.data_flow import fit_call
from nbdoctor.cell.loops import is_in_folds
from nbdoctor.cell.syntax import unparsed
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.callbacks import callbacks_in
from nbdoctor.readings.given import FitOfCell
from nbdoctor.readings.history import History, read_history
from nbdoctor.report import FitSummary, Report
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


def note_end(fit: FitOfCell, returned: Any) -> None:
    """Keep how a `fit` has ended, from what it returned; None where it has not."""
    history = read_history(returned) if returned is not None else None
    if history is not None:
        fit.epochs = history.epochs
        fit.loss, fit.validation_loss = _last(history, "loss"), _last(history, "val_loss")


def _last(history: History, name: str) -> float | None:
    values = history.values.get(name)
    return values[-1] if values else None


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


def summaries(
    reports: Sequence[Report], fits: Sequence[FitOfCell], cell: Cell
) -> tuple[FitSummary, ...]:
    """Every training of a cell in a line: those that were examined, and the other fits.

    Parameters
    ----------
    reports : sequence of Report
        Of those that were examined.
    fits : sequence of FitOfCell
        Every `fit` that the cell has called until now.
    cell : Cell
    """
    examined = {report.number: report for report in reports}
    others = {one.number: one for one in fits if one.number not in examined}
    lines = {one.line for one in examined.values()} | {one.line for one in others.values()}
    (line,) = lines if len(lines) == 1 else (None,)
    folds = line is not None and is_in_folds(cell.tree, fit_call(cell.tree, line))
    found = []
    for number in sorted({*examined, *others}):
        report = examined.get(number)
        one = _of_report(report) if report is not None else _of_fit(others[number], cell)
        found.append(replace(one, what="fold") if folds and one.what == "fit" else one)
    return tuple(found)


def _of_report(report: Report) -> FitSummary:
    history: History | None = report.readings.get("History")
    attained: Attained | None = report.readings.get("Attained")
    return FitSummary(
        number=report.number,
        what="fit" if report.call.startswith("fit") else "training",
        line=report.line,
        model=report.model,
        epochs=history.epochs if history is not None else None,
        loss=_last(history, "loss") if history is not None else None,
        validation_loss=_last(history, "val_loss") if history is not None else None,
        score=attained.score if attained is not None else None,
        ceiling=attained.ceiling if attained is not None else None,
    )


def _of_fit(fit: FitOfCell, cell: Cell) -> FitSummary:
    call = fit_call(cell.tree, fit.line) if fit.line is not None else None
    on = call.func.value if call is not None and isinstance(call.func, ast.Attribute) else None
    return FitSummary(
        number=fit.number,
        line=fit.line,
        model=unparsed(on) if on is not None else "",
        epochs=fit.epochs,
        loss=fit.loss,
        validation_loss=fit.validation_loss,
        examined=False,
    )

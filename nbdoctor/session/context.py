"""What all examinations of one cell have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from nbdoctor.capture.changes import Changes
from nbdoctor.capture.uses import Uses
from nbdoctor.cell.cell import Cell
from nbdoctor.readings.given import FitsOfCell
from nbdoctor.report import LastRun, Report
from nbdoctor.session.options import Options


class Show(Protocol):
    """Shows each new state of a report."""

    def __call__(self, report: Report, number: int, *, draw: bool) -> None:
        """Show `report` of the training of this `number`; `draw` its charts, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellContext:
    """The cell that runs, and how it is examined.

    Attributes
    ----------
    cell : Cell
    namespace : mapping of str
        The user's variables.
    options : Options
    show : callable
        See `Show`.
    cell_id : str or None
        JupyterLab's id of the cell.
    history : sequence of (int, str)
        Execution counts and texts of the cells run before.
    changes : Changes
        What lines of the cell do to the data.
    uses : Uses
        What the cell does with data and models beside training.
    fits : FitsOfCell
        Every `fit` until now.
    last_runs : mapping of int to LastRun
        What is known of the run of this cell before, by the number of the training.
    """

    cell: Cell
    namespace: Mapping[str, Any]
    options: Options
    show: Show
    cell_id: str | None = None
    history: Sequence[tuple[int, str]] = ()
    changes: Changes = field(default_factory=Changes)
    uses: Uses = field(default_factory=Uses)
    fits: FitsOfCell = field(default_factory=lambda: FitsOfCell([]))
    last_runs: Mapping[int, LastRun] = field(default_factory=dict)

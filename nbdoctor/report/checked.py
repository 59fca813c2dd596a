"""What a check of a notebook or script has come to, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from nbdoctor.report import Diagnosis, Report, Severity

SEVERITIES: tuple[Severity, ...] = ("note", "warning", "critical")
"""From the least to the worst."""

CellOutcome = Literal["ran", "raised", "stopped", "skipped", "not run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a file something was found.

    Attributes
    ----------
    path : str
        Of the file, as a reader and a server of repositories know it: relative, with slashes.
    line : int
        Of the file, from 1. A notebook is JSON; this is the line of that text.
    cell : int or None
        From 1, all cells counted; None in a script.
    cell_line : int or None
        Of the cell, from 1; None where nothing tells it, and in a script.
    cell_id : str
        The notebook's own id of the cell.
    text : str
        The line itself, "" where nothing tells it.
    """

    path: str
    line: int = 1
    cell: int | None = None
    cell_line: int | None = None
    cell_id: str = ""
    text: str = ""

    def __str__(self) -> str:
        """As people say it: "train.ipynb, cell 3, line 7"."""
        if self.cell is None:
            return f"{self.path}, line {self.line}"
        line = f", line {self.cell_line}" if self.cell_line else ""
        return f"{self.path}, cell {self.cell}{line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One finding, at its place.

    Attributes
    ----------
    finding : Diagnosis
    place : Place
    fingerprint : str
        The same for the same finding after other cells have come or gone.
    known : bool
        Whether it is in the baseline, and so fails nothing.
    """

    finding: Diagnosis
    place: Place
    fingerprint: str = ""
    known: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Why a file was not run to its end.

    Attributes
    ----------
    says : str
        For the user.
    place : Place
    explained : bool
        Whether a finding tells the cause, which then counts, and not the stop.
    """

    says: str
    place: Place
    explained: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedCell:
    """What became of one code cell, or of a script.

    Attributes
    ----------
    place : Place
    outcome : str
        "ran", "raised" (as its tag allows), "stopped" (the run ended here), "skipped" (by its tag)
        or "not run".
    seconds : float
    reports : tuple of Report
        One per training.
    why : str
        What was raised, or why it was not run; "" where it ran.
    """

    place: Place
    outcome: CellOutcome
    seconds: float = 0.0
    reports: tuple[Report, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A notebook or a script that was checked.

    Attributes
    ----------
    path : str
        As in `Place`.
    cells : tuple of CheckedCell
        The code cells in their order; a script is one.
    problems : tuple of Problem
        In that order, those of a cell the worst first.
    stop : Stop or None
        What kept it from running to its end.
    notes : tuple of str
        What the reader should know beside that, one sentence each.
    full : bool
        Whether trainings were made as written, and not only their first steps.
    seconds : float
    """

    path: str
    cells: tuple[CheckedCell, ...] = ()
    problems: tuple[Problem, ...] = ()
    stop: Stop | None = None
    notes: tuple[str, ...] = ()
    full: bool = False
    seconds: float = 0.0

    @property
    def trainings(self) -> int:
        """Trainings that were examined."""
        return sum(bool(report.call) for cell in self.cells for report in cell.reports)

    def at_least(self, severity: Severity) -> tuple[Problem, ...]:
        """The problems that are so severe, without those that are known."""
        least = SEVERITIES.index(severity)
        return tuple(
            one
            for one in self.problems
            if not one.known and SEVERITIES.index(one.finding.severity) >= least
        )

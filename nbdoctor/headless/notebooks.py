"""Check a notebook: run a copy of its cells in a kernel, each of them examined."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from nbdoctor.headless.kernel import CannotStartError, Kernel, Ran
from nbdoctor.headless.problems import problems_of
from nbdoctor.headless.reading import (
    MAY_RAISE,
    SKIPPED,
    UNEXAMINED,
    CannotReadError,
    Notebook,
    read_notebook,
    tags_of,
)
from nbdoctor.report import Report
from nbdoctor.report.checked import Checked, CheckedCell, Place, Problem, Stop

if TYPE_CHECKING:
    from nbformat import NotebookNode

IN_KERNEL = "__import__('nbdoctor.notebook.unattended', fromlist=['*'])."

CRASH = "known-crash"
"""The rule that says why a cell raised: then the cause is what is told, not the stop."""

ASKS = ("StdinNotImplementedError", "EOFError")

Tell = Callable[[str, int, int], None]
"""Of the path, the cells that were run, and how many there are."""


@dataclass(frozen=True, kw_only=True)
class Checking:
    """How notebooks are checked.

    Attributes
    ----------
    full : bool
        Train as written, not for the first steps only.
    look : bool
        Stop each cell at its first training step.
    timeout : float or None
        Seconds for a cell.
    only, ignore : tuple of str
        Names of rules.
    settings : str
        As in the option `--set`.
    trials : bool
        Try the fixes on copies, and look for the cause by experiment.
    execute_to : Path or None
        Where executed copies go.
    """

    full: bool = False
    look: bool = False
    timeout: float | None = 600.0
    only: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    settings: str = ""
    trials: bool = False
    execute_to: Path | None = None

    @property
    def cut(self) -> bool:
        """Whether trainings are cut short."""
        return not self.full and not self.look

    def line(self) -> str:
        """The words behind `%%diagnose` that ask for this."""
        words = [] if self.trials else ["--no-trials"]
        words += ["--dry-run"] if self.look else []
        for name, value in (
            ("--only", ",".join(self.only)),
            ("--ignore", ",".join(self.ignore)),
            ("--set", self.settings),
        ):
            words += [name, shlex.quote(value)] if value else []
        return " ".join(words)


def nobody(_: str, __: int, ___: int) -> None:
    """Tell nobody how far the check is."""


def check_notebook(path: Path, shown: str, how: Checking, tell: Tell = nobody) -> Checked:
    """Run a copy of a notebook, and examine each of its cells.

    Parameters
    ----------
    path : Path
    shown : str
        The path as it is told.
    how : Checking
    tell : callable, optional
        See `Tell`.

    Returns
    -------
    Checked
        Also where the notebook cannot be read or run: then its `stop` says why.
    """
    began = time.perf_counter()
    try:
        notebook = read_notebook(path, shown)
    except (CannotReadError, CannotStartError) as error:
        place = Place(path=shown, line=getattr(error, "line", 1))
        return Checked(path=shown, stop=Stop(says=str(error), place=place))
    run = _Run(notebook, how, tell)
    try:
        with Kernel(path.parent.resolve()) as kernel:
            run.all_cells(kernel)
    except (CannotStartError, RuntimeError, OSError) as error:  # or it died between two cells
        run.stop = run.stop or Stop(says=str(error), place=Place(path=shown))
    if how.execute_to is not None:
        _write(notebook.node, executed_copy(shown, how.execute_to))
    return Checked(
        path=shown,
        cells=tuple(run.cells),
        problems=tuple(run.problems),
        stop=run.stop,
        full=how.full,
        seconds=time.perf_counter() - began,
    )


def executed_copy(shown: str, folder: Path) -> Path:
    """Where the executed copy of a notebook lies: never outside of its folder."""
    path = Path(shown)
    return folder / (path.name if path.is_absolute() or ".." in path.parts else path)


def _write(node: NotebookNode, target: Path) -> None:
    import nbformat

    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(node, target)  # type: ignore[no-untyped-call]


@dataclass
class _Run:
    """The cells of a notebook that were run until now."""

    notebook: Notebook
    how: Checking
    tell: Tell
    cells: list[CheckedCell] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    stop: Stop | None = None
    looked: bool = False

    def all_cells(self, kernel: Kernel) -> None:
        """Run one after the other, until one stops."""
        kernel.ask(f"{IN_KERNEL}begin({self.how.line()!r}, cut={self.how.cut})")
        code = list(self._code_cells())
        for done, (number, cell) in enumerate(code):
            self.tell(self.notebook.shown, done, len(code))
            self.cells.append(self._one(kernel, number, cell))

    def _code_cells(self) -> Iterator[tuple[int, NotebookNode]]:
        for number, cell in enumerate(self.notebook.node.cells, start=1):
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
                if cell.source.strip():
                    yield number, cell

    def _one(self, kernel: Kernel, number: int, cell: NotebookNode) -> CheckedCell:
        place, tags = self.notebook.place(number), tags_of(cell)
        if self.stop is not None:
            return CheckedCell(
                place=place, outcome="not run", why="an earlier cell stopped the run"
            )
        if tags & SKIPPED:
            return CheckedCell(place=place, outcome="skipped", why="its tag says so")
        kernel.ask(f"{IN_KERNEL}examine(wanted={not tags & UNEXAMINED})")
        ran = kernel.run(cell.source, timeout=self.how.timeout)
        cell.outputs, cell.execution_count = list(ran.outputs), ran.count
        reports = _taken(kernel)
        where = partial(self.notebook.place, number)
        self.problems += problems_of(where, reports, self.problems)
        checked = CheckedCell(place=place, outcome="ran", seconds=ran.seconds, reports=reports)
        return self._ended(checked, number, ran, may_raise=bool(tags & MAY_RAISE))

    def _ended(
        self, checked: CheckedCell, number: int, ran: Ran, *, may_raise: bool
    ) -> CheckedCell:
        """What came of a cell, and whether the run ends with it."""
        if ran.outcome == "ran":
            self.looked |= self.how.look and any(report.call for report in checked.reports)
            return checked
        why = f"{ran.name}: {ran.text.splitlines()[0]}" if ran.text else ran.name
        if ran.outcome == "raised" and may_raise:
            return replace(checked, outcome="raised", why=why)
        if ran.outcome == "raised" and self.looked:
            missed = f"it needs what a training above would have made ({why})"
            return replace(checked, outcome="not run", why=missed)
        explained = any(one.rule == CRASH for report in checked.reports for one in report.findings)
        place = self.notebook.place(number, ran.line)
        self.stop = Stop(says=self._says(ran, why), place=place, explained=explained)
        return replace(checked, outcome="stopped", why=self.stop.says)

    def _says(self, ran: Ran, why: str) -> str:
        """Why a cell ended the run, and what to do."""
        if ran.outcome == "timed out":
            return (
                f"The cell had not ended after {self.how.timeout:g} s and was interrupted. "
                "`--timeout SECONDS` gives it longer; the tag `skip-execution` leaves it out."
            )
        if ran.outcome == "died":
            return (
                "The kernel died while it ran this cell: its memory ran out, or a library crashed. "
                "Run the cell in JupyterLab to see which."
            )
        if ran.name in ASKS:
            return (
                "The cell asks for input, and nobody is there to answer. Set the value in the "
                "notebook, or leave the cell out with the tag `skip-execution`."
            )
        if ran.name == "SystemExit":
            return "The cell ended the program, so the cells below it were not run."
        if self.how.cut and any(report.call for cell in self.cells for report in cell.reports):
            return f"{why}. Trainings above were cut short; `--full` trains as written."
        return f"{why}."


def _taken(kernel: Kernel) -> tuple[Report, ...]:
    """The reports of the cell that was run last; none where the kernel cannot tell them."""
    try:
        texts = json.loads(kernel.ask(f"{IN_KERNEL}taken()"))
    except (ConnectionError, RuntimeError):
        return ()
    return tuple(Report.from_json(json.dumps(one)) for one in texts)

"""For pytest: `pytest --nbdoctor` checks notebooks, and the fixture `nbdoctor` watches trainings.

pytest loads this wherever nbdoctor is installed, so it imports what it needs when it is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from nbdoctor.report.checked import Checked, Problem

RUN = "run"
"""The item that fails where the notebook does not run to its end."""

TRAINS = frozenset({"GradientTape", "apply_gradients", "fit", "train_on_batch", "train_step"})
"""Calls by which cells train. What trains otherwise is told by the item `run`."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Without `--nbdoctor` nothing is collected."""
    group = parser.getgroup("nbdoctor", "notebooks, checked by nbdoctor")
    group.addoption("--nbdoctor", action="store_true", help="check notebooks (.ipynb)")
    group.addoption(
        "--nbdoctor-full", action="store_true", help="train as written, not for 20 steps"
    )
    group.addoption(
        "--nbdoctor-fail-on",
        choices=("critical", "warning", "note"),
        default="critical",
        help="least severity that fails (critical)",
    )
    group.addoption(
        "--nbdoctor-timeout",
        type=float,
        default=600.0,
        metavar="SECONDS",
        help="for a cell (600)",
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Notebooks, where they are asked for."""
    if file_path.suffix != ".ipynb" or not parent.config.getoption("--nbdoctor"):
        return None
    collected: pytest.Collector = NotebookFile.from_parent(parent, path=file_path)
    return collected


@pytest.fixture(scope="session")
def nbdoctor() -> ModuleType:
    """The package: `with nbdoctor.watching(): train()`."""
    import nbdoctor as package

    return package


class FoundInNotebook(Exception):  # noqa: N818  (it says what happened)
    """Its text is what the test shows."""


class NotebookFile(pytest.File):
    """A notebook: one item per cell that trains, and one for the whole."""

    def collect(self) -> Iterator[pytest.Item]:
        """Read it; it is run when the first of its items is."""
        from nbdoctor.headless.reading import CannotReadError, read_notebook, tags_of

        try:
            notebook = read_notebook(self.path, self.shown)
        except CannotReadError as error:
            raise self.CollectError(str(error)) from error
        for number, cell in enumerate(notebook.node.cells, start=1):
            skipped = tags_of(cell) & {"skip-execution", "nbdoctor-skip"}
            if cell.cell_type == "code" and not skipped and _trains(cell.source):
                item: NotebookItem = NotebookItem.from_parent(self, name=f"cell {number}")
                item.number, item.line = number, notebook.place(number).line
                yield item
        yield NotebookItem.from_parent(self, name=RUN)

    @property
    def shown(self) -> str:
        """The path as pytest tells it."""
        return self.nodeid

    @cached_property
    def checked(self) -> Checked:
        """What its check has come to."""
        from nbdoctor.headless.notebooks import Checking, check_notebook

        option: Any = self.config.getoption
        how = Checking(full=option("--nbdoctor-full"), timeout=option("--nbdoctor-timeout") or None)
        return check_notebook(self.path, self.shown, how)


class NotebookItem(pytest.Item):
    """A cell that trains, or the notebook as a whole."""

    number: int | None = None
    line: int = 1

    @property
    def notebook(self) -> NotebookFile:
        """The notebook that it belongs to."""
        assert isinstance(self.parent, NotebookFile)  # noqa: S101  (it has made this)
        return self.parent

    def runtest(self) -> None:
        """Fail by what was found."""
        checked = self.notebook.checked
        mine = [one for one in self._problems(checked) if self._is_mine(one)]
        if mine:
            raise FoundInNotebook("\n\n".join(map(_told, mine)))
        if self.number is None and checked.stop is not None and not checked.stop.explained:
            message = f"{checked.stop.place}: {checked.stop.says}"
            raise FoundInNotebook(message)
        if self.number is not None and not self._was_run(checked):
            pytest.skip("the notebook stopped before this cell")

    def _problems(self, checked: Checked) -> tuple[Problem, ...]:
        least: Any = self.config.getoption("--nbdoctor-fail-on")
        return checked.at_least(least)

    def _is_mine(self, problem: Problem) -> bool:
        """Those of its cell; the item of the whole has those that no other item tells."""
        if self.number is not None:
            return problem.place.cell == self.number
        others = {one.number for one in self.session.items if one.parent is self.parent}  # type: ignore[attr-defined]
        return problem.place.cell not in others

    def _was_run(self, checked: Checked) -> bool:
        cell = next((one for one in checked.cells if one.place.cell == self.number), None)
        return cell is not None and cell.outcome != "not run"

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What was found, without frames of ours."""
        if isinstance(excinfo.value, FoundInNotebook):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The line of the file, counted from 0."""
        return self.path, self.line - 1, self.name


def _trains(source: str) -> bool:
    from nbdoctor.cell.cell import Cell

    return any(call.name in TRAINS for call in Cell(source).calls)


def _told(problem: Problem) -> str:
    finding = problem.finding
    lines = [f"{problem.place}: {finding.severity} [{finding.rule}] {finding.title}", finding.says]
    lines += [f"What to do: {finding.treatments[0].title}." if finding.treatments else ""]
    return "\n".join(filter(None, lines))

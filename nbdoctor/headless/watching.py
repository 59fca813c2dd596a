"""`with nbdoctor.watching():` around a training in a script or a test."""

from __future__ import annotations

import contextlib
import linecache
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Literal

from nbdoctor.cell.cell import Cell
from nbdoctor.errors.exceptions import cell_file, is_a, without_own_frames
from nbdoctor.errors.guard import Guard
from nbdoctor.errors.words import described
from nbdoctor.headless.problems import problems_of
from nbdoctor.notebook.imports import when_imported
from nbdoctor.report import Report, Severity
from nbdoctor.report.checked import SEVERITIES, Place, Problem
from nbdoctor.session.doctor import Doctor
from nbdoctor.session.options import Options
from nbdoctor.session.watching import watched

FailOn = Literal["critical", "warning", "note", "never"]

RANKS = ("RANK", "LOCAL_RANK", "OMPI_COMM_WORLD_RANK", "SLURM_PROCID")
"""Variables by which launchers of several processes number them, from 0."""


class Found(Exception):  # noqa: N818  (it says what happened: something was found)
    """Raised after a block of `watching`, which ran to its end.

    Attributes
    ----------
    problems : tuple of Problem
        What was found that is severe enough.
    """

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        lines = [
            f"{one.place}: {one.finding.severity} [{one.finding.rule}] {one.finding.title}\n"
            f"    {one.finding.says}"
            for one in problems
        ]
        super().__init__("\n".join(lines))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class Script:
    """What is watched, as far as a report needs to know it.

    Attributes
    ----------
    file : str
        Name of the file as its frames spell it, "" where there is none.
    shown : str
        The path as it is told.
    source : str
        The text of the file.
    namespace : mapping of str
        The variables.
    """

    file: str
    shown: str
    source: str
    namespace: Mapping[str, Any]

    def place(self, line: int | None) -> Place:
        """Where a line stands."""
        texts = self.source.splitlines()
        known = line is not None and 0 < line <= len(texts)
        return Place(
            path=self.shown,
            line=line or 1,
            text=texts[(line or 1) - 1] if known else "",
        )


def watching(
    *, fail_on: FailOn = "critical", options: Options | None = None
) -> AbstractContextManager[list[Report]]:
    """Examine every training inside the block.

    The training is what it is without the block. Comments such as `# nbdoctor: allow dead-units`
    count anywhere in the calling file.

    Parameters
    ----------
    fail_on : str
        The least severity for which `Found` is raised when the block has ended: "critical",
        "warning", "note" or "never".
    options : Options, optional
        How to look. Unless given, no copies are trained to try the fixes.

    Returns
    -------
    context manager
        It gives a list, which holds the reports when the block has ended: one per training.

    Raises
    ------
    Found
        After the block, never inside of it, and not where the block raises an error of its own.
    ValueError
        `fail_on` is none of these.

    Examples
    --------
    >>> with watching() as reports:  # doctest: +SKIP
    ...     model.fit(x, y)
    """
    if fail_on != "never" and fail_on not in SEVERITIES:
        message = f"`fail_on` is critical, warning, note or never, and not `{fail_on}`."
        raise ValueError(message)
    script = _script_of(sys._getframe(1))  # noqa: SLF001  (whose lines and comments count)
    least = None if fail_on == "never" else fail_on
    return _watching(script, options or Options(trials=False), least)


@contextlib.contextmanager
def _watching(script: Script, options: Options, least: Severity | None) -> Iterator[list[Report]]:
    reports: list[Report] = []
    with examining(script, options, reports):
        yield reports
    found = problems_of(script.place, reports, ())
    severe = SEVERITIES[SEVERITIES.index(least) :] if least else ()
    problems = tuple(one for one in found if one.finding.severity in severe)
    if problems:
        raise Found(problems)


@contextlib.contextmanager
def examining(
    script: Script, options: Options, reports: list[Report], doctors: list[Doctor] | None = None
) -> Iterator[None]:
    """Examine what trains inside the block; its reports are there when it has ended.

    Parameters
    ----------
    script : Script
    options : Options
    reports : list of Report
        To be filled.
    doctors : list of Doctor, optional
        Gets the one that examines, as soon as the block begins.
    """
    if not is_first_process():
        yield
        return
    doctor = Doctor(Cell(script.source), script.namespace, options, _show)
    if doctors is not None:
        doctors.append(doctor)
    error: BaseException | None = None
    try:
        with contextlib.ExitStack() as stack:
            stack.enter_context(cell_file(script.file))

            def watch() -> None:
                with Guard(_tell_failure):
                    stack.enter_context(watched(doctor))

            stack.enter_context(when_imported("keras", watch))
            yield
    except BaseException as raised:
        error = raised
        without_own_frames(raised)
        raise
    finally:
        with cell_file(script.file), Guard(_tell_failure):
            reports += _reports(doctor, error)


def _reports(doctor: Doctor, error: BaseException | None) -> list[Report]:
    """All that is known when the block has ended; of a crash before any training its cause."""
    doctor.finish(interrupted=is_a(error, KeyboardInterrupt), raised=error is not None)
    reports = doctor.reports()
    if not reports:
        stopped = doctor.stopped(error)
        reports = [stopped] if stopped.findings or doctor.hidden else []
    return reports


def is_first_process() -> bool:
    """Whether this is the only process of a training, or the first of several."""
    return all(os.environ.get(name, "0").strip() in {"", "0"} for name in RANKS)


def shown_path(path: Path) -> str:
    """A path as it is told: relative to where the command runs, with slashes."""
    absolute = path.absolute()
    with contextlib.suppress(ValueError):
        return absolute.relative_to(Path.cwd()).as_posix()
    return absolute.as_posix()


def _script_of(frame: FrameType) -> Script:
    file = frame.f_code.co_filename
    return Script(
        file=file,
        shown=shown_path(Path(file)),
        source="".join(linecache.getlines(file)),
        namespace=_Names(frame),
    )


def _tell_failure(error: Exception) -> None:
    sys.stderr.write(f"nbdoctor could not examine this training: {described(error)}.\n")


def _show(report: Report, number: int, *, draw: bool) -> None:
    """Nobody sits at the screen."""


class _Names(Mapping[str, Any]):
    """The variables that a frame sees, as they are when they are asked for."""

    def __init__(self, frame: FrameType) -> None:
        self.frame = frame

    def _all(self) -> dict[str, Any]:
        frame = self.frame
        return {**frame.f_globals, **frame.f_locals}

    def __getitem__(self, name: str) -> Any:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

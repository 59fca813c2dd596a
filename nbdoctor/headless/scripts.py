"""Run a script or a module as Python does, with everything in it that trains examined."""

from __future__ import annotations
import __future__

import _thread
import ast
import contextlib
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from nbdoctor.errors.exceptions import without_own_frames
from nbdoctor.errors.guard import attempt
from nbdoctor.headless.notebooks import CRASH, Checking
from nbdoctor.headless.problems import problems_of
from nbdoctor.headless.programs import Program
from nbdoctor.headless.watching import Script, examining, is_first_process, shown_path
from nbdoctor.notebook.options import choice
from nbdoctor.report import Report
from nbdoctor.report.checked import CellOutcome, Checked, CheckedCell, Stop
from nbdoctor.session.doctor import Doctor
from nbdoctor.session.options import Options

OTHER_PROCESS = "This process is not the first of the training, so nothing was examined in it."

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""


@dataclass(frozen=True, kw_only=True)
class ScriptEnd:
    """How a script ended.

    Attributes
    ----------
    checked : Checked
    status : int
        Its own exit status.
    """

    checked: Checked
    status: int


@dataclass
class _Run:
    """What is known of a script while it runs."""

    timed_out: bool = False
    error: BaseException | None = None


class _Ending:
    """Notes what ends a script: as in a process of its own, it goes no further.

    Parameters
    ----------
    run : _Run
    """

    def __init__(self, run: _Run) -> None:
        self.run = run

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        """Keep the error for the one who asked."""
        self.run.error = error
        return True


def run(program: Program, arguments: Sequence[str], how: Checking) -> ScriptEnd:
    """Run a program, and say what was found in it.

    What it prints, its errors and its exit are those of `python SCRIPT`.

    Parameters
    ----------
    program : Program
    arguments : sequence of str
        Behind its name.
    how : Checking
    """
    began, run, reports = time.perf_counter(), _Run(), list[Report]()
    main = _main_module(program)
    shown = shown_path(Path(program.file))
    about = Script(file=program.file, shown=shown, source=program.source, namespace=vars(main))
    try:
        body = ast.parse(program.source, program.file)
    except SyntaxError as error:
        says = f"The script is not valid Python: {error.msg}."
        stop = Stop(says=says, place=about.place(error.lineno))
        return ScriptEnd(checked=Checked(path=shown, stop=stop), status=1)
    with (
        _as_main(main, program, arguments),
        _time_limit(how.timeout, run),
        _Ending(run),
        examining(about, _options(how), reports, doctors := list[Doctor]()),
    ):
        _execute(body, program.file, main, doctors)
    ended, status, outcome = _ended(run, how, about, reports)
    cell = CheckedCell(
        place=about.place(None),
        outcome=outcome,
        seconds=time.perf_counter() - began,
        reports=tuple(reports),
    )
    checked = Checked(
        path=shown,
        cells=(cell,),
        problems=problems_of(about.place, reports, ()),
        stop=ended,
        full=how.full,
        notes=() if is_first_process() else (OTHER_PROCESS,),
        seconds=cell.seconds,
    )
    return ScriptEnd(checked=checked, status=status)


def _options(how: Checking) -> Options:
    return Options(
        dry_run=how.look,
        cut=how.cut,
        trials=how.trials,
        choice=choice(",".join(how.only), ",".join(how.ignore), how.settings),
    )


def _main_module(program: Program) -> ModuleType:
    main = ModuleType("__main__")
    main.__file__ = program.file
    main.__spec__ = program.spec
    main.__package__ = None if program.spec is None else program.spec.parent
    vars(main)["__builtins__"] = __builtins__
    return main


@contextlib.contextmanager
def _as_main(main: ModuleType, program: Program, arguments: Sequence[str]) -> Iterator[None]:
    """What a program finds around it; when it has ended, all is as before."""
    before = sys.modules["__main__"], sys.argv, sys.path[:]
    sys.modules["__main__"] = main
    sys.argv = [program.file, *arguments]
    sys.path.insert(0, program.folder)
    try:
        yield
    finally:
        sys.modules["__main__"], sys.argv, sys.path[:] = before


@contextlib.contextmanager
def _time_limit(seconds: float | None, run: _Run) -> Iterator[None]:
    """Interrupt the program after so many seconds, as Ctrl-C does."""
    if seconds is None:
        yield
        return

    def interrupt() -> None:
        run.timed_out = True
        _thread.interrupt_main()

    timer = threading.Timer(seconds, interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _execute(body: ast.Module, file: str, main: ModuleType, doctors: Sequence[Doctor]) -> None:
    """Run the statements one by one, so that what they do to the data is noted as in a cell."""
    namespace, flags = vars(main), 0
    namespace["__doc__"] = ast.get_docstring(body, clean=False)
    for node in body.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            flags |= _flags(node)
        for doctor in doctors:
            attempt(doctor.context.changes.about_to_run, node.lineno, namespace)
        code = compile(ast.Module([node], []), file, "exec", flags=flags, dont_inherit=True)
        exec(code, namespace)  # noqa: S102  (the user's program)


def _flags(node: ast.ImportFrom) -> int:
    features: list[Any] = [getattr(__future__, name.name, None) for name in node.names]
    return sum(feature.compiler_flag for feature in features if feature is not None)


def _ended(
    run: _Run, how: Checking, about: Script, reports: Sequence[Report]
) -> tuple[Stop | None, int, CellOutcome]:
    """Why a script stopped, its own exit status, and what became of it."""
    error = run.error
    if error is None or _ended_by_look(error):
        return None, 0, "ran"
    if isinstance(error, SystemExit):
        return None, _status(error), "ran"
    line = _line(error, about.file)
    explained = any(one.rule == CRASH for report in reports for one in report.findings)
    if isinstance(error, KeyboardInterrupt) and run.timed_out:
        says = (
            f"The script had not ended after {how.timeout:g} s and was interrupted. "
            "`--timeout SECONDS` gives it longer."
        )
        return Stop(says=says, place=about.place(line)), 1, "stopped"
    if isinstance(error, KeyboardInterrupt):
        stop = Stop(says="The script was interrupted.", place=about.place(line))
        return stop, INTERRUPTED, "stopped"
    without_own_frames(error)
    sys.excepthook(type(error), error, error.__traceback__)
    text = str(error).strip().splitlines()
    says = f"{type(error).__name__}: {text[0]}" if text else type(error).__name__
    if how.cut and any(report.call for report in reports):
        says += ". Its trainings were cut short; `--full` trains as written"
    return Stop(says=f"{says}.", place=about.place(line), explained=explained), 1, "stopped"


def _ended_by_look(error: BaseException) -> bool:
    from nbdoctor.capture.calls import StopBeforeTrainingError

    return isinstance(error, StopBeforeTrainingError)


def _status(error: SystemExit) -> int:
    """As Python has it: a text is printed and counts as 1."""
    if error.code is None or isinstance(error.code, int):
        return error.code or 0
    sys.stderr.write(f"{error.code}\n")
    return 1


def _line(error: BaseException, file: str) -> int | None:
    link, line = error.__traceback__, None
    while link is not None:
        if link.tb_frame.f_code.co_filename == file:
            line = link.tb_lineno
        link = link.tb_next
    return line

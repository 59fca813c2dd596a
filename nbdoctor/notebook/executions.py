"""The cells that a shell is running, and how those below `%%diagnose` come to be examined."""

from __future__ import annotations

import contextlib
import gc
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import CoroutineType
from typing import TYPE_CHECKING, Any

from nbdoctor.errors.guard import Guard, attempt
from nbdoctor.notebook.in_place import lines_above, run_in_place
from nbdoctor.notebook.running import MAGIC, CellRun, request, tell_failure
from nbdoctor.notebook.statements import noted_statements
from nbdoctor.notebook.tracebacks import plain_tracebacks
from nbdoctor.notebook.unattended import below_a_magic, blank_lines, called_magic, unattended
from nbdoctor.session.options import Options

if TYPE_CHECKING:
    from argparse import Namespace
    from types import FrameType

    from IPython.core.interactiveshell import InteractiveShell

CALL = "get_ipython().run_cell_magic('diagnose',"

RUNS_CELLS = ("run_cell", "_run_cell", "run_cell_async", "do_execute")
RUNS_MAGICS = ("run_cell_magic", "run_line_magic")
"""Functions of the shell and the kernel, by which they ask to transform a cell."""

Read = Callable[[str, str], "tuple[Namespace, Options] | None"]
"""Of the line and the body of the magic: what is asked, None where the magic itself has to run."""


@dataclass
class _Execution:
    """One cell that the shell is running."""

    info: Any
    runs: list[CellRun] = field(default_factory=list)
    stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    thread: int = field(default_factory=threading.get_ident)
    was_on_stack: bool = False


@dataclass(frozen=True)
class _Found:
    """A cell with `%%diagnose` on top: what is asked, and what is below."""

    line: str
    body: str
    arguments: Namespace
    asked: Options


class Executions:
    """The cells that a shell is running, innermost last, and those of them to be examined.

    A cell with `%%diagnose` on top is run by the shell as any other, once the line is taken off:
    its events, its history, its last value, its errors and its exit are those of a plain cell.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
    read : callable
        See `Read`.
    """

    def __init__(self, shell: InteractiveShell, read: Read) -> None:
        self.shell, self.read = shell, read
        self.running: list[_Execution] = []
        self.last: CellRun | None = None

    def open(self) -> None:
        """Take part in the cells of the shell."""
        # First, so that others who transform the cell get the body as they would without the line.
        self.shell.input_transformers_post.insert(0, self.transformed)
        self.shell.events.register("pre_run_cell", self.begin)
        self.shell.events.register("post_run_cell", self.end)

    def close(self) -> None:
        """Take part no longer."""
        with contextlib.suppress(ValueError):
            self.shell.input_transformers_post.remove(self.transformed)
        for event, function in (("pre_run_cell", self.begin), ("post_run_cell", self.end)):
            with contextlib.suppress(ValueError):
                self.shell.events.unregister(event, function)
        while self.running:
            self.running.pop().stack.close()

    def transformed(self, lines: list[str]) -> list[str]:
        """The cell as it is without `%%diagnose`, which becomes a comment.

        Not where another magic asks for it: that runs the text by itself, and then the magic runs
        what is below it. Nor where the line or the cell are wrong: then the magic says what is.
        """
        text = "".join(lines)
        found = self._found(text)
        if found is None and unattended() is not None:
            text = self._unasked(text)
            return text.splitlines(keepends=True)
        if found is None or _another_magic_asks():
            return lines
        _, source = request(self.shell)
        above = lines_above(source, found.body) - 1 if source else 0
        return ("\n" * max(0, above) + self._plain(found)).splitlines(keepends=True)

    def _plain(self, found: _Found) -> str:
        inner = self._below(found.body)
        body = self._plain(inner) if inner else self._prefiltered(found.body)
        return f"# {MAGIC} {found.line}".rstrip() + f"\n{body}"

    def _unasked(self, text: str) -> str:
        """A cell without `%%diagnose` that is examined all the same, on the lines that it has."""
        if _another_magic_asks():
            return text
        _, source = request(self.shell)
        return "\n" * blank_lines(source or "") + below_a_magic(text, MAGIC)

    def begin(self, info: Any) -> None:
        """The shell is about to run a cell."""
        execution = _Execution(info)
        self.running.append(execution)
        try:
            with Guard(tell_failure):
                self._leave_abandoned()
                for found in self._asked_by(info.raw_cell):
                    run = CellRun(self.shell, found.arguments, found.asked, info.raw_cell)
                    execution.stack.enter_context(run.stack)
                    execution.runs.append(run)
                    run.listen()
        except KeyboardInterrupt:  # the shell drops what is raised here, and would run the cell
            execution.stack.enter_context(noted_statements(self.shell, _interrupt))

    def _leave_abandoned(self) -> None:
        """Let go of cells whose end nobody told: else Keras would stay watched by them.

        A front end may call `run_cell_async` itself, which tells of the beginning only.
        """
        here, on_stack = threading.get_ident(), {id(info) for info in _cells_below_us()}
        left: list[_Execution] = []
        for one in self.running:
            if id(one.info) in on_stack:
                one.was_on_stack = True
            elif one.thread == here and one.was_on_stack:
                left.append(one)
        waiting = _cells_that_wait() if left else frozenset()
        for one in left:
            if id(one.info) not in waiting:
                one.stack.close()
                self.running.remove(one)

    def end(self, result: Any) -> None:
        """The shell has run a cell."""
        execution = self._ended(result)
        if execution is None:
            return
        error = None
        if result is not None:
            error = result.error_before_exec
            error = result.error_in_exec if error is None else error
        with execution.stack:
            for run in reversed(execution.runs):
                self._ended_run(run, error)
                if run.stopped_by(error):  # a dry run has ended well
                    result.error_in_exec = None
                    self.shell.last_execution_succeeded = True

    def _ended_run(self, run: CellRun, error: BaseException | None) -> None:
        """Complete its reports; what is left to do is kept until another cell is diagnosed."""
        run.end(error)
        self.last = run if run.is_short_of_time else None

    def _ended(self, result: Any) -> _Execution | None:
        """The execution of this result; those inside of it are over as well."""
        info: Any = getattr(result, "info", None)
        mine = [one for one in self.running if one.thread == threading.get_ident()]
        ended = [one for one in mine if info is None or one.info is info]
        # Where the cell ended in an unusual way, the shell tells of it by another object.
        ended = ended or [one for one in mine if one.info.raw_cell == info.raw_cell]
        if not ended:
            return None
        for lost in mine[mine.index(ended[-1]) + 1 :]:
            lost.stack.close()
            self.running.remove(lost)
        self.running.remove(ended[-1])
        return ended[-1]

    def run_in_place(self, run: CellRun, body: str) -> Any:
        """Run a body below another magic, whose cell shows the traceback of an error."""
        mine = [one for one in self.running if one.thread == threading.get_ident()]
        with contextlib.ExitStack() as alone:
            stack = mine[-1].stack if mine else alone
            stack.enter_context(plain_tracebacks(self.shell))
            value = run_in_place(run, body)
            self.last = run if run.is_short_of_time else None
            return value

    def _asked_by(self, text: str) -> Iterator[_Found]:
        """What the lines on top of a cell ask for, outermost first."""
        found = self._below(text) if MAGIC in text else None
        here = unattended()
        is_plain = text.strip() and not text.lstrip().startswith("%%")
        if here is not None and is_plain and not any(one.runs for one in self.running):
            found = _Found("", text, here.arguments, here.asked)
            yield found
            return
        while found is not None:
            yield found
            found = self._below(found.body)

    def _below(self, text: str) -> _Found | None:
        """What a magic on top of a text asks for; where there is none, nothing is transformed.

        The shell takes seconds for thousands of lines that begin with an exclamation mark.
        """
        return self._found(self._by_the_shell(text)) if text.lstrip().startswith("%%") else None

    def _found(self, text: str) -> _Found | None:
        """Of a cell as IPython transforms it; None where the magic is not on top, or is wrong."""
        called = called_magic(text) if text.startswith(CALL) else None
        if called is None:
            return None
        _, line, body = called
        asked = attempt(self.read, line, body)
        return None if asked is None else _Found(line, body, *asked)

    def _by_the_shell(self, text: str) -> str:
        transformed: str = self.shell.input_transformer_manager.transform_cell(text)
        return transformed

    def _prefiltered(self, body: str) -> str:
        """The body as a cell of its own, and as many lines long."""
        shell: Any = self.shell
        text = self._by_the_shell(body)
        if len(text.splitlines()) == 1:
            with shell.builtin_trap:
                text = shell.prefilter_manager.prefilter_lines(text) + "\n"
        return "\n" * blank_lines(body) + text


def _interrupt(_: int) -> None:
    """The user has pressed Ctrl-C before the first statement."""
    raise KeyboardInterrupt


def _cells_below_us() -> Iterator[Any]:
    """What the shell knows of the cells that it is running in this thread, innermost first."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  (nothing else tells)
    while frame is not None:
        if frame.f_code.co_name == "run_cell_async":
            yield frame.f_locals.get("info")
        frame = frame.f_back


def _cells_that_wait() -> frozenset[int]:
    """Ids of what the shell knows of the cells that have begun and wait for something.

    Only the coroutine that runs such a cell knows that it has not ended. All objects are looked
    through for it, which is slow, and needed only where a cell begins before another has ended.
    """
    return frozenset(
        id(one.cr_frame.f_locals.get("info"))
        for one in gc.get_objects()
        if type(one) is CoroutineType
        and one.cr_code.co_name == "run_cell_async"
        and one.cr_frame is not None
    )


def _another_magic_asks() -> bool:
    """Whether a magic wants the cell transformed, to run it by itself as `%%time` does.

    So does `%run` of a notebook: the shell tells nobody of cells that it runs silently.
    """
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  (nothing else tells)
    while frame is not None:
        if frame.f_code.co_name in RUNS_CELLS:
            return bool(frame.f_locals.get("silent"))
        if frame.f_code.co_name in RUNS_MAGICS:
            return True
        frame = frame.f_back
    return False

"""One cell, examined while the shell runs it as it always does."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from nbdoctor.backend.patching import Patch
from nbdoctor.capture.calls import StopBeforeTrainingError
from nbdoctor.cell.cell import Cell
from nbdoctor.errors.exceptions import is_a
from nbdoctor.errors.guard import Guard
from nbdoctor.errors.words import described, sendable
from nbdoctor.look.collector import at_rest
from nbdoctor.notebook.delivery import delivery
from nbdoctor.notebook.display import inside_output_widget, screen_of
from nbdoctor.notebook.imports import when_imported
from nbdoctor.notebook.own_change import notebook_of_kernel, tried
from nbdoctor.notebook.statements import noted_statements
from nbdoctor.notebook.tracebacks import plain_tracebacks
from nbdoctor.notebook.unattended import adapted, keep, unattended
from nbdoctor.report import Report
from nbdoctor.session.doctor import Doctor
from nbdoctor.session.last_run import LastRuns
from nbdoctor.session.options import Options
from nbdoctor.session.watching import watched
from nbdoctor.trials.offers import Offer
from nbdoctor.view.screen import Screen, Terminal, close_panels, prepare

if TYPE_CHECKING:
    from argparse import Namespace

    from IPython.core.interactiveshell import InteractiveShell

MAGIC = "%%diagnose"

_LAST_RUNS = LastRuns()
"""Of the cells of this kernel."""


class CellRun:
    """What is examined between the first statement of a cell and its end.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
    arguments : argparse.Namespace
        Of the magic.
    asked : Options
    text : str
        The cell, where no front end tells the whole of it.
    """

    def __init__(
        self, shell: InteractiveShell, arguments: Namespace, asked: Options, text: str
    ) -> None:
        arguments, asked = adapted(arguments, asked)
        self.shell, self.arguments, self.asked = shell, arguments, asked
        self.cell_id, source = request(shell)
        self.cell = Cell(source or text)
        self.history = _history(shell)
        # Where the cell's own output goes; its code may redirect what it prints and shows.
        self.out, self.err, self.publisher = sys.stdout, sys.stderr, shell.display_pub
        self.wanted = delivery(arguments)
        self.screens: dict[int, Screen | Terminal] = {}
        self.shown: dict[int, Report] = {}
        self.stack = contextlib.ExitStack()
        self.begun = self.goes_on = False
        self.doctor: Doctor | None = None
        self.failure: Exception | None = None

    def listen(self) -> None:
        """Wait for the first statement of the cell that the shell is about to run."""
        self.stack.enter_context(plain_tracebacks(self.shell))
        self.stack.enter_context(noted_statements(self.shell, self.about_to_run))

    def about_to_run(self, line: int) -> None:
        """The next statement begins on this line."""
        if not self.begun:
            self._begin()
        if self.doctor is not None:
            self.doctor.context.changes.about_to_run(line, self.shell.user_ns)

    def _begin(self) -> None:
        self.begun = True
        with Guard(self._failed):
            tell(self.wanted.obstacles(), self.err)
            self.doctor = Doctor(
                self.cell,
                self.shell.user_ns,
                self.asked,
                self._show,
                cell_id=self.cell_id,
                history=self.history,
                last_runs=_LAST_RUNS.of(self.cell_id, self.cell.source),
            )
            if not self.arguments.quiet:
                close_panels(self.cell_id, self.cell.source)
                with at_rest():
                    prepare(live=getattr(self.shell, "kernel", None) is not None)
                self.stack.enter_context(
                    Patch(self.publisher, "clear_output", self._around_clear_output)
                )
            # Without Keras there is nothing to watch, and the cell itself will say so.
            self.stack.enter_context(when_imported("keras", self._watch))

    def _watch(self) -> None:
        """Keras is there."""
        if self.doctor is not None:
            with Guard(self._failed):
                self.stack.enter_context(watched(self.doctor))

    def _failed(self, error: Exception) -> None:
        self.failure = error

    def _around_clear_output(self, clear: Callable[..., Any]) -> Callable[..., Any]:
        """What the cell clears takes our reports along: they are shown anew."""

        def cleared(*args: Any, **kwargs: Any) -> Any:
            if not inside_output_widget():
                for screen in self.screens.values():
                    screen.cleared()
            return clear(*args, **kwargs)

        return cleared

    def _show(self, report: Report, number: int, *, draw: bool) -> None:
        self.shown[number] = report
        if report.stage == "done" and report.call:
            _LAST_RUNS.keep(self.cell_id, self.cell.source, self.shown)
        if self.arguments.quiet or (self.goes_on and self._place(number) not in self.screens):
            return
        place = self._place(number)
        if place not in self.screens:
            self.screens[place] = self._new_screen(self.out, self.publisher)
        self.screens[place].show(report, draw=draw)

    def _place(self, number: int) -> int:
        """One display shows all fits of the cell; a terminal is told of each by itself."""
        return number if getattr(self.shell, "kernel", None) is None else 0

    def _new_screen(self, out: Any, publisher: Any) -> Screen | Terminal:
        fits = self.doctor.summaries if self.doctor is not None else tuple
        return screen_of(self.shell, out, publisher, fits)

    def stopped_by(self, error: BaseException | None) -> bool:
        """Whether the end of a dry run is what stopped the cell."""
        return is_a(error, StopBeforeTrainingError)

    def end(self, error: BaseException | None) -> None:
        """The cell has ended: its patches are gone, its reports become complete."""
        if not self.begun and error is None:
            self._begin()  # a cell without a statement trains nothing, and its report says so
        self.stack.close()
        if self.doctor is not None and self.failure is None:
            # The shell would show where in our code a further interrupt was met.
            with Guard(self._failed), contextlib.suppress(KeyboardInterrupt):
                self._report(self.doctor, error)
        if self.failure is not None:
            tell_failure(self.failure)

    def _report(self, doctor: Doctor, error: BaseException | None) -> None:
        try:
            with contextlib.suppress(KeyboardInterrupt):  # the cell has ended: what is there counts
                interrupted = is_a(error, KeyboardInterrupt)
                doctor.finish(interrupted=interrupted, raised=error is not None)
        finally:  # an alarm of the user's may ring now: it ends what we do, and costs no report
            self._hand_over(doctor, error)

    def _hand_over(self, doctor: Doctor, error: BaseException | None) -> None:
        reports = doctor.reports()
        if not reports:
            report = doctor.stopped(error)
            if report.findings or error is None:
                with Guard(self._failed):  # the output may be closed: the report is there
                    self._show(report, 0, draw=False)
            reports = [report]
        keep([one for one in reports if one.call or one.findings or doctor.hidden])
        with Guard(self._failed):
            self._show_at_last(doctor)
        tell(self.wanted.deliver(reports, self.shell.user_ns, doctor.summaries()), self.err)

    @property
    def is_short_of_time(self) -> bool:
        """Whether something was left out that more time would do."""
        return bool(self._late())

    def _late(self) -> dict[int, Offer]:
        """What does it, by the number of the training: the first of each does the others, too."""
        offers = self.doctor.further() if self.doctor is not None else []
        late = [one for one in offers if one[1].late and not one[1].runs_lines]
        return dict(reversed(late))

    def go_on(self, arguments: Namespace) -> None:
        """Do what was left out for want of time, and show the reports below the cell that asks."""
        offers = self._late()
        self.screens = {n: one for n, one in self.screens.items() if isinstance(one, Screen)}
        self.goes_on = True
        try:
            for offer in offers.values():
                offer()
        finally:  # also where the kernel was interrupted
            if not arguments.quiet:
                self._show_below(offers)
            reports, fits = (
                list(self.shown.values()),
                self.doctor.summaries() if self.doctor else (),
            )
            tell(self.wanted.deliver(reports, self.shell.user_ns, fits), sys.stderr)

    def _show_below(self, numbers: Iterable[int]) -> None:
        """Show these reports anew; where one display shows all fits, all of them."""
        screens: dict[int, Screen | Terminal] = {}
        together = any(self._place(number) != number for number in numbers)
        for number in self.shown if together else numbers:
            place = self._place(number)
            if place not in screens:
                screens[place] = self._new_screen(sys.stdout, self.shell.display_pub)
            screens[place].show(self.shown[number], draw=True)

    def _show_at_last(self, doctor: Doctor) -> None:
        for screen in self.screens.values():
            screen.show_again()
        for number, offer in doctor.further():
            shown = self.screens.get(self._place(number))
            if isinstance(shown, Screen):
                shown.offer_more(number, offer)
        self._offer_change()

    def _offer_change(self) -> None:
        """Offer to try a change of the reader's own, where the notebook is known and it trained."""
        path = notebook_of_kernel()
        report = next((one for one in self.shown.values() if one.call), None)
        if path is None or report is None or report.cell_id is None:
            return
        try_it = partial(tried, path, report.cell_id, report.source)
        for screen in self.screens.values():
            if isinstance(screen, Screen):
                screen.offer_change(report.source, try_it)


def tell(sentences: Iterable[str], out: Any) -> None:
    """Write sentences for the user, each on a line of its own."""
    for sentence in sentences:
        with Guard():  # where nothing can be written there is nobody to tell
            out.write(f"{sendable(sentence)}\n")


def tell_failure(failure: Exception) -> None:
    """Say on the error output that there is no report, and why."""
    sentence = (
        f"nbdoctor could not examine this cell: {described(failure)}. "
        "The cell itself runs as it does without `%%diagnose`."
    )
    tell([sentence], sys.stderr)


def request(shell: InteractiveShell) -> tuple[str | None, str | None]:
    """JupyterLab's id of the running cell, and its exact source. Both None elsewhere.

    Read while the cell runs: in a widget's callback the parent is another message. The source is
    not rebuilt from the magic's arguments, which IPython strips.
    """
    kernel = getattr(shell, "kernel", None)
    parent = kernel.get_parent("shell") if kernel is not None else None
    if not parent:
        return None, None
    source = parent.get("content", {}).get("code", "")
    cell_id = parent.get("metadata", {}).get("cellId")
    is_examined = unattended() is not None or is_on(source)
    return cell_id, source if is_examined else None


def is_on(source: str) -> bool:
    """Whether `%%diagnose` stands on the cell, perhaps below other magics such as `%%time`."""
    lines = [line.strip() for line in source.splitlines() if line.strip()]
    magics = takewhile(lambda line: line.startswith("%%"), lines)
    return any(line.split()[0] == MAGIC for line in magics)


def _history(shell: InteractiveShell) -> list[tuple[int, str]]:
    """Execution counts and texts of the cells run before this one."""
    manager = shell.history_manager
    texts = manager.input_hist_raw if manager is not None else []
    return [(n, text) for n, text in enumerate(texts) if 0 < n < shell.execution_count and text]

"""All trainings of one cell, each under examination."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from nbdoctor.capture.calls import FitCall, Trace
from nbdoctor.capture.changes import Changes
from nbdoctor.capture.fit import watch_fits
from nbdoctor.capture.observed_step import ObservedStep
from nbdoctor.capture.strangers import answers_for_itself
from nbdoctor.cell.cell import Cell
from nbdoctor.errors.exceptions import class_name
from nbdoctor.report import FitSummary, LastRun, Report
from nbdoctor.session.attempts import Attempts
from nbdoctor.session.context import CellContext, Show
from nbdoctor.session.examination import Examination
from nbdoctor.session.fits import FitExamination
from nbdoctor.session.loops import begin_loop, hidden_loop, read_loop
from nbdoctor.session.many_fits import fit_of_cell, note_end, summaries, told_of_others
from nbdoctor.session.options import Options
from nbdoctor.session.stopped import examine_stopped_cell
from nbdoctor.session.subject import Training
from nbdoctor.trials.copying.case import ModelCopy
from nbdoctor.trials.offers import Offer
from nbdoctor.trials.training import trained_as_planned

KEPT_FIT = (
    "A model was trained by a `fit` that was stored before this cell, as in "
    "`train = model.fit`, so it could not be examined. Call `model.fit` itself."
)

UNOWNED = (
    "The cell trains with a loop of its own, and no Keras model that holds the trained weights was "
    "called in its first step. Call the model itself, as in `model(x, training=True)`, and its "
    "first step is examined."
)
UNREAD = (
    "The cell trains with a loop of its own, and the model or what it is called on is of a class "
    "that answers for its own attributes. It is not read, as that could run code of yours once "
    "more. Call a model without `__getattribute__` on arrays or tensors, and its first step is "
    "examined."
)
ANSWERS_FOR_ITSELF = (
    "The class `{}` has its own `__getattribute__`, so that each look at the model would run code "
    "of yours once more. It was not examined. Diagnose a model of a class without it."
)

MOST_FITS = 3
"""Fits of one cell that are examined: a cross-validation makes many alike."""


class Doctor:
    """Watches the trainings of a cell and examines each (an `Observer` and a `LoopObserver`)."""

    def __init__(  # noqa: PLR0913  (what all examinations of the cell share)
        self,
        cell: Cell,
        namespace: Mapping[str, Any],
        options: Options,
        show: Show,
        *,
        cell_id: str | None = None,
        history: Sequence[tuple[int, str]] = (),
        last_runs: Mapping[int, LastRun] | None = None,
    ) -> None:
        self.context = CellContext(
            cell=cell,
            namespace=namespace,
            options=options,
            show=show,
            cell_id=cell_id,
            history=history,
            changes=Changes.of(cell),
            last_runs=last_runs or {},
        )
        self.examinations: list[Examination] = []
        self.fits: list[FitExamination] = []
        self.stopped_cell: Examination | None = None
        self.left_out = 0
        self.hidden: list[str] = []

    def fit_called(self, call: FitCall) -> bool:
        """Begin an examination, or count the fit as left out."""
        if answers_for_itself(call.model):
            self._hide(ANSWERS_FOR_ITSELF.format(class_name(type(call.model))))
            return False
        if call.by == "fit":
            self.context.fits.append(fit_of_cell(call))
        if len(self.examinations) >= MOST_FITS:
            self.left_out += 1
            return False
        fit = FitExamination(self.context, call)
        self.fits.append(fit)
        self.examinations.append(fit.examination)
        fit.called()
        return True

    def about_to_trace(self, call: FitCall, trace: Trace) -> None:
        """Note what the step consists of, while it is traced."""
        for fit in self._of(call):
            fit.about_to_trace(trace)

    def first_step(self, call: FitCall, batch: Any, fetch_seconds: float) -> None:
        """Look at the model on the batch that it is about to train on."""
        for fit in self._of(call):
            fit.first_batch(batch, fetch_seconds)

    def wants_batches(self, call: FitCall) -> bool:
        """Whether batches of further steps are of interest."""
        return any(fit.passing.are_wanted for fit in self._of(call))

    def step_due(self, call: FitCall, number: int, batch: Any) -> None:
        """Look at a further batch before its step."""
        del number
        for fit in self._of(call):
            fit.passing.take(batch)

    @contextlib.contextmanager
    def watching(self, call: FitCall) -> Iterator[None]:
        """Watch the first real step, where it could not be made on copies."""
        with contextlib.ExitStack() as stack:
            for fit in self._of(call):
                stack.enter_context(fit.watching())
            yield

    def step_done(
        self, call: FitCall, number: int, started: float, ended: float, logs: Any
    ) -> None:
        """Note times and the first real loss."""
        for fit in self._of(call):
            fit.step_done(number, started, ended, logs)

    def step_seen(self, step: ObservedStep) -> None:
        """Examine the first step of a loop of the user's own."""
        if len(self.examinations) >= MOST_FITS:
            self.left_out += 1
            return
        examination = begin_loop(self.context, step, len(self.examinations) + 1)
        self.examinations.append(examination)
        read_loop(examination, step)

    def step_hidden(self, name: str, why: str) -> None:
        """Remember which loop could not be looked at."""
        self.hidden.append(hidden_loop(name, why))

    def update_unowned(self) -> None:
        """Remember that something is trained that belongs to no model which was called."""
        self._hide(UNOWNED)

    def inputs_unread(self) -> None:
        """Remember that a model is trained on objects that cannot be asked."""
        self._hide(UNREAD)

    def fit_unseen(self) -> None:
        """Remember that a training could not be looked at."""
        self._hide(KEPT_FIT)

    def _hide(self, why: str) -> None:
        if why not in self.hidden:
            self.hidden.append(why)

    def fit_ended(self, call: FitCall, history: Any, error: BaseException | None) -> None:
        """Take what training left behind, or what stopped it."""
        for one in self.context.fits:
            if one.number == call.number:
                note_end(one, history)
        for fit in self._of(call):
            fit.ended(history, error)

    def failed(self, part: str, error: Exception) -> None:
        """Show a fault of ours as one line."""
        if self.examinations:
            self.examinations[-1].readings.fault(part, error)
            self.examinations[-1].publish()

    def finish(self, *, interrupted: bool = False, raised: bool = False) -> None:
        """Complete every examination, when the cell has ended and nobody waits for training.

        Parameters
        ----------
        interrupted : bool
            The user has interrupted the cell and waits for the kernel: what is measured is shown,
            and nothing else is begun. The same holds for each training that was interrupted.
        raised : bool
            The cell has raised an error: a loop of its own may not have come to its end.
        """
        for one in self.examinations:
            one.progress.cell_ended = time.perf_counter()
        if self.left_out:
            seen = {one.subject.number for one in self.examinations}
            others = [one for one in self.context.fits if one.number not in seen]
            note = told_of_others(others, self.left_out, MOST_FITS)
            self.examinations[-1].progress.notes.append(note)
        loops = [one.subject for one in self.examinations if one.is_of_loop]
        for subject in loops if len(loops) > 1 or raised else ():
            if isinstance(subject, Training):
                subject.forget_rows_met(all_of_them=raised)
        ended = [one for one in self.examinations if interrupted or one.is_interrupted]
        for one in ended:
            offers = Attempts(one, self._ask_again).offered_at_once()
            one.readings.attempt("the end of the cell", partial(one.leave, offers))
        for number, one in enumerate(self.examinations, start=1):
            if one in ended:
                continue
            again = any(
                other.subject.model is one.subject.model for other in self.examinations[number:]
            )
            finish = partial(one.finish, trained_again=again or self.left_out > 0)
            one.readings.attempt("the end of the cell", finish)
        kept = [Attempts(one, self._ask_again) for one in self.examinations if one not in ended]
        for attempts in kept:
            attempts.of.readings.attempt("the trials", attempts.try_fixes)
        for attempts in kept:
            attempts.of.readings.attempt("the experiment", attempts.find_cause)
            attempts.settle()

    def _ask_again(self, made: ModelCopy, cell: Cell, seconds: float) -> Report | None:
        """What the rules say of a treated copy, trained for as long as a trial."""
        context = self.context
        options = replace(
            context.options,
            budget=min(context.options.budget, seconds),
            grows=False,
            trials=False,
            experiment="never",
            dry_run=False,
        )
        reports: list[Report] = []

        def keep(report: Report, number: int, *, draw: bool) -> None:
            del number, draw
            reports.append(report)

        doctor = Doctor(cell, context.namespace, options, keep)
        with watch_fits(doctor):
            trained_as_planned(made)
        doctor.finish()
        return reports[-1] if reports else None

    def stopped(self, error: BaseException | None) -> Report:
        """The report of a cell that came to no training; what it proposes is tried."""
        self.stopped_cell = examination = examine_stopped_cell(self.context, error, self.hidden)
        examination.progress.cell_ended = time.perf_counter()
        report = examination.judged()
        if isinstance(error, Exception):
            attempts = Attempts(examination, self._ask_again)
            examination.readings.attempt("the trials", attempts.try_fixes)
            attempts.settle()
        return examination.report or report

    def further(self) -> list[tuple[int, Offer]]:
        """What tries the fixes that were left out, by the number of the training.

        0 is the cell itself, where it stopped before any training.
        """
        last = [] if self.stopped_cell is None else [self.stopped_cell]
        all_of_them = [*self.examinations, *last]
        return [(one.subject.number, offer) for one in all_of_them for offer in one.tried.offers]

    def reports(self) -> list[Report]:
        """One per training that was examined."""
        return [one.report for one in self.examinations if one.report is not None]

    def summaries(self) -> tuple[FitSummary, ...]:
        """Every training until now in a line, also of those that were not examined."""
        return summaries(self.reports(), self.context.fits, self.context.cell)

    def _of(self, call: FitCall) -> list[FitExamination]:
        return [one for one in self.fits if one.training.call is call]

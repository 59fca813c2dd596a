"""One examination: readings come at their moments, and what is known by then is judged anew."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from nbdoctor.capture.changes import Changes
from nbdoctor.capture.data import Rows
from nbdoctor.capture.samples import sample_of_training, sample_of_validation
from nbdoctor.capture.user_code import runs_user_code
from nbdoctor.capture.uses import Uses
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.program import Program, program_of
from nbdoctor.look.look import Look
from nbdoctor.look.passes import Passes
from nbdoctor.readings.collection import Readings
from nbdoctor.readings.given import (
    DataTime,
    FitsOfCell,
    Namespace,
    TimeLeft,
    TrainingSample,
    ValidationSample,
)
from nbdoctor.readings.history import History
from nbdoctor.readings.labels import Labels
from nbdoctor.readings.missing import does_not_apply, not_measured
from nbdoctor.readings.reading import Moment
from nbdoctor.readings.source import Source
from nbdoctor.report import Report
from nbdoctor.session.context import CellContext
from nbdoctor.session.memory import remember
from nbdoctor.session.progress import Progress
from nbdoctor.session.reporting import Tried, report_of
from nbdoctor.session.subject import Subject, Training
from nbdoctor.trials.cells import as_tried, needed
from nbdoctor.trials.offers import Offer
from nbdoctor.trials.proposals import any_patch
from nbdoctor.trials.search import AskAgain, TreatmentSearch

OF_THE_STEPS = Moment.FIRST_STEP | Moment.FURTHER_STEPS
"""When the step is known that is made before training."""

MORE_TIME = 120.0
"""Seconds for trials that the reader asks for: they wait, and can interrupt the kernel."""

DELETED = "The cell deleted the model, so the trained model was not examined."

TRAINED_AGAIN = does_not_apply("a later `fit` has trained the same model, and its report tells")
INTERRUPTED = not_measured("the training was interrupted")
NOT_LOOKED_AT = not_measured("the model was not looked at as its training has left it")

LEFT = (
    "After the interrupt nothing else was begun: no charts were drawn, no simple models fitted and "
    "no fixes tried."
)


class Examination:
    """What is known of one subject.

    Parameters
    ----------
    context : CellContext
    subject : Subject
        What is examined. Whoever drives the examination (`fits`, `loops`, `stopped`) fills it.
    """

    def __init__(self, context: CellContext, subject: Subject) -> None:
        self.context, self.subject = context, subject
        self.readings, self.tried = Readings(), Tried()
        self.progress = Progress(notes=[context.cell.unread] if context.cell.unread else [])
        self.report: Report | None = None

    def take(self, moment: Moment, more: Mapping[Any, Any] | None = None) -> None:
        """Take the readings of a moment, from the subject and from `more`, by type."""
        context = self.context
        shared = {
            Cell: context.cell,
            Namespace: context.namespace,
            Changes: context.changes,
            Uses: context.uses,
            FitsOfCell: context.fits,
        }
        self.readings.take(moment, {**shared, **self.subject.given(), **(more or {})})

    def take_with_passes(
        self, moment: Moment, look: Look, more: Mapping[Any, Any] | None = None
    ) -> None:
        """The same, with the passes that the look can make."""
        labelled = self.readings.get(Labels) is not None
        self.take(moment, {Passes: Passes.of(look, labelled=labelled), **(more or {})})

    def judged(self) -> Report:
        """What is known so far, judged."""
        self.report = report_of(
            self.context, self.subject, self.readings, self.progress, self.tried
        )
        return self.report

    def publish(self, *, draw: bool = False) -> None:
        """Judge what is known so far and show it."""
        self.context.show(self.judged(), self.subject.number, draw=draw)

    @property
    def is_interrupted(self) -> bool:
        """Whether the user has interrupted this training, and so wants the kernel."""
        return isinstance(self.subject.error, KeyboardInterrupt)

    @property
    def is_of_loop(self) -> bool:
        """Whether a loop of the user's own trains the model."""
        return self.subject.call is not None and self.subject.call.by != "fit"

    def finish(self, *, trained_again: bool) -> None:
        """What can wait until the cell has ended: the trained layers, baselines and charts.

        Parameters
        ----------
        trained_again : bool
            A later `fit` has trained the same model, so that its layers tell of that one.
        """
        progress, subject = self.progress, self.subject
        progress.stage = "done"
        with progress.working():
            if subject.model is None:
                progress.notes.append(DELETED)
            elif subject.look is not None and not trained_again:
                self._look_again(subject.look)
            missing = TRAINED_AGAIN if trained_again else NOT_LOOKED_AT
            if not self.context.options.dry_run:
                self.readings.lack(self.readings.waiting(Moment.TRAINED), missing)
            left = self.context.options.budget - self.progress.spent
            ends = DataTime(time.perf_counter() + self.context.options.data_budget)
            given = {**self._samples(), TimeLeft: TimeLeft(left), DataTime: ends}
            self.take(Moment.CELL_ENDED, given)
            rows = self.subject.given().get(Rows)
            self.readings.attempt("the rows", partial(remember, subject.model, rows))
            if isinstance(subject, Training):
                subject.sample = subject.passed = subject.parts = None  # their rows are read
            self.tried.program = self.readings.attempt("the earlier cells", self._built_before)
            self.publish(draw=True)
        progress.ended()
        self.publish()

    def _samples(self) -> Mapping[Any, Any]:
        """Rows of training and validation, to compare them with each other."""
        call, attempt = self.subject.call, self.readings.attempt
        if call is None or call.model is None:
            return {}
        rows, part = self.subject.given().get(Rows), "reading the data again"
        return {
            TrainingSample: attempt(part, lambda: sample_of_training(call, rows)),
            ValidationSample: attempt(part, lambda: sample_of_validation(call)),
        }

    def _look_again(self, look: Look) -> None:
        """At the model as its `fit` has left it."""
        # A method of Keras's may have been replaced since.
        look.is_pure = look.is_pure and not runs_user_code(self.subject.model)
        left = {TimeLeft: TimeLeft(self.context.options.budget - self.progress.spent)}
        if self.readings.get(History) is not None:
            look.trained = True
            self.take_with_passes(Moment.TRAINED, look, left)
        if self.subject.call is not None and (self.subject.call.rows or self.is_of_loop):
            self.take(Moment.LOOP_ENDED, left)

    def _built_before(self) -> Program | None:
        context = self.context
        source = self.readings.get(Source)
        name = source.model_name if source is not None else ""
        return program_of(context.cell, name, context.history, context.namespace)

    def leave(self, ask_again: AskAgain) -> None:
        """Show at once what is measured: the kernel was asked for, so nothing else is begun.

        The fixes can still be tried, when the reader asks for it.
        """
        report, progress = self.report, self.progress
        if isinstance(self.subject, Training):
            self.subject.passed = self.subject.parts = None
        if report is not None and self._wants_trials(report):
            run = partial(self._try_all, report, ask_again, unproved=False)
            self.tried.offers = (Offer(run),)
        later = Moment.ENDED | Moment.TRAINED | Moment.CELL_ENDED
        self.readings.lack(self.readings.waiting(later), INTERRUPTED)
        progress.stage, progress.notes = "done", [*progress.notes, LEFT]
        progress.ended()
        self.publish()

    def _wants_trials(self, report: Report) -> bool:
        return self.context.options.trials and any_patch(report.findings)

    def try_treatments(self, ask_again: AskAgain) -> None:
        """Try what the findings propose, on copies and within what is left of the budget."""
        report = self.report
        if report is None or not self._wants_trials(report):
            return
        course = self._try(report, ask_again, self.context.options.budget - self.progress.spent)
        offers = []
        if course.is_short_of_time:
            offers.append(Offer(partial(self._try_all, report, ask_again, unproved=False)))
        if lines := course.would_run:
            run = partial(self._try_all, report, ask_again, unproved=True)
            offers.append(Offer(run, lines))
        self.tried.offers = tuple(offers)
        if not offers:
            self.subject.forget()

    def _try_all(self, report: Report, ask_again: AskAgain, *, unproved: bool) -> None:
        """Try everything again, when the reader asks for what was left out."""
        self.tried.offers = ()
        try:
            self._try(report, ask_again, MORE_TIME, unproved=unproved)
        finally:
            self.subject.forget()

    def _try(
        self, report: Report, ask_again: AskAgain, seconds: float, *, unproved: bool = False
    ) -> TreatmentSearch:
        began, progress = time.perf_counter(), self.progress
        program = needed(self.tried.program, report.findings)
        findings = as_tried(report.findings, program)
        course = self.tried.course = TreatmentSearch(
            case=self.subject.case(self.context, program),
            deadline=began + seconds,
            raises=self.subject.raises,
            ask_again=ask_again,
            seconds_to_ask=2 * (progress.timing.look or 1.0),
            tell=self.publish,
            unproved=unproved,
        )
        why = self.subject.why_untried()
        if why:
            course.leave_untried(findings, why)
            self.publish()
            return course
        progress.stage = "trying"
        self.publish()
        try:
            self.readings.attempt("the trials", lambda: course.run(findings))
        finally:  # an interrupt ends the trials, and what was tried until then is shown
            progress.stage = "done"
            progress.spent += time.perf_counter() - began
            progress.ended()
            self.publish()
        return course

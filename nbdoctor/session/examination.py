"""One examination: readings come at their moments, and what is known by then is judged anew."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
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
from nbdoctor.readings.attained import Attained
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
from nbdoctor.readings.tried_parts import TriedParts
from nbdoctor.report import Diagnosis, Fix, Report, Stage
from nbdoctor.session.budget import FIRST_FIX, seconds_for
from nbdoctor.session.context import CellContext
from nbdoctor.session.experimenting import Decision, decided
from nbdoctor.session.longer import AsLeft, is_short_of_time
from nbdoctor.session.loop_program import loop_of
from nbdoctor.session.memory import remember
from nbdoctor.session.progress import Progress
from nbdoctor.session.reporting import Tried, report_of
from nbdoctor.session.subject import Subject, Training
from nbdoctor.session.withdrawn import Place, places
from nbdoctor.trials.offers import Offer
from nbdoctor.trials.proposals import any_patch

OF_THE_STEPS = Moment.FIRST_STEP | Moment.FURTHER_STEPS
"""When the step is known that is made before training."""

DELETED = "The cell did not keep the model, so the trained model was not examined."

TRAINED_AGAIN = does_not_apply("a later `fit` has trained the same model, and its report tells")
INTERRUPTED = not_measured("the training was interrupted")
NOT_LOOKED_AT = not_measured("the model was not looked at as its training has left it")
CUT_SHORT = not_measured("the training was cut short after its first steps")
CUT_NOTE = (
    "The training was cut short after its first steps, so nothing was judged by what it reached. "
    "The option `--full` trains as written."
)

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
        self.left: AsLeft | None = None
        self.shown: dict[Place, Diagnosis] = {}

    def take(
        self,
        moment: Moment,
        more: Mapping[Any, Any] | None = None,
        only: Collection[type[Any]] | None = None,
    ) -> None:
        """Take the readings of a moment, from the subject and from `more`, by type."""
        context = self.context
        shared = {
            Cell: context.cell,
            Namespace: context.namespace,
            Changes: context.changes,
            Uses: context.uses,
            FitsOfCell: context.fits,
        }
        self.readings.take(moment, {**shared, **self.subject.given(), **(more or {})}, only)

    def take_with_passes(
        self,
        moment: Moment,
        look: Look,
        more: Mapping[Any, Any] | None = None,
        only: Collection[type[Any]] | None = None,
    ) -> None:
        """The same, with the passes that the look can make."""
        labelled = self.readings.get(Labels) is not None
        self.take(moment, {Passes: Passes.of(look, labelled=labelled), **(more or {})}, only)

    def judged(self) -> Report:
        """What is known so far, judged."""
        self.report = report_of(
            self.context, self.subject, self.readings, self.progress, self.tried, self.shown
        )
        if not self.report.is_over:
            self.shown |= {place: one for one in self.report.findings for place in places(one)}
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

    @property
    def budget(self) -> float:
        """Seconds for all that is done beside the training."""
        options = self.context.options
        return seconds_for(options.budget, self.progress.trained, grows=options.grows)

    @property
    def seconds_left(self) -> float:
        """Of the budget."""
        return self.budget - self.progress.spent

    @property
    def seconds_to_read(self) -> float:
        """Of these, for what is measured once the cell has ended: a first fix has its share."""
        known = self.report.findings if self.report is not None else ()
        alarms = [one for one in known if one.severity != "note"]
        waits = self.context.options.trials and any_patch(alarms)
        return self.seconds_left - (FIRST_FIX * self.budget if waits else 0.0)

    def finish(self, *, trained_again: bool) -> None:
        """What can wait until the cell has ended: the trained layers, baselines and charts.

        Parameters
        ----------
        trained_again : bool
            A later `fit` has trained the same model, so that its layers tell of that one.
        """
        progress, subject = self.progress, self.subject
        model = subject.model  # else one that the cell deleted may go while it is examined
        progress.stage = "done"
        progress.training_ended()
        ends = time.perf_counter() + self.seconds_to_read
        with progress.working():
            if model is None:
                progress.notes.append(DELETED)
            elif subject.look is not None and not trained_again:
                self._look_again(subject.look, TimeLeft(ends))
            missing = TRAINED_AGAIN if trained_again else NOT_LOOKED_AT
            if not self.context.options.dry_run:
                self.readings.lack(self.readings.waiting(Moment.TRAINED), missing)
            self._take_at_end(ends)
            rows = self.subject.given().get(Rows)
            self.readings.attempt("the rows", partial(remember, model, rows))
            if isinstance(subject, Training):
                self._keep_for_experiment(subject)
            if is_short_of_time(self):
                self.left = self.readings.attempt("the end of the cell", lambda: AsLeft.of(self))
            elif isinstance(subject, Training):
                subject.forget_rows()  # they are read
            self.tried.program = self.readings.attempt("the earlier cells", self._built_before)
            self.readings.lack([TriedParts], self.experiment(None).why)
            self.publish(draw=True)
        progress.ended(self.budget)
        self.publish()

    def measure_at_end(self, ends: float, only: Collection[type[Any]]) -> None:
        """Measure some of what is measured once the cell has ended, now that there is time."""
        self.readings.expect(only)
        model = self.subject.model  # kept for as long as it is examined
        if self.subject.look is not None and model is not None:
            self._look_again(self.subject.look, TimeLeft(ends), only)
        self.readings.lack(self.readings.waiting(Moment.TRAINED), NOT_LOOKED_AT)
        self._take_at_end(ends, only)

    def _take_at_end(self, ends: float, only: Collection[type[Any]] | None = None) -> None:
        """What nobody's training waits for; rows are read for a part of the time."""
        rows_until = ends
        if only is None:
            rows_until = min(ends, time.perf_counter() + self.context.options.data_budget)
        given = {TimeLeft: TimeLeft(ends), DataTime: DataTime(rows_until)}
        self.take(Moment.CELL_ENDED, {**self._samples(), **given}, only)

    def _keep_for_experiment(self, training: Training) -> None:
        """What a loop has trained on, where the cause may be asked for."""
        if self.is_of_loop and self.experiment(None).when != "not at all":
            passed = training.passed or next(iter(training.call.rows), None)
            training.kept.steps = passed.steps if passed is not None else 0
            training.kept.loop = self.readings.attempt(
                "the rows of the loop", lambda: loop_of(training)
            )

    def was_cut(self) -> None:
        """The training ended after its first steps: nothing is judged by what it left behind."""
        later = Moment.ENDED | Moment.TRAINED
        self.readings.lack(self.readings.waiting(later), CUT_SHORT)
        self.progress.notes.append(CUT_NOTE)

    def experiment(self, fix: Fix | None) -> Decision:
        """Whether parts of the program are replaced to find the cause, where `fix` helps so far."""
        wanted, readings = self.context.options.wanted_experiment, self.readings
        return decided(wanted, readings.get(Attained), readings.missing, fix)

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

    def _look_again(
        self, look: Look, left: TimeLeft, only: Collection[type[Any]] | None = None
    ) -> None:
        """At the model as its `fit` has left it."""
        # A method of Keras's may have been replaced since.
        look.is_pure = look.is_pure and not runs_user_code(self.subject.model)
        given = {TimeLeft: left}
        if self.readings.get(History) is not None:
            look.trained = True
            self.take_with_passes(Moment.TRAINED, look, given, only)
        if self.subject.call is not None and (self.subject.call.rows or self.is_of_loop):
            self.take(Moment.LOOP_ENDED, given, only)

    def _built_before(self) -> Program | None:
        context = self.context
        source = self.readings.get(Source)
        name = source.model_name if source is not None else ""
        return program_of(context.cell, name, context.history, context.namespace)

    def leave(self, offers: tuple[Offer, ...]) -> None:
        """Show at once what is measured: the kernel was asked for, so nothing else is begun.

        What can still be tried, when the reader asks for it, is among the offers.
        """
        progress = self.progress
        if isinstance(self.subject, Training):
            self.subject.passed = self.subject.parts = None
        self.tried.offers = offers
        later = Moment.ENDED | Moment.TRAINED | Moment.CELL_ENDED
        self.readings.lack(self.readings.waiting(later), INTERRUPTED)
        progress.stage, progress.notes = "done", [*progress.notes, LEFT]
        progress.ended(self.budget)
        self.publish()

    @contextmanager
    def working_on_copies(self, stage: Stage) -> Iterator[None]:
        """Show the stage, and count the seconds: also where an interrupt ends the block."""
        began, progress = time.perf_counter(), self.progress
        progress.stage = stage
        self.publish()
        try:
            yield
        finally:
            progress.stage = "done"
            progress.spent += time.perf_counter() - began
            progress.ended(self.budget)
            self.publish()

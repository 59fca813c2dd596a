"""What is tried on copies once the cell has ended: fixes first, and then parts of the program.

Both take what is left of the budget. What does not fit is offered, and begun when the reader asks.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from functools import partial

from nbdoctor.readings.fit import Fit
from nbdoctor.readings.pipeline import Pipeline
from nbdoctor.readings.reading import Moment
from nbdoctor.readings.tried_parts import Experiment, TriedParts
from nbdoctor.report import Report, Trial
from nbdoctor.session.budget import (
    FOR_EXPERIMENT,
    LEAST_FOR_EXPERIMENT,
    ON_REQUEST,
    seconds_of_experiment,
)
from nbdoctor.session.examination import Examination
from nbdoctor.session.experimenting import When
from nbdoctor.session.longer import is_short_of_time, look_longer
from nbdoctor.session.programs import cause_of
from nbdoctor.session.weighing import BY_EXPERIMENT
from nbdoctor.trials.cells import as_tried, needed
from nbdoctor.trials.combination import gain
from nbdoctor.trials.offers import Offer
from nbdoctor.trials.proposals import any_patch
from nbdoctor.trials.search import AskAgain, TreatmentSearch


class Attempts:
    """What is tried of one examination.

    Parameters
    ----------
    examination : Examination
    ask_again : callable
        See `AskAgain`.
    """

    def __init__(self, examination: Examination, ask_again: AskAgain) -> None:
        self.of, self.ask_again = examination, ask_again

    def try_fixes(self) -> None:
        """Try what the findings propose, within what is left of the budget."""
        report = self.of.report
        if report is not None and self._wants_trials(report):
            self._try(report, self.of.seconds_left)

    def find_cause(self) -> None:
        """Replace parts of the program, where that is due and there is time."""
        seconds = self.of.seconds_left
        if self._is_due("at once") and seconds >= LEAST_FOR_EXPERIMENT:
            self._experiment(time.perf_counter() + seconds)
        else:
            self._note_why_not()

    def settle(self) -> None:
        """Offer what was left out, or let go of all that was kept for it."""
        self.of.progress.cell_ended = None
        self.of.tried.offers = tuple(self._offers())
        if not self.of.tried.offers:
            self.of.subject.forget()

    def offered_at_once(self) -> tuple[Offer, ...]:
        """What is offered where nothing was begun, because the kernel was asked for."""
        report = self.of.report
        wanted = report is not None and self._wants_trials(report)
        return (Offer(partial(self._try_again, unproved=False)),) if wanted else ()

    # ---- fixes --------------------------------------------------------------------------

    def _wants_trials(self, report: Report) -> bool:
        return self.of.context.options.trials and any_patch(report.findings)

    def _try_again(self, *, unproved: bool) -> None:
        """Try all fixes again, and find the cause where none helps: the reader asks for it."""
        ends = time.perf_counter() + ON_REQUEST
        self.of.tried.offers = ()
        try:
            self._try(self._judged_anew(), ON_REQUEST, unproved=unproved)
            if self._is_due("at once"):
                self._experiment(ends)
        finally:
            self.of.subject.forget()

    def _look_longer(self) -> None:
        """Measure what there was no time for, and go on from there: the reader asks for it."""
        ends = time.perf_counter() + ON_REQUEST
        self.of.tried.offers = ()
        try:
            look_longer(self.of, ends)
            if self._wants_trials(self.of.judged()):
                self._try_what_follows(max(0.0, ends - time.perf_counter()))
            if self._is_due("at once"):
                self._experiment(ends)
        finally:
            self.of.subject.forget()

    def _judged_anew(self) -> Report:
        """The findings as they are before any trial."""
        self.of.tried.course = None
        return self.of.judged()

    def _try(
        self,
        report: Report,
        seconds: float,
        *,
        unproved: bool = False,
        known: Mapping[str, Trial] | None = None,
    ) -> None:
        of, deadline = self.of, time.perf_counter() + seconds
        program = needed(of.tried.program, report.findings)
        findings = as_tried(report.findings, program)
        kept = FOR_EXPERIMENT if self._is_due("at once") else -math.inf
        course = of.tried.course = TreatmentSearch(
            case=of.subject.case(of.context, program),
            deadline=deadline,
            insists_until=deadline - kept,
            raises=of.subject.raises,
            ask_again=self.ask_again,
            seconds_to_ask=2 * (of.progress.timing.look or 1.0),
            tell=self._tell,
            trials=dict(known or {}),
            unproved=unproved,
        )
        why = of.subject.why_untried()
        if why:
            course.leave_untried(findings, why)
            of.publish()
            return
        of.progress.goes_on(course.deadline)
        with of.working_on_copies("trying"):
            of.readings.attempt("the trials", lambda: course.run(findings))

    def _tell(self) -> None:
        """Show what is tried until now."""
        course = self.of.tried.course
        if course is not None:
            self.of.progress.goes_on(course.deadline)
            if course.has_helped:
                self.of.progress.proved_fix()
        self.of.publish()

    # ---- parts --------------------------------------------------------------------------

    def _is_due(self, *when: When) -> bool:
        """Whether parts are to be replaced then, and were not until now."""
        of = self.of
        if of.subject.call is None or not self._is_open:
            return False
        course = of.tried.course
        return of.experiment(course.fix if course is not None else None).when in when

    @property
    def _is_open(self) -> bool:
        """Whether more time could tell more."""
        tried = self.of.readings.get(TriedParts)
        return tried is None or tried.outcome == "out of time"

    def _note_why_not(self) -> None:
        """Say why no parts were replaced; trials may have settled it since it was last said."""
        of, course = self.of, self.of.tried.course
        why = of.experiment(course.fix if course is not None else None).why
        if of.readings.get(TriedParts) is None and of.readings.missing.get(TriedParts) != why:
            of.readings.lack([TriedParts], why)
            of.publish()

    def _experiment_on_request(self) -> None:
        self.of.tried.offers = ()
        try:
            self._experiment(time.perf_counter() + ON_REQUEST)
        finally:
            self.of.subject.forget()

    def _experiment(self, ends: float) -> None:
        """Find the cause, and try what follows from it."""
        of = self.of
        of.progress.goes_on(ends)
        with of.working_on_copies("experimenting"):
            of.take(Moment.PARTS_TRIED, {Experiment: Experiment(partial(cause_of, of, ends))})
        if of.context.options.trials and _proposes_a_patch(of.judged()):
            self._try_what_follows(max(0.0, ends - time.perf_counter()))

    def _try_what_follows(self, seconds: float) -> None:
        """Try what the finding proposes; what is decided is not tried again."""
        before = self.of.tried.course
        trials = before.trials if before is not None else {}
        known = {patched: one for patched, one in trials.items() if one.outcome is not None}
        self._try(self._judged_anew(), seconds, known=known)
        course, best = self.of.tried.course, before.fix if before is not None else None
        if course is None or best is None:
            return
        if course.fix is None or gain(course.fix.treatment) < gain(best.treatment):
            course.fix = best
            self.of.publish()

    # ---- offers -------------------------------------------------------------------------

    def _offers(self) -> Iterator[Offer]:
        course = self.of.tried.course
        if is_short_of_time(self.of):  # tries what is left of the fixes, too
            yield Offer(self._look_longer, looks_longer=True)
        elif course is not None and course.is_short_of_time:
            yield Offer(partial(self._try_again, unproved=False))
        if course is not None and (lines := course.would_run):
            yield Offer(partial(self._try_again, unproved=True), lines)
        if self._is_due("at once", "by button"):
            seconds = self._seconds_of_experiment()
            late = self._is_due("at once")
            yield Offer(self._experiment_on_request, finds_cause=True, late=late, seconds=seconds)

    def _seconds_of_experiment(self) -> float:
        """About how long it takes."""
        pipeline, fit = self.of.readings.get(Pipeline), self.of.readings.get(Fit)
        step = pipeline.step if pipeline is not None else None
        return seconds_of_experiment(step, fit.steps_planned if fit is not None else None)


def _proposes_a_patch(report: Report) -> bool:
    return any_patch([one for one in report.findings if one.rule == BY_EXPERIMENT])

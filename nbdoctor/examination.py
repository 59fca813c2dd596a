"""One `fit` under examination: readings come in stages, and each stage is judged anew."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

from nbdoctor import backend, stages
from nbdoctor.capture.cell import Cell
from nbdoctor.capture.changes import Changes
from nbdoctor.capture.data import Rows, rows_of_batches, training_rows, validation_rows
from nbdoctor.capture.fit import STEPS_TIMED, FitCall, StopBeforeTrainingError, Trace
from nbdoctor.capture.program import Program, program_of
from nbdoctor.capture.user_code import runs_user_code, unseen
from nbdoctor.capture.words import described
from nbdoctor.judge import Choice, headline, judge
from nbdoctor.probes.fit import data_kind
from nbdoctor.probes.gradients import Gradients
from nbdoctor.probes.look import Look
from nbdoctor.probes.pipeline import Pipeline
from nbdoctor.probes.source import Source
from nbdoctor.readings import BEFORE_THE_FIRST_STEP, Readings
from nbdoctor.report import Checksum, Diagnosis, Fix, Report, Stage, Timing, VerdictWord
from nbdoctor.treat.copy import Case
from nbdoctor.treat.plan import fit_number
from nbdoctor.trials.across import as_shown, as_tried, needed
from nbdoctor.trials.course import AskAgain, Course
from nbdoctor.trials.proposals import any_patch

LONG_ENOUGH = 20.0
"""Seconds of training that must remain for charts to be drawn during it: they take about one."""

MORE_TIME = 120.0
"""Seconds for trials that the reader asks for: they wait, and can interrupt the kernel."""

MOST_KEPT = 16_000_000
"""Values of batches that are kept until the cell has ended, to try treatments on them."""

LOOK_INTERRUPTED = (
    "The look was interrupted before it was complete: this is what was measured until then. "
    "Training had not begun."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to look.

    Attributes
    ----------
    budget : float
        Seconds for everything beyond the first rehearsal.
    batches : int
        Batches to look at.
    dry_run : bool
        Stop before training.
    trials : bool
        Try the treatments on copies, when the cell has ended.
    choice : Choice
        Which rules judge.
    """

    budget: float = 10.0
    batches: int = 8
    dry_run: bool = False
    trials: bool = True
    choice: Choice = field(default_factory=Choice)


class Show(Protocol):
    """Shows each new state of a report."""

    def __call__(self, report: Report, number: int, *, draw: bool) -> None:
        """Show `report` of the fit of this `number`; `draw` its charts, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ward:
    """What the examinations of one cell have in common."""

    cell: Cell
    namespace: Mapping[str, Any]
    options: Options
    show: Show
    cell_id: str | None = None
    history: Sequence[tuple[int, str]] = ()
    changes: Changes = field(default_factory=Changes)


class Examination:
    """One fit, from the call to the end of the cell."""

    def __init__(self, ward: Ward, call: FitCall) -> None:
        self.ward, self.call, self.model = ward, call, call.model
        self.began = time.perf_counter()
        self.readings = Readings()
        self.rows: Rows | None = None
        self.look: Look | None = None
        self.is_looking = False
        self.stage: Stage = "looking"
        self.obstacle = self.stopped = ""
        self.notes: list[str] = []
        self.timing = Timing()
        self.checksum = Checksum()
        self.batches = self.rows_looked_at = 0
        self.fetch = self.first_step = self.spent = 0.0
        self.starts: list[float] = []
        self.error: BaseException | None = None
        self.names: Mapping[str, Any] = {}
        self.kept: list[Any] = []
        self.trained_before = False
        self.course: Course | None = None
        self.program: Program | None = None
        self.try_more: Callable[[], None] | None = None
        self.report: Report | None = None

    def before(self) -> None:
        """What the arguments tell: source, data in memory, shapes."""
        call, self.is_looking = self.call, True
        self.names = dict(self.ward.namespace)
        self.trained_before = _was_trained(self.model)
        stages.read_cell(self.readings, self.ward.cell, self.ward.namespace, call.line)
        self.rows = self.readings.attempt("reading the data", lambda: training_rows(call))
        validation = self.readings.attempt(
            "reading the validation data", lambda: validation_rows(call)
        )
        stages.read_data(self.readings, call, self.rows, validation)
        stages.read_changes(self.readings, call, self.ward.changes, self.names)
        stages.read_order(self.readings, call, self.rows)
        stages.read_weights_of_rows(self.readings, call, self.rows)
        if self.rows is not None and self.rows.total == 0:
            self._no_rows()
        stages.read_model(self.readings, self.model)
        stages.read_ids(self.readings, self.model, self.rows)
        stages.read_what_is_settled(self.readings, self.model)
        self.publish()
        self.spent = time.perf_counter() - self.began
        self.timing = replace(self.timing, first_finding=self.spent)
        self.is_looking = False

    def _built_before(self) -> Program | None:
        ward = self.ward
        source = self.readings.get(Source)
        name = source.model_name if source is not None else ""
        return program_of(ward.cell, name, ward.history, ward.namespace)

    def look_at(self, batches: list[Any], fetch_seconds: float, trace: Trace | None) -> None:
        """What the model does with the first batches."""
        began, self.is_looking = time.perf_counter(), True
        if not batches:
            self._no_batches()
            self.is_looking = False
            return
        self.fetch, self.batches = fetch_seconds, len(batches)
        self.rows_looked_at = _row_count(batches)
        if self.rows is None:
            self.kept = _affordable(batches)
            self.rows = self.readings.attempt(
                "reading the batches", lambda: rows_of_batches(self.model, batches, None)
            )
            stages.read_data(self.readings, self.call, self.rows, None)
            stages.read_ids(self.readings, self.model, self.rows)
            stages.read_order(self.readings, self.call, None, batches)
            stages.read_weights_of_rows(self.readings, self.call, self.rows, batches)
        self.look = Look(
            model=self.model,
            batches=batches,
            restore_host_random=_draws_nothing(self.call.arguments.get("x")),
            deadline=self.began + self.ward.options.budget,
            patient=self.ward.options.dry_run,
            trace=self._shared(trace),
        )
        try:
            with self._unseen(self.look):
                self._measure(self.look)
        finally:
            self.look.let_go()
        self.spent += time.perf_counter() - began
        self.timing = replace(self.timing, look=self.spent)
        self.publish()
        self.is_looking = False

    def _shared(self, trace: Trace | None) -> Trace | None:
        """`trace`, where training goes on to use it and the user cannot see that it was early."""
        if self.ward.options.dry_run or runs_user_code(self.model):
            return None
        return trace

    def _unseen(self, look: Look) -> AbstractContextManager[None]:
        given = self.call.arguments
        return unseen(
            self.model,
            self.ward.namespace,
            restore_host_random=look.restore_host_random,
            drew_to_build=lambda: look.drew_to_build,
            data=[given.get("x"), given.get("validation_data")],
        )

    def _measure(self, look: Look) -> None:
        stages.read_model(self.readings, self.model)
        if stages.read_rehearsal(self.readings, look):
            stages.read_layers_once_built(self.readings, self.model)
            self.publish()
            stages.read_further_steps(self.readings, look)
        elif look.error is None:
            self._no_rehearsal(self.readings.missing[Gradients])
        if look.before:
            self.readings.attempt("the checksum", look.close)
        if look.room.remark:
            self.notes.append(look.room.remark)
        loss = look.first.loss if look.room.is_whole else None  # of other rows: no receipt
        self.checksum = Checksum(before=look.before, after=look.after, rehearsed_loss=loss)

    def step(self, number: int, started: float, ended: float, loss: Any) -> None:
        """Times of the first real steps, and the receipt: the rehearsed loss is the real one."""
        self.starts.append(started)
        if number == 1:
            self.first_step = ended - started
            comparable = self.model.steps_per_execution == 1 and self.checksum.before
            if comparable and loss is not None:
                self.checksum = replace(self.checksum, real_loss=float(loss))
        if number == STEPS_TIMED:
            self._read_times()
            pipeline = self.readings.get(Pipeline)
            if pipeline is not None and (pipeline.remaining or 0.0) > LONG_ENOUGH:
                self.stage = "training"
                stages.read_baselines(self.readings, self.rows)
                self.publish(draw=True)

    def after(self, history: Any, error: BaseException | None) -> None:
        """What training left behind, or what stopped it."""
        began = time.perf_counter()
        self.stage, self.error = "done", error
        if history is not None:
            stages.read_log(self.readings, history, self.call.passes)
        elif isinstance(error, StopBeforeTrainingError):
            self.notes.append("Training was not started: this was a dry run.")
            self._read_what_would_stop(error)
        elif isinstance(error, KeyboardInterrupt):
            self.notes.append(LOOK_INTERRUPTED if self.is_looking else "Training was interrupted.")
        elif error is not None:
            self._read_error(error)
        self._read_times()
        self.spent += time.perf_counter() - began
        self.publish()

    def _read_error(self, error: BaseException) -> None:
        self.stopped = f"Training stopped: {type(error).__name__}"
        stages.read_error(self.readings, error, self.look, self.call, self.ward.namespace)

    def _read_what_would_stop(self, dry_run: StopBeforeTrainingError) -> None:
        """What training would have met: an error of the first step, else one of the data."""
        error = (self.look and self.look.error) or dry_run.__cause__
        if not isinstance(error, Exception) or (self.look is not None and self.look.room.empty):
            return
        self._read_error(error)
        self.stopped = f"Training would stop: {type(error).__name__}"
        if error is dry_run.__cause__:
            self.notes.append(
                f"Training would stop at batch {self.batches + 1}, where the data raises "
                f"{described(error)}"
            )

    def finish(self, *, trained_again: bool) -> None:
        """What can wait until the cell has ended: the trained layers, baselines and charts.

        Parameters
        ----------
        trained_again : bool
            A later `fit` has trained the same model, so that its layers tell of that one.
        """
        began = time.perf_counter()
        if self.look is not None and not trained_again:
            with self._unseen(self.look):
                stages.read_trained(self.readings, self.look)
        stages.read_baselines(self.readings, self.rows)
        stages.read_earlier_signal(self.readings, self.call, self.ward.changes)
        stages.read_shared_rows(self.readings, self.call, self.rows)
        self.program = self.readings.attempt("the earlier cells", self._built_before)
        self.publish(draw=True)
        self.spent += time.perf_counter() - began
        self.timing = replace(self.timing, total=self.spent)
        self.publish()

    def try_treatments(self, ask_again: AskAgain) -> None:
        """Try what the findings propose, on copies and within what is left of the budget."""
        report, options = self.report, self.ward.options
        if report is None or not options.trials or not any_patch(report.findings):
            return
        self._try(report, ask_again, options.budget - self.spent)
        if self.course is not None and self.course.is_short_of_time:
            self.try_more = partial(self._try_all, report, ask_again)
        else:
            self.names, self.kept = {}, []

    def _try_all(self, report: Report, ask_again: AskAgain) -> None:
        """Try everything again, when the reader asks for what did not fit the budget."""
        self.try_more = None
        try:
            self._try(report, ask_again, MORE_TIME)
        finally:
            self.names, self.kept = {}, []

    def _try(self, report: Report, ask_again: AskAgain, seconds: float) -> None:
        began = time.perf_counter()
        program = needed(self.program, report.findings)
        findings = as_tried(report.findings, program)
        course = self.course = Course(
            case=self._case(program),
            deadline=began + seconds,
            raises=_is_fault(self.error) or bool(self.look and self.look.error),
            ask_again=ask_again,
            seconds_to_ask=2 * (self.timing.look or 1.0),
            tell=self.publish,
        )
        why = self._why_untried()
        if why:
            course.leave_untried(findings, why)
            self.publish()
        else:
            self.stage = "trying"
            self.publish()
            try:
                self.readings.attempt("the trials", lambda: course.run(findings))
            finally:  # an interrupt ends the trials, and what was tried until then is shown
                self.stage = "done"
                self.spent += time.perf_counter() - began
                self.timing = replace(self.timing, total=self.spent)
                self.publish()

    def _case(self, program: Program | None) -> Case:
        cell, call, line = self.ward.cell, self.call, self.call.line
        before = self.ward.changes.before
        if program is not None:
            cell, line = program.cell, program.line(line)
            before = {at + program.above: values for at, values in before.items()}
        return Case(
            cell=cell,
            namespace=self.names,
            number=fit_number(cell, line),
            arguments=call.arguments,
            batches=self.kept,
            model=call.model,
            before=before,
        )

    def _why_untried(self) -> str:
        if backend.name() not in backend.SUPPORTED:
            return "copies are trained on TensorFlow only"
        if self.call.by != "fit":
            return "the cell trains with a loop of its own"
        return "the model was trained before this cell" if self.trained_before else ""

    def publish(self, *, draw: bool = False) -> None:
        """Judge what is known so far and show it."""
        self.report = self._report()
        self.ward.show(self.report, self.call.number, draw=draw)

    def _read_times(self) -> None:
        stages.read_times(self.readings, self.call, self.fetch, self.first_step, self.starts)

    def _no_batches(self) -> None:
        """Training goes on as it would; the report says what was not looked at, and why."""
        reason = _why_no_batches(self.model)
        for kind, why in self.readings.missing.items():
            if why == BEFORE_THE_FIRST_STEP:
                self.readings.missing[kind] = reason
        self._no_rehearsal(reason)
        self.publish()

    def _no_rehearsal(self, reason: str) -> None:
        self.notes.append(f"The first step was not rehearsed: {reason}.")

    def _no_rows(self) -> None:
        """Keras makes no step and says nothing, so the report has to."""
        source = self.readings.get(Source) or Source()
        name = f"`{source.x_name}`" if source.x_name else "The data"
        self.rows, self.obstacle = None, "There are no rows to train on"
        self.notes.append(
            f"{name} has no rows, so `fit` makes no step. Look at the line that makes it: a "
            "filter, a split or a slice may have left nothing.",
        )

    def _report(self) -> Report:
        ward, readings = self.ward, self.readings
        judgement = judge(
            ward.cell, readings.taken, readings.missing, ward.options.choice, self.program
        )
        findings: tuple[Diagnosis, ...] = judgement.findings
        fix: Fix | None = None
        if self.course is not None:
            program = needed(self.program, findings)
            findings, fix = as_shown(findings, self.course, program)
        verdict: tuple[str, VerdictWord] = headline(judgement)
        if self.obstacle or (self.stopped and not judgement.findings):
            verdict = (self.obstacle or self.stopped, "unknown")
        source = readings.get(Source) or Source()
        return Report(
            headline=verdict[0],
            verdict=verdict[1],
            findings=findings,
            fix=fix,
            held=judgement.held,
            not_run=judgement.not_run,
            faults=(*readings.faults, *judgement.faults),
            readings={kind.__name__: reading for kind, reading in readings.taken.items()},
            stage=self.stage,
            model=source.model_name or self.model.name,
            call=f"{self.call.by} on line {self.call.line}" if self.call.line else self.call.by,
            device=readings.attempt("the device", _device) or "",
            batches=self.batches,
            rows=self.rows_looked_at,
            notes=tuple(self.notes),
            timing=self.timing,
            checksum=self.checksum,
            cell_id=ward.cell_id,
            source=ward.cell.source,
        )


def _was_trained(model: Any) -> bool:
    """Whether an optimizer has stepped before: a copy would start elsewhere."""
    iterations = getattr(getattr(model, "optimizer", None), "iterations", None)
    try:
        return iterations is not None and int(iterations.numpy()) > 0
    except Exception:  # noqa: BLE001  (an optimizer of the user's own may count otherwise)
        return False


def _is_fault(error: BaseException | None) -> bool:
    return isinstance(error, Exception)


def _affordable(batches: list[Any]) -> list[Any]:
    """The batches, for as long as the cell runs, where they take little memory."""
    import keras

    leaves = [leaf for batch in batches for leaf in keras.tree.flatten(batch) if leaf is not None]
    values = sum(math.prod(size or 1 for size in leaf.shape) for leaf in leaves)
    return list(batches) if values < MOST_KEPT else []


def _why_no_batches(model: Any) -> str:
    used = backend.name()
    if used not in backend.SUPPORTED:
        return f"a step can be rehearsed on TensorFlow only, not on {backend.WRITTEN[used]}"
    if backend.current().is_distributed(model):
        return "batches of a distributed dataset cannot be looked at and given back"
    return "the training data holds no batch"


def _draws_nothing(data: Any) -> bool:
    """Whether no code of the user's runs while Keras fetches batches of `data` ahead."""
    plain = data_kind(data) in ("arrays", "tf.data")
    return plain and not backend.current().runs_python(data)


def _device() -> str:
    used = backend.name()
    return str(backend.current().device_name()) if used in backend.SUPPORTED else ""


def _row_count(batches: list[Any]) -> int:
    import keras

    return sum(int(keras.tree.flatten(batch)[0].shape[0]) for batch in batches)

"""The whole pipeline: capture, probe, judge, report. The file to read first.

capture/fit.py      sees every `fit` and the batches it is about to train on
examination.py      one fit: which readings at which moment (stages.py), judged each time
probes/             measure, say nothing
judge.py            asks the rules, puts consequences under causes
report.py           the result, as data
view/               draws it
"""

from __future__ import annotations

import contextlib
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from nbdoctor import backend
from nbdoctor.capture.cell import Cell, assigned_names, used_names
from nbdoctor.capture.changes import Changes
from nbdoctor.capture.fit import FitCall, StopBeforeTrainingError, Trace, watch_fits
from nbdoctor.capture.transaction import as_compiled, transaction
from nbdoctor.capture.words import described
from nbdoctor.examination import MORE_TIME, Examination, Options, Show, Ward
from nbdoctor.judge import headline, judge
from nbdoctor.loop_examination import LoopExamination, hidden_loop
from nbdoctor.probes.columns import tables_of_cell
from nbdoctor.probes.crash import Crash, read_crash
from nbdoctor.probes.own_loop import OwnStep
from nbdoctor.probes.source import Source, read_source
from nbdoctor.readings import Readings
from nbdoctor.report import READINGS, Fault, Report, reading_type
from nbdoctor.treat.copy import Case, Made
from nbdoctor.treat.plan import fit_number
from nbdoctor.treat.training import trained_as_planned
from nbdoctor.trials.course import Course
from nbdoctor.trials.proposals import any_patch

__all__ = ["Doctor", "Options", "diagnose", "without_fit"]

MOST_FITS = 3
"""Fits of one cell that are examined: a cross-validation makes many alike."""


def diagnose(
    model: Any,
    x: Any = None,
    y: Any = None,
    *,
    options: Options | None = None,
    **fit_arguments: Any,
) -> Report:
    """Examine a compiled model on its data, without training it.

    Parameters
    ----------
    model : keras.Model
        Compiled. It is left exactly as it was.
    x, y : Any
        As for `model.fit`.
    options : Options, optional
    **fit_arguments
        Further arguments of `model.fit` (`epochs`, `batch_size`, `validation_data`, ...), so that
        what depends on them can be judged.

    Returns
    -------
    Report

    Raises
    ------
    TypeError
        `model` is not a Keras model.
    ValueError
        `model` is not compiled, or there is no data.
    BackendMissingError
        Keras is not installed.

    Examples
    --------
    >>> report = diagnose(model, x_train, y_train, epochs=5)  # doctest: +SKIP
    >>> print(report)  # doctest: +SKIP
    """
    backend.current()
    _refuse_what_cannot_be_examined(model, x)
    reports: list[Report] = []
    asked = replace(options or Options(), dry_run=True)

    def keep(report: Report, number: int, *, draw: bool) -> None:
        del number, draw
        reports.append(report)

    doctor = Doctor(Cell(""), {}, asked, keep)
    with (
        as_compiled(model),
        transaction(model),
        watch_fits(doctor, batches=asked.batches, dry_run=True),
        contextlib.suppress(StopBeforeTrainingError, Exception),
    ):
        model.fit(x, y, **{"verbose": 0, **fit_arguments})
    doctor.finish()
    return reports[-1]


def _refuse_what_cannot_be_examined(model: Any, x: Any) -> None:
    import keras

    if not isinstance(model, keras.Model):
        message = (
            f"nbdoctor examines Keras models, and this is a `{type(model).__name__}`. "
            "Pass the compiled model itself: diagnose(model, x, y)."
        )
        raise TypeError(message)
    if not model.compiled:
        message = (
            f"The model `{model.name}` has no loss yet. "
            "Call `model.compile(optimizer=..., loss=...)` first, then diagnose it."
        )
        raise ValueError(message)
    if x is None:
        message = (
            f"There is no data to look at. Pass what `{model.name}.fit` would get: "
            "diagnose(model, x, y)."
        )
        raise ValueError(message)


class Doctor:
    """Watches the fits of a cell and examines each (an `Observer`)."""

    def __init__(  # noqa: PLR0913  (what all examinations of the cell share)
        self,
        cell: Cell,
        namespace: Mapping[str, Any],
        options: Options,
        show: Show,
        *,
        cell_id: str | None = None,
        history: Sequence[tuple[int, str]] = (),
    ) -> None:
        self.ward = Ward(
            cell=cell,
            namespace=namespace,
            options=options,
            show=show,
            cell_id=cell_id,
            history=history,
            changes=Changes.of(cell),
        )
        self.examinations: list[Examination] = []
        self.left_out = 0
        self.hidden: list[str] = []
        self.try_more: Callable[[], None] | None = None

    def fit_called(self, call: FitCall) -> None:
        """Begin an examination, or count the fit as left out."""
        if len(self.examinations) >= MOST_FITS:
            self.left_out += 1
            return
        examination = Examination(self.ward, call)
        self.examinations.append(examination)
        examination.before()

    def first_step(
        self, call: FitCall, batches: list[Any], fetch_seconds: float, trace: Trace | None
    ) -> None:
        """Look at the model on the batches that it is about to train on."""
        for examination in self._of(call):
            examination.look_at(batches, fetch_seconds, trace)

    def step_done(
        self, call: FitCall, number: int, started: float, ended: float, loss: Any
    ) -> None:
        """Note times and the first real loss."""
        for examination in self._of(call):
            examination.step(number, started, ended, loss)

    def step_seen(self, step: OwnStep) -> None:
        """Examine the first step of a loop of the user's own."""
        if len(self.examinations) >= MOST_FITS:
            self.left_out += 1
            return
        examination = LoopExamination(self.ward, step, len(self.examinations) + 1)
        self.examinations.append(examination)
        examination.examine()

    def step_hidden(self, name: str) -> None:
        """Remember which loop could not be looked at."""
        self.hidden.append(hidden_loop(name))

    def fit_ended(self, call: FitCall, history: Any, error: BaseException | None) -> None:
        """Take what training left behind, or what stopped it."""
        for examination in self._of(call):
            examination.after(history, error)

    def failed(self, part: str, error: Exception) -> None:
        """Show a fault of ours as one line."""
        if self.examinations:
            self.examinations[-1].readings.fault(part, error)
            self.examinations[-1].publish()

    def finish(self) -> None:
        """Complete every examination, when the cell has ended and nobody waits for training."""
        if self.left_out:
            more = "one more fit" if self.left_out == 1 else f"{self.left_out} more fits"
            self.examinations[-1].notes.append(
                f"The cell called {more}; the first {MOST_FITS} were examined."
            )
        for number, one in enumerate(self.examinations, start=1):
            again = any(other.model is one.model for other in self.examinations[number:])
            finish = partial(one.finish, trained_again=again or self.left_out > 0)
            one.readings.attempt("the end of the cell", finish)
        for one in self.examinations:
            one.readings.attempt("the trials", partial(one.try_treatments, self._ask_again))

    def _ask_again(self, made: Made, cell: Cell) -> Report | None:
        """What the rules say of a treated copy, trained for as long as a trial."""
        ward = self.ward
        options = replace(ward.options, trials=False, dry_run=False)
        reports: list[Report] = []

        def keep(report: Report, number: int, *, draw: bool) -> None:
            del number, draw
            reports.append(report)

        doctor = Doctor(cell, ward.namespace, options, keep)
        with watch_fits(doctor, batches=options.batches):
            trained_as_planned(made)
        doctor.finish()
        return reports[-1] if reports else None

    def stopped(self, error: BaseException | None) -> Report:
        """The report of a cell that came to no training; what it proposes is tried."""
        ward, began = self.ward, time.perf_counter()
        report = without_fit(ward, error, self.hidden)
        wanted = ward.options.trials and isinstance(error, Exception)
        if not wanted or not any_patch(report.findings) or backend.name() not in backend.SUPPORTED:
            return report
        number = fit_number(ward.cell, None)
        case = Case(cell=ward.cell, namespace=dict(ward.namespace), number=number)

        def tried(deadline: float) -> tuple[Report, bool]:
            course = Course(case=case, deadline=deadline, raises=True, ask_again=self._ask_again)
            faults = report.faults
            try:
                course.run(report.findings)
            except Exception as fault:  # noqa: BLE001  (a fault of ours never costs a cell)
                faults = (*faults, Fault(part="the trials", message=described(fault)))
            findings = course.attached(report.findings)
            told = replace(report, faults=faults, findings=findings, fix=course.fix)
            return told, course.is_short_of_time

        def try_more() -> None:
            self.try_more = None
            self.ward.show(tried(time.perf_counter() + MORE_TIME)[0], 0, draw=False)

        told, is_short_of_time = tried(began + ward.options.budget)
        self.try_more = try_more if is_short_of_time else None
        return told

    def further(self) -> list[tuple[int, Callable[[], None]]]:
        """What tries the fixes that there was no time for, by the number of the call.

        0 is the cell itself, where it stopped before any call.
        """
        offered = [(one.call.number, one.try_more) for one in self.examinations]
        return [(n, more) for n, more in [*offered, (0, self.try_more)] if more is not None]

    def reports(self) -> list[Report]:
        """One per fit that was examined."""
        return [one.report for one in self.examinations if one.report is not None]

    def _of(self, call: FitCall) -> list[Examination]:
        return [one for one in self.examinations if one.call is call]


def without_fit(
    ward: Ward,
    error: BaseException | None,
    notes: Sequence[str] = (),
) -> Report:
    """What can be said of a cell that trained no model: why it raised, or what to do.

    Parameters
    ----------
    ward : Ward
    error : BaseException or None
        What the cell raised.
    notes : sequence of str
        What is known beyond that.
    """
    cell, choice, cell_id = ward.cell, ward.options.choice, ward.cell_id
    readings = Readings()
    readings.take("the cell", lambda: read_source(cell, {}), Source)
    if error is not None:
        tables = tables_of_cell(used_names(cell), ward.namespace)
        readings.take(
            "the error", lambda: read_crash(error, _phase(error), [], None, tables), Crash
        )
    reason = "no `fit` was called" if error is None else "the cell stopped before `fit`"
    missing = {reading_type(name): f"does not apply: {reason}" for name in READINGS}
    judgement = judge(cell, readings.taken, missing, choice)
    sentence, word = headline(judgement)
    if not judgement.findings:
        word = "unknown"
        nothing = (
            "The training loop could not be examined"
            if notes
            else "No model was trained in this cell"
        )
        sentence = (
            nothing
            if error is None
            else f"The cell stopped before a model was trained: {type(error).__name__}"
        )
    return Report(
        headline=sentence,
        verdict=word,
        findings=judgement.findings,
        not_run=judgement.not_run,
        faults=(*readings.faults, *judgement.faults),
        readings={kind.__name__: reading for kind, reading in readings.taken.items()},
        notes=tuple(notes) or (() if error else (_what_to_do(cell, ward.namespace),)),
        cell_id=cell_id,
        source=cell.source,
    )


def _what_to_do(cell: Cell, namespace: Mapping[str, Any]) -> str:
    """For a cell that trains nothing; with the name of the model that it made."""
    names = [name for name in assigned_names(cell) if _is_model(namespace.get(name))]
    model = names[-1] if names else "model"
    made = f"The cell makes `{model}` and does not train it. " if names else ""
    return (
        f"{made}nbdoctor looks at Keras models when they are trained: by `fit`, `train_on_batch`, "
        "or a loop with `tf.GradientTape`. Put `%%diagnose` on the cell that trains, or look at "
        f"a compiled model with `%diagnose {model} x_train y_train`."
    )


def _is_model(value: Any) -> bool:
    import keras

    return isinstance(value, keras.Model)


def _phase(error: BaseException) -> str:
    """What the cell was doing when it raised; Keras takes most of its own frames out."""
    frames = traceback.extract_tb(error.__traceback__)
    if not any("keras" in frame.filename for frame in frames):
        return "running"
    compiles = any(".compile(" in (frame.line or "") for frame in frames)
    return "compiling" if compiles else "building"

"""The whole pipeline: capture, probe, judge, report. The file to read first."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from nbdoctor import backend
from nbdoctor.capture.cell import Cell
from nbdoctor.capture.data import Rows, rows_of_batches, training_rows, validation_rows
from nbdoctor.capture.fit import FitCall, StopBeforeTrainingError, watch_fits
from nbdoctor.judge import Choice, described, headline, judge
from nbdoctor.report import Checksum, Fault, Report, Stage, Timing

MOST_FITS = 3
"""Fits of one cell that are examined: a cross-validation makes many alike."""

LONG_ENOUGH = 20.0
"""Seconds of training that must remain for charts to be drawn during it: they take about one."""


class Show(Protocol):
    """Shows each new state of a report."""

    def __call__(self, report: Report, number: int, *, draw: bool) -> None:
        """Show `report` of the fit of this `number`; `draw` its charts, too."""


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
    choice : Choice
        Which rules judge.
    """

    budget: float = 10.0
    batches: int = 8
    dry_run: bool = False
    choice: Choice = field(default_factory=Choice)


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
    from nbdoctor.capture.transaction import transaction

    backend.current()
    _refuse_what_cannot_be_examined(model, x)
    reports: list[Report] = []
    asked = replace(options or Options(), dry_run=True)

    def keep(report: Report, number: int, *, draw: bool) -> None:
        del number, draw
        reports.append(report)

    doctor = Doctor(Cell(""), {}, asked, keep)
    with (
        transaction(model),
        watch_fits(doctor, batches=doctor.options.batches, dry_run=True),
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

    def __init__(
        self,
        cell: Cell,
        namespace: Mapping[str, Any],
        options: Options,
        show: Show,
        cell_id: str | None = None,
    ) -> None:
        self.cell, self.namespace, self.options = cell, namespace, options
        self.show, self.cell_id = show, cell_id
        self.examinations: list[Examination] = []
        self.left_out = 0

    def fit_called(self, call: FitCall) -> None:
        """Begin an examination, or count the fit as left out."""
        if len(self.examinations) >= MOST_FITS:
            self.left_out += 1
            return
        examination = Examination(self, call)
        self.examinations.append(examination)
        examination.before()

    def first_step(self, call: FitCall, batches: list[Any], fetch_seconds: float) -> None:
        """Look at the model on the batches that it is about to train on."""
        if examination := self._of(call):
            examination.look(batches, fetch_seconds)

    def step_done(self, call: FitCall, number: int, started: float, ended: float, loss: Any) -> None:
        """Note times and the first real loss."""
        if examination := self._of(call):
            examination.step(number, started, ended, loss)

    def fit_ended(self, call: FitCall, history: Any, error: BaseException | None) -> None:
        """Close the examination."""
        if examination := self._of(call):
            examination.after(history, error)

    def failed(self, part: str, error: Exception) -> None:
        """Show a fault of ours as one line."""
        if self.examinations:
            self.examinations[-1].fault(part, error)
            self.examinations[-1].publish()

    def finish(self) -> None:
        """Complete every examination, when the cell has ended and nobody waits for training."""
        for examination in self.examinations:
            examination.attempt("the end of the cell", examination.finish)
        if self.left_out and self.examinations:
            more = "one more fit" if self.left_out == 1 else f"{self.left_out} more fits"
            last = self.examinations[-1]
            last.notes.append(f"The cell called {more}; the first {MOST_FITS} were examined.")
            last.publish(draw=True)

    def reports(self) -> list[Report]:
        """One per fit that was examined."""
        return [one.report for one in self.examinations if one.report is not None]

    def _of(self, call: FitCall) -> Examination | None:
        return next((one for one in self.examinations if one.call is call), None)


class Examination:
    """One fit under examination: readings come in stages, and each stage is judged anew."""

    def __init__(self, doctor: Doctor, call: FitCall) -> None:
        self.doctor, self.call, self.model = doctor, call, call.model
        self.began = time.perf_counter()
        self.deadline = self.began + doctor.options.budget
        self.readings: dict[type[Any], Any] = {}
        self.missing: dict[type[Any], str] = _not_yet()
        self.faults: list[Fault] = []
        self.notes: list[str] = []
        self.obstacle = ""
        self.rows: Rows | None = None
        self.stage: Stage = "looking"
        self.timing: dict[str, float] = {}
        self.checksum = Checksum()
        self.batches: tuple[int, int] = (0, 0)
        self.fetch = self.first_step_seconds = 0.0
        self.starts: list[float] = []
        self.looked: Any = None
        self.spent = 0.0
        self.report: Report | None = None

    # -- stages ---------------------------------------------------------------------------------

    def before(self) -> None:
        """What the arguments tell: source, data in memory, shapes."""
        from nbdoctor.probes.source import Source, read_source

        doctor = self.doctor
        if doctor.cell.source:
            self.take(
                "reading the cell",
                lambda: read_source(doctor.cell, doctor.namespace, self.call.line),
                Source,
            )
        rows = self.attempt("reading the data", lambda: training_rows(self.call))
        validation = self.attempt("reading the validation data", lambda: validation_rows(self.call))
        self._data_readings(rows, validation)
        self._model_readings()
        self.publish()
        self.timing["first_finding"] = time.perf_counter() - self.began
        self.spent = self.timing["first_finding"]

    def look(self, batches: list[Any], fetch_seconds: float) -> None:
        """What the model does with the first batches."""
        from nbdoctor.probes import look as looking

        began = time.perf_counter()
        self.fetch = fetch_seconds
        self.batches = (len(batches), _row_count(batches))
        if self.rows is None:
            self._data_readings(
                self.attempt(
                    "reading the batches",
                    lambda: rows_of_batches(self.model, batches, None),
                ),
                None,
            )
        self._model_readings()
        self.looked = looking.Look(
            model=self.model,
            batches=batches,
            restore_host_random=self.data_kind in ("arrays", "tf.data"),
            deadline=self.deadline,
            patient=self.doctor.options.dry_run,
        )
        if not self._rehearse():
            self._end_look(began)
            return
        self._steps_and_activations()
        self._end_look(began)

    def step(self, number: int, started: float, ended: float, loss: Any) -> None:
        """Times of the first real steps, and the receipt: the rehearsed loss is the real one."""
        self.starts.append(started)
        if number == 1:
            self.first_step_seconds = ended - started
            per_call = self.model.steps_per_execution
            if loss is not None and per_call == 1 and self.checksum.rehearsed_loss is not None:
                self.checksum = Checksum(
                    before=self.checksum.before,
                    after=self.checksum.after,
                    rehearsed_loss=self.checksum.rehearsed_loss,
                    real_loss=float(loss),
                )
        if number == _steps_timed():
            self._time()
            remaining = self._pipeline_remaining()
            if remaining is not None and remaining > LONG_ENOUGH:
                self.stage = "training"
                self._slow_readings()
                self.publish(draw=True)

    def after(self, history: Any, error: BaseException | None) -> None:
        """What training left behind, or what stopped it."""
        from nbdoctor.probes.history import History, read_history

        began = time.perf_counter()
        self.stage = "done"
        if history is not None:
            self.take("the training log", lambda: read_history(history), History)
            self._activations_after_training()
        elif isinstance(error, StopBeforeTrainingError):
            self.notes.append("Training was not started: this was a dry run.")
        elif isinstance(error, KeyboardInterrupt):
            self.notes.append("Training was interrupted.")
        elif error is not None:
            self._crash(error)
        self._time()
        self.spent += time.perf_counter() - began
        self.publish()

    def finish(self) -> None:
        """What can wait until the cell has ended: baselines and charts."""
        began = time.perf_counter()
        self._slow_readings()
        self.spent += time.perf_counter() - began
        self.timing["total"] = self.spent
        self.publish(draw=True)

    # -- readings -------------------------------------------------------------------------------

    def take(self, part: str, read: Callable[[], Any], kind: type[Any]) -> None:
        """Add one reading, or the reason why it is missing."""
        reading = self.attempt(part, read, (kind,))
        if reading is not None:
            self.readings[kind] = reading
            self.missing.pop(kind, None)

    def take_all(self, part: str, read: Callable[[], Iterator[Any]], *kinds: type[Any]) -> None:
        """Add readings as they come; what comes before a fault is kept."""

        def add() -> None:
            for reading in read():
                self.readings[type(reading)] = reading
                self.missing.pop(type(reading), None)

        self.attempt(part, add, tuple(kind for kind in kinds if kind not in self.readings))

    def attempt(
        self,
        part: str,
        read: Callable[[], Any],
        kinds: tuple[type[Any], ...] = (),
    ) -> Any:
        """Run a part of ours; its fault becomes one line and the reason for what is missing."""
        try:
            return read()
        except Exception as error:  # noqa: BLE001  (a fault of ours never costs the user a cell)
            self.fault(part, error)
            for kind in kinds:
                self.missing[kind] = f"{part} could not be examined"
            return None

    def fault(self, part: str, error: Exception) -> None:
        """Remember a fault, once."""
        fault = Fault(part=part, message=described(error))
        if fault not in self.faults:
            self.faults.append(fault)

    @property
    def data_kind(self) -> str:
        """What kind of data `fit` was given."""
        from nbdoctor.probes.fit import data_kind

        return data_kind(self.call.arguments.get("x"))

    def _data_readings(self, rows: Rows | None, validation: Rows | None) -> None:
        from nbdoctor.probes.fit import Fit, read_fit
        from nbdoctor.probes.inputs import Inputs, read_inputs
        from nbdoctor.probes.labels import Labels, read_labels
        from nbdoctor.probes.source import Source
        from nbdoctor.probes.validation import Validation, read_validation

        self.rows = rows
        self.take("the arguments of fit", lambda: read_fit(self.call, rows), Fit)
        if rows is None or not rows.inputs:
            return
        source = self.readings.get(Source, Source())
        if rows.total == 0:
            self._no_rows(source.x_name or "the data")
            return
        x_names = dict.fromkeys(rows.inputs, source.x_name) if len(rows.inputs) == 1 else {}
        y_names = dict.fromkeys(rows.targets, source.y_name) if len(rows.targets) == 1 else {}
        self.take("the inputs", lambda: read_inputs(rows, validation, x_names), Inputs)
        if not rows.targets:
            self.missing[Labels] = "the data holds no labels"
            return
        self.take("the labels", lambda: read_labels(rows, y_names), Labels)
        labels = self.readings.get(Labels)
        share = float(self.call.arguments.get("validation_split") or 0.0)
        if validation is None or labels is None:
            return
        if labels.targets[0].name in validation.targets:
            target = labels.targets[0]
            self.take(
                "the validation labels",
                lambda: read_validation(target, rows, validation, share),
                Validation,
            )

    def _no_rows(self, name: str) -> None:
        """Keras makes no step and says nothing, so the report has to."""
        self.rows = None
        self.obstacle = "There are no rows to train on"
        name = f"`{name}`" if name.isidentifier() else name
        self.notes.append(
            f"{name} has no rows, so `fit` makes no step. Look at the line that makes it: a filter, "
            "a split or a slice may have left nothing.",
        )

    def _model_readings(self) -> None:
        from nbdoctor.probes.head import Head, read_head
        from nbdoctor.probes.labels import Labels
        from nbdoctor.probes.layers import Layers, layer_paths, read_layers
        from nbdoctor.probes.source import Source, layer_lines

        source = self.readings.get(Source, Source())
        labels = self.readings.get(Labels)
        names = [target.name for target in labels.targets] if labels else []
        layers = [
            (layer.name, type(layer).__name__)
            for layer in self.model._flatten_layers()  # noqa: SLF001  (every nested layer)
            if id(layer) in layer_paths(self.model)
        ]
        layers.reverse()
        lines = layer_lines(source.calls, _in_model_order(self.model, layers))
        self.take("the layers", lambda: read_layers(self.model, lines), Layers)
        self.take("the head", lambda: read_head(self.model, names, _loss_texts(source)), Head)

    def _rehearse(self) -> bool:
        """The first step and what one pass in inference mode adds; False when it raises."""
        from nbdoctor.probes.gradients import Gradients
        from nbdoctor.probes.look import rehearsal_readings
        from nbdoctor.probes.loss_at_init import LossAtInit
        from nbdoctor.probes.metrics import Metrics
        from nbdoctor.probes.weights import Weights

        kinds = (Gradients, Weights, LossAtInit, Metrics)
        try:
            self.looked.rehearse()
        except Exception as error:  # noqa: BLE001  (the real step will raise its own)
            for kind in kinds:
                self.missing[kind] = f"the first step could not be rehearsed ({described(error)})"
            return False
        self.checksum = Checksum(
            before=self.looked.before,
            rehearsed_loss=self.looked.first.loss,
        )
        self.take_all(
            "the first step",
            lambda: rehearsal_readings(self.looked, self.readings),
            *kinds,
        )
        self.publish()
        return True

    def _steps_and_activations(self) -> None:
        from nbdoctor.probes.activations import Activations
        from nbdoctor.probes.fit import Fit
        from nbdoctor.probes.gradients import Gradients
        from nbdoctor.probes.inputs import Inputs
        from nbdoctor.probes.layers import Layers
        from nbdoctor.probes.look import activation_readings, update_readings
        from nbdoctor.probes.updates import Updates

        flow = self.readings[Gradients].first_to_last if Gradients in self.readings else ()
        planned = self.readings[Fit].steps_planned if Fit in self.readings else None
        self.attempt(
            "further steps",
            lambda: self.looked.go_on(flow[0] if flow else None),
            (Updates,),
        )
        self.take_all("the updates", lambda: update_readings(self.looked, planned), Updates)
        self.take_all(
            "the activations",
            lambda: activation_readings(
                self.looked,
                self.readings.get(Inputs),
                self.readings.get(Layers),
            ),
            Activations,
        )

    def _end_look(self, began: float) -> None:
        self.attempt("the checksum", self.looked.close)
        self.checksum = Checksum(
            before=self.checksum.before,
            after=self.looked.after if self.checksum.before else "",
            rehearsed_loss=self.checksum.rehearsed_loss,
        )
        self.spent += time.perf_counter() - began
        self.timing["look"] = self.spent
        self.publish()

    def _activations_after_training(self) -> None:
        from nbdoctor.probes.activations import Activations
        from nbdoctor.probes.look import activation_readings

        if Activations not in self.readings or self.looked is None:
            return

        def again() -> Iterator[Any]:
            for reading in activation_readings(self.looked, None, self._layers()):
                yield replace(reading, after_training=True)

        self.take_all("the activations after training", again, Activations)

    def _layers(self) -> Any:
        from nbdoctor.probes.layers import Layers

        return self.readings.get(Layers)

    def _slow_readings(self) -> None:
        """What takes longer than a step and can wait: the baselines."""
        from nbdoctor.probes.labels import Labels
        from nbdoctor.probes.layers import Layers
        from nbdoctor.probes.signal import Signal, input_kind, read_signal

        rows, labels = self.rows, self.readings.get(Labels)
        if Signal in self.readings or rows is None or labels is None:
            return
        if len(labels.targets) != 1:
            self.missing[Signal] = "the baselines are for one output"
            return
        layers = self.readings.get(Layers)
        shape = next(iter(rows.inputs.values())).shape[1:]
        kind = input_kind(shape, embedded=bool(layers and layers.embeds_inputs))
        self.missing[Signal] = "the baselines need numbers with one label per row"
        self.take("the baselines", lambda: read_signal(rows, labels.targets[0], kind), Signal)

    def _time(self) -> None:
        from nbdoctor.probes.fit import Fit
        from nbdoctor.probes.pipeline import Pipeline, read_pipeline

        if Fit not in self.readings or not self.starts:
            return
        self.take(
            "the timing",
            lambda: read_pipeline(
                self.readings[Fit],
                first_fetch=self.fetch,
                first_step=self.first_step_seconds,
                starts=self.starts,
                progress_bar=self.call.arguments.get("verbose") in ("auto", 1),
            ),
            Pipeline,
        )

    def _pipeline_remaining(self) -> float | None:
        from nbdoctor.probes.pipeline import Pipeline

        reading = self.readings.get(Pipeline)
        remaining: float | None = reading.remaining if reading else None
        return remaining

    def _crash(self, error: BaseException) -> None:
        from nbdoctor.probes.source import Crash, read_crash

        entered = self.looked.first.entered if self.looked is not None else []
        line = self.call.line
        self.take("the error", lambda: read_crash(error, "fitting", entered, line), Crash)

    # -- report ---------------------------------------------------------------------------------

    def publish(self, *, draw: bool = False) -> None:
        """Judge what is known so far and show it."""
        self.report = self._report()
        self.doctor.show(self.report, self.call.number, draw=draw)

    def _report(self) -> Report:
        from nbdoctor.probes.source import Source

        judgement = judge(
            self.doctor.cell, self.readings, self.missing, self.doctor.options.choice
        )
        sentence, word = headline(judgement)
        if self.obstacle:
            sentence, word = self.obstacle, "unknown"
        source = self.readings.get(Source, Source())
        line = self.call.line
        return Report(
            headline=sentence,
            verdict=word,
            findings=judgement.findings,
            held=judgement.held,
            not_run=judgement.not_run,
            faults=(*self.faults, *judgement.faults),
            readings={kind.__name__: reading for kind, reading in self.readings.items()},
            stage=self.stage,
            model=source.model_name or self.model.name,
            call=f"fit on line {line}" if line else "fit",
            device=self.attempt("the device", lambda: backend.current().device_name()) or "",
            batches=self.batches[0],
            rows=self.batches[1],
            notes=tuple(self.notes),
            timing=Timing(**self.timing),
            checksum=self.checksum,
            cell_id=self.doctor.cell_id,
            source=self.doctor.cell.source,
        )


def without_fit(
    cell: Cell,
    error: BaseException | None,
    choice: Choice,
    cell_id: str | None = None,
) -> Report:
    """What can be said of a cell that called no `fit`: why it raised, or what to do.

    Parameters
    ----------
    cell : Cell
    error : BaseException or None
        What the cell raised.
    choice : Choice
    cell_id : str or None
    """
    from nbdoctor.probes.source import Crash, Source, read_crash, read_source

    readings: dict[type[Any], Any] = {Source: read_source(cell, {})}
    if error is not None:
        readings[Crash] = read_crash(error, _phase(error), [])
    judgement = judge(cell, readings, {}, choice)
    sentence, word = headline(judgement)
    if not judgement.findings:
        word = "unknown"
        sentence = (
            "No model was trained in this cell"
            if error is None
            else f"The cell stopped before a model was trained: {type(error).__name__}"
        )
    return Report(
        headline=sentence,
        verdict=word,
        findings=judgement.findings,
        not_run=judgement.not_run,
        faults=judgement.faults,
        readings={kind.__name__: reading for kind, reading in readings.items()},
        notes=(
            "nbdoctor looks at Keras models when `fit` is called. Put `%%diagnose` on the cell that "
            "calls it, or look at a compiled model with `%diagnose model x_train y_train`.",
        ),
        cell_id=cell_id,
        source=cell.source,
    )


def _phase(error: BaseException) -> str:
    """What the cell was doing when it raised, by the functions on the stack."""
    import traceback

    names = {frame.name for frame in traceback.extract_tb(error.__traceback__)}
    files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
    if "compile" in names:
        return "compiling"
    return "building" if any("keras" in name for name in files) else "running"


def _not_yet() -> dict[type[Any], str]:
    """Why readings are missing until they are taken."""
    from nbdoctor.report import READINGS, reading_type

    reasons = {
        "Crash": "does not apply: nothing was raised",
        "History": "training has not ended",
        "Labels": "the labels could not be read ahead of training",
        "Inputs": "the inputs could not be read ahead of training",
        "Pipeline": "no training step was timed",
        "Signal": "the baselines follow when training ends or pauses",
        "Source": "does not apply: there is no cell to read",
        "Validation": "does not apply: there is no validation data in memory",
    }
    before = "training did not get to its first step"
    return {reading_type(name): reasons.get(name, before) for name in READINGS}


def _steps_timed() -> int:
    from nbdoctor.capture.fit import STEPS_TIMED

    return STEPS_TIMED


def _row_count(batches: list[Any]) -> int:
    import keras

    return sum(len(keras.tree.flatten(batch)[0]) for batch in batches)


def _in_model_order(model: Any, layers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    listed = [(layer.name, type(layer).__name__) for layer in getattr(model, "layers", [])]
    return listed or layers


def _loss_texts(source: Any) -> dict[str, str]:
    for call in source.calls:
        if call.name == "compile":
            argument = call.argument("loss", 1)
            return {"": argument.text} if argument else {}
    return {}

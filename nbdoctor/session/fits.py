"""One `fit` under examination, from its call to its end; or a model that is not trained yet."""

from __future__ import annotations

import math
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

from nbdoctor import backend
from nbdoctor.capture.batches import batches_in_memory
from nbdoctor.capture.calls import STEPS_TIMED, FitCall, StopBeforeTrainingError, Trace, loss_of
from nbdoctor.capture.data import training_rows, validation_rows
from nbdoctor.capture.sample import sample_of
from nbdoctor.capture.user_code import runs_user_code
from nbdoctor.errors.exceptions import is_a, type_name
from nbdoctor.errors.guard import Guard
from nbdoctor.errors.words import described
from nbdoctor.look.look import Look
from nbdoctor.look.step_notes import numbers_in
from nbdoctor.readings.given import Returned, Stop, ValidationRows
from nbdoctor.readings.pipeline import Pipeline
from nbdoctor.readings.reading import Moment
from nbdoctor.readings.source import Source
from nbdoctor.session.context import CellContext
from nbdoctor.session.examination import Examination
from nbdoctor.session.first_step import FirstStep
from nbdoctor.session.kept import kept_weakly
from nbdoctor.session.passing import PassingBatches, row_count
from nbdoctor.session.subject import Training
from nbdoctor.trials.copying.objects.fitted import as_fitted

LONG_ENOUGH = 20.0
"""Seconds of training that must remain for charts to be drawn during it: they take about one."""

LOOK_INTERRUPTED = (
    "The examination was interrupted: this is what was measured until then. Training had not begun."
)


class FitExamination:
    """What is done at each event of one `fit`.

    Parameters
    ----------
    context : CellContext
    call : FitCall
    """

    def __init__(self, context: CellContext, call: FitCall) -> None:
        self.training = Training.of(call)
        self.examination = Examination(context, self.training)
        self.first = FirstStep(self.examination, self.training)
        self.passing = PassingBatches(self.examination, self.training)
        forget_with(call.model, self.training)

    def called(self) -> None:
        """What the arguments tell: source, data in memory, shapes."""
        examination, training, call = self.examination, self.training, self.training.call
        readings, progress = examination.readings, examination.progress
        progress.is_looking = True
        training.kept.names = kept_weakly(examination.context.namespace)
        training.kept.trained_before = _was_trained(call.model)
        training.kept.fitted = readings.attempt("the parts", lambda: as_fitted(call.model))
        training.is_pure = not runs_user_code(call.model)
        training.rows = readings.attempt("reading the data", lambda: training_rows(call))
        validation = readings.attempt("reading the validation data", lambda: validation_rows(call))
        training.sample = readings.attempt(
            "rows to judge by", lambda: sample_of(training.rows, validation)
        )
        examination.take(Moment.FIT_CALLED, {ValidationRows: validation})
        if training.rows is not None and training.rows.total == 0:
            self._no_rows()
        examination.publish()
        progress.spent = time.perf_counter() - progress.began
        progress.first_finding()
        progress.is_looking = False

    def about_to_trace(self, trace: Trace) -> None:
        """Have the step traced, when training is about to trace it."""
        self.first.trace(trace)

    def first_batch(self, batch: Any, fetch_seconds: float) -> None:
        """What the model does with the first batch."""
        if batch is None:
            self._no_batches()
            return
        examination, training = self.examination, self.training
        began, options, progress = (
            time.perf_counter(),
            examination.context.options,
            examination.progress,
        )
        with progress.looking():
            training.times.fetch = fetch_seconds
            if training.rows is None:
                self.passing.begin(batch)
            batches = [batch, *self._further(batch)]
            progress.batches, progress.rows = len(batches), row_count(batches)
            look = training.look = Look(
                of=training.call.of,
                batches=batches,
                is_pure=training.is_pure,
                deadline=began + examination.seconds_left,
                patient=options.dry_run,
                trace=training.traced,
                began=min(began, self.first.began_tracing),
            )
            try:
                self.first.make(look)
            finally:
                look.let_go()
                training.traced = None
        progress.looked()
        examination.publish()

    def _further(self, batch: Any) -> list[Any]:
        """More batches like this one, of rows in memory: nothing has to be drawn for them."""
        rows, number = self.training.rows, self.examination.context.options.batches - 1
        if rows is None or not rows.whole:
            return []
        more = partial(batches_in_memory, self.training.call.arguments, batch, number)
        return self.examination.readings.attempt("further rows", more) or []

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch the first real step, where it could not be made on copies."""
        look, attempt = self.training.look, self.examination.readings.attempt
        if look is None or not look.refused or self.examination.context.options.dry_run:
            yield
            return
        stack, part = ExitStack(), "watching the first step"
        attempt(part, lambda: stack.enter_context(look.watching()))
        try:
            yield
        finally:
            attempt(part, stack.close)

    def step_done(self, number: int, started: float, ended: float, logs: Any) -> None:
        """Times of the first real steps, and the receipt: the rehearsed loss is the real one."""
        times, look, loss = self.training.times, self.training.look, loss_of(logs)
        times.starts.append(started)
        times.ends.append(ended)
        if look is not None and look.is_watched:
            times.logged.append(math.nan if loss is None else float(loss))
            if number == 1:
                self.first.read_watched(look, logs)
        if number == 1:
            times.first_step, times.returned = ended - started, numbers_in(logs)
            self._note_receipt(loss)
        if number == STEPS_TIMED:
            with self.examination.progress.working():
                self._read_times()

    def _note_receipt(self, loss: Any) -> None:
        progress = self.examination.progress
        comparable = self.training.model.steps_per_execution == 1 and progress.checksum.before
        if comparable and loss is not None:
            progress.checksum = replace(progress.checksum, real_loss=float(loss))

    def _read_times(self) -> None:
        """The first steps were timed, and their losses are known where they were watched."""
        examination = self.examination
        examination.take(Moment.TIMED)
        if self.training.times.logged:
            examination.publish()
        pipeline = examination.readings.get(Pipeline)
        if pipeline is not None and (pipeline.remaining or 0.0) > LONG_ENOUGH:
            examination.progress.stage = "training"
            examination.take(Moment.TRAINING)
            examination.publish(draw=True)

    def ended(self, history: Any, error: BaseException | None) -> None:
        """What training left behind, or what stopped it."""
        examination, progress = self.examination, self.examination.progress
        progress.training_ended()
        with progress.working():
            progress.stage, self.training.error = "done", error
            self.passing.end()
            if examination.context.options.cut:
                examination.was_cut()
            else:
                returned = {} if history is None else {Returned: Returned(history)}
                examination.take(Moment.ENDED, returned)
            if error is not None and is_a(error, StopBeforeTrainingError):
                progress.notes.append("Training was not started: this was a dry run.")
                self._read_what_would_stop(error)
            elif is_a(error, KeyboardInterrupt):
                interrupted = "Training was interrupted."
                progress.notes.append(LOOK_INTERRUPTED if progress.is_looking else interrupted)
            elif error is not None:
                self._read_error(error, "Training stopped")
            self.training.call.arguments.pop("callbacks", None)  # they hold the model
        examination.publish()

    def _read_error(self, error: BaseException, says: str) -> None:
        self.examination.progress.stopped = f"{says}: {type_name(error)}"
        self.examination.take(Moment.ENDED, {Stop: Stop(error)})

    def _read_what_would_stop(self, dry_run: BaseException) -> None:
        """What training would have met: an error of the first step, else one of the data."""
        look, progress = self.training.look, self.examination.progress
        error = (look and look.error) or dry_run.__cause__
        if not isinstance(error, Exception) or (look is not None and look.memory.empty):
            return
        self._read_error(error, "Training would stop")
        if error is dry_run.__cause__:
            progress.notes.append(
                f"Training would stop at batch {progress.batches + 1}, where the data raises "
                f"{described(error)}"
            )

    def _no_batches(self) -> None:
        """Training goes on as it would; the report says what was not looked at, and why."""
        reason = _why_no_batches(self.training.model)
        self.first.is_unknown(reason)
        self.first.note_not_made(reason)
        self.examination.publish()

    def _no_rows(self) -> None:
        """Keras makes no step and says nothing, so the report has to."""
        source = self.examination.readings.get(Source) or Source()
        name = f"`{source.x_name}`" if source.x_name else "The data"
        self.training.rows = None
        self.examination.progress.obstacle = "There are no rows to train on"
        self.examination.progress.notes.append(
            f"{name} has no rows, so `fit` makes no step. Check the line that creates it: a "
            "filter, a split or a slice may have left nothing.",
        )


def forget_with(model: Any, training: Training) -> None:
    """Once the model is gone, let go of all that keeps the memory of its parts."""
    weakref.finalize(model, _model_is_gone, weakref.ref(training)).atexit = False


def _model_is_gone(training: Callable[[], Training | None]) -> None:
    found = training()
    if found is not None:
        found.forget_model()


def _was_trained(model: Any) -> bool:
    """Whether an optimizer has stepped before: a copy would start elsewhere."""
    iterations = getattr(getattr(model, "optimizer", None), "iterations", None)
    with Guard():  # an optimizer of the user's own may count otherwise
        return iterations is not None and int(iterations.numpy()) > 0
    return False


def _why_no_batches(model: Any) -> str:
    used = backend.name()
    if used not in backend.SUPPORTED:
        return f"that needs TensorFlow, and Keras runs on {backend.WRITTEN[used]} here"
    if backend.current().state.is_distributed(model):
        return "batches of a distributed dataset cannot be examined and passed on"
    return "the training data contains no batch"

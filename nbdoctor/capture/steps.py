"""The first steps of a training: each is seen just before it is made, and when it was."""

from __future__ import annotations

import contextlib
import time
import types
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from nbdoctor import backend
from nbdoctor.backend.patching import Patch
from nbdoctor.capture.batches import can_be_drawn_alone
from nbdoctor.capture.calls import (
    STEPS_TIMED,
    FitCall,
    StopBeforeTrainingError,
    Trace,
    bound_arguments,
)
from nbdoctor.capture.loop_rows import LoopRows, copied, is_light
from nbdoctor.capture.strangers import known_or_none

if TYPE_CHECKING:
    from nbdoctor.capture.fit import FitWatch


class StepsOnBatches:
    """The calls of `train_on_batch` for one model."""

    def __init__(self, watch: FitWatch, call: FitCall) -> None:
        self.watch, self.call = watch, call
        self.number = 0
        self.error: BaseException | None = None
        self.is_of_interest = True

    @property
    def is_over(self) -> bool:
        """Whether the steps that are of interest were made."""
        return not self.is_of_interest or self.number >= STEPS_TIMED

    def hold(self, step: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Hold what a step is handed."""
        if not self.call.rows:
            self.call.rows.append(LoopRows())
        rows = self.call.rows[0]
        rows.steps += 1
        given = bound_arguments(step, self.call.model, args, kwargs)
        x, y = known_or_none(given.get("x")), known_or_none(given.get("y"))
        if x is not None and y is not None and is_light((x, y)):
            rows.hold(copied((x, y, None)))

    def step(self, make: Callable[[], Any]) -> Any:
        """Make one step, and tell of the first ones."""
        self.number += 1
        watch, call = self.watch, self.call
        if self.number == 1:
            told = watch.tell("looking at the arguments", watch.observer.fit_called, call)
            self.is_of_interest = bool(told)
        watch.looked = self.number > 1 or not self.is_of_interest
        started = time.perf_counter()
        try:
            logs = make()
        except BaseException as error:
            self.error = error
            raise
        if self.is_of_interest:
            watch.done(call, self.number, started, time.perf_counter(), logs)
        return logs


class StepsOfFit:
    """The first steps of one `fit`.

    Each batch is drawn just before its step, looked at, and trained on in the same call: so
    whatever becomes of the training step later, no batch is lost or met twice.
    """

    def __init__(self, watch: FitWatch, call: FitCall) -> None:
        self.watch, self.call, self.inner = watch, call, call.model.train_function
        self.number, self.is_traced = 0, False
        one_by_one = call.model.steps_per_execution == 1
        self.counts = one_by_one and isinstance(call.arguments.get("x"), types.GeneratorType)
        self.counted: Any = None
        self.patch = Patch(call.model, "train_function", lambda _: self.step)
        self.patch.open()

    def step(self, iterator: Any) -> Any:
        """Make one step, and tell of it."""
        watch, call = self.watch, self.call
        self.number += 1
        if self.number > STEPS_TIMED:
            logs = self.inner(iterator)
            self._count(iterator)
            return logs
        drawn = self._seen(iterator)
        source = iterator if drawn is None else drawn.again
        started = time.perf_counter()
        met: Exception | None = None
        try:
            with self._around_first() if self.number == 1 else contextlib.nullcontext():
                logs = self.inner(source)
        except Exception as error:
            if drawn is None or drawn.error is None:
                raise
            met = backend.current().batches.as_met(error, drawn)
        if met is not None:  # outside of the block, so that nothing is its context
            raise met
        ended = time.perf_counter()
        self._count(iterator)
        if self.number >= STEPS_TIMED and not self.counts:
            self.patch.close()
        watch.done(call, self.number, started, ended, logs)
        return logs

    @contextlib.contextmanager
    def _around_first(self) -> Iterator[None]:
        """Watch the first step; a trace that was made ahead of it is counted with it."""
        with contextlib.ExitStack() as stack:
            stack.enter_context(self.watch.observer.watching(self.call))
            if self.is_traced:
                stack.enter_context(backend.current().traces.told_as_traced(self.inner))
            yield

    def _count(self, iterator: Any) -> None:
        """One more step with this iterator."""
        if not self.counts:
            return
        if iterator is not self.counted:
            self.counted = iterator
            self.call.passes.append(0)
        self.call.passes[-1] += 1

    def _seen(self, iterator: Any) -> Any:
        """What was drawn for this step and looked at; None where nothing was drawn."""
        watch, call = self.watch, self.call
        if self.number > 1:
            if not watch.tell("further batches", watch.observer.wants_batches, call):
                return None
            began = time.perf_counter()
            drawn = self._draw(iterator)
            if drawn is not None and drawn.batch is not None:
                call.fetches.append(time.perf_counter() - began)
                details = (call, self.number, drawn.batch)
                watch.tell("a further batch", watch.observer.step_due, *details)
            return drawn
        trace = self._trace(backend.current().traces.trace_of(self.inner, iterator), iterator)
        if trace is not None and trace.fails and not can_be_drawn_alone(call.arguments):
            return None  # the step draws nothing, so that nothing may be drawn for it
        began = time.perf_counter()
        drawn = self._draw(iterator)
        if drawn is not None and drawn.given is not None:
            self._trace(backend.current().traces.trace_for_batch(self.inner, drawn.given), None)
        batch, error = (None, None) if drawn is None else (drawn.batch, drawn.error)
        if batch is not None or error is None:
            watch.look(call, batch, time.perf_counter() - began, error)
        elif watch.dry_run:
            raise StopBeforeTrainingError from error
        return drawn

    def _draw(self, iterator: Any) -> Any:
        model = self.call.model
        if backend.current().state.is_distributed(model):
            return None
        batches, steps = backend.current().batches, model.steps_per_execution
        tell = self.watch.tell
        number = tell("drawing a batch", batches.draws_of, self.inner, iterator, steps)
        return None if number is None else batches.draw(iterator, number)

    def _trace(self, make: Callable[[], object] | None, iterator: Any) -> Trace | None:
        """Let the step be traced now, where the call would trace it; None where it is not."""
        watch, call = self.watch, self.call
        if make is None or watch.dry_run or backend.current().state.is_distributed(call.model):
            return None
        trace = Trace(make, backend.current().batches.spec_of(iterator))
        watch.trace(call, trace)
        self.is_traced = self.is_traced or trace.made
        return trace

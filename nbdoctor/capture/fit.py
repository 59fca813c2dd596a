"""See every `fit` before it trains, and each batch just before training makes a step with it."""

from __future__ import annotations

import contextlib
import functools
import itertools
import weakref
from collections.abc import Callable, Iterator
from typing import Any

from nbdoctor import backend
from nbdoctor.backend.keras_internals.data import batches_of_epoch, iterator_class
from nbdoctor.backend.keras_internals.state import EXCLUDED, module_of_tracebacks
from nbdoctor.backend.patching import Patch, definer
from nbdoctor.capture.calls import (
    FitCall,
    Observer,
    StopBeforeTrainingError,
    Trace,
    bound_arguments,
)
from nbdoctor.capture.cutting import enough, one_epoch
from nbdoctor.capture.steps import StepsOfFit, StepsOnBatches
from nbdoctor.errors.exceptions import PACKAGE, clean_message
from nbdoctor.errors.frames import calling_line
from nbdoctor.errors.guard import Guard, attempt
from nbdoctor.look.collector import at_rest


@contextlib.contextmanager
def watch_fits(
    observer: Observer, *, dry_run: bool = False, cut: bool = False
) -> Iterator[FitWatch]:
    """Tell `observer` of every `fit` inside the block, and of loops that call `train_on_batch`.

    These methods are patched where `keras.Model` has them from, and so every model class of every
    backend; patches of the user's own stay what they are (`Patch`).

    Parameters
    ----------
    observer : Observer
    dry_run : bool
        Raise `StopBeforeTrainingError` in place of the first step.
    cut : bool
        Train for the first steps only.

    Yields
    ------
    FitWatch
        It knows whether a `fit` is running.
    """
    import keras

    watch = FitWatch(observer, dry_run=dry_run, cut=cut)
    methods = {
        "fit": watch.around_fit,
        "train_on_batch": watch.around_train_on_batch,
        "make_train_function": watch.around_make,
    }
    with contextlib.ExitStack() as stack:
        for name, around in methods.items():
            stack.enter_context(Patch(definer(keras.Model, name), name, around))
        for patch in _of_private_names(watch):
            stack.enter_context(patch)
        yield watch


def _of_private_names(watch: FitWatch) -> Iterator[Patch]:
    """Patches without which a `fit` can be watched all the same, where this Keras has the names."""
    iterator = attempt(iterator_class)
    if iterator is not None:
        yield Patch(iterator, "__init__", watch.around_iterator)
    # Keras leaves its own frames out of a traceback, and keeps the last one where no other
    # is left: ours must not stand in its place.
    tracebacks = attempt(module_of_tracebacks)
    if tracebacks is not None:
        yield Patch(
            tracebacks,
            EXCLUDED.name,
            lambda paths: (*paths, PACKAGE),
            without=lambda paths: tuple(path for path in paths if path != PACKAGE),
        )


class FitWatch:
    """What is known between the call of `fit` and its end."""

    def __init__(self, observer: Observer, *, dry_run: bool = False, cut: bool = False) -> None:
        self.observer, self.dry_run, self.cut = observer, dry_run, cut
        self.active: FitCall | None = None
        self.looked = False
        self.steps: StepsOfFit | None = None
        self.calls = itertools.count(1)
        self.on_batches: dict[int, StepsOnBatches] = {}
        self.loops: list[StepsOnBatches] = []
        self.trained: list[Callable[[], Any]] = []

    def tell(self, part: str, method: Callable[..., Any], *details: Any) -> Any:
        """What a method of the observer returns; its faults stay here."""
        with Guard(functools.partial(self.observer.failed, part)), at_rest():
            return method(*details)
        return None

    def around_fit(self, fit: Callable[..., Any]) -> Callable[..., Any]:
        """`fit`, seen from outside."""

        @functools.wraps(fit)
        def watched(model: Any, *args: Any, **kwargs: Any) -> Any:
            if self.active is not None:  # a fit inside a fit: a callback trains something else
                return fit(model, *args, **kwargs)
            call = FitCall(
                weakref.ref(model),
                attempt(bound_arguments, fit, model, args, kwargs) or {},
                next(self.calls),
                calling_line(),
                goes_on=any(one() is model for one in self.trained),
            )
            if not call.goes_on:
                self.trained.append(call.of)
            self.active, self.looked = call, True
            try:
                told = self.tell("looking at the arguments", self.observer.fit_called, call)
                self.looked = not told
                if self.cut:
                    args, kwargs = one_epoch(fit, model, args, kwargs)
                history = fit(model, *args, **kwargs)
            except BaseException as error:
                clean_message(error)
                self.tell("the end of training", self.observer.fit_ended, call, None, error)
                raise
            finally:
                self.end()
            self.tell("the end of training", self.observer.fit_ended, call, history, None)
            return history

        return watched

    def end(self) -> None:
        """The active fit is over: its model has its own training step again."""
        self.active, steps, self.steps = None, self.steps, None
        if steps is not None:
            steps.patch.close()

    def around_train_on_batch(self, step: Callable[..., Any]) -> Callable[..., Any]:
        """`train_on_batch`, its first call for each model looked at before it is made."""

        @functools.wraps(step)
        def watched(model: Any, *args: Any, **kwargs: Any) -> Any:
            if self.active is not None:
                return step(model, *args, **kwargs)
            loop = self.on_batches.get(id(model))
            if loop is None or loop.call.model is not model:  # another one lay at this address
                line = calling_line()
                call = FitCall(
                    weakref.ref(model), {"epochs": 1}, next(self.calls), line, "train_on_batch"
                )
                loop = self.on_batches[id(model)] = StepsOnBatches(self, call)
                self.loops.append(loop)
            self.active, self.looked = loop.call, loop.is_over
            self.tell("the rows of a step", loop.hold, step, args, kwargs)
            try:
                if loop.is_over:
                    return step(model, *args, **kwargs)
                return loop.step(lambda: step(model, *args, **kwargs))
            finally:
                self.end()

        return watched

    def end_of_loops(self) -> None:
        """Nothing tells that a loop has ended but the end of its cell."""
        for loop in self.loops:
            self.tell("the end of training", self.observer.fit_ended, loop.call, None, loop.error)

    def around_iterator(self, begin: Callable[..., None]) -> Callable[..., None]:
        """Keras's iterator over epochs, which counts the batches of an epoch."""

        @functools.wraps(begin)
        def noted(iterator: Any, *args: Any, **kwargs: Any) -> None:
            begin(iterator, *args, **kwargs)
            if self.active is not None:
                self.active.lengths.append(batches_of_epoch(iterator))

        return noted

    def around_make(self, make: Callable[..., Any]) -> Callable[..., Any]:
        """`make_train_function`, its result wrapped for the first steps of the active fit."""

        @functools.wraps(make)
        def made(model: Any, *args: Any, **kwargs: Any) -> Any:
            result = make(model, *args, **kwargs)
            call = self.active
            if call is None:
                self.tell("a fit that was kept", self.observer.fit_unseen)
            if call is None or call.model is not model or self.looked:
                return result
            self.looked = True
            if not backend.is_supported():
                self.look(call, None)
                return result
            if callable(model.train_function):
                self.steps = StepsOfFit(self, call)
            return result

        return made

    def trace(self, call: FitCall, trace: Trace) -> None:
        """Let the observer trace the step; what the step itself raises ends the training."""
        self.tell("the trace of the step", self.observer.about_to_trace, call, trace)
        if trace.error is not None:
            raise trace.error

    def look(
        self, call: FitCall, batch: Any, seconds: float = 0.0, broken: Exception | None = None
    ) -> None:
        """Tell of the first step; a dry run ends with it."""
        self.tell("the look", self.observer.first_step, call, batch, seconds)
        if self.dry_run:
            raise StopBeforeTrainingError from broken

    def done(self, call: FitCall, number: int, started: float, ended: float, logs: Any) -> None:
        """Tell of a step that was made."""
        if self.cut:
            enough(call.model, number)
        details = (call, number, started, ended, logs)
        self.tell("the time of a step", self.observer.step_done, *details)

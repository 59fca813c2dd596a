"""See every `fit` before it trains, and the batches it is about to train on."""

from __future__ import annotations

import contextlib
import functools
import inspect
import itertools
import math
import time
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from nbdoctor import backend
from nbdoctor.backend.shadowing import shadowed
from nbdoctor.capture.batches import batches_to_take, take, tensors
from nbdoctor.capture.collector import at_rest
from nbdoctor.capture.frames import PACKAGE, calling_line, clean_message

STEPS_TIMED = 20
"""Steps whose wall time is noted; after them training runs without any wrapper, but for steps
from a generator, which are counted: nothing else tells that it has run dry."""

Trace = Callable[[], object]
"""Makes Keras trace its training step now, where it would at its first call."""


class StopBeforeTrainingError(BaseException):
    """Ends a dry run at the first step. A BaseException: the user's `except` must not meet it."""


@dataclass(frozen=True)
class FitCall:
    """One call of `fit`.

    Attributes
    ----------
    model : keras.Model
    arguments : mapping of str
        As `fit` received them, defaults filled in.
    number : int
        Counted from 1 within the cell.
    line : int or None
        Line of the cell that made the call, None outside of notebooks.
    by : str
        What trains: "fit", "train_on_batch" or "training loop".
    passes : list of int
        Steps that were made with each iterator over a generator, as training goes on: Keras takes
        a new one for each epoch, or where the one before has ended.
    """

    model: Any
    arguments: Mapping[str, Any]
    number: int = 1
    line: int | None = None
    by: str = "fit"
    passes: list[int] = field(default_factory=list, repr=False)
    adapters: list[Any] = field(default_factory=list, repr=False)

    @property
    def adapter(self) -> Any:
        """Keras's own view of the training data, None before it was made."""
        return self.adapters[0] if self.adapters else None


class Observer(Protocol):
    """Whoever wants to know. Whatever it raises (`Exception`) never reaches the user's cell."""

    def fit_called(self, call: FitCall) -> None:
        """Before Keras sees the call."""

    def first_step(
        self, call: FitCall, batches: list[Any], fetch_seconds: float, trace: Trace | None
    ) -> None:
        """Before the first step; `batches` are those that training will use, in order.

        There are none where the data is empty, or where they could not be given back. `trace`
        makes Keras trace its step now, as it will for these batches; None where it does not.
        """

    def step_done(
        self, call: FitCall, number: int, started: float, ended: float, loss: Any
    ) -> None:
        """After one of the first steps; times by `time.perf_counter`."""

    def fit_ended(self, call: FitCall, history: Any, error: BaseException | None) -> None:
        """After `fit`, or when it raised."""

    def failed(self, part: str, error: Exception) -> None:
        """A method of the observer raised `error`."""


@contextlib.contextmanager
def watch_fits(
    observer: Observer, *, batches: int = 8, dry_run: bool = False
) -> Iterator[FitWatch]:
    """Tell `observer` of every `fit` inside the block, and of loops that call `train_on_batch`.

    These methods are shadowed on `keras.Model`, where every model class of every backend finds
    them, and uncovered again at the end.

    Parameters
    ----------
    observer : Observer
    batches : int
        Batches to look at, where they can be given back to training in order.
    dry_run : bool
        Raise `StopBeforeTrainingError` in place of the first step.

    Yields
    ------
    FitWatch
        It knows whether a `fit` is running.
    """
    import keras
    from keras.src.trainers.epoch_iterator import EpochIterator
    from keras.src.utils import traceback_utils

    watch = FitWatch(observer, batches, dry_run)
    with (
        shadowed(keras.Model, "fit", watch.around_fit),
        shadowed(keras.Model, "train_on_batch", watch.around_train_on_batch),
        shadowed(keras.Model, "make_train_function", watch.around_make),
        shadowed(EpochIterator, "__init__", watch.around_iterator),
        # Keras leaves its own frames out of a traceback, and keeps the last one where no other
        # is left: ours must not stand in its place.
        shadowed(traceback_utils, "_EXCLUDED_PATHS", lambda paths: (*paths, PACKAGE)),
    ):
        yield watch


class FitWatch:
    """What is known between the call of `fit` and its end."""

    def __init__(self, observer: Observer, batches: int, dry_run: bool) -> None:  # noqa: FBT001
        self.observer, self.batches, self.dry_run = observer, batches, dry_run
        self.active: FitCall | None = None
        self.looked = False
        self.calls = itertools.count(1)
        self.on_batches: dict[int, _StepsOnBatches] = {}

    def tell(self, part: str, method: Callable[..., None], *details: Any) -> None:
        """Call a method of the observer; its faults stay here."""
        try:
            with at_rest():
                method(*details)
        except Exception as error:  # noqa: BLE001  (a fault of ours never costs the user a cell)
            with contextlib.suppress(Exception):
                self.observer.failed(part, error)

    def around_fit(self, fit: Callable[..., Any]) -> Callable[..., Any]:
        """`fit`, seen from outside."""

        @functools.wraps(fit)
        def watched(model: Any, *args: Any, **kwargs: Any) -> Any:
            if self.active is not None:  # a fit inside a fit: a callback trains something else
                return fit(model, *args, **kwargs)
            call = FitCall(
                model, _bound(fit, model, args, kwargs), next(self.calls), calling_line()
            )
            self.active, self.looked = call, False
            try:
                self.tell("looking at the arguments", self.observer.fit_called, call)
                history = fit(model, *args, **kwargs)
            except BaseException as error:
                clean_message(error)
                self.tell("the end of training", self.observer.fit_ended, call, None, error)
                raise
            finally:
                self.active = None
                _uninstall(model)
            self.tell("the end of training", self.observer.fit_ended, call, history, None)
            return history

        return watched

    def around_train_on_batch(self, step: Callable[..., Any]) -> Callable[..., Any]:
        """`train_on_batch`, its first call for each model looked at before it is made."""

        @functools.wraps(step)
        def watched(model: Any, *args: Any, **kwargs: Any) -> Any:
            if self.active is not None:
                return step(model, *args, **kwargs)
            loop = self.on_batches.get(id(model))
            if loop is None:
                line = calling_line()
                call = FitCall(model, {"epochs": 1}, next(self.calls), line, "train_on_batch")
                loop = self.on_batches[id(model)] = _StepsOnBatches(self, call, step)
            self.active, self.looked = loop.call, True
            try:
                return loop.step(lambda: step(model, *args, **kwargs), args, kwargs)
            finally:
                self.active = None

        return watched

    def end_of_loops(self) -> None:
        """Nothing tells that a loop has ended but the end of its cell."""
        for loop in self.on_batches.values():
            self.tell("the end of training", self.observer.fit_ended, loop.call, None, loop.error)

    def around_iterator(self, begin: Callable[..., None]) -> Callable[..., None]:
        """Keras's iterator over epochs, its adapter noted: the first of a fit is of its data."""

        @functools.wraps(begin)
        def noted(iterator: Any, *args: Any, **kwargs: Any) -> None:
            begin(iterator, *args, **kwargs)
            if self.active is not None and not self.active.adapters:
                self.active.adapters.append(iterator.data_adapter)

        return noted

    def around_make(self, make: Callable[..., Any]) -> Callable[..., Any]:
        """`make_train_function`, its result wrapped for the first steps of the active fit."""

        @functools.wraps(make)
        def made(model: Any, force: bool = False) -> Any:  # noqa: FBT001, FBT002
            is_old = vars(model).get("train_function") is not None and not force
            result = make(model, force)
            call = self.active
            if call is None or call.model is not model or self.looked:
                return result
            self.looked = True
            if backend.name() not in backend.SUPPORTED:
                self.look(call, [])
                return result
            steps = _FirstSteps(self, call, model.train_function, is_old=is_old)
            object.__setattr__(model, "train_function", steps)
            return result

        return made

    def look(
        self,
        call: FitCall,
        batches: list[Any],
        seconds: float = 0.0,
        broken: Exception | None = None,
        trace: Trace | None = None,
    ) -> None:
        """Tell of the first step; a dry run ends with it."""
        self.tell("the look", self.observer.first_step, call, batches, seconds, trace)
        if self.dry_run:
            raise StopBeforeTrainingError from broken


class _StepsOnBatches:
    """The calls of `train_on_batch` for one model."""

    def __init__(self, watch: FitWatch, call: FitCall, method: Callable[..., Any]) -> None:
        self.watch, self.call, self.method = watch, call, method
        self.number = 0
        self.error: BaseException | None = None

    def step(self, make: Callable[[], Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Make one step, and tell of the first ones."""
        self.number += 1
        if self.number > STEPS_TIMED:
            return make()
        watch, call = self.watch, self.call
        if self.number == 1 and call.model.compiled:
            self._look(_bound(self.method, call.model, args, kwargs))
        started = time.perf_counter()
        try:
            logs = make()
        except BaseException as error:
            self.error = error
            raise
        details = (call, self.number, started, time.perf_counter(), _first_loss(logs))
        watch.tell("the time of a step", watch.observer.step_done, *details)
        return logs

    def _look(self, arguments: Mapping[str, Any]) -> None:
        watch, call = self.watch, self.call
        watch.tell("looking at the arguments", watch.observer.fit_called, call)
        batches: list[Any] = []
        here = backend.name() in backend.SUPPORTED
        if here and not backend.current().is_distributed(call.model):
            try:
                batches = [batch_of(arguments)]
            except Exception as error:  # noqa: BLE001  (training will say what is wrong with it)
                watch.tell("the look", watch.observer.failed, "reading the batch", error)
        watch.look(call, batches)


def batch_of(arguments: Mapping[str, Any]) -> Any:
    """What `train_on_batch` hands to the model's step, as tensors."""
    from keras.src.trainers.data_adapters import data_adapter_utils as adapters

    x, y, weights = (arguments.get(name) for name in ("x", "y", "sample_weight"))
    if arguments.get("class_weight") is not None:
        weights = adapters.class_weight_to_sample_weights(y, arguments["class_weight"])
    here = backend.current()
    return here.as_tensors((x, y, weights))


def _first_loss(logs: Any) -> Any:
    if isinstance(logs, Mapping):
        return logs.get("loss")
    return logs[0] if isinstance(logs, (list, tuple)) and logs else logs


class _FirstSteps:
    """Stands in for `model.train_function` during the first steps of one fit.

    An old function, made by an earlier fit, may draw another number of batches in a call than
    `steps_per_execution` says now. So nobody counts what it gets: it draws what was looked at and
    then the rest from one iterator, until Keras begins the next epoch.
    """

    def __init__(
        self, watch: FitWatch, call: FitCall, inner: Callable[..., Any], *, is_old: bool
    ) -> None:
        self.watch, self.call, self.inner, self.is_old = watch, call, inner, is_old
        self.number = 0
        self.taken: list[Any] = []
        self.replayed: Any = None
        self.left: float = 0
        self.to_the_end: Any = None
        self.broken: Exception | None = None
        one_by_one = call.model.steps_per_execution == 1
        self.counts = one_by_one and isinstance(call.arguments.get("x"), types.GeneratorType)
        self.counted: Any = None

    def __call__(self, iterator: Any) -> Any:
        if self.number == 0:
            self._look(iterator)
        elif self.number >= STEPS_TIMED and self.left == 0:
            logs = self.inner(iterator)
            self._count(iterator)
            return logs
        source = iterator
        if self.to_the_end is not None and iterator is not self.to_the_end:
            self.to_the_end, self.left = None, 0
        if self.left > 0:
            source, self.left = self._given_back(), self.left - 1
        elif self.broken is not None:
            raise self.broken
        started = time.perf_counter()
        logs = self.inner(source)
        ended = time.perf_counter()
        self.number += 1
        self._count(iterator)
        if self.number >= STEPS_TIMED and self.left == 0 and not self.counts:
            _uninstall(self.call.model)
        loss = logs.get("loss") if isinstance(logs, Mapping) else None
        watch = self.watch
        details = (self.call, self.number, started, ended, loss)
        watch.tell("the time of a step", watch.observer.step_done, *details)
        return logs

    def _count(self, iterator: Any) -> None:
        """One more step with this iterator."""
        if not self.counts:
            return
        if iterator is not self.counted:
            self.counted = iterator
            self.call.passes.append(0)
        self.call.passes[-1] += 1

    def _look(self, iterator: Any) -> None:
        watch, call = self.watch, self.call
        started = time.perf_counter()
        batches: list[Any] = []
        try:
            batches = self._peek(iterator)
        except Exception as error:  # noqa: BLE001  (a fault of ours never costs the user a cell)
            watch.tell("the look", watch.observer.failed, "taking batches ahead of training", error)
        seconds = time.perf_counter() - started
        if batches or self.broken is None:
            watch.look(call, batches, seconds, self.broken, self._trace(iterator))
        elif watch.dry_run:
            raise StopBeforeTrainingError from self.broken

    def _trace(self, iterator: Any) -> Trace | None:
        """What traces the step for the iterator that training will draw from first."""
        if self.left and self.replayed is None:  # each step gets its batch by itself
            return None
        source = iterator if self.replayed is None else self.replayed
        trace: Trace | None = backend.traces().trace_of(self.inner, source)
        return trace

    def _peek(self, iterator: Any) -> list[Any]:
        """The next batches; those that were taken from `iterator` are replayed to training."""
        if backend.current().is_distributed(self.call.model):
            return []
        first = getattr(self.call.adapter, "_first_batches", None)
        if first:  # Keras has drawn these from a generator itself: its copies are enough
            return [tensors(batch) for batch in first]
        here = backend.current()
        if not here.is_iterator(iterator):
            return []
        per_call = self.call.model.steps_per_execution
        arguments = self.call.arguments
        steps = arguments.get("steps_per_epoch") or getattr(self.call.adapter, "num_batches", None)
        wanted = 1 if per_call > 1 else self.watch.batches
        groups = batches_to_take(arguments.get("x"), steps, wanted)
        batches, self.broken = take(iterator, per_call * groups, here.OUT_OF_DATA)
        self.taken, self.left = list(batches), -(-len(batches) // per_call)
        if batches and self.is_old and self.broken is None:
            self.replayed = here.replay(batches, iterator, and_the_rest=True)
            self.to_the_end, self.left = iterator, math.inf
        elif batches:
            self.replayed = here.replay(batches, iterator)
        return batches

    def _given_back(self) -> Any:
        """What training draws from in place of its own iterator, until all is given back.

        Where the batches could not be made into a dataset, each call gets its own in a plain
        generator: slower, since each is traced, but the same batches in the same order.
        """
        if self.replayed is not None:
            return self.replayed
        per_call = self.call.model.steps_per_execution
        mine, self.taken = self.taken[:per_call], self.taken[per_call:]
        return (batch for batch in mine)


def _uninstall(model: Any) -> None:
    steps = model.__dict__.get("train_function")
    if isinstance(steps, _FirstSteps):
        object.__setattr__(model, "train_function", steps.inner)


def _bound(
    fit: Callable[..., Any],
    model: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Mapping[str, Any]:
    """The arguments by name; what does not bind is left to `fit` to complain about."""
    try:
        bound = inspect.signature(fit).bind(model, *args, **kwargs)
    except TypeError:
        return {}
    bound.apply_defaults()
    return dict(list(bound.arguments.items())[1:])

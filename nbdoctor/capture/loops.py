"""Training loops of the user's own: which model, on what, and what its first step did."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from nbdoctor import backend
from nbdoctor.backend.engine import RefusedError
from nbdoctor.backend.keras_internals.optimizer import base_class
from nbdoctor.backend.patching import Patch, defining
from nbdoctor.capture.calls import StopBeforeTrainingError
from nbdoctor.capture.further_steps import ROWS
from nbdoctor.capture.hearing import MOST_MODELS, Hearing
from nbdoctor.capture.loop_step import ACCOUNT
from nbdoctor.capture.observed_step import LoopObserver, ObservedStep, target_of
from nbdoctor.capture.reachable import models_of
from nbdoctor.capture.traced_loop import Update, first_updates, run_on_copies
from nbdoctor.errors.guard import attempt
from nbdoctor.look.anatomy import compared_in, comparison_of
from nbdoctor.look.movement import changes_since, samples_of
from nbdoctor.look.step_notes import handed_over

ON_COPIES = "the step of the loop on copies"

DRAWS_ITSELF = "it draws its batches from a dataset itself"

MOST_TRACED = 64
"""Updates that are noted in one trace: a function that makes variables is traced several times."""

MOST_CALLS = 16
"""Calls after which a model that no optimizer has updated is not watched further."""


@contextlib.contextmanager
def watch_own_loops(
    observer: LoopObserver,
    busy: Callable[[], Any],
    namespace: Mapping[str, Any],
    *,
    dry_run: bool = False,
) -> Iterator[None]:
    """Tell `observer` of the first step of each model that the block trains without `fit`.

    A step that runs op by op is only watched. One inside of a `tf.function` is traced where its
    first call would trace it, and the trace is run on copies of all that it reads or writes; a
    function that acts on more than variables is left alone.

    Parameters
    ----------
    observer : LoopObserver
    busy : callable
        The `fit` that is running, which has its own examination; None without one.
    namespace : mapping of str
        The user's variables.
    dry_run : bool
        Raise `StopBeforeTrainingError` in place of the first update.
    """
    base = attempt(base_class) if backend.is_supported() else None
    if base is None:
        yield
        return
    import keras

    watch = _LoopWatch(observer, busy, namespace, dry_run=dry_run)
    with (
        watch.functions.called_functions(watch.first_call, watch.later_call),
        watch.functions.differentiated(watch.differentiated),
        backend.current().pipelines.iterated(watch.iterated),
        Patch(keras.losses.Loss, "__call__", watch.around_loss),
        Patch(keras.layers.Layer, "__call__", watch.around_call),
        contextlib.ExitStack() as stack,
    ):
        for kind in defining(base, "apply"):
            stack.enter_context(Patch(kind, "apply", watch.around_update))
        stack.callback(watch.step.account.stop)
        stack.callback(watch.further.stop)
        yield


class _LoopWatch(Hearing):
    """What was seen since the last update."""

    def __init__(
        self,
        observer: LoopObserver,
        busy: Callable[[], Any],
        namespace: Mapping[str, Any],
        *,
        dry_run: bool,
    ) -> None:
        super().__init__(observer, busy)
        self.namespace, self.dry_run = namespace, dry_run
        self.calls: dict[int, int] = {}
        self.found: list[ObservedStep] = []
        self.updates: list[Update] = []

    def wants(self, model: Any) -> bool:
        """Whether a call of `model` may belong to its first step."""
        if any(model is one for one in self.seen):
            return False
        if self.tracing:
            return len(self.updates) < MOST_TRACED
        self.calls[id(model)] = self.calls.get(id(model), 0) + 1
        return self.calls[id(model)] <= MOST_CALLS

    def update(self, optimizer: Any, weights: list[Any]) -> list[ObservedStep]:
        """The step that `optimizer` is about to make, as the first of each model that it moves."""
        steps = self.step.update(optimizer, weights, self.seen, traced=self.tracing)
        steps = steps[: MOST_MODELS - len(self.known)]
        if not (steps or self.known or self.tracing):
            observer = self.observer
            (observer.inputs_unread if self.step.unread else observer.update_unowned)()
        if not self.tracing:
            self.sees(steps)
        return steps

    def updated(self, steps: list[ObservedStep]) -> None:
        """The step was made."""
        self.step.stale = True
        labelled = [one.labels is not None for one in steps]
        self.attempt(ACCOUNT, self.step.account.tell, steps)
        self.attempt(ROWS, self.further.seen, steps, labelled)
        self.found += steps
        self.attempt(ACCOUNT, self.step.leave, self.seen)
        self.report()

    def report(self) -> None:
        """Hand over what was found."""
        found, self.found = self.found, []
        self.inside = True
        try:
            for step in found:
                self.attempt("the step of the loop", self.observer.step_seen, step)
        finally:
            self.inside = False
        if found and self.dry_run:
            raise StopBeforeTrainingError

    def first_call(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Trace a function of the user where its first call would, and run that on copies.

        What the trace raises is what the call would raise: it is not made again.
        """
        if not self.listening or not models_of(self.namespace, function.python_function):
            return
        self.tracing, self.updates = True, []
        self.step.begin()
        self.step.account.begin_trace()
        try:
            graph = self.functions.graph_of(function, args, kwargs)
        finally:
            self.tracing, self.step.stale = False, True
            updates, self.updates = self.updates, []
        if updates:
            self.attempt(ON_COPIES, self._run_on_copies, graph, updates, function, (args, kwargs))
        elif self.functions.is_loop(graph):
            name = function.python_function.__name__
            self.attempt(ON_COPIES, self.observer.step_hidden, name, DRAWS_ITSELF)
        self.step.account.end_trace()
        self.step.begin()
        self.report()

    def _run_on_copies(self, graph: Any, noted: list[Update], function: Any, given: Any) -> None:
        updates = first_updates(graph, noted)
        self.sees(one.step for one in updates)
        try:
            tensors = self.functions.tensors_of(given)
            found = run_on_copies(graph, tensors, updates, self.step.account)
            self.further.traced(function, found, tensors)
            self.found += found
        except RefusedError as error:
            self.observer.step_hidden(function.python_function.__name__, str(error))

    def around_loss(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """A loss of Keras, what it compares noted."""

        @functools.wraps(call)
        def watched(loss: Any, *args: Any, **kwargs: Any) -> Any:
            labels, predicted = compared_in(args, kwargs)
            self.compared(loss, labels, predicted)
            value = call(loss, *args, **kwargs)
            if self.step.passes and self.listening:
                self.attempt(
                    ACCOUNT, lambda: self.step.gave(comparison_of(loss, labels, predicted, value))
                )
            return value

        return watched

    def around_call(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """A layer; of models that are called by whoever is no model, all is noted."""
        import keras

        @functools.wraps(call)
        def watched(layer: Any, *args: Any, **kwargs: Any) -> Any:
            if not (isinstance(layer, keras.Model) and (self.hears or self.follows_fit)):
                return call(layer, *args, **kwargs)
            if self.further.is_followed(layer) or any(layer is one for one in self.seen):
                return self.called_again(functools.partial(call, layer), layer, args, kwargs)
            if not self.listening:
                return call(layer, *args, **kwargs)
            self.step.begin_if_stale()  # it is held no longer than the step lasts
            if not (self.is_told(keras.tree.flatten(args)) and self.wants(layer)):
                return call(layer, *args, **kwargs)
            self.inside = True
            try:
                return self.step.call(
                    call, layer, (args, kwargs), self.attempt, traced=self.tracing
                )
            finally:
                self.inside = False

        return watched

    def around_update(self, apply: Callable[..., Any]) -> Callable[..., Any]:
        """An optimizer's update, the first one of each model noted."""
        import keras

        @functools.wraps(apply)
        def watched(optimizer: Any, *args: Any, **kwargs: Any) -> Any:
            if self.hears:
                self.attempt(ROWS, self.further.updated)
            is_new = self.listening and (self.step.passes or not self.known)
            handed = handed_over(optimizer, args, kwargs) if is_new else None
            if handed is None or not self.is_told(keras.tree.flatten(handed[0])):
                return apply(optimizer, *args, **kwargs)
            grads, weights = handed
            steps = self.attempt("the gradients", self.update, optimizer, weights) or []
            if self.tracing:
                self._note_symbols(steps, weights, grads)
            if self.tracing or not steps:
                return apply(optimizer, *args, **kwargs)
            for step in steps:
                self.attempt("the gradients", self.step.note_gradients, step, grads, weights)
            if self.dry_run:
                self.updated(steps)
            before = [self.attempt("the weights", samples_of, one.model) or {} for one in steps]
            result = apply(optimizer, *args, **kwargs)
            for step, was in zip(steps, before, strict=True):
                changes = self.attempt("the updates", changes_since, step.model, was) or {}
                step.noted.changes.update(changes)
            self.updated(steps)
            return result

        return watched

    def _note_symbols(
        self, steps: list[ObservedStep], weights: list[Any], grads: list[Any]
    ) -> None:
        """Keep what was met in a trace, until that is run on copies."""
        target = target_of(self.step.targets, grads)
        self.updates += [
            Update(
                step=step,
                weights=weights,
                gradients=grads,
                target=target,
                taped=list(self.step.taped),
                calls=[passed for passed, _ in self.step.passes.values()],
                compared=list(self.step.comparisons),
            )
            for step in steps
        ]
        self.step.stale = self.step.stale or bool(steps)

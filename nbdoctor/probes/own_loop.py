"""Training loops of the user's own: which model, on what, and what its first step did."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from nbdoctor import backend
from nbdoctor.capture.fit import StopBeforeTrainingError, calling_line
from nbdoctor.capture.transaction import as_made, digest, python_state, transaction
from nbdoctor.probes.layer_calls import LayerOutputs, noting_layers
from nbdoctor.probes.rehearsal import GradientSample, Rehearsal

REHEARSAL = "the rehearsal of the loop"

MOST_MODELS = 3
"""Models of one cell that are examined: adversarial pairs have two."""


MOST_CALLS = 16
"""Calls after which a model that no optimizer has updated is not watched further."""


@dataclass(slots=True, kw_only=True)
class OwnStep:
    """One step that a loop of the user's own made.

    Attributes
    ----------
    model : keras.Model
        The one whose weights were updated.
    optimizer : keras.optimizers.Optimizer
    inputs : Any
        What the model was called on.
    labels : Any
        What a loss of Keras compared its predictions with, None where that is not known.
    loss_function : keras.losses.Loss or None
        Which loss that was.
    noted : Rehearsal
    line : int or None
        Line of the cell that the step was made from.
    rehearsed : bool
        The step was undone: it was run ahead of the user's own, which is traced.
    before : str
        Checksum of the model before a rehearsal.
    iterations : int
        Steps that the optimizer had made.
    """

    model: Any
    optimizer: Any
    inputs: Any
    labels: Any = None
    loss_function: Any = None
    noted: Rehearsal = field(default_factory=Rehearsal)
    line: int | None = None
    rehearsed: bool = False
    before: str = ""
    iterations: int = 0


class LoopObserver(Protocol):
    """Whoever wants to know. Whatever it raises (`Exception`) never reaches the user's cell."""

    def step_seen(self, step: OwnStep) -> None:
        """The first step of a model."""

    def step_hidden(self, name: str, line: int | None) -> None:
        """The function `name` draws its batches itself, so that it was not rehearsed."""

    def failed(self, part: str, error: Exception) -> None:
        """A part of ours raised `error`."""


@contextlib.contextmanager
def watch_own_loops(
    observer: LoopObserver,
    busy: Callable[[], bool],
    namespace: Mapping[str, Any],
    *,
    dry_run: bool = False,
) -> Iterator[None]:
    """Tell `observer` of the first step of each model that the block trains without `fit`.

    A step that runs op by op is only watched. One inside of a `tf.function` is run ahead of the
    first call, op by op and without effect; a function that draws its own batches is left alone.

    Parameters
    ----------
    observer : LoopObserver
    busy : callable
        Whether somebody else is looking now: `fit` has its own examination.
    namespace : mapping of str
        The user's variables.
    dry_run : bool
        Undo the first step, and raise `StopBeforeTrainingError` after it.
    """
    if backend.name() not in backend.WITH_FUNCTIONS:
        yield
        return
    functions = backend.functions()
    watch = _LoopWatch(observer, busy, namespace)
    watch.dry_run = dry_run
    with (
        functions.called_functions(watch.first_call),
        functions.differentiated(watch.differentiated),
        _around_losses(watch.compared),
        _around_calls(watch),
        _around_updates(watch),
    ):
        yield


class _LoopWatch:
    """What was seen since the last update."""

    def __init__(
        self, observer: LoopObserver, busy: Callable[[], bool], namespace: Mapping[str, Any]
    ) -> None:
        self.observer, self.busy, self.namespace = observer, busy, namespace
        self.thread = threading.get_ident()
        self.inside = False
        self.rehearsing = self.dry_run = self.stale = False
        self.calls: dict[int, int] = {}
        self.passes: dict[int, tuple[LayerOutputs, Any]] = {}
        self.compares: list[tuple[Any, Any, Any]] = []
        self.targets: list[tuple[Any, list[Any]]] = []
        self.seen: list[Any] = []
        self.found: list[OwnStep] = []
        self.before: dict[int, str] = {}

    @property
    def listening(self) -> bool:
        """Whether there is something to learn from what is called now."""
        return (
            len(self.seen) < MOST_MODELS
            and not self.inside
            and threading.get_ident() == self.thread
            and not self.busy()
            and not backend.functions().is_spread_out()
        )

    def differentiated(self, target: Any, gradients: list[Any]) -> None:
        """A tape gave gradients of `target`."""
        if self.listening:
            self.targets.append((target, gradients))

    def compared(self, loss: Any, labels: Any, predicted: Any) -> None:
        """A loss of Keras was computed."""
        if self.listening:
            self._begin()
            self.compares.append((loss, labels, predicted))

    def passed(self, passed: LayerOutputs, inputs: Any) -> None:
        """A model was called."""
        self._begin()
        self.passes[id(passed.model)] = (passed, inputs)

    def wants(self, model: Any) -> bool:
        """Whether a call of `model` may belong to its first step."""
        if any(model is one for one in self.seen):
            return False
        self.calls[id(model)] = self.calls.get(id(model), 0) + 1
        return self.calls[id(model)] <= MOST_CALLS

    def _begin(self) -> None:
        """Forget the step before, once its updates are over."""
        if self.stale:
            self.passes, self.compares, self.targets, self.stale = {}, [], [], False

    def update(self, optimizer: Any, gradients: list[Any], weights: Any) -> OwnStep | None:
        """The step that `optimizer` is about to make, where it is the first of a known model."""
        weights = list(weights if weights is not None else optimizer._trainable_variables)  # noqa: SLF001
        owner = self._owner(weights)
        if owner is None:
            return None
        passed, inputs = owner
        self.seen.append(passed.model)
        step = OwnStep(
            model=passed.model,
            optimizer=optimizer,
            iterations=int(optimizer.iterations.numpy()),
            inputs=inputs,
            line=calling_line(),
            rehearsed=self.rehearsing,
            before=self.before.get(id(passed.model), ""),
        )
        step.noted.passed = passed
        step.noted.loss = self._loss_of(gradients)
        step.loss_function, step.labels = self._comparison(passed)
        here = backend.current()
        for gradient, weight in zip(gradients, weights, strict=False):
            path = getattr(weight, "path", weight.name)
            step.noted.gradients[path] = (
                None
                if gradient is None
                else GradientSample(float(here.norm(gradient)), here.sample(gradient))
            )
        return step

    def updated(self, step: OwnStep) -> None:
        """The step was made."""
        self.stale = True
        self.found.append(step)
        if not self.rehearsing:
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

    def attempt(self, part: str, do: Callable[..., Any], *details: Any) -> Any:
        """Run a part of ours; its faults stay here."""
        try:
            return do(*details)
        except Exception as error:  # noqa: BLE001  (a fault of ours never costs the user a cell)
            with contextlib.suppress(Exception):
                self.observer.failed(part, error)
            return None

    def first_call(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        """Run a traced function of the user ahead of its first call, without effect."""
        if not self.listening:
            return
        line = calling_line()
        self.rehearsing = True
        try:
            hidden = self.attempt(REHEARSAL, self._rehearse, function, args, kwargs)
        finally:
            self.rehearsing, self.stale = False, True
        if hidden and not self.found:
            self.attempt(REHEARSAL, self.observer.step_hidden, function.__name__, line)
        self.report()

    def _rehearse(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> bool:
        """Whether the function asked for data of its own."""
        functions, models = backend.functions(), _models(self.namespace, function)
        if not models:
            return False
        self.before = {id(model): digest(model) for model in models}
        with contextlib.ExitStack() as stack:
            stack.enter_context(python_state(functions.as_written(function), self.namespace))
            stack.enter_context(as_made(models, _reachable(self.namespace, function)))
            for model in models:
                stack.enter_context(transaction(model))
            stack.enter_context(functions.without_drawing())
            try:
                function(*args, **kwargs)
            except functions.DrawsBatchesError:
                return True
            except _EnoughError:
                return False
            except Exception:  # noqa: BLE001  (the user's function: the real call will say it)
                return False
        return False

    def enough(self, optimizer: Any) -> bool:
        """Whether a rehearsed function goes on to second steps: it holds a loop of its own."""
        return self.rehearsing and any(step.optimizer is optimizer for step in self.found)

    def _loss_of(self, gradients: Sequence[Any]) -> float | None:
        """The scalar that these are gradients of, as far as they are not changed on their way."""
        given = {id(one) for one in gradients}
        for target, found in self.targets:
            if any(id(one) in given for one in found if one is not None):
                return float(target)
        return float(self.targets[0][0]) if len(self.targets) == 1 else None

    def _owner(self, weights: Sequence[Any]) -> tuple[LayerOutputs, Any] | None:
        """The smallest model that was called and holds all of `weights`."""
        wanted = {id(weight) for weight in weights}
        holders = [
            (len(held), one)
            for one in self.passes.values()
            if wanted and wanted <= (held := {id(w) for w in one[0].model.trainable_variables})
            if not any(one[0].model is model for model in self.seen)
        ]
        return min(holders, key=lambda pair: pair[0])[1] if holders else None

    def _comparison(self, passed: LayerOutputs) -> tuple[Any, Any]:
        """The loss and labels of this pass; none where losses are mixed, as adversaries do."""
        if len(self.compares) != 1:
            return None, None
        loss, labels, predicted = self.compares[0]
        return (loss, labels) if predicted is passed.final else (None, None)


class _EnoughError(BaseException):
    """Ends a rehearsal after its first step."""


def _reachable(namespace: Mapping[str, Any], function: Callable[..., Any]) -> list[Any]:
    """What a function of the user can reach by a name or an attribute of its own."""
    cells = getattr(function, "__closure__", None) or ()
    inside = [*namespace.values(), *(cell.cell_contents for cell in cells)]
    owner = getattr(function, "__self__", None)
    return inside if owner is None else [*inside, owner, *vars(owner).values()]


def _models(namespace: Mapping[str, Any], function: Callable[..., Any]) -> list[Any]:
    import keras

    found = _reachable(namespace, function)
    models = {id(one): one for one in found if isinstance(one, keras.Model)}
    return list(models.values())


@contextlib.contextmanager
def _around_losses(compared: Callable[[Any, Any, Any], None]) -> Iterator[None]:
    import keras

    call = keras.losses.Loss.__call__

    @functools.wraps(call)
    def watched(loss: Any, y_true: Any, y_pred: Any, *args: Any, **kwargs: Any) -> Any:
        compared(loss, y_true, y_pred)
        return call(loss, y_true, y_pred, *args, **kwargs)

    keras.losses.Loss.__call__ = watched
    try:
        yield
    finally:
        keras.losses.Loss.__call__ = call


@contextlib.contextmanager
def _around_calls(watch: _LoopWatch) -> Iterator[None]:
    """Note what goes through every model that is called op by op, by whoever is no model."""
    import keras

    functions, call = backend.functions(), keras.layers.Layer.__call__

    @functools.wraps(call)
    def watched(layer: Any, *args: Any, **kwargs: Any) -> Any:
        if not (isinstance(layer, keras.Model) and watch.listening):
            return call(layer, *args, **kwargs)
        if not (functions.is_concrete(keras.tree.flatten(args)) and watch.wants(layer)):
            return call(layer, *args, **kwargs)
        passed = LayerOutputs(model=layer)
        watch.inside = True
        try:
            with noting_layers(layer, _quietly(passed.note, watch), []):
                output = keras.layers.Layer.__call__(layer, *args, **kwargs)
        finally:
            watch.inside = False
        watch.passed(passed, args[0] if args else kwargs.get("inputs"))
        return output

    keras.layers.Layer.__call__ = watched
    try:
        yield
    finally:
        keras.layers.Layer.__call__ = call


def _quietly(note: Callable[..., None], watch: _LoopWatch) -> Callable[..., None]:
    return functools.partial(watch.attempt, "watching the layers", note)


@contextlib.contextmanager
def _around_updates(watch: _LoopWatch) -> Iterator[None]:
    import keras
    from keras.src.optimizers.base_optimizer import BaseOptimizer

    functions, apply = backend.functions(), BaseOptimizer.apply

    @functools.wraps(apply)
    def watched(optimizer: Any, grads: Any, trainable_variables: Any = None) -> Any:
        if not watch.inside and watch.enough(optimizer):
            raise _EnoughError
        grads = list(grads)
        if not (watch.listening and functions.is_concrete(keras.tree.flatten(grads))):
            return apply(optimizer, grads, trainable_variables)
        step = watch.attempt("the gradients", watch.update, optimizer, grads, trainable_variables)
        before = backend.current().Journal()
        if step is not None:
            for weight in step.model.trainable_variables:
                watch.attempt("the weights", before.note, weight.value)
        result = apply(optimizer, grads, trainable_variables)
        if step is not None:
            for weight in step.model.trainable_variables:
                change = watch.attempt("the updates", before.change, weight.value)
                step.noted.changes[weight.path] = change or (0.0, 0.0)
            if watch.dry_run:
                before.restore()
            watch.updated(step)
        return result

    BaseOptimizer.apply = watched
    try:
        yield
    finally:
        BaseOptimizer.apply = apply

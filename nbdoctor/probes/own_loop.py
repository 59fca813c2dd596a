"""Training loops of the user's own: which model, on what, and what its first step did."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from nbdoctor import backend
from nbdoctor.backend.shadowing import shadowed
from nbdoctor.capture.fit import StopBeforeTrainingError
from nbdoctor.capture.frames import calling_line
from nbdoctor.capture.python_state import closure_cells, python_state
from nbdoctor.capture.transaction import as_made, digest, transaction
from nbdoctor.probes.layer_calls import LayerOutputs, noting_layers
from nbdoctor.probes.step_notes import Rehearsal, numbers_of, sampled

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

    def step_hidden(self, name: str) -> None:
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
    if backend.name() not in backend.SUPPORTED:
        yield
        return
    import keras
    from keras.src.optimizers.base_optimizer import BaseOptimizer

    watch = _LoopWatch(observer, busy, namespace, dry_run=dry_run)
    with (
        watch.functions.called_functions(watch.first_call),
        watch.functions.differentiated(watch.differentiated),
        shadowed(keras.losses.Loss, "__call__", watch.around_loss),
        shadowed(keras.layers.Layer, "__call__", watch.around_call),
        shadowed(BaseOptimizer, "apply", watch.around_update),
    ):
        yield


class _LoopWatch:
    """What was seen since the last update."""

    def __init__(
        self,
        observer: LoopObserver,
        busy: Callable[[], bool],
        namespace: Mapping[str, Any],
        *,
        dry_run: bool,
    ) -> None:
        self.observer, self.busy, self.namespace = observer, busy, namespace
        self.dry_run, self.functions = dry_run, backend.functions()
        self.thread = threading.get_ident()
        self.inside = self.rehearsing = self.stale = False
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
            and not self.functions.is_spread_out()
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
        step.noted.gradients.update(numbers_of(sampled(gradients, weights)))
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
        self.rehearsing = True
        try:
            hidden = self.attempt(REHEARSAL, self._rehearse, function, args, kwargs)
        finally:
            self.rehearsing, self.stale = False, True
        if hidden and not self.found:
            self.attempt(REHEARSAL, self.observer.step_hidden, function.__name__)
        self.report()

    def _rehearse(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> bool:
        """Whether the function asked for data of its own."""
        functions, models = self.functions, _models(self.namespace, function)
        if not models:
            return False
        self.before = {id(model): digest(model) for model in models}
        with contextlib.ExitStack() as stack:
            written = functions.as_written(function)
            stack.enter_context(python_state(self.namespace, function, written, args, kwargs))
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

    def around_loss(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """A loss of Keras, what it compares noted."""

        @functools.wraps(call)
        def watched(loss: Any, y_true: Any, y_pred: Any, *args: Any, **kwargs: Any) -> Any:
            self.compared(loss, y_true, y_pred)
            return call(loss, y_true, y_pred, *args, **kwargs)

        return watched

    def around_call(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """A layer; of models that are called op by op, by whoever is no model, all is noted."""
        import keras

        @functools.wraps(call)
        def watched(layer: Any, *args: Any, **kwargs: Any) -> Any:
            if not (isinstance(layer, keras.Model) and self.listening):
                return call(layer, *args, **kwargs)
            if not (self.functions.is_concrete(keras.tree.flatten(args)) and self.wants(layer)):
                return call(layer, *args, **kwargs)
            passed = LayerOutputs(model=layer)
            note = functools.partial(self.attempt, "watching the layers", passed.note)
            self.inside = True
            try:
                with noting_layers(layer, note, []):
                    output = keras.layers.Layer.__call__(layer, *args, **kwargs)
            finally:
                self.inside = False
            self.passed(passed, args[0] if args else kwargs.get("inputs"))
            return output

        return watched

    def around_update(self, apply: Callable[..., Any]) -> Callable[..., Any]:
        """An optimizer's update, the first one of each model noted."""
        import keras

        @functools.wraps(apply)
        def watched(optimizer: Any, grads: Any, trainable_variables: Any = None) -> Any:
            if not self.inside and self.enough(optimizer):
                raise _EnoughError
            grads = list(grads)
            if not (self.listening and self.functions.is_concrete(keras.tree.flatten(grads))):
                return apply(optimizer, grads, trainable_variables)
            step = self.attempt("the gradients", self.update, optimizer, grads, trainable_variables)
            if step is None:
                return apply(optimizer, grads, trainable_variables)
            before = backend.current().Journal()
            for weight in step.model.trainable_variables:
                self.attempt("the weights", before.note, weight.value)
            result = apply(optimizer, grads, trainable_variables)
            for weight in step.model.trainable_variables:
                change = self.attempt("the updates", before.change, weight.value)
                step.noted.changes[weight.path] = change or (0.0, 0.0)
            if self.dry_run:
                before.restore()
            self.updated(step)
            return result

        return watched

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
    around = (cell.cell_contents for cell in closure_cells(function))
    inside = [*namespace.values(), *around]
    owner = getattr(function, "__self__", None)
    return inside if owner is None else [*inside, owner, *vars(owner).values()]


def _models(namespace: Mapping[str, Any], function: Callable[..., Any]) -> list[Any]:
    import keras

    found = _reachable(namespace, function)
    models = {id(one): one for one in found if isinstance(one, keras.Model)}
    return list(models.values())

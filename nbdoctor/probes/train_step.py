"""The model's own training step, made op by op or by the trace of it, with everything noted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from nbdoctor import backend
from nbdoctor.capture.transaction import as_made, transaction
from nbdoctor.probes.layer_calls import LayerOutputs, loops, noting_layers, penalty
from nbdoctor.probes.step_notes import (
    Rehearsal,
    noting_updates,
    numbers_in,
    numbers_of,
    sampled,
)

Run = Callable[[Any], tuple[Any, Any]]


def has_call(model: Any) -> bool:
    """Whether `model` can be called; adversarial pairs in one model often cannot."""
    import keras

    return type(model).call is not keras.Model.call


def has_own_step(model: Any) -> bool:
    """Whether `model` has a `train_step` of its own."""
    import keras

    return type(model).train_step is not keras.Model.train_step


def better_as_graph(model: Any) -> bool:
    """Whether passes through `model` are faster traced than op by op."""
    return not model.run_eagerly and not backend.current().runs_eagerly() and loops(model)


@dataclass(frozen=True, slots=True)
class _Trace:
    """A step that was traced: how to run it, and what is known of it beside the tensors.

    Attributes
    ----------
    run : callable
        Of a batch: the logs; gradients, outputs of layers, losses that layers add.
    passed : LayerOutputs
        With the tensors of the trace.
    written : tuple of variables
        Those that the step writes to, without passing through Python.
    """

    run: Run
    passed: LayerOutputs
    written: tuple[Any, ...]


class TrainStep:
    """The model's own `train_step`, noting what it does.

    Parameters
    ----------
    model : keras.Model
    trace : callable, optional
        Makes Keras trace its step, for any batch that `fit` would train on. The step is then run
        by this trace, which training goes on to use.
    in_graph : bool, optional
        Without `trace`: trace the step all the same. For models with a loop over time steps,
        which op by op takes many times as long; the others are traced in vain.
    hold : bool
        Keep what every layer puts out (see `LayerOutputs`).
    """

    def __init__(
        self,
        model: Any,
        *,
        trace: Callable[[], object] | None = None,
        in_graph: bool | None = None,
        hold: bool = False,
    ) -> None:
        self.model, self.trace = model, trace
        wanted = better_as_graph(model) if in_graph is None else in_graph
        self.in_graph = wanted or trace is not None
        self.hold = hold or self.in_graph
        self._traces: dict[str, _Trace] = {}
        self._optimizers: list[Any] = []

    @property
    def of_the_user(self) -> bool:
        """Whether the model has a `train_step` of its own."""
        return has_own_step(self.model)

    def prepare(self, batch: Any, entered: list[Any], *, restore_host_random: bool) -> None:
        """Trace the step for batches like this one, where it is run by a trace.

        Parameters
        ----------
        batch : Any
            As `fit` would hand it to `train_step`.
        entered : list
            As for `noting_layers`.
        restore_host_random : bool
            As for `transaction`.
        """
        if not self.in_graph or self._kind(batch) in self._traces:
            return
        optimizer = self.model.optimizer
        both = [optimizer, getattr(optimizer, "inner_optimizer", None)]
        # A step that fails before its update leaves the optimizer without slots, so we do, too.
        with as_made([], both, unless=lambda: bool(self._optimizers)):
            self._trace_for(batch, entered, restore_host_random=restore_host_random)

    def _trace_for(self, batch: Any, entered: list[Any], *, restore_host_random: bool) -> None:
        with transaction(self.model, restore_host_random=restore_host_random):
            self._make_variables(batch)
        if self.trace is not None:  # what Python does meanwhile, it does for training
            made = self._traced(batch, entered, self.trace)
        else:
            traced = backend.traces().traced
            with transaction(self.model, restore_host_random=restore_host_random):
                made = self._traced(batch, entered, lambda: traced(self.model.train_step, batch))
        self._traces[self._kind(batch)] = made

    def __call__(self, batch: Any, noted: Rehearsal, journal: Any) -> None:
        """Make one step on `batch`, after `prepare`; `journal` can undo it."""
        if self.in_graph:
            self._run_trace(batch, noted, journal)
        else:
            self._run_op_by_op(batch, noted)
        noted.optimizers = [one for one in self._optimizers if not hasattr(one, "inner_optimizer")]
        noted.loss = noted.logs.get("loss")

    def _run_op_by_op(self, batch: Any, noted: Rehearsal) -> None:
        noted.passed = LayerOutputs(model=self.model, hold=self.hold)
        gradients: dict[str, Any] = {}
        added: list[Any] = []

        def note(optimizer: Any, grads: list[Any], weights: Sequence[Any]) -> None:
            added.append(penalty(self.model))
            self._note_optimizer(optimizer)
            gradients.update(sampled(grads, weights))

        with noting_layers(self.model, noted.passed.note, noted.entered), noting_updates(note):
            noted.logs = numbers_in(self.model.train_step(batch))
        noted.penalty = float(added[0]) if added else 0.0
        noted.gradients.update(numbers_of(gradients))

    def _run_trace(self, batch: Any, noted: Rehearsal, journal: Any) -> None:
        trace = self._traces[self._kind(batch)]
        for variable in trace.written:
            journal.note(variable)
        of_weights = penalty_of_weights(self.model)
        logs, (gradients, tensors, added) = trace.run(batch)
        noted.passed = trace.passed.with_tensors(tensors)
        noted.logs, noted.penalty = numbers_in(logs), of_weights + sum(map(float, added))
        noted.gradients.update(numbers_of(gradients))

    def _traced(self, batch: Any, entered: list[Any], trace: Callable[[], object]) -> _Trace:
        """Trace, note the tensors met on the way, and make a function that returns them.

        Nothing is computed while the trace is made: it has to be the one that training makes.
        """
        passed = LayerOutputs(model=self.model, hold=self.hold, rows=_rows(batch))
        gradients: list[tuple[list[Any], Sequence[Any]]] = []
        added: list[Any] = []
        written: dict[int, Any] = {}

        def note(optimizer: Any, grads: list[Any], weights: Sequence[Any]) -> None:
            if not gradients:
                added.extend(losses_of_layers(self.model))
            self._note_optimizer(optimizer)
            gradients.append((grads, weights))

        here = backend.traces()
        with (
            backend.current().writes(lambda variable: written.setdefault(id(variable), variable)),
            noting_layers(self.model, passed.note, entered),
            noting_updates(note),
        ):
            trace()

        def also() -> Any:
            samples: dict[str, Any] = {}
            for grads, weights in gradients:
                samples |= sampled(grads, weights)
            return samples, passed.tensors(), added

        graph = here.graph_of(_first_tensor(gradients, passed))
        return _Trace(here.repeated(graph, also), passed, tuple(written.values()))

    def _note_optimizer(self, optimizer: Any) -> None:
        if not any(optimizer is one for one in self._optimizers):
            self._optimizers.append(optimizer)

    def _kind(self, batch: Any) -> str:
        """What a trace of our own is made for; Keras's takes what `fit` trains on."""
        import keras

        if self.trace is not None:
            return ""
        return str([(leaf.shape, leaf.dtype) for leaf in keras.tree.flatten(batch)])

    def _make_variables(self, batch: Any) -> None:
        """Those of the optimizer and the metrics: made inside of a trace they need a second."""
        import keras

        optimizer = self.model.optimizer
        if not optimizer.built:
            with keras.name_scope(optimizer.name, caller=optimizer):  # as its `apply` does
                optimizer.build(self.model.trainable_variables)
        self.model._symbolic_build(data_batch=batch)  # noqa: SLF001  (what `fit` calls, too)


def losses_of_layers(model: Any) -> list[Any]:
    """What layers add to the loss for their outputs, in their last pass."""
    layers = model._flatten_layers(include_self=True)  # noqa: SLF001
    return [loss for layer in layers for loss in layer._get_own_losses()]  # noqa: SLF001


def penalty_of_weights(model: Any) -> float:
    """What regularizers of weights add to the loss."""
    losses = model._get_regularization_losses()  # noqa: SLF001
    return sum((float(loss) for loss in losses), start=0.0)


def _first_tensor(gradients: Iterable[tuple[list[Any], Any]], passed: LayerOutputs) -> Any:
    import keras

    found = [one for grads, _ in gradients for one in grads if one is not None]
    found += [one for one in keras.tree.flatten(passed.final) if one is not None]
    if not found:
        message = "the traced step calls neither the model nor an optimizer"
        raise backend.traces().NotRepeatableError(message)
    return found[0]


def _rows(batch: Any) -> int:
    import keras

    return int(keras.tree.flatten(batch)[0].shape[0])

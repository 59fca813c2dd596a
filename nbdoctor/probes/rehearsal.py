"""One training step of the model's own, run once without effect, with everything noted."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbdoctor import backend
from nbdoctor.backend.sampling import Array
from nbdoctor.backend.shadowing import shadowed
from nbdoctor.capture.transaction import transaction
from nbdoctor.probes.layer_calls import LayerOutputs, loops, mode, noting_layers, penalty


@dataclass(slots=True)
class GradientSample:
    """Gradient of one weight: its norm (whole tensor) and a sample of its values."""

    norm: float
    values: Array


@dataclass(slots=True)
class Rehearsal:
    """What one step did. Filled while it runs, so that a step that raises still tells something.

    Attributes
    ----------
    loss : float or None
        As the step reports it.
    logs : dict of str to float
        All that it reports.
    passed : LayerOutputs or None
        What the layers and the model returned, as tensors.
    penalty : float
        The part of the loss that layers add themselves (weight decay and the like).
    optimizers : list
        Those that made updates, each once.
    gradients : dict of str
        By weight path; None where the loss sends nothing.
    changes : dict of str to (float, float)
        By weight path: norm of the update, norm of the weight before.
    entered : list of (str, tuple)
        Layers being called, outermost first, with the shapes given: where an error happened.
    """

    loss: float | None = None
    logs: dict[str, float] = field(default_factory=dict)
    passed: LayerOutputs | None = None
    penalty: float = 0.0
    optimizers: list[Any] = field(default_factory=list)
    gradients: dict[str, GradientSample | None] = field(default_factory=dict)
    changes: dict[str, tuple[float, float]] = field(default_factory=dict)
    entered: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)


class UnbuiltPartsError(RuntimeError):
    """The step itself builds parts of the model, which a rehearsal could not undo."""


def has_call(model: Any) -> bool:
    """Whether `model` can be called; adversarial pairs in one model often cannot."""
    import keras

    return type(model).call is not keras.Model.call


def has_own_step(model: Any) -> bool:
    """Whether `model` has a `train_step` of its own."""
    import keras

    return type(model).train_step is not keras.Model.train_step


def build(model: Any, batch: Any, *, undone: bool = True) -> None:
    """Build what is not built, with the names and random draws that `fit` itself would use.

    Parameters
    ----------
    model : keras.Model
    batch : Any
        As `fit` would hand it to `train_step`.
    undone : bool
        All that is built is taken back after the look. Otherwise it stays, and has to be what
        the step would build, in the same order.

    Raises
    ------
    UnbuiltPartsError
        The model has no `call`, or its own `train_step` decides what is built.
    """
    import keras

    if not has_call(model):
        if all(layer.built for layer in model._flatten_layers(include_self=False)):  # noqa: SLF001
            return
        message = "the model has no `call`, and its parts are not all built before `fit`"
        raise UnbuiltPartsError(message)
    layers = model._flatten_layers(include_self=True)  # noqa: SLF001
    if all(layer.built for layer in layers):
        return
    if not undone and has_own_step(model):
        message = "its own `train_step` may build parts that `call` does not, in its own order"
        raise UnbuiltPartsError(message)
    x, _, _ = keras.utils.unpack_x_y_sample_weight(batch)
    symbols = keras.tree.map_structure(symbol, x)
    # In training mode, as the step calls it: what `predict` alone uses must not get slots.
    keras.src.backend.compute_output_spec(model, symbols, **mode(model, training=True))


def symbol(leaf: Any) -> Any:
    """A symbolic tensor of the shape and type of `leaf`."""
    import keras

    if leaf is None:
        return None
    return keras.KerasTensor(leaf.shape, keras.backend.standardize_dtype(leaf.dtype))


def rehearse(
    step: TrainStep,
    batch: Any,
    *,
    restore_host_random: bool,
    further_steps: Callable[[Rehearsal, FurtherSteps], None] | None = None,
    into: Rehearsal | None = None,
) -> Rehearsal:
    """Run the model's own `train_step` on `batch`, note what it does, and undo it.

    Parameters
    ----------
    step : TrainStep
        Of a model that is compiled and built (see `build`).
    batch : Any
        As `fit` would hand it to `train_step`.
    restore_host_random : bool
        As for `transaction`.
    further_steps : callable, optional
        Called before the step is undone, with the rehearsal and the means to go on from there.
    into : Rehearsal, optional
        Filled in place, so that the caller keeps it when the step raises.
    """
    noted = into if into is not None else Rehearsal()
    model = step.model
    with transaction(model, restore_host_random=restore_host_random) as journal:
        step(batch, noted, journal)
        for variable in model.trainable_variables:
            noted.changes[variable.path] = journal.change(variable.value)
        if further_steps is not None:
            further_steps(noted, FurtherSteps(step, batch, journal))
    return noted


class TrainStep:
    """The model's own `train_step`, noting what it does.

    Parameters
    ----------
    model : keras.Model
    in_graph : bool, optional
        Trace it once, as `fit` does, and run the trace from then on. For models with a loop over
        time steps, which op by op takes many times as long; the others are traced in vain.
    hold : bool
        Keep what every layer puts out (see `LayerOutputs`).
    """

    def __init__(self, model: Any, *, in_graph: bool | None = None, hold: bool = False) -> None:
        self.model = model
        self.in_graph = better_as_graph(model) if in_graph is None else in_graph
        self.hold = hold or self.in_graph
        self._traces: dict[Any, tuple[Callable[..., Any], LayerOutputs]] = {}
        self._written: list[Any] = []
        self._optimizers: list[Any] = []

    @property
    def of_the_user(self) -> bool:
        """Whether the model has a `train_step` of its own."""
        return has_own_step(self.model)

    def __call__(self, batch: Any, noted: Rehearsal, journal: Any) -> None:
        """Make one step on `batch`; `journal` can undo it."""
        if self.in_graph:
            trace, passed = self._traced(batch, noted, journal)
            logs, gradients, tensors, added = trace(batch)
            noted.passed = passed.with_tensors(tensors)
        else:
            noted.passed = LayerOutputs(model=self.model, hold=self.hold)
            logs, gradients, _, added = self._noted(batch, noted.passed, noted.entered)
        noted.optimizers = [one for one in self._optimizers if not hasattr(one, "inner_optimizer")]
        noted.logs = _numbers(logs)
        noted.loss, noted.penalty = noted.logs.get("loss"), float(added)
        noted.gradients.update(numbers_of(gradients))

    def _noted(
        self, batch: Any, passed: LayerOutputs, entered: list[Any]
    ) -> tuple[Any, dict[str, Any], Any, Any]:
        gradients: dict[str, Any] = {}
        added: list[Any] = []

        def before_update(optimizer: Any) -> None:
            added.append(penalty(self.model))
            if not any(optimizer is one for one in self._optimizers):
                self._optimizers.append(optimizer)

        with (
            noting_layers(self.model, passed.note, entered),
            _noting_gradients(gradients, before_update),
        ):
            logs = self.model.train_step(batch)
        return logs, gradients, passed.tensors(), added[0] if added else 0.0

    def _traced(
        self, batch: Any, noted: Rehearsal, journal: Any
    ) -> tuple[Callable[..., Any], LayerOutputs]:
        import keras

        key = str([(leaf.shape, leaf.dtype) for leaf in keras.tree.flatten(batch)])
        if key not in self._traces:
            self._make_variables(batch)
            passed = LayerOutputs(model=self.model, hold=self.hold)

            def step(data: Any) -> Any:
                return self._noted(data, passed, noted.entered)

            self._traces[key] = (backend.current().traced(step, batch), passed)
            self._written = journal.noted()
        for variable in self._written:  # a trace writes without passing through Python
            journal.note(variable)
        return self._traces[key]

    def _make_variables(self, batch: Any) -> None:
        """Those of the optimizer and the metrics: made inside of a trace they need a second."""
        optimizer = self.model.optimizer
        if not optimizer.built:
            optimizer.build(self.model.trainable_variables)
        self.model._symbolic_build(data_batch=batch)  # noqa: SLF001  (what `fit` calls, too)


def better_as_graph(model: Any) -> bool:
    """Whether passes through `model` are faster traced than op by op."""
    return not model.run_eagerly and not backend.current().runs_eagerly() and loops(model)


@dataclass(frozen=True, slots=True)
class FurtherSteps:
    """Goes on from a rehearsed step, on the same batch."""

    run: TrainStep
    batch: Any
    journal: Any

    @property
    def by_stepping(self) -> bool:
        """Whether the loss is told by a whole step: the user's own, or one traced already."""
        return self.run.of_the_user or self.run.in_graph

    def step(self) -> None:
        """Make one more step, where `loss` has not made it already."""
        if not self.by_stepping:
            self.run.model.train_step(self.batch)

    def loss(self) -> float | None:
        """The batch's loss in training mode now.

        A forward pass tells it where the model trains as Keras models do; a step of the user's
        own has to be made to know what it reports.
        """
        import keras

        model = self.run.model
        if self.by_stepping:
            model.reset_metrics()
            noted = Rehearsal()
            self.run(self.batch, noted, self.journal)
            return noted.loss
        x, y, weights = keras.utils.unpack_x_y_sample_weight(self.batch)
        predicted = model(x, **mode(model, training=True))
        loss = model.compute_loss(x=x, y=y, y_pred=predicted, sample_weight=weights, training=True)
        return float(loss)


def _numbers(logs: Any) -> dict[str, float]:
    if not isinstance(logs, Mapping):
        return {}
    numbers = {}
    for name, value in logs.items():
        with contextlib.suppress(TypeError, ValueError):  # a metric that is not one number
            numbers[str(name)] = float(value)
    return numbers


@contextlib.contextmanager
def _noting_gradients(
    noted: dict[str, Any], before_update: Callable[[Any], None]
) -> Iterator[None]:
    """Note what reaches the optimizer, and call `before_update` with it.

    Under loss scaling the true gradients come last.
    """
    from keras.src.optimizers.base_optimizer import BaseOptimizer
    from keras.src.optimizers.loss_scale_optimizer import LossScaleOptimizer

    def around(apply: Callable[..., Any]) -> Callable[..., Any]:
        def noting(optimizer: Any, grads: Any, trainable_variables: Any = None) -> Any:
            before_update(optimizer)
            grads = list(grads)
            weights = trainable_variables
            if weights is None:
                weights = optimizer._trainable_variables  # noqa: SLF001
            noted.update(sampled(grads, weights))
            return apply(optimizer, grads, trainable_variables)

        return noting

    with contextlib.ExitStack() as stack:
        for kind in (BaseOptimizer, LossScaleOptimizer):
            if "apply" in vars(kind):
                stack.enter_context(shadowed(kind, "apply", around))
        yield


def sampled(gradients: Sequence[Any], weights: Sequence[Any]) -> dict[str, Any]:
    """Norm and some rows of each gradient, by the path of its weight; None where there is none."""
    here = backend.current()
    return {
        getattr(weight, "path", weight.name): (
            None if gradient is None else (here.norm(gradient), here.some_rows(gradient))
        )
        for gradient, weight in zip(gradients, weights, strict=False)
    }


def numbers_of(gradients: Mapping[str, Any]) -> dict[str, GradientSample | None]:
    """What `sampled` gave, as numbers."""
    as_rows = backend.current().as_rows
    return {
        path: None if found is None else GradientSample(float(found[0]), as_rows(found[1]))
        for path, found in gradients.items()
    }
